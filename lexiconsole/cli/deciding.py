"""Doing something to a task: it is looked at, what the act leads to is said, the act is done, and the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lexiconsole.app.drafts import Drafts
from lexiconsole.cli.acting import perform
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.filling_in import Declined, answer_of, ask_line
from lexiconsole.cli.task_text import task_lines
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.errors import InvalidInputError, NotFoundError, UsageError
from lexiconsole.types import Json, JsonObject
from lexiconsole.views.filling import LEFT_OUT, Wrong, fill, first_texts
from lexiconsole.views.filling import read as read_text
from lexiconsole.views.forms import Form, form_of

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.face import Face
    from lexiconsole.cli.terms import Terms
    from lexiconsole.views.inbox import Task

__all__ = ["act_beside", "answer_task", "request_of", "settle_task", "vote"]

_WITH_AN_ANSWER = frozenset({RequestKind.ANSWER, RequestKind.VOTE})
"""What sends the text that may have been kept as a draft."""


def answer_task(face: Face, id: str, given: Json, terms: Terms, *, typed: bool) -> ExitCode:
    """`typed`: the whole answer was given as JSON; else `given` are fields, None when there are none."""

    def data(workspace: Workspace, task: Task) -> JsonObject:
        if task.levels:
            raise UsageError(f"{task.key} is an approval: approve it, or reject it")
        if typed or given is not None:
            return {"value": given if typed else _completed(task, given)}
        if not face.interactive:
            raise UsageError("give the answer as JSON or with -i key=value")
        return {"value": answer_of(face, workspace, task)}

    return _act(face, id, RequestKind.ANSWER, data, terms)


def vote(face: Face, id: str, verdict: str, given: Json, terms: Terms) -> ExitCode:
    """`given` are the fields of the form that an approval may have."""

    def data(workspace: Workspace, task: Task) -> JsonObject:
        if not task.levels:
            raise UsageError(f"{task.key} is a question, not an approval; answer it")
        if verdict == "approve":
            return {"verdict": verdict, **_of_form(face, workspace, task, given)}
        asks = face.interactive and not (terms.reason or terms.yes or terms.dry_run or task.why_not)
        reason = ask_line(face.err, "why (may be left empty)") if asks else ""
        return {"verdict": verdict, **({"reason": reason} if reason else {})}

    return _act(face, id, RequestKind.VOTE, data, terms)


def settle_task(face: Face, id: str, kind: str, data: JsonObject, terms: Terms) -> ExitCode:
    """An act after which the run may go on."""
    return _act(face, id, RequestKind(kind), lambda *_: data, terms)


def act_beside(face: Face, id: str, kind: str, data: JsonObject, terms: Terms) -> ExitCode:
    """An act that leaves the task open."""
    return settle_task(face, id, kind, data, replace(terms, drives=False))


def request_of(task: Task, kind: RequestKind, data: JsonObject, by: str) -> Request:
    """Bound to the question as it was asked, not to what others do to it meanwhile: two who vote at once both count."""
    return Request(task.run_id, kind, task.key, {**data, "asked": task.seq, "shown": task.shown}, by=by)


def _act(
    face: Face, id: str, kind: RequestKind, data: Callable[[Workspace, Task], JsonObject], terms: Terms
) -> ExitCode:
    with face.workspace() as workspace:
        try:
            task = workspace.task(id, me=face.shared.by)
        except UsageError:
            return _on_what_was_decided(face, workspace, id, kind, terms)
        row = workspace.run(task.run_id)
        if face.interactive and not (terms.yes or terms.dry_run):
            for line in task_lines(task, face.err.paint):
                face.err.line(line)
        try:
            told = data(workspace, task)
        except Declined:
            face.err.hint("not answered; the question stays open")
            return ExitCode.PARKED
        request = request_of(task, kind, {**told, **terms.because}, face.shared.by)
        code = perform(face, workspace, row, replace(request, expects=terms.if_rev), terms)
        if kind in _WITH_AN_ANSWER and not terms.dry_run and code is not ExitCode.REFUSED:  # by who was asked "Do it?"
            Drafts(workspace.store_path).forget(face.shared.by or workspace.me, task.id)
        return code


def _on_what_was_decided(face: Face, workspace: Workspace, id: str, kind: RequestKind, terms: Terms) -> ExitCode:
    """A task that is open no more: whoever owns the run says so, and the attempt is on record. Else there is no such task."""
    prefix, _, key = id.partition(":")
    row = workspace.run(prefix)
    was_asked = any(entry.key == key and entry.kind is EntryKind.ASKED for entry in workspace.entries(row))
    if not key or not was_asked:
        workspace.task(id, me=face.shared.by)  # says what is wrong
        raise NotFoundError("task", id)
    verdict: JsonObject = {"verdict": "approve"} if kind is RequestKind.VOTE else {}
    return perform(face, workspace, row, Request(row.id, kind, key, verdict | terms.because, by=face.shared.by), terms)


def _of_form(face: Face, workspace: Workspace, task: Task, given: Json) -> JsonObject:
    """What an approval carries besides the verdict."""
    if not task.form:
        if given is not None:
            raise UsageError(f"{task.key} has no form to fill in; -m says why you approve it")
        return {}
    if given is not None:
        return {"value": _completed(task, given)}
    form = form_of(task.form)
    filled = fill(form, first_texts(form, dict(task.initial) or None))
    if face.interactive:
        return {"value": answer_of(face, workspace, task)}
    if filled.errors:
        raise InvalidInputError(task.key, filled.errors)
    return {"value": filled.value}


def _completed(task: Task, given: Json) -> Json:
    """Fields that were not named are what the form begins with; text becomes what its field is, where that is clear."""
    if not task.form or not isinstance(given, dict):
        return given
    errors: dict[str, str] = {}
    read = _read(form_of(task.form), given, (), errors)
    if errors:
        raise InvalidInputError(task.key, errors)
    return {**task.initial, **read}


def _read(form: Form, given: JsonObject, path: tuple[str, ...], errors: dict[str, str]) -> JsonObject:
    value: JsonObject = {}
    for name, part in given.items():
        place = (*path, name)
        field = form.field(".".join(place))
        if isinstance(part, dict) and field is None:
            value[name] = _read(form, part, place, errors)
        elif isinstance(part, str) and field is not None:
            try:
                found = read_text(field, part)
            except Wrong as fault:
                errors[field.name] = str(fault)
                continue
            if found is not LEFT_OUT:
                value[name] = found
        else:
            value[name] = part
    return value
