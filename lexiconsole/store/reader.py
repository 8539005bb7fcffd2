"""Readers: connections that only read, apart from the writer, so that a long look does not hold up a commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lexiconsole.errors import StoreError
from lexiconsole.store.connection import Connection, connect
from lexiconsole.store.statements import statement

__all__ = ["Readers"]

COUNT = 2


class Readers:
    """Each question goes to the connection that has the fewest to answer."""

    def __init__(self, path: str, busy: float, *, readonly: bool = False) -> None:
        self._path, self._busy, self._readonly = path, busy, readonly
        self._connections: list[Connection] = []
        self._asked: list[int] = []

    async def open(self) -> None:
        for _ in range(COUNT):
            connection = await connect(self._path, busy=self._busy, readonly=self._readonly)
            self._connections.append(connection)
            self._asked.append(0)
            await connection.all("PRAGMA query_only = 1")

    async def all(self, name: str, *values: Any) -> list[Any]:
        """Every row of the statement of that name."""
        return await self._ask(statement(name), values)

    async def one(self, name: str, *values: Any) -> Any:
        """The first row, or None."""
        rows = await self._ask(statement(name), values)
        return rows[0] if rows else None

    async def _ask(self, sql: str, values: Sequence[Any]) -> list[Any]:
        asked = self._asked
        if not asked:
            raise StoreError(f"the store {self._path} is not open")
        which = asked.index(min(asked))
        asked[which] += 1
        try:
            return await self._connections[which].all(sql, values)
        finally:
            asked[which] -= 1

    async def close(self) -> None:
        closing, self._connections, self._asked = self._connections, [], []
        for connection in closing:
            await connection.close()
