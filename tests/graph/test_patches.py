"""A graph's state, patched by an operator behind a node that has ended."""

from __future__ import annotations

import operator
from typing import Any

import pytest

from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import RequestKind, RequestState
from lexiconsole.errors import RefusedError
from lexiconsole.graph import HumanNode, WorkflowBuilder
from lexiconsole.runtime.taking import preview
from lexiconsole.types import RunStatus
from tests.graph.making import chain, defined, edges, logged
from tests.support import define, house


def priced(seen: list[dict[str, Any]], *, fails: int = 0) -> WorkflowBuilder:
    """`load` finds a price, `check` may fail at it, `end` looks at all there is."""
    builder = WorkflowBuilder().add_node("load", logged([], {"price": 1, "tags": ["a"]}))
    builder.add_node("check", logged([], fails=fails))
    builder.add_node("end", lambda state: seen.append(dict(state)))
    return edges(builder, "load > check > end")


async def test_a_failed_run_goes_on_from_where_it_failed_with_the_state_changed() -> None:
    seen: list[dict[str, Any]] = []
    calls: list[str] = []

    async def check(state: Any) -> None:
        calls.append("check")
        if state["price"] < 5:
            raise ValueError("too cheap")

    def build() -> WorkflowBuilder:
        builder = WorkflowBuilder().add_node("load", logged(calls, {"price": 1})).add_node(check)
        return edges(builder.add_node("end", lambda state: seen.append(dict(state))), "load > check > end")

    async with house() as h:
        row = await h.run(defined(build))
        assert row.status is RunStatus.FAILED
        done = await h.ask(row, RequestKind.EDIT, patch={"price": 7, "by": "hand"})
        assert done.state is RequestState.APPLIED
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and seen == [{"price": 7, "by": "hand"}]
        assert calls == ["load", "check", "check"], "nothing that was done is done again"
        edited = next(e for e in await h.entries(row) if e.kind is EntryKind.EDITED)
        assert (edited.key, edited.by, edited.data["patch"]) == ("load", "ana", {"price": 7, "by": "hand"})


async def test_a_parked_run_finds_it_after_any_number_of_crashes_and_replays() -> None:
    seen: list[dict[str, Any]] = []

    def build() -> WorkflowBuilder:
        builder = WorkflowBuilder(reducers={"tags": operator.add}).add_node(
            "load", logged([], {"price": 1, "tags": ["a"]})
        )
        builder.add_node(HumanNode("person")).add_node("more", logged([], {"tags": ["b"]}))
        return edges(builder.add_node("end", lambda state: seen.append(dict(state))), "load > person > more > end")

    async with house() as h:
        row = await h.run(defined(build))
        await h.ask(row, RequestKind.EDIT, "load", patch={"price": 2, "tags": ["x"]})
        await h.settle(row)
        await h.ask(await h.row(row), RequestKind.EDIT, patch={"price": 3})
        await h.settle(row)
        await h.crash()
        await h.ask(await h.row(row), RequestKind.ANSWER, "person", value={})
        assert (await h.settle(row)).status is RunStatus.COMPLETED
        assert {k: seen[0][k] for k in ("price", "tags")} == {"price": 3, "tags": ["x", "b"]}


async def test_it_is_said_beforehand_and_refused_where_it_does_not_fit() -> None:
    async with house() as h:
        row = await h.run(defined(lambda: priced([], fails=1)))

        async def planned(target: str = "", **data: Any) -> Any:
            from lexiconsole.durable.journal import Request

            return await preview(h.runtime, Request(row.id, RequestKind.EDIT, target, data, by="ana"))

        plan = await planned(patch={"price": 2})
        assert plan.sentence == "in the state that load left, price becomes 2; then check is tried again"
        assert "no node 'lod' has ended" in (await planned("lod", patch={"price": 2})).refused
        assert "did you mean 'load'" in (await planned("lod", patch={"price": 2})).refused
        assert "no node 'check' has ended" in (await planned("check", patch={"price": 2})).refused
        assert "at least one field" in (await planned(patch={})).refused
        assert "at least one field" in (await planned(patch=[1])).refused
        assert not any(e.kind is EntryKind.EDITED for e in await h.entries(row)), "a preview writes nothing"

    async with house() as h:

        async def body(ctx: Any) -> None:
            await ctx.step("a", lambda: 1)
            raise RefusedError("no")

        row = await h.run(define(body))
        refused = await h.ask(row, RequestKind.EDIT, patch={"x": 1})
        assert refused.state is RequestState.REFUSED and "only a graph has a state" in refused.reply

    async with house() as h:
        row = await h.run(defined(lambda: chain("a", [], a=ValueError)))
        if row.status is RunStatus.FAILED:
            refused = await h.ask(row, RequestKind.EDIT, patch={"x": 1})
            assert "no node of run" in refused.reply and "edit that" in refused.reply


async def test_a_branch_begins_with_the_patched_state_and_leaves_its_origin_alone() -> None:
    seen: list[dict[str, Any]] = []
    async with house() as h:
        row = await h.run(defined(lambda: priced(seen)))
        at = next(e.seq for e in await h.entries(row) if e.key == "load")
        forked = await h.settle(await h.runtime.fork(row, at, patch={"price": 9}, by="ana"))
        assert forked.status is RunStatus.COMPLETED
        assert [state["price"] for state in seen] == [1, 9]
        assert not any(e.kind is EntryKind.EDITED for e in await h.entries(row))
        with pytest.raises(RefusedError, match="has ended yet, so its state is its input"):
            await h.runtime.fork(row, 1, patch={"price": 9})


async def test_where_branches_meet_a_patch_counts_as_written_by_the_branch_behind_whose_node_it_stands() -> None:
    seen: list[dict[str, Any]] = []

    def build() -> WorkflowBuilder:
        builder = (
            WorkflowBuilder()
            .add_node("a")
            .add_node("left", logged([], {"l": 1}))
            .add_node("right", logged([], {"r": 1}))
        )
        builder.add_node(HumanNode("person")).add_node("end", lambda state: seen.append(dict(state)))
        return edges(builder, "a > left, a > right, left > person, right > person, person > end")

    async with house() as h:
        row = await h.run(defined(build))
        await h.ask(row, RequestKind.EDIT, "right", patch={"r": 2, "extra": True})
        await h.settle(row)
        await h.ask(await h.row(row), RequestKind.ANSWER, "person", value={})
        assert (await h.settle(row)).status is RunStatus.COMPLETED
        assert {k: seen[0][k] for k in ("l", "r", "extra")} == {"l": 1, "r": 2, "extra": True}
