"""Random graphs, live and taken up again after every entry of their journal."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.durable.definition import Definition
from lexiconsole.durable.step import current_step
from lexiconsole.graph import GraphConfig, GraphError, SubworkflowNode, WorkflowBuilder, WorkflowEngine
from tests.graph.making import defined
from tests.replaying import check_every_prefix


@dataclass(frozen=True)
class Plan:
    """A part of a graph with one way in and one way out. `turns` of the loop decide how races come out.

    step: one node; row: parts one after the other; fork: parts side by side; loop: a row that is gone through twice, and
    may let a side branch go each time; some: those of several parts whose condition holds; sub: a row in a sub-workflow.
    """

    kind: str
    turns: int = 0
    inner: tuple[Plan, ...] = ()


leaves = st.builds(Plan, st.sampled_from(["step", "step", "step", "step", "shared", "fails"]), st.integers(0, 3))
plans = st.recursive(
    leaves,
    lambda inner: st.builds(
        Plan,
        st.sampled_from(["row", "fork", "loop", "leaky", "some", "sub"]),
        st.integers(0, 3),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=7,
)


class Builder:
    """Puts a plan into a graph; every node is named after its place."""

    def __init__(self, calls: list[str], cap: int, *, quick: bool = False) -> None:
        self.calls, self.cap, self.quick = calls, cap, quick
        self.into = self._new("random")

    def _new(self, name: str) -> WorkflowBuilder:
        reducers = {"shared": lambda old, new: [*old, *new], "inner": lambda old, new: new}
        config = GraphConfig(max_parallel_branches=self.cap, parallel_branches=self.cap > 1, max_iterations=30)
        return WorkflowBuilder(name, reducers=reducers, config=config)

    def whole(self, plan: Plan) -> WorkflowBuilder:
        self.part(plan, "p")
        return self.into

    def part(self, plan: Plan, at: str) -> tuple[str, str]:
        """Adds it; gives the nodes that lead in and out."""
        match plan.kind:
            case "row":
                ends = [self.part(inner, f"{at}.{n}") for n, inner in enumerate(plan.inner)]
                for (_, before), (after, _) in itertools.pairwise(ends):
                    self.into.add_edge(before, after)
                return ends[0][0], ends[-1][1]
            case "fork" | "some":
                return self.fork(plan, at)
            case "loop" | "leaky":
                return self.loop(plan, at)
            case "sub":
                outer, self.into = self.into, self._new(f"{at}.sub")
                self.part(Plan("row", 0, plan.inner), f"{at}.in")
                inner, self.into = self.into, outer
                self.into.add_node(SubworkflowNode(at, inner, output_key="inner"))
                return at, at
            case _:
                self.into.add_node(at, self.work(plan, at))
                return at, at

    def fork(self, plan: Plan, at: str) -> tuple[str, str]:
        self.into.add_node(f"{at}.split").add_node(f"{at}.join")
        for n, inner in enumerate(plan.inner):
            first, last = self.part(inner, f"{at}.{n}")
            some = plan.kind == "some" and n > 0
            self.into.add_edge(f"{at}.split", first, condition=(lambda s, n=n: n == 1) if some else None)
            self.into.add_edge(last, f"{at}.join")
        return f"{at}.split", f"{at}.join"

    def loop(self, plan: Plan, at: str) -> tuple[str, str]:
        first, last = self.part(Plan("row", 0, plan.inner), f"{at}.in")
        gate, count = f"{at}.gate", f"{at}.rounds"
        self.into.add_node(f"{at}.count", lambda s: {count: s.get(count, 0) + 1})
        self.into.add_gate(gate, lambda s: s[count] % 2 == 0)
        self.into.add_node(f"{at}.out")
        for source, target in ((last, f"{at}.count"), (f"{at}.count", gate), (gate, f"{at}.out"), (gate, first)):
            self.into.add_edge(source, target)
        if plan.kind == "leaky":
            self.into.add_node(f"{at}.side", self.work(plan, f"{at}.side"))
            self.into.add_edge(f"{at}.count", f"{at}.side")
        return first, f"{at}.out"

    def work(self, plan: Plan, at: str) -> Any:
        async def work(state: Any) -> dict[str, Any]:
            self.calls.append(current_step().key)
            for _ in range(0 if self.quick else plan.turns):
                await asyncio.sleep(0)
            if plan.kind == "fails":
                raise ValueError(at)
            if plan.kind == "shared":
                return {"shared": [current_step().key]}
            return {at: state.get(at, 0) + 1}

        return work


def fails(plan: Plan) -> bool:
    """A failure lets nothing more begin; how far others are then, only their speed decides, unless they take turns."""
    return plan.kind == "fails" or any(fails(inner) for inner in plan.inner)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans, st.sampled_from([1, 2, 5]))
def test_a_graph_taken_up_after_any_entry_comes_to_the_same(plan: Plan, cap: int) -> None:
    def define(calls: list[str]) -> Definition:
        return defined(lambda: Builder(calls, 1 if fails(plan) else cap).whole(plan))

    asyncio.run(check_every_prefix(define, in_order=False))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans)
def test_the_outcome_does_not_depend_on_how_much_runs_at_once(plan: Plan) -> None:
    """Also not on who is faster: a branch sees its own past only, until it meets another."""

    async def outcome(cap: int, *, quick: bool) -> tuple[Any, list[str]]:
        calls: list[str] = []
        result = await Builder(calls, cap, quick=quick).whole(plan).build().execute({})
        if result.is_ok():
            return result.unwrap().final_state, sorted(calls)
        assert isinstance(result.error, GraphError), result.error
        return "failed", []  # which of several faults comes first, and what still ran beside it, may differ

    async def all_ways() -> None:
        one = await outcome(1, quick=True)
        for cap in (1, 2, 5):
            for quick in (True, False):
                assert await outcome(cap, quick=quick) == one, (cap, quick)

    asyncio.run(all_ways())


tangles = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from(["", "odd", "even", "otherwise"])),
    max_size=14,
    unique_by=lambda edge: edge[:2],
)


@settings(max_examples=300, deadline=None)
@given(tangles, st.sampled_from([1, 2, 5]))
def test_any_tangle_of_edges_comes_to_an_end(edges: list[tuple[int, int, str]], cap: int) -> None:
    """Whatever the shape: nothing waits for itself, and a loop without an end is told."""
    builder = WorkflowBuilder(config=GraphConfig(max_parallel_branches=cap, max_iterations=3))
    for n in range(7):
        builder.add_node(f"n{n}", lambda s, n=n: {f"n{n}": s.get(f"n{n}", 0) + 1})
    for source, target, when in edges:
        holds = {"odd": lambda s: sum(s.values()) % 2, "even": lambda s: sum(s.values()) % 2 == 0}.get(when)
        builder.add_edge(f"n{source}", f"n{target}", condition=holds, otherwise=when == "otherwise")
    result = asyncio.run(WorkflowEngine(builder, node_timeout=None, total_timeout=5).execute({}))
    if result.is_err():
        assert {cause.type for cause in result.error.failures.values()} <= {
            "EndlessLoop",
            "NoWayOn",
            "StateConflictError",
        }
