"""Copies of a SQLite database: making one while others write, checking it, and keeping the newest few."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

PAGES = 1_000
"""Copied at a time; writers get their turn in between."""

RESTARTS = 3
"""How often a writer may make the copy begin anew before it is made in one go."""


class BackupError(Exception):
    """A copy that can not be made or is no good, in a sentence."""


def copy_pages(source: Path, copy: Path, tell: Callable[[int, int], None]) -> int:
    """Copies the database as it is at one moment; gives its size in bytes. `tell(done, total)` hears of the pages.

    What an interrupted attempt left behind is thrown away first.
    """
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.unlink(missing_ok=True)
    try:
        with _opened(source, "ro") as original, _opened(copy, "rwc") as target:
            try:
                original.backup(target, pages=PAGES, progress=_Watch(tell), sleep=0.01)
            except _OvertakenError:
                original.backup(target, pages=-1)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, whatever mode the original is in
    except sqlite3.Error as fault:
        raise BackupError(f"{source} can not be copied to {copy}: {fault}") from fault
    return copy.stat().st_size


def check(copy: Path) -> int:
    """Has SQLite go through the whole copy; gives the number of its tables. Raises BackupError with what is wrong."""
    try:
        with _opened(copy, "ro") as db:
            findings = [finding for [finding] in db.execute("PRAGMA integrity_check(3)")]
            [[tables]] = db.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").fetchall()
    except sqlite3.Error as fault:
        findings, tables = [str(fault)], 0
    if findings != ["ok"]:
        raise BackupError(f"the copy {copy} is damaged: {'; '.join(findings)}")
    return int(tables)


def publish(draft: Path, final: Path) -> Path:
    """Gives a checked copy its name. Nothing is ever overwritten; an interrupted attempt is finished."""
    if final.exists() and not draft.exists():
        return final
    try:
        final.touch(exist_ok=False)  # takes the name, also where another backup wants it at the same moment
    except FileExistsError:
        if final.stat().st_size:
            raise BackupError(f"{final} exists already and was not overwritten; start the backup again") from None
    return draft.replace(final)


def rotate(folder: Path, pattern: re.Pattern[str], keep: int) -> list[str]:
    """Removes all copies but the newest `keep`; gives the names of those removed. The names sort by age."""
    copies = sorted(path.name for path in folder.iterdir() if pattern.fullmatch(path.name))
    old = copies[:-keep]
    for name in old:
        (folder / name).unlink(missing_ok=True)
    return old


class _OvertakenError(Exception):
    pass


class _Watch:
    """Hears of the pages, and gives up when writers made the copy begin anew too often."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell
        self._done, self._restarts = -1, 0

    def __call__(self, status: int, remaining: int, total: int) -> None:
        done = total - remaining
        if done <= self._done:
            self._restarts += 1
            if self._restarts > RESTARTS:
                raise _OvertakenError
        self._done = done
        self._tell(done, total)


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """A connection; never `open()`: closing the file would drop the locks that this process holds on it through SQLite."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30)) as db:
        yield db
