"""The clock as a port: what time it is, how long something took, and waiting."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Protocol

from lexiconsole.types import Instant

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """Where every instant and every wait of the engine comes from; tests bring one that jumps."""

    def now(self) -> Instant:
        """Wall time, seconds since 1970 UTC. May jump back when somebody sets the machine's clock."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards and go on while the process is stopped."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock. `monotonic` also counts the time the machine slept, where the system can tell."""

    now = staticmethod(time.time)  # the calls themselves: each step makes three
    monotonic = staticmethod(partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
