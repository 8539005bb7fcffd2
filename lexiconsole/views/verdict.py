"""The last word on a run: one sentence on how it stands, what follows from it, and what a person can do next."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import assert_never

from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.durations import ahead, deadline, span, stamp
from lexiconsole.views.key_parts import repaired_key
from lexiconsole.views.story import Row, RowKind, Story
from lexiconsole.views.values import error_line
from lexiconsole.views.ways import Way, ways_to_decide
from lexiconsole.views.words import NOBODY, RUN_LOOKS, Look, StepState

__all__ = ["Verdict", "verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`sentence` needs no context; `details` are further sentences; `ways` the commands that lead on, the likeliest first."""

    look: Look
    sentence: str
    details: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()


def verdict(story: Story, now: Instant, *, driven: bool = True) -> Verdict:
    """How the run stands at `now`; nothing in it is made harmless yet. `driven`: whether a process has it in hand."""
    look = RUN_LOOKS[story.status]
    match story.status:
        case RunStatus.PENDING:
            return Verdict(look, f"pending: {NOBODY}", ways=_going_on(story, "drive it here"))
        case RunStatus.RUNNING | RunStatus.COMPENSATING:
            return _moving(story, now, look, driven=driven)
        case RunStatus.WAITING | RunStatus.SLEEPING:
            return _parked(story, now, look)
        case RunStatus.PAUSED:
            why = f": {story.reason}" if story.reason else ""
            return Verdict(look, f"paused{why}", ways=_going_on(story, "let it go on"))
        case RunStatus.DOUBTFUL:
            return _doubtful(story, look)
        case RunStatus.COMPLETED:
            return Verdict(look, f"completed in {span(story.took(now))}")
        case RunStatus.FAILED:
            return _failed(story, now, look)
        case RunStatus.COMPENSATED:
            return _compensated(story, now, look)
        case RunStatus.CANCELLED:
            return _cancelled(story, look)
        case _:
            assert_never(story.status)


def _moving(story: Story, now: Instant, look: Look, *, driven: bool) -> Verdict:
    if not driven:
        return Verdict(look, "stopped on its way; nothing is lost", ways=_going_on(story, "let it go on here"))
    details = tuple(_standing(row, now) for row in story.rows if row.open)
    word = "turned round, undoing" if story.status is RunStatus.COMPENSATING else "running"
    return Verdict(look, f"{word} for {span(story.took(now))}", details, (Way(("watch", story.run_id), "look on"),))


def _standing(row: Row, now: Instant) -> str:
    name = f"undo {row.undoes}" if row.undoes else row.key
    lasting = f"for {span(now - _began(row))}"
    match row.state:
        case StepState.RETRYING:
            due = f", next try {ahead(row.until, now)}" if row.until is not None else ""
            return f"{name} failed: {error_line(row.error)}{due}"
        case StepState.WAITING:
            return f"{name} asks: {row.text}"
        case StepState.SLEEPING:
            return f"{name} sleeps{f', wakes {ahead(row.until, now)}' if row.until is not None else ''}"
        case StepState.DOUBTFUL:
            return f"{name} is in doubt: {row.text}"
        case _:
            attempt = f", try {row.attempt}" if row.attempt > 1 else ""
            return f"{name} is {row.state} {lasting}{attempt}"


def _began(row: Row) -> Instant:
    last = row.attempts[-1].started_at if row.attempts else None
    return row.began_at if last is None else last


def _parked(story: Story, now: Instant, look: Look) -> Verdict:
    waits, ways = [], []
    for row in story.rows:
        if row.kind is RowKind.QUESTION and row.state is StepState.WAITING:
            due = f" ({deadline(row.until, now)})" if row.until is not None else ""
            waits.append(f"{row.key} asks: {row.text}{due}")
            ways += ways_to_decide(f"{story.run_id}:{row.key}", row.data)
        elif row.open and row.until is not None:
            waits.append(f"{row.key} goes on at {stamp(row.until)} ({ahead(row.until, now)})")
        elif row.kind is RowKind.CHILD and row.open:
            waits.append(f"{row.key} waits for its child {row.data.get('run', '')}".rstrip())
    for key, names in (story.parking.signals if story.parking else {}).items():
        if list(names) == ["steer"] and any(_OF_BULK.match(row.key) for row in story.rows):
            waits.append("items of it failed, and somebody is to say what becomes of them")
            ways += _steering(story)
            continue
        waits.append(f"{key} waits for the signal {' or '.join(names) or 'that comes next'}")
        ways += [Way(("signal", story.run_id, name), "send it") for name in names]
    first = waits[0] if waits else "somebody or something outside"
    sentence = f"parked, nothing is lost: {first}"
    if story.status is RunStatus.SLEEPING:
        ways.append(Way(("resume", story.run_id), "drive it on from here when the time has come"))
    return Verdict(look, sentence, tuple(waits[1:]), tuple(ways))


_OF_BULK = re.compile(r"(?:.*/)?(?:batch|again)/\d+")


def _steering(story: Story) -> list[Way]:
    run = story.run_id
    return [
        Way(("bulk", run), "why they failed"),
        Way(("bulk", run, "--retry", "all"), "try them again"),
        Way(("bulk", run, "--exclude", "all"), "let them go"),
        Way(("bulk", run, "--finish"), "end it with the failures it has"),
    ]


