"""The board: which runs a list shows and in which order. Those that need somebody come first, however old they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lexiconsole.durable.rows import RunRow
from lexiconsole.store.run_query import RunQuery
from lexiconsole.types import RunStatus
from lexiconsole.views.run_filter import NEEDS_ME

if TYPE_CHECKING:
    from lexiconsole.store.look import Look

__all__ = ["AT_FIRST", "NEEDS_ME", "TALL", "Board", "next_of", "read_board"]

TALL = frozenset({RunStatus.DOUBTFUL, RunStatus.FAILED})
"""Whose runs have their error on a line of its own."""

AT_FIRST = 120
"""Rows that are read before it is known how many are seen."""


@dataclass(frozen=True, slots=True)
class Board:
    """A stretch of the list at one moment. `counts` are in the order of the list; `at` is where the selected run stands,
    None when it is not in the list (any more); `selected` is how it stands now.
    """

    query: RunQuery
    counts: dict[RunStatus, int]
    first: int
    rows: tuple[RunRow, ...]
    at: int | None = None

    @property
    def spans(self) -> tuple[tuple[int, bool], ...]:
        """Stretches of the list: how many runs, and whether they have a line for their error."""
        if not self.query.by_status:
            return ((self.total, False),)
        return tuple((runs, status in TALL) for status, runs in self.counts.items())

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def read_board(look: Look, query: RunQuery, first: int, count: int, selected: str = "", around: int = 0) -> Board:
    """Rows `first` up to `first + count` of the list, all from one moment of the store.

    With `around` the stretch begins so many rows before the selected run, wherever it stands now.
    """
    with look.moment():
        counts = look.counts_of(query)
        at = _place(look, query, counts, selected) if selected else None
        if at is not None and around:
            first = max(0, at - around)
        if not query.by_status:
            aged = look.newest(query, skip=first, limit=count) if sum(counts.values()) > first else []
            return Board(query, counts, first, tuple(aged), at)
        rows: list[RunRow] = []
        begin = 0
        for status, runs in counts.items():
            skip, end = max(0, first - begin), min(runs, first + count - begin)
            if skip < end:
                rows += look.page(query, status, skip=skip, limit=end - skip)
            begin += runs
    return Board(query, counts, first, tuple(rows), at)


def _place(look: Look, query: RunQuery, counts: dict[RunStatus, int], selected: str) -> int | None:
    row = look.run(selected)
    if row is None or row.status not in counts:
        return None
    if not look.holds(query, row):
        return None
    before = 0
    for status, runs in counts.items():
        if status is row.status or not query.by_status:
            break
        before += runs
    return before + look.rank(query, row)


def next_of(look: Look, query: RunQuery, wanted: Collection[RunStatus], after: int, step: int) -> int | None:
    """Where the next run of the wanted statuses stands, from place `after` on or back, around the end; None if there is
    none.
    """
    counts = look.counts_of(query)
    places: list[tuple[int, int]] = []
    begin = 0
    for status, runs in counts.items():
        if status in wanted and runs:
            places.append((begin, begin + runs))
        begin += runs
    if not places:
        return None
    if step > 0:
        on = [max(start, after + 1) for start, end in places if end > after + 1]
        return on[0] if on else places[0][0]
    back = [min(end, after) - 1 for start, end in places if start < after]
    return back[-1] if back else places[-1][1] - 1
