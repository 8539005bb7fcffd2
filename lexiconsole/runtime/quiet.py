"""Quiet: an engine that has nothing to do looks at one number ten times a second, and at the store only when it changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lexiconsole.types import Instant

if TYPE_CHECKING:
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["Quiet", "until_next"]

_AT_LEAST = 1.0
"""Seconds after which the store is looked at anyway: a process that died commits nothing."""

_TOO_SHORT = 0.3
"""Parts of a period that are no pause of their own."""


class Quiet:
    """Whether a look at the store would find what the last one found."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._version: int | None = None
        self._wake: Instant | None = None
        self._until = float("-inf")

    def still(self) -> bool:
        """Nobody committed, no timer is due, and dead owners were looked for not long ago. Costs no trip to another thread."""
        version, self._version = self._version, self._runtime.journal.moved()
        if version is None or version != self._version:
            return False
        clock = self._runtime.clock
        return clock.monotonic() < self._until and (self._wake is None or clock.now() < self._wake)

    def owners_due(self) -> bool:
        """Whether to look for owners that died; then it is not asked again for a second."""
        now = self._runtime.clock.monotonic()
        due = now >= self._until
        if due:
            self._until = now + _AT_LEAST
        return due

    async def looked(self) -> None:
        """A look has just been taken; what was committed during it is found by the next one."""
        if self._version is not None:
            _, self._wake = await self._runtime.journal.timers()


def until_next(period: float) -> float:
    """Seconds until the next multiple of a period. What wakes up for different reasons then wakes the machine once."""
    left = period - asyncio.get_running_loop().time() % period
    return left if left > period * _TOO_SHORT else left + period
