"""Forks with edits: nobody takes one up without them, and what people decided is not changed under it."""

from __future__ import annotations

from typing import Any

import pytest

from lexiconsole.approval import ApprovalChain, ApprovalLevel
from lexiconsole.durable.context import Context
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RequestState
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.durable.policy import StepRole
from lexiconsole.durable.question import Question
from lexiconsole.errors import RefusedError
from lexiconsole.graph import ApprovalNode, HumanNode, WorkflowBuilder
from lexiconsole.result import Err
from lexiconsole.runtime.recovery import drive_what_waits
from lexiconsole.runtime.settings import EngineSettings
from lexiconsole.runtime.taking import preview
from lexiconsole.store import SqliteJournal
from lexiconsole.types import ModelKind, RunStatus
from lexiconsole.views.telling import tell, timeline
from tests.graph.making import defined
from tests.people import Staff
from tests.support import House, define, house

STAFF = {"eve": ["employee"], "mia": ["manager"], "fay": ["finance"]}


def adding(*keys: str) -> Any:
    async def flow(ctx: Context) -> Any:
        found = [await ctx.step(key, lambda: 1) for key in keys]
        return [ctx.run.input, *(one.value for one in found)]

    return define(flow)


async def result(h: House, row: Any) -> Any:
    return (await h.entries(row))[-1].data.get("result")


