"""How every act on a run goes: say what it will do, ask whoever sits there, do it, tell what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lexiconsole.cli.asking import confirm
from lexiconsole.cli.driving import bring_on
from lexiconsole.cli.exits import ExitCode
from lexiconsole.durable.journal import TASK_ACTS
from lexiconsole.errors import InvalidInputError, RefusedError
from lexiconsole.types import RunStatus
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import OPERATOR, RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Outcome, Preview, Workspace
    from lexiconsole.cli.face import Face
    from lexiconsole.cli.terms import Terms
    from lexiconsole.durable.journal import Request, RunRow

__all__ = ["ask_first", "perform"]

_MOVING = (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPENSATING)


def perform(face: Face, workspace: Workspace, row: RunRow, request: Request, terms: Terms) -> ExitCode:
    """Does what the request asks for, under its terms; raises RefusedError when it is not possible.

    What is asked of a task is bound to the question as it was asked, all else to what the preview saw.
    """
    if not terms.dry_run:
        workspace.as_whom(request.by)  # who may not act under that name is told so, and it is on record
    request = replace(request, expects=terms.if_rev)
    preview, of_task = workspace.preview(request), request.kind in TASK_ACTS
    if preview.fields:
        raise InvalidInputError(request.target, preview.fields)
    if preview.refused and of_task and terms.record_only and not terms.dry_run:
        workspace.refuse(request, preview.refused)
    if not preview.refused or not of_task or terms.dry_run or terms.record_only:
        if not ask_first(face, preview, terms):
            return ExitCode.COMPLETED if terms.dry_run else ExitCode.REFUSED
        if terms.if_rev is None and not of_task:
            request = replace(request, expects=preview.revision)
    outcome = workspace.act(
        request, record_only=terms.record_only
    )  # refuses, too, what the preview did: for the record
    face.refuse(outcome.refused)
    return _aftermath(face, workspace, row, outcome, terms)


def ask_first(face: Face, preview: Preview, terms: Terms) -> bool:
    """Says what would be done and whether to do it: no for a dry run, and when the person says no."""
    if preview.refused:
        raise RefusedError(preview.refused)
    if face.json:
        face.out.object(
            {
                "type": "preview",
                "sentence": preview.sentence,
                "details": list(preview.details),
                "revision": preview.revision,
            }
        )
    else:
        paint = face.err.paint
        face.err.line(f"{paint.look(OPERATOR)} {harmless(preview.sentence)}")
        for detail in preview.details:
            face.err.line(f"  {harmless(detail)}")
    if terms.dry_run:
        face.err.hint("nothing was changed")
        return False
    if face.interactive and not terms.yes and not confirm(face.err, "Do it?"):
        face.err.hint("nothing was changed")
        return False
    return True


def _aftermath(face: Face, workspace: Workspace, row: RunRow, outcome: Outcome, terms: Terms) -> ExitCode:
    if outcome.pending or terms.record_only or not terms.drives:
        if not (outcome.pending or terms.record_only) and outcome.run.status in _MOVING:
            workspace.settle(outcome.run)
        return _told(face, workspace.run(row.id), outcome, recorded=terms.record_only)
    return bring_on(face, workspace, outcome.run, after=row.seq, wait=terms.wait)


def _told(face: Face, row: RunRow, outcome: Outcome, *, recorded: bool) -> ExitCode:
    """For acts that are done when they are applied; a rollback that they led to and that is incomplete is not."""
    if face.json:
        face.out.object(
            {
                "type": "act",
                "run": row.id,
                "status": row.status.value,
                "applied": outcome.applied,
                "pending": outcome.pending,
            }
        )
    elif outcome.pending:
        who = "a worker, or `lexiconsole resume`," if recorded else "the process that drives the run"
        face.err.say(f"requested; {who} does it")
    else:
        face.err.line(f"{face.err.paint.look(RUN_LOOKS[row.status], word=True)}  {row.name} {row.id}")
    return ExitCode.DOUBTFUL if row.status is RunStatus.DOUBTFUL and not outcome.pending else ExitCode.COMPLETED
