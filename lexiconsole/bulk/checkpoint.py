"""Where a bulk operation in memory stands, in a cache: which batches are done, and the tally. Results are not kept there."""

from __future__ import annotations

from typing import Any

from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.errors import DefinitionError
from lexiconsole.types import JsonObject

__all__ = ["BulkCheckpoint"]


class BulkCheckpoint:
    """One operation in the cache, known by its id."""

    def __init__(self, cache: CacheBackendProtocol, name: str, operation_id: str) -> None:
        if not operation_id:
            raise DefinitionError(
                f"{name} keeps checkpoints: give execute() an operation_id, so that they can be found again"
            )
        self._cache, self._key = cache, f"lexiconsole:bulk:{name}:{operation_id}"

    async def load(self) -> Any:
        """What `save` was given last, None when there is nothing."""
        return await self._cache.get(self._key)

    async def save(self, state: JsonObject) -> None:
        await self._cache.set(self._key, state)

    async def forget(self) -> None:
        await self._cache.delete(self._key)
