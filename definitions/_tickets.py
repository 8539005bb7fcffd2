"""A file of tickets. Filing one twice under the same key files it once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel

_TABLE = """
CREATE TABLE IF NOT EXISTS tickets (
  number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, sender TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL,
  category TEXT NOT NULL, priority TEXT NOT NULL, reply TEXT NOT NULL, decided_by TEXT NOT NULL
)
"""


class Ticket(BaseModel):
    """A message that has been sorted."""

    number: int
    category: str
    priority: str
    reply: str


def file_ticket(path: Path, key: str, **columns: str) -> Ticket:
    """Writes it, unless there is one under that key; gives what is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ["key", *columns]
    with closing(sqlite3.connect(path, timeout=30)) as db, db:
        db.execute(_TABLE)
        places = ", ".join("?" * len(names))
        db.execute(
            f"INSERT INTO tickets ({', '.join(names)}) VALUES ({places}) ON CONFLICT (key) DO NOTHING",  # noqa: S608 - our own names
            [key, *columns.values()],
        )
        row = db.execute("SELECT number, category, priority, reply FROM tickets WHERE key = ?", (key,)).fetchone()
    return Ticket(number=row[0], category=row[1], priority=row[2], reply=row[3])
