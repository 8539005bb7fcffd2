"""Checkpoints of a pipeline in memory: what its steps came to, in a cache, until the pipeline completes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.context import INFER, Context
from lexiconsole.durable.kept import KeptContext
from lexiconsole.pipeline.context import PipelineContext
from lexiconsole.types import JsonObject

__all__ = ["Checkpoint"]


class Checkpoint:
    """One execution in the cache. Without an `id` an execution is known by its metadata: the same input goes on."""

    def __init__(self, cache: CacheBackendProtocol, pipeline: str, shared: PipelineContext, id: str = "") -> None:
        self._cache, self._shared = cache, shared
        self._key = f"lexiconsole:pipeline:{pipeline}:{id or _digest(shared.metadata)}"
        self._given = dict(shared.metadata)
        self._outcomes: dict[str, JsonObject] = {}

    async def load(self) -> None:
        """Takes up what an earlier execution left behind, results and metadata."""
        data = await self._cache.get(self._key)
        if isinstance(data, dict):
            self._outcomes.update(data.get("outcomes", {}))
            self._shared.metadata.update(data.get("metadata", {}))

    def context(self, inner: Context) -> Context:
        """The context whose outcomes are kept here; a step that failed is tried again."""
        return KeptContext(inner, self._outcomes, self._save, errors=False)

    async def _save(self) -> None:
        changed = {k: v for k, v in self._shared.metadata.items() if k not in self._given or self._given[k] is not v}
        data = {"outcomes": self._outcomes, "metadata": Codec().encode(changed, INFER, "metadata")}
        await self._cache.set(self._key, data)

    async def forget(self) -> None:
        await self._cache.delete(self._key)


def _digest(metadata: Mapping[str, Any]) -> str:
    return hashlib.sha256(to_json(dict(metadata), fallback=repr)).hexdigest()[:16]
