"""Projection: where a run stands, as a fold of its entries.

The same rules are written as triggers in `sql/migrations/0001_journal.sql`, where they run inside the commit. This module
is the memory store's copy, what `rebuild` uses, and what the tests hold the triggers against.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.types import ENDED, Instant, RunStatus

__all__ = ["QUIET", "SHOWN_LENGTH", "Standing", "request_of", "settle"]

QUIET = frozenset(
    {
        EntryKind.CREATED,
        EntryKind.DONE,
        EntryKind.DECIDED,
        EntryKind.RECEIVED,
        EntryKind.ATTEMPT_FAILED,
        EntryKind.SLEEPING,
        EntryKind.WOKE,
        EntryKind.CHILD_STARTED,
    }
)
"""Kinds that change no projection, nor close a request: the great mass of entries, which must cost nothing here."""

SHOWN_LENGTH = 300
"""Characters of an error that the list of runs keeps."""

_GOING = frozenset({RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPENSATING})
_PARKED = frozenset({RunStatus.WAITING, RunStatus.SLEEPING, RunStatus.PAUSED, RunStatus.DOUBTFUL})
_CLOSING = frozenset({EntryKind.ANSWERED, EntryKind.DROPPED, EntryKind.SKIPPED, EntryKind.RESOLVED})
_FREEING = frozenset(
    {EntryKind.PARKED, EntryKind.COMPLETED, EntryKind.FAILED, EntryKind.COMPENSATED, EntryKind.CANCELLED}
)


@dataclass(slots=True)
class Standing:
    """What the entries so far say of a run. `tasks` maps the key of each open question to its seq and due instant.

    `stage` is "" for: the key of the newest entry that has one. `undoing` outlives a park in the middle of a rollback.
    """

    status: RunStatus
    wake_at: Instant | None = None
    base: int = 1
    stage: str = ""
    error: str = ""
    undoing: bool = False
    tasks: dict[str, tuple[int, Instant | None]] = field(default_factory=dict)

    @classmethod
    def at_birth(cls, driven: bool, start_at: Instant | None) -> Standing:
        return cls(RunStatus.RUNNING if driven else RunStatus.PENDING, start_at)

    def fold(self, entries: Iterable[Entry], shared: int = 0) -> Standing:
        """Applies entries in order; those up to seq `shared` are a fork's copies of its origin."""
        for entry in entries:
            if entry.kind not in QUIET:
                self._questions(entry)
                if entry.kind is EntryKind.RENEWED:
                    self.base = entry.seq
                if entry.seq > shared:
                    self._move(entry)
        return self

    @staticmethod
    def frees_owner(entry: Entry) -> bool:
        return entry.kind in _FREEING

    def _questions(self, entry: Entry) -> None:
        kind = entry.kind
        if kind is EntryKind.ASKED:
            self.tasks[entry.key] = (entry.seq, entry.data.get("due"))  # type: ignore[assignment]
        elif kind in _CLOSING:
            self.tasks.pop(entry.key, None)
        if kind is EntryKind.RETRIED or kind is EntryKind.SKIPPED:
            voids: Any = entry.data.get("voids", ())
            self.tasks = {key: task for key, task in self.tasks.items() if task[0] not in voids}
        elif kind is EntryKind.RENEWED:
            self.tasks.clear()

    def _move(self, entry: Entry) -> None:
        data: Any = entry.data
        match entry.kind:
            case EntryKind.OWNED:
                self.status = RunStatus.COMPENSATING if self.undoing else RunStatus.RUNNING
                self.wake_at = None
                if not self.error:
                    self.stage = ""
            case EntryKind.STARTED if data.get("undo"):
                self.status, self.undoing = RunStatus.COMPENSATING, True
            case EntryKind.STEP_FAILED:
                self.stage, self.error = entry.key, _error_line(data)
            case EntryKind.DOUBTED:
                self.stage, self.error = entry.key, _line(_text(data.get("why")))
            case EntryKind.ASKED:
                self.stage = entry.key
            case EntryKind.ANSWERED | EntryKind.DROPPED if self.stage == entry.key:
                self.stage = ""
            case EntryKind.PARKED:
                self.status, self.wake_at = RunStatus(data["status"]), data.get("wake_at")
                self.stage = (data.get("on") or [self.stage])[0]
                if data.get("why") is not None:
                    self.error = _line(_text(data["why"]))
            case EntryKind.RENEWED:
                self.status, self.undoing, self.stage, self.error = RunStatus.RUNNING, False, "", ""
            case EntryKind.COMPLETED | EntryKind.FAILED | EntryKind.COMPENSATED | EntryKind.CANCELLED:
                self._end(entry)
            case _:
                pass
        self._wake(entry)

    def _end(self, entry: Entry) -> None:
        self.status, self.wake_at, self.undoing = RunStatus(entry.kind.removeprefix("run.")), None, False
        match entry.kind:
            case EntryKind.COMPLETED:
                self.stage, self.error = "", ""
            case EntryKind.CANCELLED:
                self.error = _line(_text(entry.data.get("reason")))
            case _:
                error: Any = entry.data.get("error")
                self.stage = (error.get("key") if isinstance(error, dict) else None) or self.stage
                self.error = _error_line(entry.data)

    def _wake(self, entry: Entry) -> None:
        """What makes a run that stood still go on: an answer wakes a parked one, a repair an ended one too."""
        match entry.kind:
            case (
                EntryKind.ANSWERED | EntryKind.SIGNALLED | EntryKind.CHILD_ENDED | EntryKind.RESUMED | EntryKind.CANCEL
            ):
                if self.status in _PARKED:
                    self.status, self.wake_at = RunStatus.PENDING, None
            case EntryKind.RETRIED | EntryKind.SKIPPED | EntryKind.RESOLVED | EntryKind.EDITED:
                if self.status not in _GOING:
                    self.status, self.wake_at = RunStatus.PENDING, None
                if entry.kind is EntryKind.RETRIED:
                    self.undoing = False
                self.stage, self.error = "", ""
            case _:
                pass

    @property
    def open_tasks(self) -> dict[str, tuple[int, Instant | None]]:
        """Those of an ended run are out of sight, and there again after a retry."""
        return {} if self.status in ENDED else self.tasks


def request_of(entry: Entry) -> int | None:
    """The number of the request that led to this entry."""
    number = None if entry.kind in QUIET else entry.data.get("request")
    return number if isinstance(number, int) else None


def settle(entry: Entry) -> tuple[bool, str]:
    """How an entry closes its request: whether it was applied, and the reply."""
    if entry.kind is not EntryKind.REFUSED:
        return True, ""
    return False, _readable(_text(entry.data.get("reason")))


def _error_line(data: Any) -> str:
    error = data.get("error")
    if not isinstance(error, dict):
        return ""
    kind = error.get("type")
    return _line(("" if kind in (None, "Err") else _text(kind) + ": ") + _text(error.get("message")))


def _line(text: str) -> str:
    return _readable(text.split("\n", 1)[0][:SHOWN_LENGTH])


def _text(value: Any) -> str:
    """As SQLite's JSON gives it: it ends at a NUL."""
    return "" if value is None else str(value).split("\0", 1)[0]


def _readable(text: str) -> str:
    """Half a surrogate pair (odd file names) is not a character."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
