"""Host: what a live context needs from whoever drives it, and the smallest host there is, for runs in memory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from lexiconsole.durable.clock import Clock, SystemClock
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.context import Progress
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.people import Nobody, People
from lexiconsole.durable.threads import Threads

__all__ = ["Host", "MemoryHost", "StartWatch"]


class StartWatch(Protocol):
    """A step that has begun; told after a moment to make its start visible, if it still runs."""

    def show_start(self) -> None: ...


class Host(Protocol):
    """The surroundings of one live context."""

    clock: Clock
    codec: Codec
    chance: random.Random
    people: People
    journaled: bool

    def record(self, entries: Sequence[Entry]) -> asyncio.Future[None]:
        """Queues entries of this run for the journal; done when they are on disk."""
        ...

    def call(self, function: Callable[[], Any]) -> Any:
        """Calls a function that is not async: its value at once, or an awaitable of it (a worker thread)."""
        ...

    def call_in_thread(self, function: Callable[[], Any]) -> asyncio.Future[Any]: ...

    def watch_start(self, step: StartWatch) -> None: ...

    async def before_step(self) -> None:
        """Raises NotOwnedError when this process may have lost the run while it was stopped."""
        ...

    def needs_check(self) -> bool:
        """Whether `before_step` has anything to do now."""
        ...

    async def acts_known(self) -> None:
        """Waits until what somebody is doing to the run just now is on disk and known to its context. What happens by the clock
        comes after it: a person who was in time must count, and a step that was skipped must not be tried once more.
        """
        ...

    async def child(self, id: str, key: str, definition: Any, input: Any) -> str:
        """Sees to it that the child run exists and is driven; gives its definition's name. Its end comes back as an entry."""
        ...

    def withdraw_child(self, id: str, reason: str) -> None: ...

    def note(self, event: Progress) -> None: ...

    def blocked(self) -> None:
        """Every sequence of the run waits, and nothing that runs here will wake one soon: the run may leave memory."""
        ...


_CHANCE = random.Random()


class MemoryHost:
    """Nothing is kept, nobody is asked, and functions that are not async are called in place unless they have a timeout."""

    journaled = False

    def __init__(self, *, clock: Clock | None = None, notes: Callable[[Progress], None] | None = None) -> None:
        self.clock: Clock = clock or SystemClock()
        self.codec = Codec()
        self.chance = _CHANCE
        self.people: People = Nobody()
        self._notes = notes

    def record(self, entries: Sequence[Entry]) -> asyncio.Future[None]:
        raise AssertionError("a run in memory records nothing")

    def call(self, function: Callable[[], Any]) -> Any:
        return function()

    def call_in_thread(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        return _shared_threads().run(function)

    def watch_start(self, step: StartWatch) -> None: ...

    async def before_step(self) -> None: ...

    def needs_check(self) -> bool:
        return False

    async def acts_known(self) -> None: ...

    async def child(self, id: str, key: str, definition: Any, input: Any) -> str:
        raise AssertionError("a child in memory runs inside its parent")

    def withdraw_child(self, id: str, reason: str) -> None: ...

    def note(self, event: Progress) -> None:
        if self._notes is not None:
            self._notes(event)

    def blocked(self) -> None: ...


@cache
def _shared_threads() -> Threads:
    return Threads()
