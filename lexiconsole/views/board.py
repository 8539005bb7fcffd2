"""The board: which runs a list shows and in which order. Those that need somebody come first, however old they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from lexiconsole.durable.rows import RunRow
from lexiconsole.errors import UsageError, nearest
from lexiconsole.store.look import RunQuery
from lexiconsole.types import Instant, RunStatus

if TYPE_CHECKING:
    from lexiconsole.store.look import Look

__all__ = ["NEEDS_ME", "TALL", "Board", "Filter", "next_of", "read_board", "read_filter"]

NEEDS_ME = (
    RunStatus.DOUBTFUL,
    RunStatus.FAILED,
    RunStatus.WAITING,
    RunStatus.COMPENSATING,
    RunStatus.RUNNING,
    RunStatus.PENDING,
    RunStatus.SLEEPING,
    RunStatus.PAUSED,
    RunStatus.COMPENSATED,
    RunStatus.CANCELLED,
    RunStatus.COMPLETED,
)
"""Every status, those first whose runs need a person; within one the newest run is first."""

TALL = frozenset({RunStatus.DOUBTFUL, RunStatus.FAILED})
"""Whose runs have their error on a line of its own."""

_WORDS = {
    "ok": (RunStatus.COMPLETED,),
    "done": (RunStatus.COMPLETED,),
    "undone": (RunStatus.COMPENSATED,),
    "rolled-back": (RunStatus.COMPENSATED,),
    "active": (RunStatus.RUNNING, RunStatus.PENDING, RunStatus.COMPENSATING),
    "ended": (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.COMPENSATED, RunStatus.CANCELLED),
    "me": (RunStatus.DOUBTFUL, RunStatus.FAILED, RunStatus.WAITING),
}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TERM = re.compile(r"(?P<field>state|wf|id|err|age)(?P<how>[:~<>])(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class Filter:
    """What was typed, understood. `pills` are its terms as they were typed; `younger` and `older` are seconds."""

    pills: tuple[str, ...] = ()
    statuses: tuple[RunStatus, ...] = NEEDS_ME
    names: tuple[tuple[str, bool], ...] = field(default=())
    error: str = ""
    younger: float | None = None
    older: float | None = None
    id: str = ""

    def query(self, known: Sequence[str], now: Instant, *, by_status: bool = True) -> RunQuery:
        """What to ask a store whose runs have the names `known`."""
        chosen = None if not self.names else tuple(name for name in known if self._named(name))
        return RunQuery(
            statuses=self.statuses,
            names=chosen,
            error=self.error.lower(),
            since=None if self.younger is None else now - self.younger,
            until=None if self.older is None else now - self.older,
            id=self.id,
            by_status=by_status,
        )

    def _named(self, name: str) -> bool:
        wanted = [pattern for pattern, against in self.names if not against]
        unwanted = [pattern for pattern, against in self.names if against]
        return (not wanted or any(fnmatchcase(name, pattern) for pattern in wanted)) and not any(
            fnmatchcase(name, pattern) for pattern in unwanted
        )


def read_filter(text: str) -> Filter:
    """`state:failed wf:order* err~402 age<1h id:7k`, `!` before a value for the contrary, a bare word for a part of the name.

    Raises UsageError that names the term and what is known.
    """
    pills = tuple(text.split())
    statuses = list(NEEDS_ME)
    names: list[tuple[str, bool]] = []
    given: dict[str, str] = {}
    ages: dict[str, float] = {}
    for pill in pills:
        term = _TERM.fullmatch(pill)
        if term is None:
            if re.search("[:~<>]", pill):
                raise UsageError(f"{pill}: there are state:, wf:, id:, err~, age< and age>, and bare words for names")
            against = pill.startswith("!")
            names.append((f"*{pill.removeprefix('!')}*", against))
            continue
        kind, how, value = term.group("field", "how", "value")
        against, value = value.startswith("!"), value.removeprefix("!")
        if kind == "state" and how == ":":
            chosen = _statuses(value)
            statuses = [status for status in statuses if (status in chosen) != against]
        elif kind == "wf" and how in ":~":
            names.append((f"*{value}*" if how == "~" else value, against))
        elif kind == "age" and how in "<>":
            ages[how] = _seconds(value, pill)
        elif kind in {"err", "id"} and how in ":~":
            given[kind] = value
        else:
            raise UsageError(f"{pill}: there are state:, wf:, id:, err~, age< and age>")
    return Filter(
        pills, tuple(statuses), tuple(names), given.get("err", ""), ages.get("<"), ages.get(">"), given.get("id", "")
    )


def _statuses(value: str) -> set[RunStatus]:
    found: set[RunStatus] = set()
    for word in filter(None, value.split(",")):
        matches = _WORDS.get(word) or tuple(status for status in RunStatus if status.value.startswith(word))
        if not matches:
            known = [*(status.value for status in RunStatus), *_WORDS]
            close = nearest(word, known)
            raise UsageError(f"state:{word} is no state{f'; did you mean {close}?' if close else ''}")
        found |= set(matches)
    return found


def _seconds(value: str, pill: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", value)
    if match is None:
        raise UsageError(f"{pill}: an age is a number and s, m, h, d or w, like age<90m")
    return float(match.group(1)) * _UNITS[match.group(2)]


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
