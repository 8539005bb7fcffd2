"""A task as text for people."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lexiconsole.views.durations import clock, deadline
from lexiconsole.views.levels import Level, LevelState, Seat
from lexiconsole.views.safe import harmless
from lexiconsole.views.values import pairs
from lexiconsole.views.words import FAINT, OPERATOR, STEP_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.cli.paint import Paint
    from lexiconsole.types import Instant
    from lexiconsole.views.inbox import Task

__all__ = ["task_lines", "when_due", "whose"]

_LOOKS = {
    LevelState.AHEAD: StepState.PENDING,
    LevelState.OPEN: StepState.WAITING,
    LevelState.APPROVED: StepState.DONE,
    LevelState.REJECTED: StepState.REJECTED,
    LevelState.SKIPPED: StepState.SKIPPED,
    LevelState.STUCK: StepState.DOUBTFUL,
}
_VOTED = {"approve": "approves", "reject": "rejects", "abstain": "abstains"}


def task_lines(task: Task, paint: Paint, now: Instant | None = None) -> list[str]:
    """What is asked, of whom, until when; the chain, what was done to it, and what each decision leads to."""
    due = when_due(task, time.time() if now is None else now)
    head = f"{paint.look(OPERATOR)} {paint.bold(harmless(task.id))}  {harmless(task.name)}"
    lines = [f"{head}  {paint.text(due, FAINT)}".rstrip(), f"  {harmless(task.prompt)}"]
    if task.details is not None:
        lines.append(f"  {pairs(task.details, 400)}")
    lines += [f"  {_level(level, paint)}" for level in task.levels]
    if not task.levels and task.who:
        lines.append(f"  for {harmless(', '.join(task.who))}")
    lines += [f"  {line}" for line in _done_so_far(task, paint)]
    lines += [f"  {paint.text(f'not enforced: {harmless(rule)}', FAINT)}" for rule in task.not_enforced]
    if task.why_not:
        lines.append(f"  {paint.text(f'not for you: {harmless(task.why_not)}', FAINT)}")
    return lines


def when_due(task: Task, now: Instant) -> str:
    """`due in 6d 4h`, and what happens then; "" when there is no hurry."""
    if task.due is None:
        return ""
    late = {"default": "then it answers itself", "escalate": "then others may decide too", "fail": "then it fails"}
    then = "" if task.escalated else late.get(task.on_due.value, "")
    return deadline(task.due, now) + (f", {then}" if then and task.due >= now else "")


def whose(task: Task) -> str:
    """Whom it is for, and how far it is: `role:director, 1 of 2 approvals`."""
    level = task.level
    who = harmless(", ".join(task.who)) or "anybody"
    return f"{who}, {level.quorum}" if level is not None else who


def _level(level: Level, paint: Paint) -> str:
    facts = [f"{paint.look(STEP_LOOKS[_LOOKS[level.state]])} {harmless(level.name)}"]
    if level.state is LevelState.OPEN:
        facts.append(level.quorum)
    elif level.state is not LevelState.AHEAD:
        facts.append(level.state.value)
    elif level.who:
        facts.append(harmless(", ".join(level.who)))
    voted = [seat for seat in level.seats if seat.verdict]
    for seat in voted:
        who = seat.by or seat.name
        told = f" for {seat.name}" if seat.by and seat.by != seat.name else ""
        facts.append(harmless(f"{who} {_VOTED.get(seat.verdict, seat.verdict)}{told}"))
    empty = [_open_seat(seat) for seat in level.seats if not seat.verdict]
    if empty and level.state is LevelState.OPEN:
        facts.append(f"open: {harmless(', '.join(empty))}")
    return "  ".join(facts)


def _open_seat(seat: Seat) -> str:
    return f"{seat.name} (or {', '.join(seat.holders)})" if seat.holders else seat.name


def _done_so_far(task: Task, paint: Paint) -> Iterator[str]:
    for act in task.acts:
        why = f": {harmless(act.reason)}" if act.reason else ""
        yield f"{paint.text(clock(act.at), FAINT)} {harmless(act.by)} {harmless(act.text)}{why}"
