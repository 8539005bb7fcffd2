"""Faults that were found with child runs: lost, left behind, or taking their parent down."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RequestState, RunFilter, RunRow
from lexiconsole.durable.question import Question
from lexiconsole.errors import RunCancelled
from lexiconsole.result import Err, Ok
from lexiconsole.types import RunStatus
from tests.runtime.test_driving import Calls
from tests.runtime.test_faults import Hanging, Slow, called, turns
from tests.runtime.test_prefixes import resumed_from
from tests.support import House, define, house


async def asks(ctx: Context) -> Any:
    return Ok(await ctx.ask("ok", Question("ok?")))


async def parent_of(h: House, row: RunRow) -> RunRow:
    return (await h.journal.runs(RunFilter(parent=row.id)))[0]


async def test_a_child_that_can_not_be_started_is_a_failure_the_parent_hears_of() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        one = await ctx.child("one", "nothing")
        two = await ctx.child("two", typed, {"n": "x"})
        await ctx.step("undo", calls.give("undo"))
        return Ok([one.unwrap_err().type, two.unwrap_err().type])

    from lexiconsole.durable.definition import Definition
    from lexiconsole.types import ModelKind

    typed = Definition("typed", ModelKind.WORKFLOW, lambda _: None, input=dict[str, int])  # type: ignore[arg-type]
    async with house() as h:
        row = await h.run(flow)
        assert calls == ["undo"], row.error
        assert (await h.entries(row))[-1].data == {"result": ["NotFoundError", "InvalidInputError"]}


async def test_a_child_of_another_version_leaves_its_parent_waiting() -> None:
    async def flow(ctx: Context) -> Any:
        return await ctx.child("c", "child")

    async with house() as h:
        h.registry.set(define(asks, name="child"))
        row = await h.run(flow)
        assert row.status is RunStatus.WAITING
        h.registry.set(define(asks, name="child", version=2))
        row = await h.again(row)
        assert row.status is RunStatus.WAITING
        h.registry.definitions.pop("child")
        row = await h.again(row)
        assert row.status is RunStatus.WAITING


async def test_a_parent_cancelled_before_its_crash_still_cancels_its_child() -> None:
    async def flow(ctx: Context) -> Any:
        return await ctx.child("c", "child")

    async with house() as h:
        h.registry.set(define(asks, name="child"))
        row = await h.run(flow)
        entries = [e for e in await h.entries(row) if e.kind is not EntryKind.PARKED]
        child = await parent_of(h, row)
    entries.append(Entry(row.id, len(entries) + 1, 0.0, EntryKind.CANCEL, data={"reason": "no"}))
    h = await resumed_from(entries, flow)
    h.registry.set(define(asks, name="child"))
    row = await asyncio.wait_for(h.again(row), 60)
    assert row.status is RunStatus.CANCELLED
    assert (await parent_of(h, row)).status is RunStatus.CANCELLED and child.id
    await h.runtime.stop()


async def test_a_cancel_while_the_child_is_being_made_reaches_the_child() -> None:
    journal = Slow()

    async def flow(ctx: Context) -> Any:
        return await ctx.child("c", "child")

    async with house(journal) as h:
        h.registry.set(define(asks, name="child"))
        journal.gate.clear()
        row = await h.start(flow)
        await turns()
        asked = asyncio.ensure_future(h.ask(row, RequestKind.CANCEL))
        await turns()
        journal.gate.set()
        await asked
        row = await asyncio.wait_for(h.settle(row), 60)
        assert row.status is RunStatus.CANCELLED
        assert (await parent_of(h, row)).status is RunStatus.CANCELLED


async def test_a_child_dropped_while_it_is_made_is_cancelled_not_left_behind() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        child = ctx.child("c", "child")
        await ctx.first({"c": child, "a": ctx.step("a", calls.give("a"))})
        ctx.drop(child, "not needed")
        await ctx.sleep("nap", timedelta(seconds=5))
        return Ok(1)

    async with house() as h:
        h.registry.set(define(asks, name="child"))
        row = await h.run(flow)
        assert row.status is RunStatus.COMPLETED
        await turns()
        for child in await h.journal.runs(RunFilter(parent=row.id)):
            assert (await h.settle(child)).status is RunStatus.CANCELLED


async def test_a_child_ends_while_its_parent_is_dead() -> None:
    calls = Calls()
    hang = Hanging(calls, "x")

    async def flow(ctx: Context) -> Any:
        both = await ctx.all([ctx.child("c", "child"), ctx.step("x", hang)])
        return both[0]

    async with house() as h:
        h.registry.set(define(asks, name="child"))
        row = await h.start(flow)
        await called(calls, "x")
        await turns()
        child = await parent_of(h, row)
        await h.crash()
        await h.ask(child, RequestKind.ANSWER, "ok", value=5)
        await h.settle(child)
        hang.gate.set()
        row = await h.again(row)
        assert row.status is RunStatus.COMPLETED
        assert [e.kind for e in await h.entries(row)].count(EntryKind.CHILD_ENDED) == 1


async def test_a_child_that_was_cancelled_while_nobody_drove_it_begins_nothing_more_for_its_parent() -> None:
    calls = Calls()

    async def work(ctx: Context) -> Any:
        await ctx.step("x", Hanging(calls, "x"))
        return Ok("never")

    async def flow(ctx: Context) -> Any:
        return await ctx.child("c", "child")

    async with house() as h:
        h.registry.set(define(work, name="child"))
        row = await h.start(flow)
        await called(calls, "x")
        child = await parent_of(h, row)
        await h.crash()
        await h.journal.request(Request(child.id, RequestKind.CANCEL, by="ana"))
        row = await h.again(row)
        assert (await h.settle(child)).status is RunStatus.CANCELLED
        assert row.status is RunStatus.FAILED and calls == ["x"]


async def test_a_child_that_was_cancelled_is_a_failure_to_its_parent_and_not_a_success_without_a_result() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        came = await ctx.child("c", "child")
        if came.is_ok():
            await ctx.step("ship", calls.give("ship"))
        return came

    async with house() as h:
        h.registry.set(define(asks, name="child"))
        row = await h.run(flow)
        child = await parent_of(h, row)
        await h.ask(child, RequestKind.CANCEL, reason="not wanted")
        row = await h.again(row)
        assert row.status is RunStatus.FAILED and calls == []
        error = (await h.entries(row))[-1].data["error"]
        assert error == {
            "key": "c",
            "type": "RunCancelled",
            "message": f"the child run {child.id} was cancelled: not wanted",
        }
        refused = await h.ask(row, RequestKind.RETRY)
        assert (
            refused.state is RequestState.REFUSED and f"{child.id}, which was cancelled; this run has" in refused.reply
        )
        seq = next(e.seq for e in await h.entries(row) if e.kind is EntryKind.CHILD_ENDED)
        fork = await h.clock.until(h.runtime.fork(row, seq, [("c", 5)], by="ana"))
        assert (await h.settle(fork)).status is RunStatus.COMPLETED and calls == ["ship"]


async def test_a_recursion_of_the_same_definition_ends() -> None:
    async def flow(ctx: Context) -> Any:
        if ctx.run.input == 0:
            return Ok(0)
        return Ok((await ctx.child("c", "flow", ctx.run.input - 1)).unwrap() + 1)

    async with house() as h:
        row = await h.run(define(flow), 5)
        assert (await h.entries(row))[-1].data == {"result": 5}


async def test_a_shielded_child_is_not_cancelled_with_its_parent() -> None:
    async def flow(ctx: Context) -> Any:
        try:
            await ctx.receive("go", "go")
        except RunCancelled:
            async with ctx.shielded():
                await ctx.child("undo", "child")
            raise

    async def quick(ctx: Context) -> Any:
        return Ok(1)

    async with house() as h:
        h.registry.set(define(quick, name="child"))
        row = await h.run(flow)
        await h.ask(row, RequestKind.CANCEL)
        assert (await h.settle(row)).status is RunStatus.CANCELLED
        assert (await parent_of(h, row)).status is RunStatus.COMPLETED


@pytest.mark.parametrize("key", ["", "part"])
async def test_a_retry_of_a_run_whose_child_failed_says_what_to_do_instead(key: str) -> None:
    async with house() as h:

        async def part(ctx: Context) -> Any:
            return Err("broken")

        async def whole(ctx: Context) -> Any:
            return await ctx.child("part", "part", None)

        h.registry.set(define(part, name="part"))
        row = await h.run(define(whole, name="whole"))
        assert row.status is RunStatus.FAILED
        refused = await h.ask(row, RequestKind.RETRY, key)
        assert refused.state is RequestState.REFUSED
        assert "Fork this run from before part" in refused.reply
