"""MemoryCache: a cache that lives as long as its process, for checkpoints in tests and in applications that may lose them."""

from __future__ import annotations

import copy
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

__all__ = ["MemoryCache"]


class MemoryCache:
    """A CacheBackendProtocol. Values are copied in and out; beyond `limit` entries the one not used for longest goes.

    `clock` gives seconds that only grow; a `ttl` counts on it.
    """

    def __init__(self, limit: int = 10_000, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._kept: OrderedDict[str, tuple[Any, float | None]] = OrderedDict()

    async def get(self, key: str) -> Any:
        """The value, None when there is none or its time is over."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        value, until = kept
        if until is not None and self._clock() >= until:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return copy.deepcopy(value)

    async def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        """Keeps the value, for `ttl` seconds if given."""
        self._kept[key] = (copy.deepcopy(value), None if ttl is None else self._clock() + ttl)
        self._kept.move_to_end(key)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    async def delete(self, key: str) -> None:
        """Forgets the key; one that is not there is no fault."""
        self._kept.pop(key, None)

    def __len__(self) -> int:
        return len(self._kept)
