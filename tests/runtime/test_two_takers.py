"""Two hands of one process on one run: whoever comes second must find it taken, at every moment of the first's taking.

A worker's loop finds a run just when the console says "drive this one now", or a request for it comes in. Both are tasks on one
event loop, and taking a run has several waits in it: each is held open here while the other hand reaches for the run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.app.acts import drive_on
from lexiconsole.durable.context import Context
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RunRow
from lexiconsole.errors import LexiconsoleError, NotOwnedError
from lexiconsole.result import Ok
from lexiconsole.runtime.recovery import drive_what_waits
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.runtime.taking import act, take
from tests.runtime.test_ownership import runtime_on

Hand = Callable[[Runtime, RunRow], Coroutine[Any, Any, Any]]


async def by_the_loop(runtime: Runtime, row: RunRow) -> None:
    await drive_what_waits(runtime)


async def by_a_face(runtime: Runtime, row: RunRow) -> None:
    await drive_on(runtime, row)


async def by_a_request(runtime: Runtime, row: RunRow) -> None:
    await act(runtime, Request(row.id, RequestKind.PAUSE))


async def by_hand(runtime: Runtime, row: RunRow) -> None:
    await take(runtime, await runtime.reload(row))


HANDS = {"loop": by_the_loop, "face": by_a_face, "request": by_a_request, "hand": by_hand}


class Held:
    """Holds the first call of one of the journal's methods, once what it does is done, until it is let go."""

    def __init__(self, runtime: Runtime, method: str) -> None:
        self.reached, self._go = asyncio.Event(), asyncio.Event()
        done = getattr(runtime.journal, method)

        async def hold(doing: Awaitable[Any]) -> Any:
            result = await doing
            if not self.reached.is_set():
                self.reached.set()
                await self._go.wait()
            return result

        def held(*given: Any, **more: Any) -> asyncio.Future[Any]:
            return asyncio.ensure_future(
                hold(done(*given, **more))
            )  # as `append` gives one: a slow step's start adds to it

        setattr(runtime.journal, method, held)

    def let_go(self) -> None:
        self._go.set()


class Work:
    """A run of one step, which counts how often it is at work at one time."""

    def __init__(self) -> None:
        self.times = 0
        self.on, self.over = asyncio.Event(), asyncio.Event()

    async def __call__(self, ctx: Context) -> Any:
        await ctx.step("pay", self.pay)
        return Ok("paid")

    async def pay(self) -> None:
        self.times += 1
        self.on.set()
        await self.over.wait()


async def _settled(runtime: Runtime) -> None:
    """Until whatever is on its way has had its turns at the store's thread."""
    for _ in range(10):
        await runtime.journal.owners()
        await asyncio.sleep(0)


@pytest.mark.parametrize("second", HANDS)
@pytest.mark.parametrize("method", ["claim", "load", "append"])
async def test_a_run_that_is_being_taken_is_not_taken_again(tmp_path: Path, second: str, method: str) -> None:
    work = Work()
    async with runtime_on(tmp_path, work) as runtime:
        row, _ = await runtime.create(runtime.definitions.find("flow"), None, id="r", drive=False)
        await _reached_for(runtime, work, Held(runtime, method), by_the_loop(runtime, row), second)


@pytest.mark.parametrize("second", HANDS)
async def test_a_run_that_is_being_made_is_not_taken_again(tmp_path: Path, second: str) -> None:
    """It belongs to this process from its first commit on, which comes a moment before it is driven."""
    work = Work()
    async with runtime_on(tmp_path, work) as runtime:
        making = runtime.create(runtime.definitions.find("flow"), None, id="r")
        await _reached_for(runtime, work, Held(runtime, "create"), making, second)


async def _reached_for(runtime: Runtime, work: Work, held: Held, first: Coroutine[Any, Any, Any], second: str) -> None:
    """The second hand reaches for the run while the first is held; then the run goes to its end."""
    taking = asyncio.create_task(first)
    await held.reached.wait()
    row = await runtime.journal.run("r")
    assert row is not None
    other = asyncio.create_task(HANDS[second](runtime, row))
    await _settled(runtime)
    held.let_go()
    await taking
    await work.on.wait()
    await _settled(runtime)
    work.over.set()
    await asyncio.gather(other, return_exceptions=True)
    await _ended(runtime, row, work)


async def _ended(runtime: Runtime, row: RunRow, work: Work) -> None:
    while (drive := runtime.drives.get(row.id)) is not None:
        await drive.ended
        await asyncio.sleep(0)
    now = await runtime.reload(row)
    entries = await runtime.journal.load(now)
    assert work.times == 1, [entry.kind for entry in entries]
    assert sum(entry.kind is EntryKind.OWNED for entry in entries) <= 1
    assert runtime.faults == {}


async def test_a_run_whose_taking_failed_can_be_taken(tmp_path: Path) -> None:
    work = Work()
    work.over.set()
    async with runtime_on(tmp_path, work) as runtime:
        row, _ = await runtime.create(runtime.definitions.find("flow"), None, id="r", drive=False)
        load = runtime.journal.load

        async def breaks(*given: Any, **more: Any) -> Any:
            runtime.journal.load = load  # type: ignore[method-assign]
            raise OSError("the disk is gone for a moment")

        runtime.journal.load = breaks  # type: ignore[method-assign]
        with pytest.raises(OSError, match="for a moment"):
            await by_hand(runtime, row)
        await by_the_loop(runtime, row)
        await work.on.wait()
        await _ended(runtime, row, work)


async def test_what_is_being_taken_says_so_to_whoever_wants_it(tmp_path: Path) -> None:
    work = Work()
    async with runtime_on(tmp_path, work) as runtime:
        row, _ = await runtime.create(runtime.definitions.find("flow"), None, id="r", drive=False)
        held = Held(runtime, "append")
        first = asyncio.create_task(by_the_loop(runtime, row))
        await held.reached.wait()
        with pytest.raises(NotOwnedError):
            await by_hand(runtime, row)
        held.let_go()
        await first
        work.over.set()
        await work.on.wait()
        await _ended(runtime, row, work)


@pytest.mark.parametrize("method", ["claim", "load", "append"])
async def test_a_run_that_is_being_taken_while_the_engine_stops_is_left_to_others(tmp_path: Path, method: str) -> None:
    """Else it is driven beside whoever takes it over, or belongs to an owner that nobody looks after."""
    work = Work()
    async with runtime_on(tmp_path, work) as runtime:
        row, _ = await runtime.create(runtime.definitions.find("flow"), None, id="r", drive=False)
        held = Held(runtime, method)
        first = asyncio.create_task(by_hand(runtime, row))
        await held.reached.wait()
        await runtime.stop()
        held.let_go()
        with pytest.raises(LexiconsoleError):
            await first
        await _settled(runtime)
        assert (work.times, runtime.drives, await runtime.journal.owners()) == (0, {}, [])
        assert (await runtime.reload(row)).owner is None
