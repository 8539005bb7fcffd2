"""At rest: how a store is opened to be read where nothing may be made beside it, and until when that is right.

SQLite reads a store through the two files of its log, and makes them when they are missing. Where it may not:

    the files are there     somebody writes, or a crash left them: they can be read (`mode=ro`), and what is written is seen
    there is no log         nobody has the store open, and the file is all of it: it is read as one that does not change
                            (`immutable=1`: no locks, no log), until it does. So how it stands is compared with each question
    a log without an index  what is in it can not be read, and without it the store is not whole: that is said
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from lexiconsole.errors import StoreError
from lexiconsole.store.faults import may_write, store_error

__all__ = ["Rest", "read_error", "reading"]


@dataclass(frozen=True, slots=True)
class Rest:
    """How a file stood that nobody had open to write."""

    path: str
    file: tuple[int, int, int]

    def holds(self) -> bool:
        """Whether nobody has written since. Whoever does begins with a log, and changes the file itself before it goes."""
        return _rest(self.path) == self


def reading(path: str | Path, *, otherwise: str = "mode=ro") -> tuple[str, Rest | None]:
    """The terms of the address that SQLite opens, and how the file stands when they are right only as long as it does.

    A log is left to those who may write the file: one that a guest makes would be in its owner's way.
    """
    path = str(path)
    if may_write(path) and may_write(_folder(path)):
        return otherwise, None
    rest = _rest(path)
    return ("mode=ro", None) if rest is None else ("mode=ro&immutable=1", rest)


def read_error(fault: sqlite3.Error, path: str | Path) -> StoreError:
    """The sentence for a fault in opening a store to read."""
    if _size(f"{path}-wal") and not Path(f"{path}-shm").exists() and not may_write(_folder(path)):
        return StoreError(
            f"the store {path} can not be read whole: the newest of it is in {Path(path).name}-wal, which is read only where a "
            f"file can be made beside it; copy both files to a folder of your own and open that one"
        )
    return store_error(fault, str(path))


def _rest(path: str) -> Rest | None:
    """None while there is a log, or a journal that has to be rolled back."""
    if Path(f"{path}-shm").exists() or _size(f"{path}-wal") or _size(f"{path}-journal"):
        return None
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return Rest(path, (found.st_ino, found.st_size, found.st_mtime_ns))


def _folder(path: str | Path) -> Path:
    return Path(path).absolute().parent


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
