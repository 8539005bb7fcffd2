"""Random sagas, live and taken up again after every entry of their journal."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.contracts import SagaStep
from lexiconsole.durable.definition import Definition
from tests.replaying import check_every_prefix
from tests.saga.making import ALWAYS, Trip, defined


@dataclass(frozen=True)
class Plan:
    """A step: the turns of the loop it takes, whether it fails, and whether it can be undone."""

    turns: int
    fails: bool
    undoes: bool


plans = st.builds(Plan, st.integers(0, 2), st.sampled_from([False, False, False, True]), st.booleans())
sagas = st.lists(st.one_of(plans, st.lists(plans, min_size=2, max_size=3)), min_size=1, max_size=5)


def build(stages: list[Any], calls: list[str]) -> Trip:
    def act(name: str, plan: Plan, *, fails: bool = False) -> Any:
        async def call() -> str:
            calls.append(name)
            for _ in range(plan.turns):
                await asyncio.sleep(0)
            if fails:
                raise ValueError(name)
            return name

        return call

    def step(name: str, plan: Plan) -> SagaStep:
        undo = act(f"undo/{name}", plan) if plan.undoes else None
        return SagaStep(name, act(name, plan, fails=plan.fails), undo, read_only=True)

    steps: list[Any] = []
    for number, stage in enumerate(stages):
        if isinstance(stage, list):
            steps.append(tuple(step(f"s{number}.{n}", plan) for n, plan in enumerate(stage)))
        else:
            steps.append(step(f"s{number}", stage))
    return Trip(*steps)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sagas)
def test_a_saga_taken_up_after_any_entry_comes_to_the_same(stages: list[Any]) -> None:
    def define(calls: list[str]) -> Definition:
        return defined(lambda: build(stages, calls))

    asyncio.run(check_every_prefix(define, in_order=not any(isinstance(stage, list) for stage in stages)))


def test_the_harness_sees_what_it_should() -> None:
    """A saga that fails and undoes two, one of them in a group."""
    good, bad = Plan(1, fails=False, undoes=True), Plan(0, fails=True, undoes=True)

    def define(calls: list[str]) -> Definition:
        return defined(lambda: build([good, [good, good], bad], calls))

    asyncio.run(check_every_prefix(define, in_order=False))
    assert ALWAYS
