"""A cancel that is taken back while somebody takes it up: the run is cancelled, or it is not, and both are told the same."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Journal, Request, RequestKind
from lexiconsole.durable.question import Question
from lexiconsole.runtime.taking import take
from lexiconsole.runtime.withdrawing import plan_withdrawal, withdraw
from lexiconsole.store import SqliteJournal
from lexiconsole.types import RunStatus
from tests.support import House, house


async def asks(ctx: Context) -> Any:
    return await ctx.ask("q", Question("?"))


async def cancelled(h: House, row: Any) -> bool:
    return any(entry.kind is EntryKind.CANCEL for entry in await h.entries(row))


async def taken_back(journal: Journal, row: Any) -> str:
    """Why not, "" when it was."""
    return (await withdraw(journal, row, Request(row.id, RequestKind.WITHDRAW, by="ana"))).reply


async def wanted(h: House, row: Any) -> int:
    return await h.journal.request(Request(row.id, RequestKind.CANCEL, by="ana", at=h.clock.now()))


@pytest.mark.parametrize("driven", [False, True])
async def test_taken_and_withdrawn_at_once_exactly_one_of_both_holds(tmp_path: Path, driven: bool) -> None:
    other = SqliteJournal(tmp_path / "store.db", durability="process")
    async with house(SqliteJournal(tmp_path / "store.db", durability="process")) as h:
        await other.open()
        gate = asyncio.Event()

        async def works(ctx: Context) -> None:
            await ctx.step("a", gate.wait)

        async def takes(row: Any, ahead: int) -> None:
            await asyncio.sleep(ahead * 0.0005)
            await (h.runtime.do_requests() if driven else take(h.runtime, await h.row(row)))

        async def takes_it_back(row: Any, behind: int) -> str:
            await asyncio.sleep(behind * 0.0005)
            return await taken_back(other, row)

        for ahead in range(-3, 7):  # half milliseconds by which the taking back is ahead
            row = await (h.start(works) if driven else h.run(asks))
            if driven:
                await asyncio.sleep(0.005)
            await wanted(h, row)

            _, why_not = await asyncio.gather(takes(row, ahead), takes_it_back(row, -ahead))
            assert await cancelled(h, row) is bool(why_not), why_not
            if not why_not:
                assert await h.journal.requests(run=row) == []
            gate.set()
            await h.settle(row)
            gate.clear()
        await other.close()


async def test_what_was_taken_back_never_reaches_the_run_and_is_on_record() -> None:
    async with house() as h:
        row = await h.run(asks)
        number = await wanted(h, row)
        assert "ben waits" in (await plan_withdrawal(h.journal, row, "ben")).refused, "it is not his"
        assert (await plan_withdrawal(h.journal, row, "ana")).sentence.startswith(
            f"the cancel of {row.id} is taken back"
        )
        assert await taken_back(h.journal, row) == ""
        assert (await h.again(row)).status is RunStatus.WAITING and not await cancelled(h, row)
        request = await h.journal.request_state(number)
        assert request is not None and (request.state, request.reply) == ("refused", "ana took it back")
        assert (await h.journal.audit())[-1].entry.data["reason"] == "ana took it back"
        await wanted(h, row)
        assert (await h.again(row)).status is RunStatus.CANCELLED
        assert "was taken up already" in await taken_back(h.journal, row)


async def test_a_cancel_that_was_taken_up_by_a_process_that_died_is_done_by_the_next_one() -> None:
    async with house() as h:
        row = await h.run(asks)
        assert await h.journal.take_request(await wanted(h, row))
        assert "was taken up already" in await taken_back(h.journal, row)
        await h.crash()
        assert (await h.again(row)).status is RunStatus.CANCELLED
