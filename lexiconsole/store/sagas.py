"""SqliteSagaStore: sagas that are executed without a runtime, kept in an SQLite file of their own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Self

from lexiconsole.contracts.saga import SagaState
from lexiconsole.errors import StoreError
from lexiconsole.store.connection import Connection, Durability, connect, pragmas
from lexiconsole.store.faults import check_library, check_place
from lexiconsole.store.statements import statement

__all__ = ["SqliteSagaStore"]

APPLICATION_ID = 0x4C455853
"""LEXS, in the header of the file."""


class SqliteSagaStore:
    """Implements SagaStoreProtocol. The file is made with its folder when it is first used; what `save` returns from is on disk.

    Use it as an async context manager, or `close` it at the end. Raises StoreError for a file that can not be used.
    """

    def __init__(self, path: str | Path, *, durability: Durability = "full", busy: float = 5.0) -> None:
        self._path, self._busy = str(path), busy
        self._durability: Durability = durability
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()

    async def save(self, saga_id: str, state: SagaState, data: dict[str, Any] | None = None) -> None:
        text = None if data is None else json.dumps(data, separators=(",", ":"))
        await (await self._open()).all(statement("saga_save"), (saga_id, SagaState(state).value, text))

    async def load(self, saga_id: str) -> tuple[SagaState, dict[str, Any]] | None:
        row = await (await self._open()).one(statement("saga_load"), (saga_id,))
        return (SagaState(row[0]), json.loads(row[1])) if row else None

    async def list(self, status: SagaState | None = None) -> list[str]:
        wanted = None if status is None else SagaState(status).value
        return [row[0] for row in await (await self._open()).all(statement("saga_list"), (wanted,))]

    async def delete(self, saga_id: str) -> None:
        await (await self._open()).all(statement("saga_delete"), (saga_id,))

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _open(self) -> Connection:
        async with self._opening:
            if self._connection is None:
                check_library()
                check_place(self._path)
                connection = await connect(self._path, busy=self._busy, make=True)
                try:
                    await self._prepare(connection)
                except BaseException:
                    await connection.close()
                    raise
                self._connection = connection
            return self._connection

    async def _prepare(self, connection: Connection) -> None:
        application, _, filled = await connection.one(statement("recognise"))
        if application != APPLICATION_ID and (application or filled):
            raise StoreError(
                f"{self._path} is no file of sagas but something else; it was left as it is, name another one"
            )
        await connection.one("PRAGMA journal_mode = WAL")
        for pragma in pragmas(self._durability):
            await connection.all(pragma)
        await connection.all(f"PRAGMA application_id = {APPLICATION_ID}")
        await connection.all(statement("saga_table"))
