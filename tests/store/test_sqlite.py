"""The SQLite journal keeps the port's rules, alone and with a second instance on the same file."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.durable.journal import Journal
from lexiconsole.store import SqliteJournal
from lexiconsole.store.conformance import JournalConformance, SharedJournalConformance


class TestSqliteJournal(JournalConformance):
    def make(self, folder: Path) -> Journal:
        return SqliteJournal(folder / "store.db", durability="process")


class TestTwoSqliteJournals(SharedJournalConformance):
    def make(self, folder: Path) -> Journal:
        return SqliteJournal(folder / "store.db", durability="process")
