"""Pace: no more items a second than somebody allows, for all batches of a run in this process together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any

__all__ = ["Pace"]


class Pace:
    """`rate` is items a second, None for any; it may be changed at any time and holds for what is begun after that.

    A batch waits for its turn inside its own step, so the journal knows nothing of it and a replay waits for nothing.
    """

    def __init__(self) -> None:
        self.rate: float | None = None
        self._free_at = 0.0
        self._turn = Lock()

    def kept(self, call: Callable[[], Any], items: int, *, in_loop: bool) -> Callable[[], Any]:
        """The call, after a wait for its turn: without holding the event loop, or in the thread that the call has."""
        if self.rate is None:
            return call
        return partial(self._later if in_loop else self._held, call, items)

    def reserve(self, items: int) -> float:
        """Seconds until so many items may begin; whoever asks next comes after them."""
        with self._turn:
            now = time.monotonic()
            begins = max(now, self._free_at)
            self._free_at = begins + (items / self.rate if self.rate else 0.0)
            return begins - now

    async def _later(self, call: Callable[[], Any], items: int) -> Any:
        await asyncio.sleep(self.reserve(items))
        given = call()
        return await given if hasattr(given, "__await__") else given

    def _held(self, call: Callable[[], Any], items: int) -> Any:
        time.sleep(self.reserve(items))
        return call()