async def test_a_fork_is_made_with_its_edits_in_one_commit_so_that_nobody_takes_it_up_without_them(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(SqliteJournal(tmp_path / "store.db")) as h:
        row = await h.run(adding("a", "b"), "x")
        taken = next(e.seq for e in await h.entries(row) if e.key == "a" and e.kind is EntryKind.DONE)

        async def killed(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(h.runtime, "claim", killed)
            with pytest.raises(KeyboardInterrupt):
                await h.runtime.fork(row, taken, edits=[("a", 5), ("", "y")])
        [fork] = await drive_what_waits(h.runtime)
        await h.settle(fork)
        assert await result(h, fork) == ["y", 5, 1]
        entries = await h.entries(fork)
        assert tell(entries).row("a").result == 5
        assert timeline(entries)[0].text == f"from {row.id} at seq {taken}, with another result of a"


async def test_edits_go_along_with_a_fork_of_a_fork_and_the_newest_counts() -> None:
    async with house() as h:
        row = await h.run(adding("a", "b", "c"), "x")
        one, two = (e.seq for e in await h.entries(row) if e.kind is EntryKind.DONE and e.key in ("a", "b"))
        fork = await h.settle(await h.runtime.fork(row, two, edits=[("a", 5), ("b", 6), ("", "y")]))
        assert await result(h, fork) == ["y", 5, 6, 1]
        again = await h.settle(await h.runtime.fork(await h.row(fork), two, edits=[("b", 7)]))
        assert await result(h, again) == ["y", 5, 7, 1]
        early = await h.settle(await h.runtime.fork(await h.row(fork), one))
        assert await result(h, early) == ["y", 5, 1, 1]


async def test_what_a_fork_is_made_with_counts_more_than_an_edit_of_its_origin_and_less_than_its_own() -> None:
    async def flow(ctx: Context) -> Any:
        a = await ctx.step("a", lambda: 1)
        await ctx.receive("go", "go")
        return [ctx.run.input, a.value]

    async with house() as h:
        row = await h.run(flow, "x")
        for key, value in (("a", 2), ("", "edited")):
            await h.ask(row, RequestKind.EDIT, key, value=value)
            await h.settle(row)
        row = await h.row(row)
        same = await h.settle(await h.runtime.fork(row, row.seq))
        other = await h.settle(await h.runtime.fork(row, row.seq, edits=[("a", 3), ("", "forked")]))
        own = await h.settle(await h.runtime.fork(row, row.seq, edits=[("a", 3)]))
        await h.ask(own, RequestKind.EDIT, "a", value=4)
        await h.settle(own)
        wanted = [(same, ["edited", 2]), (other, ["forked", 3]), (own, ["edited", 4])]
        for one, values in wanted:
            await h.ask(one, RequestKind.SIGNAL, "go")
            await h.settle(one)
            assert await result(h, one) == values
            story = tell(await h.entries(one))
            assert [story.input, story.row("a").result] == values


async def test_a_fork_looks_like_a_run_of_its_input() -> None:
    """Its outline is kept with it, for whoever draws it."""

    class Model:
        def __init__(self, given: list[str]) -> None:
            self.given = given

        def outline(self) -> Outline:
            return Outline(tuple(OutlineNode(key) for key in self.given))

        async def drive(self, ctx: Context) -> None:
            for key in self.given:
                await ctx.step(key, lambda: 1)

    async with house() as h:
        row = await h.run(Definition("flow", ModelKind.WORKFLOW, Model, input=list[str]), ["a", "b"])
        same = await h.settle(await h.runtime.fork(row, 2))
        other = await h.settle(await h.runtime.fork(row, 2, [("", ["a", "c", "d"])]))
        for one, keys in ((row, "ab"), (same, "ab"), (other, "acd")):
            outline = await h.journal.outline(one.digest)
            assert outline is not None
            assert [node.key for node in outline.nodes] == [*keys]


async def test_what_the_settings_name_as_secret_is_masked_in_the_edits_of_a_fork() -> None:
    async with house(settings=EngineSettings(secrets=("token",))) as h:
        row = await h.run(adding("a"), "x")
        fork = await h.settle(await h.runtime.fork(row, 2, [("a", {"token": "kuckucksei", "n": 1})]))
        assert await result(h, fork) == ["x", {"token": "**********", "n": 1}]
        assert "kuckucksei" not in str([entry.data for entry in await h.entries(fork)])


def claim() -> Definition:
    async def flow(ctx: Context) -> Any:
        total = await ctx.step("add", lambda: ctx.run.input)
        chain = ApprovalChain(
            [
                ApprovalLevel("manager", who=["role:manager"]),
                ApprovalLevel("finance", who=["role:finance"], condition=lambda amount: amount > 1_000),
            ],
            name="claim",
        )
        outcome = await ctx.approve("approval", chain, total.value)
        if isinstance(outcome, Err):
            return outcome
        paid = await ctx.step("pay", lambda: total.value)
        await ctx.receive("go", "go")
        return paid.value

    return define(flow)


@pytest.mark.parametrize("key", ["", "add", "approval/finance/if", "approval/manager", "approval/manager/seats"])
async def test_nobody_changes_what_people_decided_on_and_keeps_their_decision(key: str) -> None:
    """A claim of 500 that its manager approved must not become one of 50,000 that nobody did."""
    async with house(people=Staff(STAFF)) as h:
        row = await h.run(claim(), 500, by="eve")
        await h.ask(row, RequestKind.VOTE, "approval/manager", by="mia", verdict="approve")
        row = await h.settle(row)
        request = Request(row.id, RequestKind.EDIT, key, {"value": 50_000}, by="eve")
        before = min(e.seq for e in await h.entries(row) if e.key.startswith("approval/")) - 1
        said = f"is what people were asked about at approval; fork the run from entry {before} or before, and they are"
        assert said in (await preview(h.runtime, request)).refused
        assert (await h.ask(row, RequestKind.EDIT, key, by="eve", value=50_000)).state is RequestState.REFUSED
        row = await h.settle(row)
        with pytest.raises(RefusedError, match=said):
            await h.runtime.fork(row, row.seq, edits=[(key, 50_000)], by="eve")
        fork = await h.settle(await h.runtime.fork(row, before, edits=[("add", 50_000)], by="eve"))
        assert fork.where == "approval/manager"
        await h.ask(fork, RequestKind.VOTE, "approval/manager", by="mia", verdict="approve")
        assert (await h.settle(fork)).where == "approval/finance", "also what depends on the amount is asked anew"


async def test_a_graphs_state_is_not_patched_behind_an_approval_that_would_stand() -> None:
    def build() -> WorkflowBuilder:
        chain = ApprovalChain([ApprovalLevel("manager", who=["mia"])], name="claim")
        builder = WorkflowBuilder().add_node("load", lambda: {"amount": 500})
        builder.add_node(ApprovalNode("approve", chain, input_key="amount"))
        builder.add_node("book", lambda: {"booked": True}).add_node(HumanNode("person"))
        return builder.add_edge("load", "approve").add_edge("approve", "book").add_edge("book", "person")

    async with house(people=Staff(STAFF)) as h:
        row = await h.run(defined(build), by="eve")
        await h.ask(row, RequestKind.VOTE, "approve/manager", by="mia", verdict="approve")
        row = await h.settle(row)
        assert row.where == "person"
        before = min(e.seq for e in await h.entries(row) if e.key.startswith("approve/")) - 1
        refused = await h.ask(row, RequestKind.EDIT, by="eve", patch={"amount": 50_000})
        assert refused.reply.startswith("the state is what people were asked about at approve; fork the run from entry")
        row = await h.settle(row)
        with pytest.raises(RefusedError, match="the state is what people were asked about"):
            await h.runtime.fork(row, row.seq, patch={"amount": 50_000}, by="eve")
        fork = await h.settle(await h.runtime.fork(row, before, patch={"amount": 600}, by="eve"))
        assert (await h.journal.tasks(fork))[0].data["details"] == 600
        later = await h.settle(await h.runtime.fork(fork, before, patch={"by": "hand"}, by="eve"))
        assert (await h.journal.tasks(later))[0].data["details"] == 600, "a patch goes along with a fork of a fork"


async def test_what_came_after_the_decision_may_be_edited() -> None:
    async with house(people=Staff(STAFF)) as h:
        row = await h.run(claim(), 500, by="eve")
        await h.ask(row, RequestKind.VOTE, "approval/manager", by="mia", verdict="approve")
        row = await h.settle(row)
        assert (await h.ask(row, RequestKind.EDIT, "pay", by="mia", value=499)).state is RequestState.APPLIED
        await h.settle(row)


async def test_an_answer_is_changed_by_those_only_who_may_answer() -> None:
    async def flow(ctx: Context) -> Any:
        await ctx.ask("q", Question("?", who=("mia",)))
        await ctx.receive("go", "go")

    async with house(people=Staff(STAFF)) as h:
        row = await h.run(flow, by="eve")
        await h.ask(row, RequestKind.ANSWER, "q", by="mia", value=1)
        row = await h.settle(row)
        refused = await h.ask(row, RequestKind.EDIT, "q", by="fay", value=2)
        assert refused.reply == "fay may not answer q, and so not change its answer"
        assert (await h.ask(row, RequestKind.EDIT, "q", by="mia", value=2)).state is RequestState.APPLIED
        await h.settle(row)


async def test_an_act_on_a_fork_that_left_an_effect_to_its_origin_is_previewed_as_it_will_be_done() -> None:
    """The dry replay must know which effects are the origin's, or a recorded undoing does not fit the definition."""

    def undo() -> str:
        return "refunded"

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", lambda: 1)
        await ctx.step("undo/a", undo, role=StepRole.COMPENSATION)
        await ctx.ask("q", Question("?"))

    async with house() as h:
        row = await h.run(flow)
        begun = min(e.seq for e in await h.entries(row) if e.key == "undo/a")
        fork = await h.settle(await h.runtime.fork(row, begun - 1))
        assert fork.status is RunStatus.WAITING
        assert (await preview(h.runtime, Request(fork.id, RequestKind.ANSWER, "q", {"value": 1}))).refused == ""
        assert [e.kind for e in await h.entries(fork) if e.key == "undo/a"][-1] is EntryKind.DONE
