"""Sentences: one line on what is selected: what it does or waits for, since when, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lexiconsole.durable.rows import RunRow, TaskRow
from lexiconsole.types import Instant, ModelKind, RunStatus
from lexiconsole.views.durations import age, ahead, deadline, span
from lexiconsole.views.faults import cause, misfit
from lexiconsole.views.incidents import Incident
from lexiconsole.views.key_parts import repaired_key
from lexiconsole.views.safe import harmless, harmless_sentence
from lexiconsole.views.words import NOBODY

__all__ = ["BACK_FROM_PAST", "Sentence", "incident_sentence", "run_sentence", "task_sentence"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is going on, and the keys that lead on from there, each with what it does; none when nothing is to be done."""

    text: str
    keys: tuple[tuple[str, str], ...] = ()


BACK_FROM_PAST = (".", "back to now")


def run_sentence(row: RunRow, now: Instant, task: TaskRow | None = None, awaited: str = "") -> str:
    """Made harmless. `task` is the question it waits for, if that is known; `awaited` what it waits for before it can begin."""
    where, error = harmless(row.where), cause(harmless_sentence(row.error))
    moved = age(row.changed_at, now)
    at = f" at {where}" if where else ""
    because = f": {error}" if error else ""
    match row.status:
        case RunStatus.DOUBTFUL if repaired := harmless(repaired_key(row.where)):
            return f"{repaired} could not be undone{because}"
        case RunStatus.DOUBTFUL if differs := misfit(row):
            return harmless(differs)
        case RunStatus.DOUBTFUL:
            return f"it is unknown what came of {where or 'a step'}{because}"
        case RunStatus.FAILED:
            return f"failed{at} {moved}{because}"
        case RunStatus.WAITING if task is not None:
            return task_sentence(task, now)
        case RunStatus.WAITING:
            held = row.kind == ModelKind.BULK and row.where.partition("#")[0] == "steer"
            what = " to be told what becomes of the items that failed," if held else at
            return f"waits{what} since {span(now - row.changed_at)}"
        case RunStatus.SLEEPING:
            return f"sleeps{at}{', goes on ' + ahead(row.wake_at, now) if row.wake_at is not None else ''}"
        case RunStatus.PAUSED:
            return f"paused {moved}{because}"
        case RunStatus.COMPENSATING:
            return f"undoing what it did, now{at or ' at the beginning'}{because}"
        case RunStatus.RUNNING:
            return f"running for {span(now - row.created_at)}, last heard of {moved}{at}"
        case RunStatus.PENDING:
            return f"pending: {awaited or NOBODY}"
        case RunStatus.COMPENSATED:
            return f"rolled back {moved}, everything it did was undone{because}"
        case RunStatus.CANCELLED:
            return f"cancelled {moved}{because}"
        case RunStatus.COMPLETED:
            return f"completed {moved} after {span(row.changed_at - row.created_at)}"


def task_sentence(task: TaskRow, now: Instant) -> str:
    """Made harmless."""
    data: dict[str, Any] = task.data
    who = ", ".join(harmless(str(name)) for name in data.get("who", ()))
    due = f", {deadline(task.due, now)}" if task.due is not None else ""
    return f"{harmless(task.key)} waits for {who or 'anybody'} since {span(now - task.asked_at)}{due}"


def incident_sentence(incident: Incident, now: Instant) -> str:
    """Made harmless."""
    many = "one run" if incident.runs == 1 else f"{incident.runs:,} runs"
    return f"{many} of {harmless(incident.name)}, the last {age(incident.last_at, now)}: {cause(harmless_sentence(incident.error))}"
