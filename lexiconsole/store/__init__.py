"""Where runs are kept: in memory or in one SQLite file."""

from lexiconsole.store.memory import MemoryJournal
from lexiconsole.store.sqlite import SqliteJournal

__all__ = ["MemoryJournal", "SqliteJournal"]
