"""Vitals: how the console itself is doing: entries a second, how late its loop is, how runs are counted."""

from __future__ import annotations

import time
from collections import deque

from lexiconsole.tui.glyphs import Glyphs
from lexiconsole.types import RunStatus

__all__ = ["Vitals"]

_SECONDS = 60


class Vitals:
    """Fed once a second and with each flush."""

    def __init__(self) -> None:
        self.rates: deque[int] = deque([0] * _SECONDS, maxlen=_SECONDS)
        self.counts: dict[RunStatus, int] = {}
        self.lag = 0.0
        """Seconds that the last tick came too late, the worst of the last minute."""
        self._lags: deque[float] = deque(maxlen=_SECONDS)
        self._now = 0
        self._last = time.monotonic()

    def came(self, entries: int) -> None:
        self._now += entries

    def tick(self) -> None:
        """A second went by."""
        now = time.monotonic()
        passed, self._last = now - self._last, now
        self._lags.append(max(0.0, passed - 1.0))
        self.lag = max(self._lags)
        self.rates.append(round(self._now / max(passed, 0.5)))
        self._now = 0

    @property
    def rate(self) -> int:
        """Entries in the last second."""
        return self.rates[-1]

    def words(self, glyphs: Glyphs) -> str:
        """For the header: the last seconds as bars, and the last one as a number."""
        recent = list(self.rates)[-8:]
        return f"{glyphs.spark(recent)} {self.rate:,} entries/s" if any(recent) else "quiet"
