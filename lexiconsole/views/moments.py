"""The timeline's lines: what one entry says, given how the run and its row stood before and stand after it."""

from __future__ import annotations

from typing import Any

from lexiconsole.approval.seats import ANYBODY
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.question import WITHDRAWN
from lexiconsole.types import RunStatus
from lexiconsole.views.durations import clock, span
from lexiconsole.views.story import Attempt, Lane, Moment, Row, Story
from lexiconsole.views.values import brief, error_line, in_words, process_of
from lexiconsole.views.words import OPERATOR, RUN_LOOKS, STEP_LOOKS, Look, StepState

__all__ = ["moments"]


def moments(entry: Entry, before: Story, after: Story, row: Row | None) -> tuple[Moment, ...]:
    """None for what only prepares something (a start, a parking), two where the run turns round."""
    lines: list[Moment] = []
    if after.turned and not before.turned:
        lines.append(_turn(entry, after))
    line = _run_line(entry, before, after) or _people_line(entry, row) or (_row_line(entry, row) if row else None)
    if line is not None:
        lines.append(line)
    return tuple(lines)


def _turn(entry: Entry, after: Story) -> Moment:
    failed = f"{after.turned_at} failed" if after.turned_at else "the work failed"
    why = failed if after.cancel is None else "cancelled"
    look = RUN_LOOKS[RunStatus.COMPENSATING]
    return Moment(entry.seq, entry.at, look, "turned round", Lane.RUN, f"{why}; undoing what was done, newest first")


def _run_line(entry: Entry, before: Story, after: Story) -> Moment | None:
    data: dict[str, Any] = entry.data

    def line(look: Look, subject: str, text: str = "") -> Moment:
        return Moment(entry.seq, entry.at, look, subject, Lane.RUN, text, by=entry.by)

    match entry.kind:
        case EntryKind.CREATED:
            origin = data.get("origin")
            text = f"from {origin.get('run')} at seq {origin.get('seq')}" if isinstance(origin, dict) else ""
            for edit in data.get("edits", ()):
                text += f", with another {'state behind' if 'patch' in edit else 'result of'} {edit['key']}"
            return line(RUN_LOOKS[RunStatus.PENDING], "forked" if origin else "created", text)
        case EntryKind.OWNED if before.status in _MOVING and entry.seq > 2:
            process = process_of(data)
            return line(RUN_LOOKS[RunStatus.RUNNING], "taken up again", f"by {process}" if process else "")
        case EntryKind.RENEWED:
            return line(RUN_LOOKS[RunStatus.RUNNING], "renewed", f"generation {after.generation}")
        case EntryKind.COMPLETED:
            return line(
                RUN_LOOKS[RunStatus.COMPLETED], "completed", in_words(data["result"]) if "result" in data else ""
            )
        case EntryKind.FAILED:
            return line(RUN_LOOKS[RunStatus.FAILED], "failed", error_line(after.error))
        case EntryKind.COMPENSATED:
            return line(RUN_LOOKS[RunStatus.COMPENSATED], "rolled back", "everything undone")
        case EntryKind.CANCELLED:
            return line(RUN_LOOKS[RunStatus.CANCELLED], "cancelled", str(data.get("reason", "")))
        case EntryKind.SIGNALLED:
            return line(
                STEP_LOOKS[StepState.SLEEPING], f"signal {data.get('name', entry.key)}", _value(data, "payload")
            )
        case _:
            return None


_MOVING = frozenset({RunStatus.RUNNING, RunStatus.COMPENSATING})


def _people_line(entry: Entry, row: Row | None) -> Moment | None:
    """The sign says that it was a person; of what settled a level with a no, that."""
    data: dict[str, Any] = entry.data
    match entry.kind:
        case EntryKind.PAUSED:
            said = "pause"
        case EntryKind.RESUMED:
            said = "resume"
        case EntryKind.CANCEL:
            said = "time is up" if data.get("reason") == "timeout" else "cancel"
        case EntryKind.RETRIED:
            said = f"retry {entry.key}".rstrip()
        case EntryKind.SKIPPED:
            said = f"skip {entry.key} with {_value(data, 'result') or 'no result'}"
        case EntryKind.RESOLVED:
            said = f"resolve {entry.key}: {_resolution(data)}"
        case EntryKind.EDITED:
            what = f"the state behind {entry.key}" if "patch" in data else entry.key or "the input"
            said = f"edit {what}: {_value(data, 'patch' if 'patch' in data else 'value')}"
        case EntryKind.MIGRATED:
            said = f"migrate from version {data.get('from')} to {data.get('to')}"
        case EntryKind.ANSWERED:
            said = _settled(entry.key, data)
        case EntryKind.VOTED:
            said = _vote(entry)
        case EntryKind.DELEGATED:
            said = f"hand {entry.key} on to {data.get('to', '')}"
        case EntryKind.ESCALATED:
            late = ", time is up" if data.get("why") == "due" else ""
            said = f"escalate {entry.key} to {', '.join(map(str, data.get('to', ())))}{late}"
        case EntryKind.REFUSED:
            what = str(data.get("verdict") or data.get("kind", "request")).replace("_", " ")
            said = f"refused: {what} {entry.key or data.get('target', '')}".rstrip()
        case _:
            return None
    reason = str(data.get("reason", ""))
    text = "" if entry.kind is EntryKind.CANCEL and reason == "timeout" else reason
    no = entry.kind is EntryKind.ANSWERED and row is not None and row.state is StepState.REJECTED
    look = STEP_LOOKS[StepState.REJECTED] if no else OPERATOR
    return Moment(entry.seq, entry.at, look, said, Lane.PEOPLE, text, by=entry.by)


