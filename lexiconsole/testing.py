"""For tests of your own workflows: a clock that jumps, and a store in memory.

    clock = JumpingClock()
    run = await clock.until(run_in_memory(my_workflow, {"order": 7}, host=MemoryHost(clock=clock)))

Nothing sleeps for real: while everything waits, the clock jumps to the next deadline. A step that is not async is waited for.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from lexiconsole.durable.threads import calls_under_way
from lexiconsole.store.memory import MemoryJournal
from lexiconsole.types import Instant

__all__ = ["JumpingClock", "MemoryJournal"]

T = TypeVar("T")

PATIENCE, LOOKS = 0.5, 100
"""Real seconds that a step in a thread is given, and how often it is looked for meanwhile, before its time runs on, so that no
limit passes it by; one that takes longer hangs, as far as a test is concerned. A machine that is busy elsewhere lets seconds
go by in which the thread has no turn, but then those who look for it have none either.
"""


class JumpingClock:
    """A clock that stands still until `until` or `advance` moves it."""

    def __init__(self, start: Instant = 1_800_000_000.0) -> None:
        self._now = start
        self._put_back = 0.0
        self._deadlines: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = itertools.count()
        self._looks: WeakKeyDictionary[asyncio.Future[Any], int] = WeakKeyDictionary()

    def now(self) -> Instant:
        return self._now

    def monotonic(self) -> float:
        return self._now + self._put_back

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._deadlines, (self._now + seconds, next(self._count), done))
        await done

    async def until(self, awaitable: Awaitable[T], *, at_most: float = 10_000_000.0) -> T:
        """Jumps from deadline to deadline until `awaitable` is done; gives its result.

        Raises TimeoutError when `at_most` seconds of this clock did not suffice, or nothing waits for it any more.
        """
        future = asyncio.ensure_future(awaitable)
        end = self._now + at_most
        idle = 0
        while not future.done():
            await self._settle(future)
            if future.done():
                break
            if self._gives_time():
                await asyncio.sleep(0.001)
                continue
            if self._jump(end):
                idle = 0
                continue
            idle += 1  # something real is under way: a thread, a disk
            if idle > 2000:
                future.cancel()
                raise TimeoutError("nothing waits for the clock and the awaited thing is not done")
            await asyncio.sleep(0.005)
        return await future

    async def advance(self, seconds: float) -> None:
        """Lets that much time pass, waking whoever waits in between."""
        end = self._now + seconds
        await self._settle(None)
        while self._jump(end):
            await self._settle(None)
        self._now = end
        await self._settle(None)

    def set_back(self, seconds: float) -> None:
        """Somebody set the machine's clock: wall time jumps, deadlines move along; `monotonic` takes no notice."""
        self._now -= seconds
        self._put_back += seconds
        self._deadlines = [(at - seconds, n, done) for at, n, done in self._deadlines]

    def _gives_time(self) -> bool:
        """Whether a step is in a thread that may not have had its turn yet."""
        given = False
        for call, made_at in calls_under_way():
            looks = self._looks[call] = self._looks.get(call, 0) + 1
            given |= looks <= LOOKS or time.monotonic() < made_at + PATIENCE
        return given

    def _jump(self, end: float) -> bool:
        while self._deadlines:
            at, _, done = self._deadlines[0]
            if done.done():
                heapq.heappop(self._deadlines)
                continue
            if at > end:
                return False
            heapq.heappop(self._deadlines)
            self._now = max(self._now, at)
            done.set_result(None)
            return True
        return False

    async def _settle(self, future: asyncio.Future[T] | None) -> None:
        for _ in range(25):
            if future is not None and future.done():
                return
            await asyncio.sleep(0)
