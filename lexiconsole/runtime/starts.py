"""Starts made visible late: a step that still runs after a moment gets a `step.started`, a quick one stays one row."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lexiconsole.durable.host import StartWatch

__all__ = ["Starts"]


class Starts:
    """One timer for all steps of a runtime, so that watching a step costs an append.

    A step that runs is shown between `after` and `after` and a half seconds from its start: two rounds of the timer must
    pass it by.
    """

    def __init__(self, after: float, wanted: Callable[[], object]) -> None:
        """`wanted` tells whether any run is driven at all; without one the timer rests until `begin`."""
        self._round, self._wanted = after / 2, wanted
        self._newest: list[StartWatch] = []
        self._middle: list[StartWatch] = []
        self._oldest: list[StartWatch] = []
        self.watch: Callable[[StartWatch], None] = self._newest.append
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Starts the timer; it goes on as long as it is wanted."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._round, self._turn)

    def _turn(self) -> None:
        oldest, self._oldest, self._middle = self._oldest, self._middle, self._newest.copy()
        self._newest.clear()
        for step in oldest:
            step.show_start()
        self._timer = None
        if self._wanted():
            self.begin()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for each in (self._newest, self._middle, self._oldest):
            each.clear()
