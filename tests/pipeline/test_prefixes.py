"""Random pipelines, live and taken up again after every entry of their journal."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.durable.definition import Definition
from lexiconsole.pipeline import ConditionalStep, FunctionStep, ParallelStep, Pipeline, PipelineContext, PipelineStep
from lexiconsole.result import Ok
from lexiconsole.types import ModelKind
from tests.replaying import check_every_prefix


@dataclass(frozen=True)
class Plan:
    """A step, or steps within one. `turns` of the loop decide how races come out."""

    kind: str
    turns: int = 0
    inner: tuple[Plan, ...] = ()


leaves = st.builds(Plan, st.sampled_from(["plain", "plain", "hooked", "recovers", "skips", "fails"]), st.integers(0, 2))
plans = st.recursive(
    leaves,
    lambda inner: st.builds(
        Plan,
        st.sampled_from(["if", "unless", "together", "all"]),
        st.integers(0, 2),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=6,
)


class Step(PipelineStep):
    def __init__(self, name: str, at: str, plan: Plan, calls: list[str]) -> None:
        super().__init__(name)
        self.at, self.plan, self.calls = at, plan, calls

    def should_skip(self, ctx: PipelineContext) -> bool:
        return self.plan.kind == "skips"

    async def execute(self, ctx: PipelineContext) -> str:
        self.calls.append(self.at)
        for _ in range(self.plan.turns):
            await asyncio.sleep(0)
        if self.plan.kind == "recovers":
            raise ValueError(self.at)
        return self.at

    def on_error(self, ctx: PipelineContext, error: Any) -> Ok[str]:
        return Ok("saved")

    def cleanup(self, ctx: PipelineContext) -> None:
        self.calls.append(f"{self.at}/cleanup")


def step(name: str, at: str, plan: Plan, calls: list[str]) -> Any:
    async def work() -> str:
        calls.append(at)
        for _ in range(plan.turns):
            await asyncio.sleep(0)
        if plan.kind == "fails":
            raise ValueError(at)
        return at

    parts = [step(f"{name}{n}", f"{at}/{name}{n}", inner, calls) for n, inner in enumerate(plan.inner)]
    match plan.kind:
        case "plain" | "fails":
            return FunctionStep(name, work)
        case "if" | "unless":
            return ConditionalStep(name, lambda: plan.kind == "if", *parts[:2])
        case "together" | "all":
            return ParallelStep(name, parts, fail_fast=plan.kind == "together")
        case _:
            return Step(name, at, plan, calls)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(plans, min_size=1, max_size=4), st.booleans())
def test_a_pipeline_taken_up_after_any_entry_comes_to_the_same(all_plans: list[Plan], fail_fast: bool) -> None:
    def define(calls: list[str]) -> Definition:
        def build(_: Any) -> Pipeline:
            steps = [step(f"s{n}-", f"s{n}-", plan, calls) for n, plan in enumerate(all_plans)]
            return Pipeline(steps=steps, fail_fast=fail_fast)

        return Definition("pipe", ModelKind.PIPELINE, build, input=Any)

    together = any(plan.kind in {"together", "all", "if", "unless"} for plan in all_plans)
    one_failure = not any(races(plan) for plan in all_plans)
    asyncio.run(check_every_prefix(define, in_order=not together, one_failure=one_failure))


def races(plan: Plan) -> bool:
    """Whether two steps may race for being the one that fails it."""
    return any(races(inner) for inner in plan.inner) or (plan.kind == "together" and failures(plan) > 1)


def failures(plan: Plan) -> int:
    return (plan.kind == "fails") + sum(failures(inner) for inner in plan.inner)
