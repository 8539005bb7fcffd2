"""The port of databases that users bring along for their state machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

__all__ = ["DatabaseProviderProtocol"]


@runtime_checkable
class DatabaseProviderProtocol(Protocol):
    """A SQL database. Parameters are named (`:name`); each `execute` is committed when it returns."""

    async def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Gives the number of rows changed."""
        ...

    async def fetch_all(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Mapping[str, Any]]: ...
