"""Grouping: the runs of a list put together by what one of their columns says, counted in one question."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lexiconsole.durable.rows import RunRow
from lexiconsole.store.look import Look
from lexiconsole.store.run_query import RunQuery
from lexiconsole.store.run_rows import run_of
from lexiconsole.types import RunStatus

__all__ = ["MOST_GROUPS", "Column", "GroupRow", "Groups"]

MOST_GROUPS = 500
"""Groups that are read; the smaller ones are left out."""


class Column(StrEnum):
    """What a list of runs can be grouped by. `day` is that of this machine on which the run was made."""

    STATE = "state"
    NAME = "name"
    STEP = "step"
    ERROR = "error"
    BY = "by"
    DAY = "day"
    KIND = "kind"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Runs that say the same. `open` have not ended, `newest` is the number of the youngest."""

    column: Column
    value: str
    runs: int
    failed: int
    waiting: int
    open: int
    newest: int

    @property
    def id(self) -> str:
        """No run has it: a run's id holds no colon."""
        return f"{self.column}:{self.value}"


class Groups(Look):
    """A look of its own, because all runs are gone through: the list behind it is read meanwhile."""

    def groups(self, query: RunQuery, column: Column) -> list[GroupRow]:
        """The largest first."""
        rows = self._all("look_groups", *_asked(query, column), MOST_GROUPS)
        return [GroupRow(column, _text(row[0]), *row[1:]) for row in rows]

    def runs_of_group(self, query: RunQuery, column: Column, value: str, limit: int) -> list[RunRow]:
        """The newest first."""
        asked = (*_asked(query, column), limit, value.encode("utf-8", "surrogateescape"))
        return [run_of(row) for row in self._all("look_runs_of_group", *asked)]


def _asked(query: RunQuery, column: Column) -> tuple[Any, ...]:
    every = len(query.statuses) == len(RunStatus)
    return (None if every else json.dumps(query.statuses), column.value, *query.conditions())


def _text(value: Any) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value or "")
