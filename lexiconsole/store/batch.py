"""Batch: what goes into one commit, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import RunRow
from lexiconsole.store.rows import EntryRow, entry_line

__all__ = ["Batch", "Group"]

MOST_ENTRIES = 200
MOST_CHARACTERS = 8 * 1024 * 1024
"""Where a commit is full. More would gain nothing, and SQLite's thread and ours would wait for each other in turn."""


@dataclass(slots=True, eq=False)
class Group:
    """The entries of one `append`: they are written all or none. `rows` are the same, ready for SQLite.

    `refused` when they can not follow on what is there, found before the commit or by it.
    """

    run: RunRow
    epoch: int
    entries: Sequence[Entry]
    rows: list[EntryRow]
    future: asyncio.Future[None]
    refused: bool = False

    @property
    def alone(self) -> bool:
        return len(self.rows) == 1

    @property
    def address(self) -> tuple[int, int]:
        return self.run.number, self.epoch

    @property
    def values(self) -> tuple[Any, ...]:
        """The values of `append_one.sql`, for a group of one entry."""
        return (self.run.number, self.epoch, self.entries[0].seq, *self.rows[0])


@dataclass(slots=True)
class Batch:
    """Groups for one statement. `spans` knows of each run its epoch, the first seq here and the one that comes next."""

    groups: list[Group] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    spans: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    characters: int = 0

    @property
    def full(self) -> bool:
        return len(self.lines) >= MOST_ENTRIES or self.characters >= MOST_CHARACTERS

    def fits(self, group: Group) -> bool:
        """A run is in a batch under one epoch only, or what comes back would not tell who wrote it."""
        span = self.spans.get(group.run.number)
        return span is None or span[0] == group.epoch

    def take(self, group: Group) -> None:
        """Refuses a group whose seqs do not follow on one another, or on what the batch holds of that run."""
        self.groups.append(group)
        if group.refused or not group.rows:
            return
        number, first = group.run.number, group.entries[0].seq
        _, base, following = self.spans.get(number) or (0, first, first)
        head = f"[{number},{group.epoch},{base},"
        lines: list[str] = []
        for entry, row in zip(group.entries, group.rows, strict=True):
            if entry.seq != following:
                group.refused = True
                return
            lines.append(entry_line(head, following, row))
            following += 1
        self.spans[number] = group.epoch, base, following
        self.lines += lines
        self.characters += sum(map(len, lines))

    def text(self) -> str:
        """The one value of `append.sql`."""
        return f"[{','.join(self.lines)}]"

    def landed(self, rows: Sequence[tuple[int, int]]) -> None:
        """Refuses the groups that are not among the rows (run and seq) that were written."""
        written = set(rows)
        for group in self.groups:
            if group.rows and (group.run.number, group.entries[0].seq) not in written:
                group.refused = True
