"""The short way to aiosqlite's thread relies on how aiosqlite is made inside; whoever raises its version looks here first."""

from __future__ import annotations

import asyncio
import sqlite3
from importlib.metadata import version
from typing import Any

from lexiconsole.store.connection import Landing, connect

CHANGED = (
    "aiosqlite {} is made otherwise inside: Connection.send in store/connection.py puts (future, function) into the queue "
    "`_tx` of its thread and calls `_conn.execute` there; look how this version does it before pyproject.toml allows it"
)


async def test_the_queue_and_the_connection_that_send_uses_are_those_of_this_aiosqlite(tmp_path) -> None:
    opened = await connect(str(tmp_path / "a.db"), busy=1, make=True)
    try:
        raw: Any = opened.raw
        changed = CHANGED.format(version("aiosqlite"))
        assert hasattr(getattr(raw, "_tx", None), "put_nowait"), changed
        assert isinstance(getattr(raw, "_conn", None), sqlite3.Connection), changed
    finally:
        await opened.close()


async def test_what_is_sent_lands_with_its_cursor_or_its_fault(tmp_path) -> None:
    opened = await connect(str(tmp_path / "a.db"), busy=1, make=True)
    landed: asyncio.Queue[tuple[sqlite3.Cursor | None, BaseException | None]] = asyncio.Queue()
    landing = Landing(lambda cursor, fault: landed.put_nowait((cursor, fault)))
    changed = CHANGED.format(version("aiosqlite"))
    try:
        await opened.all("CREATE TABLE t (x UNIQUE)")
        opened.send("INSERT INTO t VALUES (?)", (1,), landing)
        cursor, fault = await asyncio.wait_for(landed.get(), 60)
        assert (cursor is not None and cursor.rowcount, fault) == (1, None), changed
        opened.send("INSERT INTO t VALUES (?)", (1,), landing)
        cursor, fault = await asyncio.wait_for(landed.get(), 60)
        assert cursor is None, changed
        assert isinstance(fault, sqlite3.IntegrityError), changed
    finally:
        await opened.close()
