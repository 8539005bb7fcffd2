"""One row of a story: what an entry at a key makes of what was known of that key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.question import WITHDRAWN
from lexiconsole.types import JsonObject
from lexiconsole.views.key_parts import undone_key
from lexiconsole.views.story import Attempt, Row, RowKind
from lexiconsole.views.words import StepState

__all__ = ["edited", "settled", "voided"]

_KINDS = {
    EntryKind.DECIDED: RowKind.DECISION,
    EntryKind.ASKED: RowKind.QUESTION,
    EntryKind.ANSWERED: RowKind.QUESTION,
    EntryKind.VOTED: RowKind.QUESTION,
    EntryKind.DELEGATED: RowKind.QUESTION,
    EntryKind.ESCALATED: RowKind.QUESTION,
    EntryKind.RECEIVED: RowKind.SIGNAL,
    EntryKind.SLEEPING: RowKind.TIMER,
    EntryKind.WOKE: RowKind.TIMER,
    EntryKind.CHILD_STARTED: RowKind.CHILD,
    EntryKind.CHILD_ENDED: RowKind.CHILD,
}


def settled(row: Row | None, entry: Entry) -> Row:
    """The row after the entry; a new one when there was none."""
    row = _new(entry) if row is None else replace(row, revision=entry.seq)
    return _tried(row, entry) if entry.kind in _TRIES else _awaited(row, entry)


_TRIES = frozenset(
    {EntryKind.STARTED, EntryKind.ATTEMPT_FAILED, EntryKind.DONE, EntryKind.STEP_FAILED, EntryKind.DOUBTED}
)


def _tried(row: Row, entry: Entry) -> Row:
    """A step began a try or ended one."""
    data: dict[str, Any] = entry.data
    match entry.kind:
        case EntryKind.STARTED:
            running = StepState.UNDOING if row.undoes else StepState.RUNNING
            tried = Attempt(entry.attempt or row.attempt + 1, running, started_at=entry.at)
            return replace(row, state=running, attempts=(*_closed(row), tried), error=None, ended_at=None)
        case EntryKind.ATTEMPT_FAILED:
            retry_at, error = data.get("retry_at"), _object(data.get("error"))
            row = _finish(row, entry, StepState.FAILED, error, retry_at)
            return replace(row, state=StepState.RETRYING, until=retry_at, error=error, log=_log(row, entry))
        case EntryKind.DONE:
            done = StepState.UNDONE if row.undoes else StepState.DONE
            return _outcome(row, entry, done, _ended(row, entry, done))
        case EntryKind.STEP_FAILED:
            failed = StepState.UNDO_FAILED if row.undoes else StepState.FAILED
            return _outcome(row, entry, failed, _ended(row, entry, failed, _object(data.get("error"))))
        case _:  # doubted
            row = _finish(row, entry, StepState.DOUBTFUL)
            return replace(row, state=StepState.DOUBTFUL, text=str(data.get("why", "")), log=_log(row, entry))


def _awaited(row: Row, entry: Entry) -> Row:
    """A decision, a question, a timer, a signal, a child; or an operator's word on a step."""
    data: dict[str, Any] = entry.data
    match entry.kind:
        case EntryKind.DECIDED | EntryKind.ANSWERED:
            return _outcome(row, entry, _came_to(data))
        case EntryKind.ASKED:
            asked = str(data.get("prompt", ""))
            return replace(row, state=StepState.WAITING, text=asked, until=data.get("due"), data=data)
        case EntryKind.VOTED | EntryKind.DELEGATED | EntryKind.ESCALATED:
            return row  # it stays open; what was done to it is the inbox's to tell
        case EntryKind.SLEEPING:
            return replace(row, state=StepState.SLEEPING, until=data.get("until"))
        case EntryKind.CHILD_STARTED:
            return replace(row, state=StepState.RUNNING, text=str(data.get("definition", "")), data=data)
        case EntryKind.CHILD_ENDED:
            good = data.get("status", "completed") == "completed"
            return _outcome(row, entry, StepState.DONE if good else StepState.FAILED)
        case EntryKind.DROPPED:
            return replace(row, state=StepState.DROPPED, ended_at=entry.at, text=str(data.get("reason", "")))
        case EntryKind.SKIPPED:
            return _outcome(replace(row, text=str(data.get("reason", ""))), entry, StepState.SKIPPED)
        case EntryKind.RESOLVED:
            return _resolved(row, entry)
        case _:  # received, woke: settled with what the entry brings
            return _outcome(row, entry, StepState.DONE)


