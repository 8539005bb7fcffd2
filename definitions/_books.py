"""Two small books on SQLite: what was paid to whom, and who may do what where. Plain Python; nothing here knows of workflows.

Both only grow. Every row carries the idempotency key it was made under, so the same call again, after a crash, finds its row
and does nothing; what is taken back is a row that says the opposite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS payments (
    key TEXT PRIMARY KEY, claim TEXT NOT NULL, person TEXT NOT NULL, cents INTEGER NOT NULL, approved_by TEXT NOT NULL,
    at TEXT DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS grants (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, person TEXT NOT NULL, system TEXT NOT NULL, level TEXT NOT NULL,
    granted INTEGER NOT NULL, reason TEXT NOT NULL, at TEXT DEFAULT CURRENT_TIMESTAMP
);
"""

_BOOKS = 0x424F4F4B  # "BOOK": how the books are told from any other database


class BooksError(Exception):
    """The file can not be used as the books; asking again does not help."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment; `cents` of the claim's currency."""

    claim: str
    person: str
    cents: int
    approved_by: str


class Books:
    """The books in the file at `path`, opened (and made) at their first transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pay(self, claim: str, person: str, cents: int, approved_by: str, key: str) -> str:
        """Pays a claim, once under one key; gives the number of the payment."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO payments (key, claim, person, cents, approved_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key, claim, person, cents, approved_by),
            )
            [number] = db.execute("SELECT rowid FROM payments WHERE key = ?", (key,)).fetchone()
        return f"P-{number:05}"

    def payments(self) -> list[Payment]:
        with self._transaction() as db:
            rows = db.execute("SELECT claim, person, cents, approved_by FROM payments ORDER BY rowid").fetchall()
        return [Payment(*row) for row in rows]

    def grant(self, request: str, person: str, system: str, level: str, key: str) -> None:
        """Gives somebody access."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO grants (key, request, person, system, level, granted, reason) VALUES (?, ?, ?, ?, ?, 1, '')"
                " ON CONFLICT DO NOTHING",
                (key, request, person, system, level),
            )

    def revoke(self, request: str, reason: str, key: str) -> None:
        """Takes back what the request still grants; nothing when it grants nothing."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO grants (key, request, person, system, level, granted, reason)"
                " SELECT ?, request, person, system, level, -sum(granted), ? FROM grants"
                " WHERE request = ? GROUP BY request, person, system, level HAVING sum(granted) <> 0"
                " ON CONFLICT DO NOTHING",
                (key, reason, request),
            )

    def access(self, person: str) -> dict[str, str]:
        """What the person may do now: level by system."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT system, level FROM grants WHERE person = ? GROUP BY system, level HAVING sum(granted) > 0"
                " ORDER BY min(rowid)",
                (person,),
            ).fetchall()
        return dict(rows)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One connection for one transaction: a kill leaves all of it or nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            db.execute("BEGIN IMMEDIATE")
            [mark] = db.execute("PRAGMA application_id").fetchone()
            if mark != _BOOKS:
                if db.execute("SELECT 1 FROM sqlite_schema").fetchone():
                    raise BooksError(f"{self.path} holds something else than these books; name another file")
                for statement in _TABLES.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {_BOOKS}")
            yield db
            db.execute("COMMIT")
        except sqlite3.DatabaseError as fault:
            raise BooksError(f"the books in {self.path} can not be used: {fault}") from fault
        finally:
            db.close()  # rolls back what was not committed


def money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02}"
