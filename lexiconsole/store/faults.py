"""Faults: what SQLite complains of, as a sentence that says what it means for the file and what to do."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from lexiconsole.errors import ReadOnlyStoreError, StoreError
from lexiconsole.store.statements import statement

__all__ = ["OLDEST_SQLITE", "busy", "check_library", "check_place", "has_content", "may_write", "store_error"]

OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables (2021)."""

_SENTENCES = {
    sqlite3.SQLITE_BUSY: (
        "is locked by another program, which did not let go in time; close what holds it (a database browser, a backup) "
        "and try again"
    ),
    sqlite3.SQLITE_LOCKED: "is locked by another connection; try again",
    sqlite3.SQLITE_READONLY: "can not be written: the file or its folder is read-only; change its permissions or name another store",
    sqlite3.SQLITE_FULL: "can not grow: the disk is full; free some space and start again, nothing acknowledged was lost",
    sqlite3.SQLITE_IOERR: (
        "can not be read or written: the system reported an input/output error (a full or failing disk, a lost mount); "
        "see to the disk and start again"
    ),
    sqlite3.SQLITE_CORRUPT: (
        "is damaged; keep a copy of it and of the files beside it, then restore a backup or rescue it with "
        "`sqlite3 FILE .recover`"
    ),
    sqlite3.SQLITE_NOTADB: "is not an SQLite database; name another store",
    sqlite3.SQLITE_CANTOPEN: "can not be opened: the folder does not exist or does not let you in; make it or name another store",
    sqlite3.SQLITE_PERM: "can not be opened: permission denied; change its permissions or name another store",
    sqlite3.SQLITE_NOMEM: "can not be used: memory ran out; free some and start again",
}


def store_error(fault: sqlite3.Error, place: str) -> StoreError:
    """The sentence for an error of SQLite; one that has none of its own is quoted."""
    code = getattr(fault, "sqlite_errorcode", None)
    sentence = None if code is None else _SENTENCES.get(code & 0xFF)
    if sentence is None:
        sentence = f"refused an operation: {fault}; `lexiconsole doctor` looks for the cause"
    kind = ReadOnlyStoreError if sentence == _SENTENCES[sqlite3.SQLITE_READONLY] else StoreError
    return kind(f"the store {place} {sentence}")


def busy(fault: BaseException | None) -> bool:
    """Whether somebody else holds the lock, which passes."""
    code = getattr(fault, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY


def check_library() -> None:
    """Raises StoreError when the SQLite that Python brings is too old, or was built without JSON (an option before 3.38)."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(
            f"this Python brings SQLite {sqlite3.sqlite_version}; {wanted} or newer is needed; use a newer Python"
        )
    if sqlite3.sqlite_version_info < (3, 38) and not _has_json():
        raise StoreError(
            f"this Python brings SQLite {sqlite3.sqlite_version} without its JSON functions; use another Python"
        )


def _has_json() -> bool:
    with closing(sqlite3.connect(":memory:")) as db:
        try:
            db.execute(statement("has_json"))
        except sqlite3.OperationalError:
            return False
        return True


def check_place(path: str) -> None:
    """Looks at the file's place without opening the file, for faults that SQLite would report less clearly."""
    file = Path(path)
    try:
        if file.is_dir():
            raise StoreError(f"the store {path} is a folder; name a file in it, for example {file / 'store.db'}")
        file.parent.mkdir(parents=True, exist_ok=True)
        exists = file.exists()
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise StoreError(f"the store {path} can not be made: {reason}; name another place") from None
    if not may_write(file.parent) or (exists and not may_write(file)):
        raise ReadOnlyStoreError(f"the store {path} {_SENTENCES[sqlite3.SQLITE_READONLY]}")


def may_write(path: str | Path) -> bool:
    """Whether this process may, as whom it is now; in a folder it may then make files."""
    file = Path(path)
    rights = os.W_OK | (os.X_OK if file.is_dir() else 0)
    return os.access(file, rights, effective_ids=os.access in os.supports_effective_ids)


def has_content(path: str) -> bool:
    """Whether there is more than the empty file that a process leaves which was killed before it could begin."""
    file = Path(path)
    return file.exists() and file.stat().st_size > 0
