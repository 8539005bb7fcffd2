"""Migrations: what brings a file to the form this program knows. `PRAGMA user_version` says how far it is."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lexiconsole.store.connection import Connection, connect
from lexiconsole.store.faults import store_error
from lexiconsole.store.statements import script, statement
from lexiconsole.store.versions import APPLICATION_ID, refuse_foreign

__all__ = ["APPLICATION_ID", "MIGRATIONS", "Migration", "migrate", "recognise"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: `number` is the user_version the file has afterwards."""

    number: int
    name: str
    sql: str


def _found() -> tuple[Migration, ...]:
    folder = Path(__file__).parent / "sql" / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple(Migration(int(file.name[:4]), file.name, file.read_text("utf-8")) for file in files)


MIGRATIONS = _found()


async def recognise(connection: Connection, path: str, known: int) -> int:
    """The version of the file, 0 for a new one. Raises StoreError for a file that is not ours or too new; writes nothing."""
    version: int
    application, version, filled = await connection.one(statement("recognise"))
    if application == 0 and version == 0 and not filled:
        return 0
    refuse_foreign(path, application, version, known)
    return version


async def migrate(connection: Connection, path: str, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings the file to the last step, in one transaction; an older store is copied first.

    A kill at any moment leaves the file as it was or as it should be. Two processes may do this at the same time.
    """
    target = steps[-1].number
    version = await recognise(connection, path, target)
    if version == target:
        return
    if version:
        await _back_up(connection, path, version)
    await connection.all("BEGIN IMMEDIATE")
    try:
        version = await recognise(connection, path, target)
        for step in steps:
            if step.number > version:
                for sql in script(step.sql):
                    await connection.all(sql)
        await connection.all(f"PRAGMA application_id = {APPLICATION_ID}")
        await connection.all(f"PRAGMA user_version = {target}")
        await connection.all("COMMIT")
    except BaseException:
        if connection.raw.in_transaction:
            await connection.all("ROLLBACK")
        raise


async def _back_up(connection: Connection, path: str, version: int) -> str:
    """Copies the store with SQLite's backup, next to it, under a name that says what it is."""
    copy = _free_name(f"{path}.v{version}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}")
    target = await connect(copy, busy=1.0, make=True)
    try:
        await connection.raw.backup(target.raw)
    except sqlite3.Error as fault:
        raise store_error(fault, copy) from fault
    finally:
        await target.close()
    return copy


def _free_name(stem: str) -> str:
    numbered = (f"{stem}{'' if number == 1 else f'-{number}'}.backup" for number in itertools.count(1))
    return next(name for name in numbered if not Path(name).exists())
