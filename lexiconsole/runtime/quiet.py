"""Quiet: an engine that has nothing to do looks at one number ten times a second, and at the store only when it changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lexiconsole.types import Instant

if TYPE_CHECKING:
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["Quiet", "until_look", "until_next"]

_AT_LEAST = 1.0
"""Seconds after which others that drive are looked at anyway: a process that died commits nothing."""

_IN_ANY_CASE = 10.0
"""Seconds after which all is looked at, whatever seems to be so."""

_TOO_SHORT = 0.3
"""Parts of a period that are no pause of their own."""


class Quiet:
    """Whether a look at the store would find what the last one found."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._version: int | None = None
        self._wake: Instant | None = None
        self._at: Instant = 0.0
        self._until = self._again = float("-inf")
        self.others = True
        """Whether others may be there that drive; told by who looked for them."""
        self.moved = True
        """Whether runs may have come that can be driven, as `still` found it."""

    def still(self) -> bool:
        """Nobody committed, no timer is due, and dead owners were looked for not long ago. Costs no trip to another thread."""
        version, self._version = self._version, self._runtime.journal.moved()
        clock = self._runtime.clock
        now, self._at = clock.monotonic(), clock.now()
        due = self._wake is not None and self._at >= self._wake
        self.moved = version is None or version != self._version or due or self._runtime.stirred or now >= self._again
        self._runtime.stirred = False
        self.others = self.others or self.moved
        return not self.moved and (not self.others or now < self._until)

    def owners_due(self) -> bool:
        """Whether to look for owners that died; then it is not asked again for a second."""
        now = self._runtime.clock.monotonic()
        due = now >= self._until
        if due:
            self._until = now + _AT_LEAST
        return due

    async def looked(self) -> None:
        """A look has just been taken; what was committed during it is found by the next one.

        What was due by then and still nobody's can not go on here: its definition is not loaded, or refuses it.
        """
        self._again = self._runtime.clock.monotonic() + _IN_ANY_CASE
        if self._version is not None:
            self._wake = await self._runtime.journal.next_wake(self._at)


def until_look(runtime: Runtime) -> float:
    """Seconds until the next look. An engine that drives nothing looks half as often."""
    poll = runtime.settings.poll
    return until_next(poll if runtime.drives else 2 * poll)


def until_next(period: float) -> float:
    """Seconds until the next multiple of a period. What wakes up for different reasons then wakes the machine once."""
    left = period - asyncio.get_running_loop().time() % period
    return left if left > period * _TOO_SHORT else left + period
