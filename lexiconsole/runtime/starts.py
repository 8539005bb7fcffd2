"""Starts made visible late: a step that still runs after a moment gets a `step.started`, a quick one stays one row."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from lexiconsole.durable.host import StartWatch

__all__ = ["Starts"]


class Starts:
    """One timer for all steps of a runtime; watching a step costs an append."""

    def __init__(self, after: float) -> None:
        self._after = after
        self._queue: deque[tuple[float, StartWatch]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, step: StartWatch) -> None:
        self._queue.append((time.monotonic() + self._after, step))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._after, self._sweep)

    def _sweep(self) -> None:
        now = time.monotonic()
        while self._queue and self._queue[0][0] <= now:
            self._queue.popleft()[1].show_start()
        self._timer = None
        if self._queue:
            self._timer = asyncio.get_running_loop().call_later(max(0.005, self._queue[0][0] - now), self._sweep)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._queue.clear()
