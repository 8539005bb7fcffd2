"""The SQLite tables an import fills: the rows, the rejects beside them, and a mark for every batch.

A batch is one transaction with its mark. A kill leaves both or neither, so a batch that is tried again finds its mark and
does nothing. Each row carries the digest of its file and its line, unique together: no second import doubles it either.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from _csv_reading import CsvError
from _csv_typing import Column, ColumnType

RESERVED = ("_source", "_line")
"""Columns that every target table begins with."""

_AFFINITY = {ColumnType.INT: "INTEGER", ColumnType.BOOL: "INTEGER", ColumnType.FLOAT: "REAL"}

_IMPORTS = """CREATE TABLE IF NOT EXISTS _imports (
    key TEXT, target TEXT, source TEXT, run TEXT NOT NULL, batch INTEGER NOT NULL,
    added INTEGER NOT NULL, present INTEGER NOT NULL, rejected INTEGER NOT NULL, at TEXT DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (key, target, source)
)"""


Row: TypeAlias = tuple[int, Sequence[Any]]
"""The line where a record begins, and its cells."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is no row: where it begins, why, and its text."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows added, rows that an earlier import had brought already, and rejects."""

    added: int = 0
    present: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Which batch it is. `key` is the same whenever this batch is tried again, `run` that of the whole import."""

    key: str
    run: str
    batch: int


@dataclass(frozen=True, slots=True)
class Target:
    """The table `name` in the SQLite file `database`, filled from the file whose digest is `source`."""

    database: Path
    name: str
    columns: Sequence[Column]
    source: str

    @property
    def rejects(self) -> str:
        """The table beside it, of records that are no rows."""
        return f"{self.name}_rejects"

    def prepare(self) -> None:
        """Makes what is not there yet, and sees that what is there fits; a CsvError says what does not."""
        kinds = ", ".join(f"{_quoted(each.name)} {_AFFINITY.get(each.rule.type, 'TEXT')}" for each in self.columns)
        with transaction(self.database) as db:
            for name, rest in ((self.name, kinds), (self.rejects, "reason TEXT, text TEXT")):
                db.execute(
                    f"CREATE TABLE IF NOT EXISTS {_quoted(name)} (_source TEXT NOT NULL, _line INTEGER NOT NULL, {rest},"
                    " PRIMARY KEY (_source, _line)) WITHOUT ROWID"
                )
            db.execute(_IMPORTS)
            there = {column for _, column, *_ in db.execute(f"PRAGMA table_info({_quoted(self.name)})")}
            if differing := there ^ {*RESERVED, *(each.name for each in self.columns)}:
                raise CsvError(
                    f"the table {self.name} in {self.database} has other columns than the file"
                    f" (they differ in {', '.join(sorted(differing))}); name another table"
                )

    def write(self, mark: Mark, rows: Sequence[Row], rejects: Sequence[Reject]) -> Tally:
        """Writes a batch and its mark in one transaction; a batch that has its mark is written already."""
        columns = [*RESERVED, *(each.name for each in self.columns)]
        named, places = ", ".join(map(_quoted, columns)), ", ".join("?" * len(columns))
        insert = f"INSERT INTO {_quoted(self.name)} ({named}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608 - quoted
        with transaction(self.database) as db:
            done = db.execute(
                "SELECT added, present, rejected FROM _imports WHERE key = ? AND target = ? AND source = ?",
                (mark.key, self.name, self.source),
            ).fetchone()
            if done:
                return Tally(*done)
            before = db.total_changes
            db.executemany(insert, ((self.source, line, *cells) for line, cells in rows))
            added = db.total_changes - before
            self._write_rejects(db, rejects, rows)
            tally = Tally(added, len(rows) - added, len(rejects))
            db.execute(
                "INSERT INTO _imports (key, run, target, source, batch, added, present, rejected) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (mark.key, mark.run, self.name, self.source, mark.batch, tally.added, tally.present, tally.rejected),
            )
        return tally

    def tally(self, run: str) -> Tally:
        """What all batches of a run came to."""
        with transaction(self.database) as db:
            sums = db.execute(
                "SELECT total(added), total(present), total(rejected) FROM _imports"
                " WHERE run = ? AND target = ? AND source = ?",
                (run, self.name, self.source),
            ).fetchone()
        return Tally(*map(int, sums))

    def kept(self) -> int:
        """How many records of the file are in one of the two tables, whichever imports brought them there."""
        with transaction(self.database) as db:
            counts = (
                db.execute(f"SELECT count(*) FROM {_quoted(name)} WHERE _source = ?", (self.source,))  # noqa: S608 - quoted
                for name in (self.name, self.rejects)
            )
            return sum(int(count.fetchone()[0]) for count in counts)

    def _write_rejects(self, db: sqlite3.Connection, rejects: Sequence[Reject], rows: Sequence[Row]) -> None:
        """Keeps every line in one of the two tables, also when an earlier import judged it by other rules."""
        table, name = _quoted(self.name), _quoted(self.rejects)
        delete = f"DELETE FROM {name} WHERE _source = ? AND _line = ?"  # noqa: S608 - quoted
        insert = (
            f"INSERT INTO {name} SELECT ?1, ?2, ?3, ?4"  # noqa: S608 - quoted
            f" WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE _source = ?1 AND _line = ?2)"
            " ON CONFLICT (_source, _line) DO UPDATE SET reason = excluded.reason"
        )
        db.executemany(delete, ((self.source, line) for line, _ in rows))
        db.executemany(insert, ((self.source, each.line, each.reason, each.text) for each in rejects))


@contextmanager
def transaction(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own, whose transaction ends with the block: all of it or, when the block raises, nothing."""
    database.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(database, timeout=30, isolation_level=None)
    try:
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")
    except sqlite3.DatabaseError as fault:
        raise CsvError(f"{database} can not be written: {fault}") from fault
    finally:
        db.close()  # rolls back what was not committed


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
