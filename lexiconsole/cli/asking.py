"""Asking the person at the terminal: yes or no, and what a run that they look at wants of them."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from lexiconsole.cli.filling_in import Declined, answer_of, ask_line
from lexiconsole.cli.task_text import task_lines
from lexiconsole.types import JsonObject
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.diagnostics import Diagnostics
    from lexiconsole.cli.face import Face
    from lexiconsole.durable.journal import Request, RunRow
    from lexiconsole.views.inbox import Task

__all__ = ["answer_in_place", "confirm"]


def confirm(err: Diagnostics, question: str) -> bool:
    """Yes only for a typed `y` or `yes`."""
    err.write(f"{harmless(question)} [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def answer_in_place(face: Face, workspace: Workspace, row: RunRow) -> bool:
    """Offers what the run asks and this person may decide; True when something was done, so that the run goes on."""
    for task in workspace.inbox(run=row, me=face.shared.by):
        if task.why_not:
            face.err.hint(f"{task.key} is not for you: {task.why_not}")
            continue
        face.err.line()
        for line in task_lines(task, face.err.paint):
            face.err.line(line)
        try:
            if _done(face, workspace, task):
                return True
        except Declined:
            pass
        face.err.hint("not answered; the question stays open")
    return False


def _done(face: Face, workspace: Workspace, task: Task) -> bool:
    """Asks until it is done; what the form or the rules refuse is said, and asked again."""
    while True:
        wish = _decision(face, workspace, task) if task.levels else _answer(face, workspace, task)
        preview = workspace.preview(wish)
        if not preview.refused:
            outcome = workspace.act(wish)
            if not outcome.refused:
                return True
            face.err.error(outcome.refused)
        else:
            face.err.error(preview.refused)
        if not task.form:
            return False
        texts = wish.data.get("value")
        task = replace(task, initial=texts if isinstance(texts, dict) else {})


def _answer(face: Face, workspace: Workspace, task: Task) -> Request:
    from lexiconsole.cli.deciding import request_of
    from lexiconsole.durable.journal import RequestKind

    return request_of(task, RequestKind.ANSWER, {"value": answer_of(face, workspace, task)}, face.shared.by)


def _decision(face: Face, workspace: Workspace, task: Task) -> Request:
    from lexiconsole.cli.deciding import request_of
    from lexiconsole.durable.journal import RequestKind

    while True:
        said = ask_line(face.err, "approve, reject, or ask back? (a/r/?, Return leaves it)").strip().lower()
        if not said:
            raise Declined
        if said == "?" or (len(said) > 1 and "ask back".startswith(said)):
            question = ask_line(face.err, "what do you want to know")
            return request_of(task, RequestKind.ASK_INFO, {"question": question}, face.shared.by)
        verdict = next((verdict for verdict in ("approve", "reject") if verdict.startswith(said)), "")
        if verdict:
            break
        face.err.error(f"{said!r} is none of a, r and ?")
    data: JsonObject = {"verdict": verdict}
    if verdict == "approve" and task.form:
        data["value"] = answer_of(face, workspace, task)
    if reason := ask_line(face.err, "why (may be left empty)"):
        data["reason"] = reason
    return request_of(task, RequestKind.VOTE, data, face.shared.by)
