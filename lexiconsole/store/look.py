"""Look: a store read from any thread, apart from the engine, so that no step can hold up what a screen asks.

One plain connection that only reads. It loads neither the engine nor the models, and a file that is not there yet, or was
made by another version, has nothing in it until it is.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.rows import OwnerRow, RunRow, TaskRow
from lexiconsole.errors import StoreError
from lexiconsole.store.at_rest import Rest, read_error, reading
from lexiconsole.store.listing import FARTHEST, listing
from lexiconsole.store.run_query import RunQuery
from lexiconsole.store.run_rows import act_of, run_of, task_of
from lexiconsole.store.same_file import SameFile
from lexiconsole.store.statements import statement
from lexiconsole.types import Instant, RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.audit import Audited
    from lexiconsole.durable.entry import Entry
    from lexiconsole.durable.journal import RunFilter
    from lexiconsole.durable.outline import Outline

__all__ = ["Advance", "FailureRow", "LatestRow", "Look"]

_PAGE = 100  # open questions that are read at once before anybody wants more
_LINKS = 200  # of the audit that are read at once
_NOTHING: dict[RunStatus, int] = dict.fromkeys(RunStatus, 0)


@dataclass(frozen=True, slots=True)
class Advance:
    """A run got entries: `seq` is its newest now. `entries` is how many came."""

    run_id: str
    seq: int
    entries: int


@dataclass(frozen=True, slots=True)
class LatestRow:
    """One of the newest runs of a definition."""

    name: str
    number: int
    status: RunStatus
    created_at: Instant
    changed_at: Instant


@dataclass(frozen=True, slots=True)
class FailureRow:
    """Runs that failed at the same place with the same words. `first` and `last` are the numbers of the oldest and newest."""

    status: RunStatus
    name: str
    where: str
    error: str
    runs: int
    first: int
    last: int
    first_at: Instant
    last_at: Instant


class Look:
    """Safe to use from several threads, one question at a time. Raises StoreError when the file can not be read.

    `readonly`: the file stays as it is whatever happens, even where a log was left that closing it would clear away.
    """

    def __init__(self, path: Path | str, *, busy: float = 2.0, readonly: bool = False) -> None:
        self.path = Path(path)
        self.readonly = readonly
        self._busy = busy
        self._raw: sqlite3.Connection | None = None
        self._rest: Rest | None = None
        self._file = SameFile(self.path)
        self._openings = 0
        self._turn = threading.RLock()
        self._closed = False

    def close(self) -> None:
        with self._turn:
            self._closed = True
            self._shut()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Everything asked within is answered from one moment of the store. Raises StoreError at the end where that was not
        so: a file at rest has no moments, and somebody began to write it.
        """
        with self._turn, self._told():
            self._ask("BEGIN", ())
            rest = None if self._raw is None else self._rest
            try:
                yield
            finally:
                if self._raw is not None:  # it may have come into being meanwhile, and then nothing has begun
                    self._raw.rollback()
                if rest is not None and not rest.holds():
                    raise StoreError(f"the store {self.path} was written to while it was read; ask again")

    # what moved

    def version(self) -> int:
        """A number that is another one after any commit by anybody else, this process's engine among them."""
        number = int(self._first("PRAGMA data_version", default=(0,))[0])
        return number and number + (self._openings << 32)

    def head(self) -> int:
        """The position of the newest entry, 0 when there is none."""
        return int(self._one("head", default=(0,))[0])

    def written_at(self) -> Instant | None:
        """When the newest entry was written, by the clock of who wrote it; None when there is none."""
        return self._one("look_written_at", default=(None,))[0]  # type: ignore[no-any-return]

    def advanced(self, after: int, limit: int = 20_000) -> tuple[int, list[Advance]]:
        """The position read up to, and which runs got entries behind `after`."""
        rows = self._all("look_advanced", after, limit)
        position = max((row[2] for row in rows), default=after)
        return position, [Advance(row[0], row[1], row[3]) for row in rows]

    # runs

    def counts(self) -> dict[RunStatus, int]:
        kept = dict(self._all("counts"))
        return {status: kept.get(status.value, 0) for status in RunStatus} if kept else dict(_NOTHING)

    def run(self, id: str) -> RunRow | None:
        row = self._one("run_by_id", id)
        return None if row is None else run_of(row)

    def match(self, prefix: str, limit: int = 10) -> list[RunRow]:
        """Runs whose id begins with `prefix`."""
        return [run_of(row) for row in self._all("runs_by_prefix", prefix, limit)]

    def runs(self, which: RunFilter) -> list[RunRow]:
        """As `Journal.runs` gives them."""
        return [run_of(row) for row in self._all(*listing(which))]

    def counts_of(self, query: RunQuery) -> dict[RunStatus, int]:
        """How many runs each of the query's statuses has, in its order."""
        if query.plain:
            counts = self.counts()
            return {status: counts[status] for status in query.statuses}
        return {status: self._count(query, status, 0) for status in query.statuses}

    def page(self, query: RunQuery, status: RunStatus, *, skip: int, limit: int, below: int = FARTHEST) -> list[RunRow]:
        """`limit` runs of one status with a number below that, newest first, behind the first `skip`."""
        asked = (status.value, below, *query.conditions(), limit, skip)
        return [run_of(row) for row in self._all("look_runs_of_status", *asked)]

    def newest(self, query: RunQuery, *, skip: int, limit: int, below: int = FARTHEST) -> list[RunRow]:
        """`limit` runs of any of the query's statuses with a number below that, newest first, behind the first `skip`."""
        every = len(query.statuses) == len(RunStatus)
        asked = (None if every else json.dumps(query.statuses), below, *query.conditions(), limit, skip)
        return [run_of(row) for row in self._all("look_runs_newest", *asked)]

    def holds(self, query: RunQuery, row: RunRow) -> bool:
        """Whether the query's conditions are true of the run, apart from its status."""
        return (
            (query.names is None or row.name in query.names)
            and (query.kinds is None or row.kind in query.kinds)
            and (query.since is None or row.created_at >= query.since)
            and (query.until is None or row.created_at < query.until)
            and all(term.holds(row) for term in query.terms)
        )

    def rank(self, query: RunQuery, row: RunRow) -> int:
        """How many runs are newer than it, under the query: of its status, or of all when the list is by age."""
        if query.by_status:
            return self._count(query, row.status, row.number)
        return sum(self._count(query, status, row.number) for status in query.statuses)

    def _count(self, query: RunQuery, status: RunStatus, above: int) -> int:
        return int(self._one("look_count_of_status", status.value, above, *query.conditions(), default=(0,))[0])

    def names(self) -> list[str]:
        """The names of definitions that runs have."""
        return [row[0] for row in self._all("look_names")]

    def latest(self, names: Sequence[str], each: int) -> dict[str, list[LatestRow]]:
        """The newest runs of each name, newest first."""
        found: dict[str, list[LatestRow]] = {name: [] for name in names}
        for name, number, status, created_at, changed_at in self._all(
            "look_latest", json.dumps(list(names)), each, json.dumps([status.value for status in RunStatus])
        ):
            rows = found[name]
            if len(rows) < each:
                rows.append(LatestRow(name, number, RunStatus(status), created_at, changed_at))
        return found

    def failures(self, status: RunStatus, newest: int = 10_000) -> list[FailureRow]:
        """The newest runs of a status that have an error, those that say the same put together."""
        rows = self._all("look_failures", status.value, newest)
        return [FailureRow(status, *row) for row in rows]

    # what people decided

    def audit(self, *, newest_first: bool = False) -> Iterator[Audited]:
        """The chain, link by link; those beyond a page are read when asked for."""
        from lexiconsole.durable.audit import Audited

        name, edge = ("look_audit", FARTHEST) if newest_first else ("audit", -FARTHEST)
        while page := self._all(name, edge, _LINKS):
            yield from (Audited(*row) for row in page)
            edge = page[-1][0]

    # one run

    def entries(self, run: RunRow, after: int = 0, upto: int | None = None) -> list[Entry]:
        """Entries with `after` < seq <= `upto`, in order."""
        from lexiconsole.store.rows import entry_of

        return [entry_of(run.id, row) for row in self._all("load", run.number, after, upto)]

    def outline(self, run: RunRow) -> Outline:
        """As it was when the run was made; empty when nothing is known of it."""
        from lexiconsole.durable.outline import Outline

        row = self._one("outline", run.digest)
        return Outline() if row is None else Outline.from_data(json.loads(row[0]))

    # all runs of a machine

    def moves(self, name: str, after: int = 0) -> tuple[int, list[Entry]]:
        """Decisions, and signals that came, of all runs of that name behind a position, in commit order; the last position."""
        from lexiconsole.store.rows import entry_of

        rows = self._all("look_moves_first", name) if not after else self._all("look_moves", name, after)
        return (rows[-1][0] if rows else after), [entry_of(row[1], row[2:]) for row in rows]

    def standing(self, name: str) -> list[RunRow]:
        """Runs of that name, the newest 10,000, newest first."""
        return self.newest(RunQuery(names=(name,), by_status=False), skip=0, limit=10_000)

    # people and processes

    def tasks(self, limit: int = 200) -> list[TaskRow]:
        """The first open questions, due ones first."""
        return [task_of(row) for row in self._all("look_tasks", limit)]

    def first_tasks(self, limit: int) -> list[TaskRow]:
        """The first open questions with what people did to them, due ones first; of the others nothing is read."""
        page = self.tasks(limit)
        return list(_with_acts(page, self._all("look_acts", json.dumps(sorted({task.run_id for task in page})))))

    def open_tasks(self) -> Iterator[TaskRow]:
        """Every open question with what people did to it, due ones first; those beyond a page are read when asked for."""
        page = self.first_tasks(_PAGE)
        seen = {task.id for task in page}
        yield from page
        if len(page) == _PAGE:
            rest = (task for task in map(task_of, self._all("tasks")) if task.id not in seen)
            yield from _with_acts(rest, self._all("acts"))

    def tasks_of(self, run: RunRow) -> list[TaskRow]:
        """The run's open questions with what people did to them, due ones first."""
        tasks = [task_of(row) for row in self._all("tasks_of_run", run.number)]
        return list(_with_acts(tasks, self._all("acts_of_run", run.number)))

    @property
    def ready(self) -> bool:
        """Whether there is something to read: the file is there, and of this version."""
        with self._turn, self._told():
            return self._open() is not None

    def count_tasks(self) -> int:
        return int(self._one("look_count_tasks", default=(0,))[0])

    def owners(self) -> list[OwnerRow]:
        return [OwnerRow(*row) for row in self._all("owners")]

    def next_wake(self) -> Instant | None:
        """When the next timer of a parked run is due."""
        found: Instant | None = self._one("next_wake", None, default=(None,))[0]
        return found

    # the connection

    def _all(self, name: str, *values: Any) -> list[Any]:
        return self._ask(statement(name), values)

    def _one(self, name: str, *values: Any, default: Any = None) -> Any:
        rows = self._ask(statement(name), values)
        return rows[0] if rows else default

    def _first(self, sql: str, default: Any) -> Any:
        rows = self._ask(sql, ())
        return rows[0] if rows else default

    def _ask(self, sql: str, values: Sequence[Any]) -> list[Any]:
        with self._turn, self._told():
            while (raw := self._open()) is not None:
                try:
                    rows = raw.execute(sql, values).fetchall()
                except sqlite3.Error:
                    if not self._moved_on():
                        self._shut()  # what it remembers of the file may be wrong, and the file may be put back
                        raise
                else:
                    if not self._moved_on():
                        return rows
            return []

    def _moved_on(self) -> bool:
        """Whether a file that was read as one that does not change did, so that the question has to be asked again."""
        within = self._raw is not None and self._raw.in_transaction
        return self._rest is not None and not within and not self._rest.holds()

    def _shut(self) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            self._openings += 1
            raw.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as fault:
            raise read_error(fault, self.path) from fault

    def _open(self) -> sqlite3.Connection | None:
        """None while there is nothing to read: no file, or one that the engine has yet to bring up to date."""
        self._file.check()
        if self._moved_on():
            self._shut()
        if self._raw is not None or self._closed or not self.path.is_file():
            return self._raw
        terms, rest = reading(self.path, otherwise="mode=ro" if self.readonly else "mode=rw")
        raw = _connect(self.path, terms, self._busy)
        try:
            ready = _recognised(raw, self.path)
        except BaseException:
            raw.close()
            raise
        if ready:
            self._raw, self._rest = raw, rest
            self._file.opened()
        else:
            raw.close()
        return self._raw


