"""Connections through aiosqlite: how they are set up, and threads that do not keep the process alive."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

import aiosqlite

from lexiconsole.store.at_rest import reading
from lexiconsole.store.faults import store_error

__all__ = ["Connection", "Durability", "Landing", "connect", "look", "pragmas"]

Durability: TypeAlias = Literal["full", "process"]
"""`full` loses nothing acknowledged in a power cut, `process` nothing when a process dies."""

_SYNCHRONOUS = {"full": "FULL", "process": "NORMAL"}


class Landing:
    """Is told of one statement after the other, in the turn of the event loop in which it ended.

    To aiosqlite it is the future of a call; a real one would tell whoever waits for it one turn later, which costs a run that
    waits for each of its steps a twentieth of its time.
    """

    def __init__(self, landed: Callable[[sqlite3.Cursor | None, BaseException | None], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._landed = landed

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def done(self) -> bool:
        return False

    def set_result(self, cursor: sqlite3.Cursor) -> None:
        self._landed(cursor, None)

    def set_exception(self, fault: BaseException) -> None:
        self._landed(None, fault)


class Connection:
    """One aiosqlite connection in autocommit mode. Faults of SQLite come out as StoreError."""

    def __init__(self, raw: aiosqlite.Connection, path: str) -> None:
        self.raw = raw
        self.path = path

    async def all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Every row, in one trip to the connection's thread; nothing stays open that would hold up the log."""
        try:
            return await self.raw.execute_fetchall(sql, values)  # type: ignore[return-value] # it is a list
        except sqlite3.Error as fault:
            raise store_error(fault, self.path) from fault

    async def insert(self, sql: str, values: Sequence[Any]) -> tuple[int, int]:
        """Rows that the statement itself inserted, without those of its triggers, and the last one's rowid."""
        try:
            cursor = await self.raw.execute(sql, values)  # there is nothing left in it that would have to be closed
            return cursor.rowcount, cursor.lastrowid or 0
        except sqlite3.Error as fault:
            raise store_error(fault, self.path) from fault

    def send(self, sql: str, values: Sequence[Any], landing: Landing) -> None:
        """Hands one statement to aiosqlite's thread without waiting. Faults come to the landing as they are.

        This is aiosqlite's own inside, so pyproject.toml allows only the versions that tests/store/test_connection.py knows.
        """
        raw: Any = self.raw
        raw._tx.put_nowait((landing, partial(raw._conn.execute, sql, values)))  # noqa: SLF001 - it has no other way in

    async def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first row, or None."""
        rows = await self.all(sql, values)
        return rows[0] if rows else None

    async def close(self) -> None:
        await self.raw.close()


async def connect(path: str, *, busy: float, readonly: bool = False, make: bool = False) -> Connection:
    """A connection that may write, to a file that exists unless it is to `make` it. `busy` is seconds to wait for a lock.
    `readonly`: one that may not write.
    """
    if readonly:
        return await _connect(path, reading(path)[0], busy)
    if make:
        _make(path)
    return await _connect(path, "mode=rwc" if make else "mode=rw", busy)


async def look(path: str, *, busy: float) -> Connection:
    """A connection that leaves no trace, not even a log beside the file; the file must exist.

    Where there is no log, nobody writes, and the file can be read as one that does not change.
    """
    return await _connect(path, _looking(path), busy)


def _make(path: str) -> None:
    """Makes the file with the rights that the umask leaves, the group's too: SQLite gives them to the owner alone."""
    with suppress(OSError):  # it is there, which is the rule; any other fault SQLite meets as well, and says which
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))


def _looking(path: str) -> str:
    return "mode=ro" if Path(f"{path}-wal").exists() else "mode=ro&immutable=1"


async def _connect(path: str, terms: str, busy: float) -> Connection:
    raw = _made_in_a_daemon(f"{_uri(path)}?{terms}", busy)
    try:
        await raw
    except sqlite3.Error as fault:
        raise store_error(fault, path) from fault
    return Connection(raw, path)


def pragmas(durability: Durability) -> tuple[str, ...]:
    """What a writing connection needs once the file is known to be ours."""
    return (
        f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA cache_size = -16384",
        "PRAGMA wal_autocheckpoint = 4000",  # pages, 16 MB; a checkpoint waits for the disk twice
        "PRAGMA journal_size_limit = 67108864",
    )


def _uri(path: str) -> str:
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{quoted}"


def _made_in_a_daemon(uri: str, busy: float) -> aiosqlite.Connection:
    """Aiosqlite makes a thread for each connection; a thread is a daemon when the thread that made it is one.

    Without this a second Ctrl-C would wait for the connection's thread, which waits for work for ever.
    """
    made: list[aiosqlite.Connection] = []
    maker = threading.Thread(
        target=lambda: made.append(aiosqlite.connect(uri, uri=True, isolation_level=None, timeout=busy)), daemon=True
    )
    maker.start()
    maker.join()
    return made[0]
