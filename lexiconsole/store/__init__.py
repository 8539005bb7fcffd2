"""Where runs are kept: in memory or in one SQLite file. Each store is loaded when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.late import late

if TYPE_CHECKING:
    from lexiconsole.store.memory import MemoryJournal
    from lexiconsole.store.sqlite import SqliteJournal

__all__ = ["MemoryJournal", "SqliteJournal"]


__getattr__ = late(__name__, {"lexiconsole.store.memory": "MemoryJournal", "lexiconsole.store.sqlite": "SqliteJournal"})
