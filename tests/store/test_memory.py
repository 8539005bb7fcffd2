"""The memory journal keeps the port's rules."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.durable.journal import Journal
from lexiconsole.store import MemoryJournal
from lexiconsole.store.conformance import JournalConformance


class TestMemoryJournal(JournalConformance):
    def make(self, folder: Path) -> Journal:
        return MemoryJournal()


async def test_its_place_is_memory():
    assert MemoryJournal().place == "memory"