def _came_to(data: dict[str, Any]) -> StepState:
    """What a decision or an answer says; of a level of a chain what it came to: only an approval counts as done."""
    if (error := _object(data.get("error"))) is not None:
        return StepState.REJECTED if error.get("type") == WITHDRAWN else StepState.FAILED
    said: Any = data.get("value")
    level = isinstance(said, dict) and (said == {"outcome": "skipped"} or any(keys <= said.keys() for keys in _LEVEL))
    return _OUTCOMES.get(said["outcome"], StepState.DONE) if level else StepState.DONE


_LEVEL = ({"outcome", "round", "votes"}, {"outcome", "needed"})
"""What is written down of a level that people decided, and of one that its steps did."""


_OUTCOMES = {
    "skipped": StepState.SKIPPED,
    "rejected": StepState.REJECTED,
    "withdrawn": StepState.REJECTED,  # it ends the same: as not approved
    "stuck": StepState.FAILED,
    "overdue": StepState.FAILED,
}


def edited(row: Row, entry: Entry) -> Row:
    """The row after an operator replaced its recorded outcome; what had failed counts as done from there on."""
    state = StepState.BY_HAND if row.state is StepState.FAILED else row.state
    return replace(row, state=state, result=entry.data.get("value"), error=None, revision=entry.seq)


def voided(row: Row) -> Row:
    """The row after an operator's retry set its outcome aside: its tries stay visible, it is to be done again."""
    attempts = tuple(replace(attempt, voided=True) for attempt in row.attempts)
    return replace(row, state=StepState.PENDING, attempts=attempts, ended_at=None, result=None, error=None, until=None)


def _resolved(row: Row, entry: Entry) -> Row:
    row = replace(row, text=str(entry.data.get("reason", "")))
    match entry.data.get("how"):
        case "again":
            return replace(row, state=StepState.PENDING)
        case "fail":
            return _outcome(row, entry, StepState.UNDO_FAILED if row.undoes else StepState.FAILED)
        case _:
            return _outcome(row, entry, StepState.BY_HAND)


def _new(entry: Entry) -> Row:
    undoes = undone_key(entry.key)
    kind = _KINDS.get(entry.kind, RowKind.STEP)
    if not undoes and entry.data.get("undo"):
        undoes = entry.key
    return Row(entry.key, kind, StepState.PENDING, entry.seq, entry.seq, entry.at, undoes)


def _finish(
    row: Row, entry: Entry, state: StepState, error: JsonObject | None = None, retry_at: float | None = None
) -> Row:
    return replace(row, attempts=_ended(row, entry, state, error, retry_at))


def _ended(
    row: Row, entry: Entry, state: StepState, error: JsonObject | None = None, retry_at: float | None = None
) -> tuple[Attempt, ...]:
    """The tries with the open one ended, or with one more that was over before its start was recorded."""
    number = entry.attempt or row.attempt or 1
    last = row.attempts[-1] if row.attempts else None
    if last is not None and last.ended_at is None and last.number == number:
        ended = replace(last, state=state, ended_at=entry.at, error=error, retry_at=retry_at)
        return (*row.attempts[:-1], ended)
    return (*_closed(row), Attempt(number, state, None, entry.at, error, retry_at))


def _closed(row: Row) -> tuple[Attempt, ...]:
    """The tries so far; one that a crash cut off (a start without an end) counts as of unknown outcome."""
    if row.attempts and row.attempts[-1].ended_at is None:
        return (*row.attempts[:-1], replace(row.attempts[-1], state=StepState.DOUBTFUL))
    return row.attempts


def _outcome(row: Row, entry: Entry, state: StepState, attempts: tuple[Attempt, ...] | None = None) -> Row:
    data: dict[str, Any] = entry.data
    result = next((data[name] for name in ("result", "value", "payload") if name in data), None)
    error = _object(data.get("error")) or (row.error if state in _FAILED else None)
    return replace(
        row,
        state=state,
        attempts=row.attempts if attempts is None else attempts,
        ended_at=entry.at,
        result=result,
        error=error,
        log=_log(row, entry),
        until=None,
    )


def _log(row: Row, entry: Entry) -> str:
    """What all tries printed, one after the other."""
    return row.log + str(entry.data.get("log", ""))


_FAILED = frozenset({StepState.FAILED, StepState.UNDO_FAILED})


def _object(value: Any) -> JsonObject | None:
    return value if isinstance(value, dict) else None
