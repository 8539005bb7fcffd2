"""A loop in which waiting costs no time, and a store whose every call takes as long as chance will have it.

One event loop gives a task its turn in ever the same order, so a test that has two hands on one run sees one of the many orders in
which they may come. Here each call of a journal waits before and after its work, now and then for long, and the same seed gives
the same order again.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, cast

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import Journal, RunRow
from lexiconsole.errors import StoreError
from lexiconsole.store.memory import MemoryJournal
from lexiconsole.types import Instant

_WRITES = frozenset(
    {
        "attempted", "beat", "claim", "close_request", "create", "register", "release", "request", "retire", "take_request",
        "withdraw_request",
    }
)  # fmt: skip
_READS = frozenset({"load", "next_wake", "owners", "request_state", "requests", "run", "runs", "tasks", "wakeable"})


class Hung(Exception):
    """Everything waits and nothing will ever come."""


class _Jumping(selectors.SelectSelector):
    """Does not wait for the time that the loop would wait; tells it that so much has gone by."""

    def __init__(self, passed: Callable[[float], None]) -> None:
        super().__init__()
        self._passed = passed

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise Hung
        self._passed(max(timeout, 0.0))
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time goes on only while everything waits, and then at once to where somebody wants it to be."""

    def __init__(self) -> None:
        self._at = 0.0
        super().__init__(_Jumping(self._pass))

    def _pass(self, seconds: float) -> None:
        self._at += seconds

    def time(self) -> float:
        return self._at


class VirtualClock:
    """The wall clock of such a loop."""

    def now(self) -> Instant:
        return 1_800_000_000.0 + self.monotonic()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0.0))


class Wandering:
    """One process's way to the store in memory that all share. Writes are done in the order in which they were asked for; a
    read finds what is there at some moment between its call and its answer.

    `killed` does nothing more of what was asked for, `closed` takes nothing more on.
    """

    def __init__(self, store: MemoryJournal, chance: random.Random) -> None:
        self._store, self._chance = store, chance
        self._queue: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self.killed = self.closed = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name in _WRITES:
            return lambda *given: self._later(lambda: method(*given))
        if name in _READS:
            return lambda *given, **more: self._read(lambda: method(*given, **more))
        return method

    def append(self, run: RunRow, epoch: int, entries: Sequence[Entry]) -> asyncio.Future[None]:
        return self._later(lambda: self._store.append(run, epoch, entries))

    def moved(self) -> int:
        return self._store.changes  # type: ignore[attr-defined]

    async def a_while(self) -> None:
        """Mostly a turn or a few, now and then as long as a disk that has other things to do."""
        roll = self._chance.random()
        if roll < 0.5:
            for _ in range(self._chance.randrange(4)):
                await asyncio.sleep(0)
        else:
            await asyncio.sleep(self._chance.choice((0.001, 0.003, 0.01, 0.03)) if roll < 0.97 else 0.5)

    async def _read(self, work: Callable[[], Any]) -> Any:
        self._check()
        await self.a_while()
        found = await work()
        await self.a_while()
        self._check()
        return found

    def _later(self, work: Callable[[], Any]) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.closed or self.killed:
            _fail(future, StoreError("the store is being closed"))
            return future
        self._queue.append((work, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write())
        return future

    async def _write(self) -> None:
        while self._queue:
            await self.a_while()
            if self.killed or not self._queue:
                return
            work, future = self._queue.popleft()
            try:
                result = await work()
            except Exception as fault:
                await self.a_while()
                _fail(future, fault)
            else:
                self._store.changes += 1  # type: ignore[attr-defined]
                await self.a_while()
                if not future.done():
                    future.set_result(result)

    def _check(self) -> None:
        if self.closed or self.killed:
            raise StoreError("the store is not open")

    async def drained(self) -> None:
        if self._writer is not None:
            await asyncio.wait([self._writer])


def wandering(store: MemoryJournal, chance: random.Random) -> tuple[Wandering, Journal]:
    """The same thing twice: as what it is, and as the journal that it passes for."""
    journal = Wandering(store, chance)
    return journal, cast("Journal", journal)


def _fail(future: asyncio.Future[Any], fault: Exception) -> None:
    if not future.done():
        future.set_exception(fault)
        future.exception()
