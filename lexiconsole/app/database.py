"""SqliteDatabase: a database for state machines that need one and bring none of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiosqlite

__all__ = ["SqliteDatabase"]


class SqliteDatabase:
    """A DatabaseProviderProtocol on one SQLite file, or in memory. Opens at its first statement; `close` it at the end."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._path = path
        self._opening = asyncio.Lock()
        self._connection: aiosqlite.Connection | None = None

    async def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Gives the number of rows changed; 0 for a statement that changes none."""
        connection = await self._open()
        async with connection.execute(sql, dict(parameters or {})) as cursor:
            return max(0, cursor.rowcount)

    async def fetch_all(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Mapping[str, Any]]:
        connection = await self._open()
        async with connection.execute(sql, dict(parameters or {})) as cursor:
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _open(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._connection is None:
                self._connection = await aiosqlite.connect(self._path, isolation_level=None)
            return self._connection