def _doubtful(story: Story, look: Look) -> Verdict:
    if story.parking is not None and story.parking.why:
        return _differs(story, story.parking.why, look)
    details: list[str] = []
    ways: list[Way] = []
    for row in story.rows:
        if row.state is StepState.DOUBTFUL:
            details.append(f"{row.key} may or may not have happened: {row.text or 'its outcome is unknown'}")
            ways += _resolving(story, row)
        elif row.kind is RowKind.QUESTION and row.state is StepState.WAITING:
            details.append(_lacking(story, row))
            ways += _repairing(story, row)
    turned = any(row.state is StepState.UNDO_FAILED for row in story.rows)
    word = "the rollback is incomplete" if turned else "somebody must say what happened"
    sentence = f"doubtful, {word}{': ' + details[0] if details else ''}"
    return Verdict(look, sentence, tuple(details[1:]), tuple(ways))


def _differs(story: Story, why: str, look: Look) -> Verdict:
    """It stopped because its definition is another one than it began with: no step's outcome is unknown."""
    seqs = [row.first_seq for row in story.rows if story.parking is not None and row.key in story.parking.on]
    ways = [Way(("retry", story.run_id), "go on, once the definition is back")]
    if seqs and seqs[0] > 1:
        ways.append(
            Way(
                ("fork", story.run_id, "--at", str(seqs[0] - 1)),
                "a new run from before it, with the definition as it is",
            )
        )
    return Verdict(look, f"stopped, nothing is lost: {why}", (), tuple(ways))


def _resolving(story: Story, row: Row) -> list[Way]:
    return [
        Way(("resolve", story.run_id, row.key, "--done", "JSON"), "it did happen, with this result"),
        Way(("resolve", story.run_id, row.key, "--again"), "it did not happen, do it again"),
        Way(("resolve", story.run_id, row.key, "--fail"), "it did not happen, count it as failed"),
    ]


def _lacking(story: Story, question: Row) -> str:
    """What is not as it should be, in the words of the failed compensation where there is one."""
    name = repaired_key(question.key)
    failed = [row for row in story.rows if row.undoes == name and row.state is StepState.UNDO_FAILED]
    if name and failed:
        return f"{name} is still in effect, undoing it failed: {error_line(failed[-1].error)}"
    return f"{question.key} asks: {question.text}"


def _repairing(story: Story, question: Row) -> list[Way]:
    name = repaired_key(question.key)
    if not name:
        return ways_to_decide(f"{story.run_id}:{question.key}", question.data)
    choices = json.dumps(question.data.get("form"))
    again = [Way(("retry", story.run_id, name), "try it once more")] if '"again"' in choices else []
    return [
        *again,
        Way(("mark-done", story.run_id, name, "--reason", "…"), "it was put right by hand"),
        Way(("skip", story.run_id, name, "--reason", "…"), "leave it as it is"),
    ]


def _failed(story: Story, now: Instant, look: Look) -> Verdict:
    key = _failing_key(story)
    where = f" at {key}" if key else ""
    why = _why(story, key)
    sentence = f"failed after {span(story.took(now))}{where}{f': {why}' if why else ''}"
    return Verdict(look, sentence, _left(story), _trying_again(story))


def _left(story: Story) -> tuple[str, ...]:
    """What took effect before it failed and was not undone."""
    done = [row.key for row in story.rows if row.kind is RowKind.STEP and not row.undoes and row.state in _EFFECTIVE]
    kept = [key for key in done if key not in story.undone]
    if not kept:
        return ()
    more = f" and {len(kept) - 5} more" if len(kept) > 5 else ""
    return (f"what was done before stays: {', '.join(kept[:5])}{more}",)


_EFFECTIVE = frozenset({StepState.DONE, StepState.BY_HAND, StepState.SKIPPED})


def _compensated(story: Story, now: Instant, look: Look) -> Verdict:
    undone = ", ".join(story.undone)
    why = _why(story, story.turned_at)
    cause = f"{story.turned_at} failed" if story.turned_at else "it failed"
    details = (f"{cause}{f': {why}' if why else ''}", f"took {span(story.took(now))}")
    sentence = (
        f"compensated: everything undone, {story.in_turn}: {undone}" if undone else "compensated: everything undone"
    )
    return Verdict(look, sentence, details, (Way(("fork", story.run_id, "--at", "1"), "try again as a new run"),))


def _why(story: Story, key: str) -> str:
    """How the step failed, else how the run did."""
    row = story.row(key) if key else None
    return error_line(row.error if row is not None and row.error else story.error)


def _cancelled(story: Story, look: Look) -> Verdict:
    by = f"by {story.cancelled_by}" if story.cancelled_by else ""
    who = "because its time ran out" if story.reason == "timeout" else by
    why = f": {story.reason}" if story.reason and story.reason != "timeout" else ""
    undone = (f"undone, {story.in_turn}: {', '.join(story.undone)}",) if story.undone else ()
    return Verdict(look, f"cancelled {who}".rstrip() + why, undone)


def _failing_key(story: Story) -> str:
    """The step that failed last; not its `on_error` or `cleanup`, which failed only after it."""
    failed = {row.key: row for row in story.rows if row.state is StepState.FAILED}
    own = [row for key, row in failed.items() if key.rpartition("/")[0] not in failed]
    return max(own, key=lambda row: row.revision).key if own else ""


def _going_on(story: Story, about: str) -> tuple[Way, ...]:
    return (Way(("resume", story.run_id), about),)


def _trying_again(story: Story) -> tuple[Way, ...]:
    return (
        Way(("retry", story.run_id), "try again from the step that failed"),
        Way(("fork", story.run_id, "--at", "1"), "start over as a new run"),
    )
