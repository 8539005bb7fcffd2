"""Facts of runs as events: from the entries of recorded runs, and from executions in memory as they are watched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from lexiconsole.contracts import events as e
from lexiconsole.durable.context import RunInfo
from lexiconsole.durable.entry import ENDINGS, Entry, EntryKind
from lexiconsole.durable.policy import StepRole
from lexiconsole.errors import RunCancelled
from lexiconsole.result import Err, Ok
from lexiconsole.types import ModelKind, RunStatus
from lexiconsole.views.key_parts import undone_key

__all__ = ["EntryEvents", "MemoryEvents"]


class EntryEvents:
    """Folds the entries of recorded runs into events."""

    def __init__(self) -> None:
        self._begun: dict[str, set[str]] = {}

    def events(self, entry: Entry, workflow: str, kind: str) -> list[e.WorkflowEvent]:
        """What an entry means to an application: nothing, one event, or a step's start and end.

        `workflow` is the name of the run's definition, `kind` its model.
        """
        data = entry.data
        about: dict[str, Any] = {"run_id": entry.run_id, "workflow": workflow, "at": entry.at, "journaled": True}
        match entry.kind:
            case EntryKind.CREATED:
                return [e.WorkflowStartedEvent(**about, input=data.get("input"), by=entry.by)]
            case EntryKind.STARTED | EntryKind.ATTEMPT_FAILED | EntryKind.DONE | EntryKind.STEP_FAILED:
                return self._of_step(entry, about)
            case EntryKind.ASKED:
                question = {
                    "prompt": data.get("prompt", ""),
                    "who": tuple(_list(data.get("who"))),
                    "due": data.get("due"),
                }
                return [e.QuestionAskedEvent(**about, key=entry.key, **question)]  # type: ignore[arg-type]
            case EntryKind.ANSWERED:
                return [e.QuestionAnsweredEvent(**about, key=entry.key, value=data.get("value"), by=entry.by)]
            case EntryKind.DECIDED if kind == ModelKind.MACHINE:
                return _transition(entry, about)
            case EntryKind.PARKED:
                self._begun.pop(entry.run_id, None)
                return []
            case _ if entry.kind in ENDINGS:
                self._begun.pop(entry.run_id, None)
                return [_ended(entry, about)]
            case _:
                return []

    def _of_step(self, entry: Entry, about: dict[str, Any]) -> list[e.WorkflowEvent]:
        """A step that took a moment only has no entry of its start: it is told together with its end."""
        undoes = undone_key(entry.key)
        undo = bool(undoes or entry.data.get("undo"))
        about |= {"key": undoes or entry.key, "attempt": entry.attempt}
        told: list[e.WorkflowEvent] = []
        begun = self._begun.setdefault(entry.run_id, set())
        if entry.key not in begun:
            begun.add(entry.key)
            told.append((e.CompensationStartedEvent if undo else e.StepStartedEvent)(**about))
        if entry.kind in {EntryKind.DONE, EntryKind.STEP_FAILED}:
            begun.discard(entry.key)  # tried again after an operator's retry, it begins again
        if entry.kind is EntryKind.DONE:
            told.append(
                e.CompensationCompletedEvent(**about)
                if undo
                else e.StepCompletedEvent(**about, result=entry.data.get("result"))
            )
        elif entry.kind is EntryKind.STEP_FAILED:
            kind = e.CompensationFailedEvent if undo else e.StepFailedEvent
            told.append(kind(**about, error=entry.data.get("error")))
        return told


def _transition(entry: Entry, about: dict[str, Any]) -> list[e.WorkflowEvent]:
    """A machine's state has an entry of its own under its name; `from` is missing where the machine began."""
    fact = entry.data.get("value")
    if not isinstance(fact, dict) or not {"event", "from", "version"} <= fact.keys():
        return []
    state = entry.key.partition("#")[0]
    return [e.StateTransitionedEvent(**about, event=str(fact["event"]), from_state=str(fact["from"]), to_state=state)]


def _ended(entry: Entry, about: dict[str, Any]) -> e.WorkflowEvent:
    data = entry.data
    match entry.kind:
        case EntryKind.COMPLETED:
            return e.WorkflowCompletedEvent(**about, result=data.get("result"))
        case EntryKind.COMPENSATED:
            undone = tuple(undone_key(str(key)) or str(key) for key in _list(data.get("undone")))
            return e.WorkflowCompensatedEvent(**about, error=data.get("error"), undone=undone)
        case EntryKind.CANCELLED:
            return e.WorkflowCancelledEvent(**about, reason=str(data.get("reason", "")))
        case _:
            return e.WorkflowFailedEvent(**about, error=data.get("error"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


class MemoryEvents:
    """A watch of executions in memory: makes an event of each fact and hands it to `tell`, on whatever thread it happens."""

    def __init__(self, tell: Callable[[e.WorkflowEvent], None]) -> None:
        self._tell = tell

    def run_started(self, run: RunInfo) -> None:
        self._tell(e.WorkflowStartedEvent(**_about(run), input=run.input, by=run.started_by))

    def run_ended(self, run: RunInfo, outcome: Any) -> None:
        about = _about(run)
        match outcome:
            case Ok(value):
                self._tell(e.WorkflowCompletedEvent(**about, result=value))
            case RunCancelled() | asyncio.CancelledError():
                self._tell(e.WorkflowCancelledEvent(**about, reason=getattr(outcome, "reason", "")))
            case Err(error) if getattr(error, "status", None) is RunStatus.COMPENSATED:
                undone = tuple(getattr(error, "undone", ()))
                self._tell(e.WorkflowCompensatedEvent(**about, error=error, undone=undone))
            case _:
                error = outcome.error if isinstance(outcome, Err) else outcome
                self._tell(e.WorkflowFailedEvent(**about, error=error))

    def step_started(self, run: RunInfo, key: str, role: StepRole) -> None:
        undo = role is StepRole.COMPENSATION
        kind = e.CompensationStartedEvent if undo else e.StepStartedEvent
        self._tell(kind(**_about(run), key=undone_key(key) or key, attempt=1))

    def step_ended(self, run: RunInfo, key: str, role: StepRole, outcome: Any, attempts: int) -> None:
        undo = role is StepRole.COMPENSATION
        about = {**_about(run), "key": undone_key(key) or key, "attempt": attempts}
        match outcome:
            case Err(error):
                self._tell((e.CompensationFailedEvent if undo else e.StepFailedEvent)(**about, error=error))
            case _ if undo:
                self._tell(e.CompensationCompletedEvent(**about))
            case Ok(value):
                self._tell(e.StepCompletedEvent(**about, result=value))

    def transitioned(self, run: RunInfo, event: str, from_state: str, to_state: str) -> None:
        self._tell(e.StateTransitionedEvent(**_about(run), event=event, from_state=from_state, to_state=to_state))


def _about(run: RunInfo) -> dict[str, Any]:
    return {"run_id": run.id, "workflow": run.definition, "at": time.time()}