def _with_acts(tasks: Iterable[TaskRow], rows: Sequence[Any]) -> Iterator[TaskRow]:
    acts: dict[tuple[str, str], list[Entry]] = {}
    for act in map(act_of, rows):
        acts.setdefault((act.run_id, act.key), []).append(act)
    for task in tasks:
        yield replace(task, acts=tuple(done)) if (done := acts.get((task.run_id, task.key))) else task


def _connect(path: Path, terms: str, busy: float) -> sqlite3.Connection:
    """It may not write, but it may make the files that reading a store with a log needs."""
    raw = sqlite3.connect(
        f"{path.absolute().as_uri()}?{terms}", uri=True, isolation_level=None, timeout=busy, check_same_thread=False
    )
    raw.execute("PRAGMA query_only = 1")
    raw.create_function("lower", 1, _lower, deterministic=True)
    return raw


def _lower(text: bytes) -> str:
    """SQLite's own knows the letters A to Z."""
    return text.decode("utf-8", "replace").lower()


def _recognised(raw: sqlite3.Connection, path: Path) -> bool:
    from lexiconsole.store.versions import NEWEST, refuse_foreign

    with closing(raw.execute(statement("recognise"))) as cursor:
        application, version, filled = cursor.fetchone()
    if application == 0 and version == 0 and not filled:
        return False
    refuse_foreign(str(path), application, version)
    return bool(version == NEWEST)
