"""The port of caches, in which pipelines and bulk operations keep checkpoints when they have no journal."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

__all__ = ["CacheBackendProtocol"]


@runtime_checkable
class CacheBackendProtocol(Protocol):
    """Keeps JSON values under text keys. `ttl` is seconds, None for as long as the cache likes."""

    async def get(self, key: str) -> Any:
        """The value, None when there is none."""
        ...

    async def set(self, key: str, value: Any, ttl: int | None = None) -> Any: ...

    async def delete(self, key: str) -> Any: ...
