"""Batch: what goes into one commit, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import RunRow
from lexiconsole.store.rows import EntryRow, entry_line
from lexiconsole.store.statements import statement

__all__ = ["Batch", "Command", "Group"]

Command: TypeAlias = tuple[str, Sequence[Any]]
"""A statement and its values."""

MOST_ENTRIES = 256
MOST_CHARACTERS = 8 * 1024 * 1024
"""Where a commit is full. More would gain nothing, and SQLite's thread and ours would wait for each other in turn."""

MOST_ROWS = 1024
"""Rows of one `append.sql`. Only a single group can have more; SQLite allows 32,766 variables in a statement."""

_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WIDTH = 11


@cache
def append_statement(rows: int) -> str:
    """`append.sql` for so many rows."""
    return statement("append").replace(_ROW, ", ".join([_ROW] * rows))


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
    def command(self) -> Command:
        """What writes a group of one entry alone; a run that waits for each of its steps comes this way."""
        return statement("append_one"), (self.run.number, self.epoch, self.entries[0].seq, *self.rows[0])


@dataclass(slots=True)
class Batch:
    """Groups for one statement. `spans` knows of each run its epoch, the first seq here and the one that comes next."""

    groups: list[Group] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    spans: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    rows: int = 0
    characters: int = 0

    @property
    def full(self) -> bool:
        return self.rows >= MOST_ENTRIES or self.characters >= MOST_CHARACTERS

    def take(self, group: Group) -> bool:
        """Whether it fits in. A run is in a batch under one epoch only, or what comes back would not tell who wrote it.

        Refuses a group whose seqs do not follow on one another, or on what the batch holds of that run.
        """
        number, epoch, entries = group.run.number, group.epoch, group.entries
        span = self.spans.get(number)
        if span is not None and span[0] != epoch:
            return False
        self.groups.append(group)
        if group.refused or not entries:
            return True
        if span is None and len(entries) == 1:  # a run with one step at a time
            seq, row = entries[0].seq, group.rows[0]
            self.values += (number, epoch, seq, seq, *row)
            self.characters += len(row[4] or "")
            self.rows += 1
            self.spans[number] = epoch, seq, seq + 1
            return True
        _, base, seq = span or (epoch, entries[0].seq, entries[0].seq)
        for following, entry in enumerate(entries, start=seq):
            if entry.seq != following:
                group.refused = True
                return True
        for row in group.rows:
            self.values += (number, epoch, base, seq, *row)
            self.characters += len(row[4] or "")
            seq += 1
        self.rows += len(group.rows)
        self.spans[number] = epoch, base, seq
        return True

    def command(self) -> Command:
        """In sizes of powers of two, so that a few prepared statements serve for all."""
        if self.rows > MOST_ROWS:
            return statement("append_many"), (self._text(),)
        size = 1 << (self.rows - 1).bit_length()
        return append_statement(size), self.values + [None] * (_WIDTH * (size - self.rows))

    def _text(self) -> str:
        lines = []
        for begin in range(0, len(self.values), _WIDTH):
            number, epoch, base, seq, *row = self.values[begin : begin + _WIDTH]
            lines.append(entry_line(f"[{number},{epoch},{base},", seq, tuple(row)))
        return f"[{','.join(lines)}]"

    def landed(self, rows: Sequence[tuple[int, int]]) -> None:
        """Refuses the groups that are not among the rows (run and seq) that were written."""
        written = set(rows)
        for group in self.groups:
            if group.rows and (group.run.number, group.entries[0].seq) not in written:
                group.refused = True
