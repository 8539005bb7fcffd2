"""Throttle: something that may be asked for at any rate and is done at most so often, the last time included."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.message_pump import MessagePump

__all__ = ["Throttle"]


class Throttle:
    """At once when it was long ago, else as soon as `seconds` have passed since the last time."""

    def __init__(self, owner: MessagePump, seconds: float, call: Callable[[], None]) -> None:
        self._owner, self._seconds, self._call = owner, seconds, call
        self._last = -1e9
        self._waiting = False

    def ask(self) -> None:
        if self._waiting:
            return
        left = self._seconds - (time.monotonic() - self._last)
        if left <= 0:
            self._do()
        else:
            self._waiting = True
            self._owner.set_timer(left, self._do)

    def _do(self) -> None:
        self._waiting = False
        self._last = time.monotonic()
        self._call()
