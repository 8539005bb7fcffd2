"""Schedule: which sequences of a run are moving, which wait for what, and in which order outcomes reach them.

A strand is one sequence of a model: the model's own coroutine, or a branch. Strands move until each waits; only then is
the next event handed over, one at a time, in the order of the journal. So what a strand sees never depends on timing
inside this process, and a replay sees exactly what the live run saw.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lexiconsole.durable.entry import Entry
from lexiconsole.errors import RunCancelled

if TYPE_CHECKING:
    from lexiconsole.durable.work import Work

__all__ = ["Schedule", "Strand"]


@dataclass(slots=True, eq=False)
class Strand:
    """One sequence. `shield` counts the `shielded()` blocks it is in; `busy` means that it runs a step's own code."""

    prefix: str = ""
    task: asyncio.Task[object] | None = None
    shield: int = 0
    busy: bool = False
    waiter: asyncio.Future[None] | None = None
    wanted: Collection[Work] = ()
    need_all: bool = False

    def satisfied(self) -> bool:
        if self.need_all:
            return all(work.settled for work in self.wanted)
        return any(work.settled for work in self.wanted)


@dataclass(slots=True)
class Schedule:
    """`moving` counts the strands that do not wait; `inbox` holds committed outcomes that nobody has seen yet.

    `watched` has the strands that wait for a work, in the order in which they began to, so that an outcome costs the same
    with a thousand strands as with one.
    """

    moving: int = 1
    waiting: dict[Strand, None] = field(default_factory=dict)
    watched: dict[Work, list[Strand]] = field(default_factory=dict)
    inbox: deque[Entry] = field(default_factory=deque)
    cancelled: RunCancelled | None = None

    async def wait(self, strand: Strand, wanted: Collection[Work], *, need_all: bool, pump: Callable[[], None]) -> None:
        """Until one of `wanted` is settled, or all; raises RunCancelled when the strand is not shielded from a cancel."""
        strand.wanted, strand.need_all = wanted, need_all
        while True:
            if self.cancelled is not None and not strand.shield:
                raise RunCancelled(self.cancelled.reason, by=self.cancelled.by)
            if strand.satisfied():
                return
            strand.waiter = asyncio.get_running_loop().create_future()
            self.waiting[strand] = None
            for work in wanted:
                if not work.settled:
                    self.watched.setdefault(work, []).append(strand)
            self.moving -= 1
            if self.moving == 0:
                pump()
            try:
                await strand.waiter
            except asyncio.CancelledError:
                self._forget(strand)
                raise

    def settled(self, work: Work) -> None:
        """Lets those strands move whose wait is over with this outcome, in the order in which they began to wait."""
        for strand in self.watched.pop(work, ()):
            if strand.satisfied():
                self._move(strand)

    def wake_for_cancel(self) -> None:
        """Lets every strand move that is not shielded."""
        for strand in list(self.waiting):
            if not strand.shield:
                self._move(strand)

    def _move(self, strand: Strand) -> None:
        self._forget(strand)
        if strand.waiter is not None and not strand.waiter.done():
            strand.waiter.set_result(None)

    def _forget(self, strand: Strand) -> None:
        """It does not wait any more. One that is taken down counts as moving until it has ended."""
        if strand in self.waiting:
            del self.waiting[strand]
            for work in strand.wanted:
                watchers = self.watched.get(work)
                if watchers is not None:
                    watchers.remove(strand)
                    if not watchers:
                        del self.watched[work]
            self.moving += 1