def _vote(entry: Entry) -> str:
    verdict, seat = str(entry.data.get("verdict", "")), entry.data.get("seat")
    whose = f" for {seat}" if seat not in (entry.by, ANYBODY, None) else ""
    return f"take back the vote on {entry.key}" if verdict == "withdrawn" else f"{verdict} {entry.key}{whose}"


def _settled(key: str, data: dict[str, Any]) -> str:
    """An answer; of an approval the vote that decided it, or what else ended it."""
    value = data.get("value")
    outcome = value.get("outcome") if isinstance(value, dict) and "votes" in value else None
    match outcome:
        case None if "error" in data:
            taken_back = data["error"].get("type") == WITHDRAWN
            return f"withdraw the request at {key}" if taken_back else f"{key} is not answered"
        case None:
            return f"answer {key}: {_value(data, 'value')}"
        case "info":
            return f"ask about {key}: {value['question']}"  # type: ignore[index]
        case "withdrawn":
            return f"withdraw the request at {key}"
        case "overdue":
            return f"time is up for {key}"
        case _:
            return f"{data.get('verdict', 'decide')} {key}, which is {outcome}"


def _resolution(data: dict[str, Any]) -> str:
    match data.get("how"):
        case "again":
            return "do it again"
        case "fail":
            return "count it as failed"
        case _:
            return f"count it as done{' with ' + _value(data, 'result') if data.get('result') is not None else ''}"


def _row_line(entry: Entry, row: Row) -> Moment | None:
    text = _step_text(entry, row)
    if text is not None:
        look = STEP_LOOKS[StepState.RETRYING if entry.kind is EntryKind.ATTEMPT_FAILED else row.state]
        tried = row.attempts[-1] if row.attempts and entry.kind is not EntryKind.DOUBTED else None
        return _line(entry, row, look, text, tried)
    text = _waiting_text(entry, row)
    return None if text is None else _line(entry, row, STEP_LOOKS[row.state], text.rstrip())


def _step_text(entry: Entry, row: Row) -> str | None:
    match entry.kind:
        case EntryKind.ATTEMPT_FAILED:
            return f"{error_line(row.error)}; {_next_try(entry, row)}"
        case EntryKind.DONE:
            return _outcome(entry.data, "result")
        case EntryKind.STEP_FAILED:
            return error_line(row.error)
        case EntryKind.DOUBTED:
            return f"nobody knows whether it happened: {row.text}"
        case _:
            return None


def _waiting_text(entry: Entry, row: Row) -> str | None:
    data: dict[str, Any] = entry.data
    match entry.kind:
        case EntryKind.DECIDED:
            if data.get("value") == {"outcome": "skipped"}:
                return "is skipped: it is not needed here"
            return error_line(row.error) if row.error else f"→ {in_words(data.get('value'))}"
        case EntryKind.ASKED:
            return f"asks: {row.text}"
        case EntryKind.SLEEPING:
            return f"sleeps until {clock(row.until)}" if row.until is not None else "sleeps"
        case EntryKind.RECEIVED:
            return f"received {_outcome(data, 'payload')}"
        case EntryKind.CHILD_STARTED:
            return f"child {row.text} {data.get('run', '')}"
        case EntryKind.CHILD_ENDED:
            text = error_line(row.error) if row.error else _outcome(data, "result")
            return f"child {data.get('status', 'ended')} {text}"
        case EntryKind.WOKE:
            return "woke"
        case EntryKind.DROPPED:
            return f"dropped: {row.text}" if row.text else "dropped"
        case _:
            return None


def _line(entry: Entry, row: Row, look: Look, text: str, tried: Attempt | None = None) -> Moment:
    lane = Lane.BACK if row.undoes else Lane.FORWARD
    subject = f"undo {row.undoes}" if row.undoes else row.key
    took, number = (tried.took, tried.number) if tried else (None, 0)
    return Moment(entry.seq, entry.at, look, subject, lane, text, took, number, entry.by)


def _next_try(entry: Entry, row: Row) -> str:
    return "tried again at once" if row.until is None else f"next try in {span(row.until - entry.at)}"


def _value(data: dict[str, Any], name: str) -> str:
    """Exactly: what people wrote is JSON."""
    return brief(data[name]) if data.get(name) is not None else ""


def _outcome(data: dict[str, Any], name: str) -> str:
    return in_words(data[name]) if data.get(name) is not None else ""
