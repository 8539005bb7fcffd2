"""Every field of GraphConfig, by its effect."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from lexiconsole.durable.journal import RequestKind
from lexiconsole.durable.step import current_step
from lexiconsole.errors import RefusedError
from lexiconsole.graph import (
    GraphConfig,
    GraphError,
    HumanNode,
    SubworkflowNode,
    WorkflowBuilder,
    WorkflowEngine,
    use_graph_config,
)
from lexiconsole.result import Err
from lexiconsole.types import RunStatus
from tests.graph.making import chain, defined, edges, logged
from tests.support import house, outlasting


class Busy:
    """Counts how many of its nodes run at once, and in which order they ran."""

    def __init__(self) -> None:
        self.now, self.most = 0, 0
        self.order: list[str] = []

    def node(self, name: str) -> Any:
        async def run() -> None:
            self.now += 1
            self.most = max(self.most, self.now)
            self.order.append(name)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            self.now -= 1

        return run

    def fan(self, width: int) -> WorkflowBuilder:
        """start > a0 > b0, start > a1 > b1, …"""
        builder = WorkflowBuilder().add_node("start")
        for n in range(width):
            builder.add_node(f"a{n}", self.node(f"a{n}")).add_node(f"b{n}", self.node(f"b{n}"))
            edges(builder, f"start > a{n} > b{n}")
        return builder


@pytest.mark.parametrize("limit", [1, 2, 5, 20])
async def test_max_parallel_branches_bounds_what_runs_at_once_and_drops_nothing(limit: int) -> None:
    busy = Busy()
    await WorkflowEngine(busy.fan(10), max_parallel_branches=limit).execute({})
    assert busy.most == min(limit, 10) and len(busy.order) == 20


async def test_a_branch_that_was_begun_goes_on_before_another_one_begins() -> None:
    busy = Busy()
    await WorkflowEngine(busy.fan(4), max_parallel_branches=2).execute({})
    assert busy.order.index("b0") < busy.order.index("a2") and busy.order.index("b1") < busy.order.index("a3")


async def test_without_parallel_branches_they_run_one_after_the_other() -> None:
    busy = Busy()
    await WorkflowEngine(busy.fan(3), parallel_branches=False).execute({})
    assert busy.most == 1 and busy.order == ["a0", "b0", "a1", "b1", "a2", "b2"]


async def test_people_are_asked_all_at_once_but_with_parallel_branches_off_one_after_the_other() -> None:
    builder = WorkflowBuilder().add_node("start")
    for n in range(7):
        builder.add_node(HumanNode(f"ask{n}", output_key=f"ask{n}")).add_edge("start", f"ask{n}")
    stopped = (await WorkflowEngine(builder).execute({})).unwrap_err()
    assert list(stopped.checkpoint.waiting) == [f"ask{n}" for n in range(7)]
    stopped = (await WorkflowEngine(builder, parallel_branches=False).execute({})).unwrap_err()
    assert list(stopped.checkpoint.waiting) == ["ask0"]


async def test_people_that_are_waited_for_take_no_room() -> None:
    async with house() as h:
        builder = WorkflowBuilder(config=GraphConfig(max_parallel_branches=1)).add_node("start").add_node("work")
        for n in range(3):
            builder.add_node(HumanNode(f"ask{n}", output_key=f"ask{n}")).add_edge("start", f"ask{n}")
        builder.add_edge("start", "work")
        row = await h.run(defined(lambda: builder))
        assert row.status is RunStatus.WAITING
        assert await h.story(row) == ["step.done start", "asked ask0", "asked ask1", "asked ask2", "step.done work"]


@pytest.mark.parametrize("limit", [1, 2, 25])
async def test_max_iterations_is_the_number_of_visits_of_one_node(limit: int) -> None:
    calls: list[str] = []
    result = await WorkflowEngine(chain("a > b > a", calls), max_iterations=limit).execute({})
    assert isinstance(result, Err) and result.error.cause.type == "EndlessLoop"
    assert len(calls) == 2 * limit


async def test_node_timeout_is_for_one_try_of_one_node() -> None:
    async def slow() -> None:
        await outlasting(60)

    builder = WorkflowBuilder().add_node("quick").add_node(slow).add_edge("quick", "slow")
    error = (await WorkflowEngine(builder, node_timeout=60).execute({})).unwrap_err()
    assert isinstance(error, GraphError) and error.node == "slow" and "no answer within 60 s" in str(error)


async def test_a_node_may_have_more_time_of_its_own() -> None:
    builder = WorkflowBuilder().add_node("slow", lambda: asyncio.sleep(0.05), timeout=5)
    assert (await WorkflowEngine(builder, node_timeout=0.01).execute({})).is_ok()


async def test_total_timeout_is_for_the_whole_and_names_who_was_running() -> None:
    builder = (
        WorkflowBuilder().add_node("a").add_node("b", lambda: outlasting(60)).add_node("c", lambda: outlasting(60))
    )
    engine = WorkflowEngine(edges(builder, "a > b, a > c"), total_timeout=60, node_timeout=None)
    error = (await engine.execute({})).unwrap_err()
    assert isinstance(error, GraphError) and list(error.failures) == ["b", "c"]
    assert "the 60 s that graph had were over" in str(error) and error.cause.unknown
    assert list(error.checkpoint.outcomes) == ["a"]


async def test_total_timeout_holds_for_recorded_runs_too_and_for_what_is_inside() -> None:
    calls: list[str] = []
    inner = WorkflowBuilder("inner", config=GraphConfig(node_timeout=None, total_timeout=None))
    inner.add_node("slow", asyncio.Event().wait)
    config = GraphConfig(total_timeout=0.1, node_timeout=None)

    async def a() -> None:  # in a thread it would wait for its turn, and that counts
        calls.append("a")

    builder = WorkflowBuilder(config=config).add_node("a", a).add_node(SubworkflowNode("sub", inner))
    async with house() as h:
        builder.add_edge("a", "sub")
        row = await h.run(defined(lambda: builder))
        assert row.status is RunStatus.FAILED and calls == ["a"]
        assert "that graph had were over" in (await h.entries(row))[-1].data["error"]["message"]


async def test_a_crash_gives_a_graph_no_new_time_and_waiting_for_people_takes_none() -> None:
    calls: list[str] = []
    async with house() as h:

        async def takes_40(_: Any) -> None:
            calls.append(current_step().key)
            await h.clock.sleep(40)

        async def hangs_once(_: Any) -> None:
            calls.append("hangs")
            if calls.count("hangs") == 1:
                await asyncio.Event().wait()

        def build() -> WorkflowBuilder:
            builder = WorkflowBuilder(config=GraphConfig(total_timeout=100, node_timeout=None))
            builder.add_node("one", takes_40).add_node(HumanNode("person")).add_node("hangs", hangs_once)
            builder.add_node("two", takes_40).add_node("three", takes_40).add_node("end", logged(calls))
            return edges(builder, "one > person > hangs > two > three > end")

        row = await h.run(defined(build))
        await h.crash()
        await h.clock.advance(1_000_000)
        await h.ask(row, RequestKind.ANSWER, "person", value={})
        while "hangs" not in calls:
            await asyncio.sleep(0)
        await h.crash()
        await h.clock.advance(1_000_000)
        row = await h.again(row)
        assert calls == ["one", "hangs", "hangs", "two", "three"] and row.status is RunStatus.FAILED
        assert (await h.entries(row))[-1].data["error"]["message"].endswith("the 100 s that graph had were over")
        await h.ask(row, RequestKind.RETRY)
        assert (await h.settle(row)).status is RunStatus.COMPLETED and calls[-1] == "end"


@pytest.mark.parametrize(("beside", "ended"), [(60, RunStatus.FAILED), (30, RunStatus.COMPLETED)])
async def test_sub_workflows_that_wait_side_by_side_give_the_time_around_them_nothing(
    beside: float, ended: RunStatus
) -> None:
    """While something else runs the time counts, however many people are waited for; it never counts twice or backwards."""
    async with house() as h:

        def takes(seconds: float) -> Any:
            async def sleep() -> None:  # a function that is not async has a thread, which the clock does not wait for
                await h.clock.sleep(seconds)

            return sleep

        def asking(name: str) -> SubworkflowNode:
            inner = WorkflowBuilder(name, config=GraphConfig(node_timeout=None, total_timeout=None))
            return SubworkflowNode(
                name, inner.add_node(HumanNode("person")).add_node("after").add_edge("person", "after")
            )

        def build() -> WorkflowBuilder:
            builder = WorkflowBuilder(config=GraphConfig(total_timeout=100, node_timeout=None))
            builder.add_node("start").add_node(asking("left")).add_node(asking("right"))
            builder.add_node("beside", takes(beside)).add_node("join").add_node("last", takes(60)).add_node("end")
            return edges(builder, "start > left > join > last > end, start > right > join, start > beside > join")

        row = await h.run(defined(build))
        assert row.status is RunStatus.WAITING
        for person in ("left/person", "right/person"):
            await h.ask(row, RequestKind.ANSWER, person, value={})
            row = await h.settle(row)
        assert row.status is ended


async def test_a_checkpoint_is_kept_only_when_enabled() -> None:
    kept: dict[str, Any] = {}

    class Cache:
        async def get(self, key: str) -> Any:
            return kept.get(key)

        async def set(self, key: str, value: Any, ttl: int | None = None) -> None:
            kept[key] = value
            steps.append(list(value["outcomes"]))

        async def delete(self, key: str) -> None:
            del kept[key]

    steps: list[list[str]] = []
    builder = chain("a > b", [], b=Err("no"))
    engine = WorkflowEngine(builder, checkpoints=Cache(), checkpoint_enabled=False)
    assert (await engine.execute({})).unwrap_err().checkpoint is None
    assert engine.last_checkpoint is None and kept == {}
    engine = WorkflowEngine(builder, checkpoints=Cache())
    error = (await engine.execute({}, id="one")).unwrap_err()
    assert error.checkpoint == engine.last_checkpoint and error.checkpoint.failed == ("b",)
    assert list(kept) == ["graph:one"] and steps == [["a"], ["a"]]
    assert (await WorkflowEngine(chain("a > b", []), checkpoints=Cache()).execute({})).is_ok()
    assert list(kept) == ["graph:one"], "what ended well is not kept"


async def test_graphs_that_are_switched_off_are_refused() -> None:
    calls: list[str] = []
    error = (await WorkflowEngine(chain("a", calls), enabled=False).execute({})).unwrap_err()
    assert isinstance(error, RefusedError) and "graphs are switched off; set graph.enabled to true" in str(error)
    async with house() as h:
        row = await h.run(defined(lambda: WorkflowEngine(chain("a", calls), enabled=False)))
        assert row.status is RunStatus.FAILED and not calls


async def test_whose_terms_hold() -> None:
    """The engine's config, else the graph's, else the application's; single terms change it."""
    bare, own = chain("a", []), WorkflowBuilder(config=GraphConfig(max_iterations=3)).add_node("a")
    assert WorkflowEngine(bare).config == GraphConfig()
    with use_graph_config(GraphConfig(max_iterations=9)):
        assert WorkflowEngine(bare).config.max_iterations == 9
        assert WorkflowEngine(own).config.max_iterations == 3
        assert WorkflowEngine(own, GraphConfig(max_iterations=4)).config.max_iterations == 4
        changed = WorkflowEngine(own, max_iterations=5, node_timeout=None).config
        assert changed == GraphConfig(max_iterations=5, node_timeout=None)
    assert WorkflowEngine(bare).config == GraphConfig()


@pytest.mark.parametrize(
    "term", [{"max_iterations": 0}, {"node_timeout": -1}, {"max_parallel_branches": 0}, {"speed": 1}]
)
def test_terms_without_sense_are_refused_when_the_engine_is_made(term: Any) -> None:
    with pytest.raises(ValidationError):
        WorkflowEngine(chain("a", []), **term)
