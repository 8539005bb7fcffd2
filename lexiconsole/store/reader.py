"""Readers: connections that only read, apart from the writer, so that a long look does not hold up a commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lexiconsole.store.connection import Connection, connect
from lexiconsole.store.statements import statement

__all__ = ["Readers"]

COUNT = 2


class Readers:
    """Each question goes to the connection that has the fewest to answer."""

    def __init__(self) -> None:
        self._connections: list[Connection] = []
        self._load: list[int] = []

    async def open(self, path: str, busy: float) -> None:
        for _ in range(COUNT):
            connection = await connect(path, busy=busy)
            self._connections.append(connection)
            self._load.append(0)
            await connection.all("PRAGMA query_only = 1")

    async def all(self, name: str, *values: Any) -> list[Any]:
        """Every row of the statement of that name."""
        return await self._ask(statement(name), values)

    async def one(self, name: str, *values: Any) -> Any:
        """The first row, or None."""
        rows = await self._ask(statement(name), values)
        return rows[0] if rows else None

    async def _ask(self, sql: str, values: Sequence[Any]) -> list[Any]:
        which = self._load.index(min(self._load))
        self._load[which] += 1
        try:
            return await self._connections[which].all(sql, values)
        finally:
            self._load[which] -= 1

    async def close(self) -> None:
        while self._connections:
            await self._connections.pop().close()
        self._load.clear()
