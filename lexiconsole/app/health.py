"""Health: how the engine of this process is doing, at this moment. Looking never waits, not even while a step holds the loop."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lexiconsole.runtime.engine import Engine
from lexiconsole.runtime.pulse import Held
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.types import Instant

__all__ = ["Health", "Held", "Looking"]

_AGAIN = 1.0
"""Seconds between two looks into the store."""


@dataclass(frozen=True, slots=True)
class Health:
    """`lag` is how many seconds the loop was late at worst in the last two, `held` what holds it right now.

    `queued` is what waits to be written, `rate` the entries that this process commits in a second, `driven` the runs it has
    in memory. `busy` of at most `threads` worker threads are at a call, `waiting` calls wait for one. `size` is bytes on
    disk, the log included. `next_timer` is when the first of the parked runs wakes by itself, None when none does; it is up
    to a second old, and looked for from the first look on.
    """

    lag: float
    held: Held | None
    queued: int
    rate: float
    driven: int
    busy: int
    threads: int
    waiting: int
    size: int
    next_timer: Instant | None = None


class Looking:
    """Looks at one engine. What only the store knows is asked for in the background and told the next time."""

    def __init__(self, engine: Engine, store: Path) -> None:
        self._engine, self._store = engine, store
        self._next: Instant | None = None
        self._asked = float("-inf")
        self._asking = False

    def look(self, *, store: bool = True) -> Health | None:
        """None when the engine is not running. Without `store` nothing is asked of it."""
        engine, runtime, pulse = self._engine, self._engine.runtime, self._engine.pulse
        if runtime is None or pulse is None:
            return None
        if store:
            self._ask()
        return Health(
            lag=pulse.lag,
            held=engine.held(),
            queued=runtime.journal.queued,
            rate=pulse.rate,
            driven=len(runtime.drives),
            busy=runtime.threads.busy,
            threads=runtime.threads.limit,
            waiting=runtime.threads.waiting,
            size=sum(_size(self._store.with_name(self._store.name + end)) for end in ("", "-wal")),
            next_timer=self._next,
        )

    def _ask(self) -> None:
        now = time.monotonic()
        if not self._asking and now - self._asked >= _AGAIN:
            self._asking, self._asked = True, now
            with suppress(RuntimeError):  # it is being stopped
                self._engine.begin(_next_wake).add_done_callback(self._told)

    def _told(self, answer: object) -> None:
        self._asking = False
        with suppress(Exception):  # whoever uses the store is told what is wrong with it
            self._next = answer.result()  # type: ignore[attr-defined]


async def _next_wake(runtime: Runtime) -> Instant | None:
    return await runtime.journal.next_wake()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
