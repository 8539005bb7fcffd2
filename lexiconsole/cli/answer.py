"""`answer`: the answer to a question that a run waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lexiconsole.cli.completing import ids
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.inputs import Files, Inputs, gather, json_value
from lexiconsole.cli.shared import AsWho, DryRun, IfRev, RecordOnly, Wait, Yes, command
from lexiconsole.cli.terms import Terms
from lexiconsole.errors import NotFoundError, UsageError
from lexiconsole.types import Json, JsonObject

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.journal import RunRow, TaskRow

__all__ = ["answer"]


@command
def answer(
    face: Face,
    task: Annotated[
        str, typer.Argument(metavar="TASK", help="RUN:KEY, or RUN when it asks one question.", autocompletion=ids)
    ],
    value: Annotated[str, typer.Argument(metavar="[JSON]", help="The answer as JSON.", show_default=False)] = "",
    inputs: Inputs = None,
    files: Files = None,
    reason: Annotated[str, typer.Option("--reason", "-m", metavar="TEXT", help="Why; it is kept with the run.")] = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    if_rev: IfRev = None,
    record_only: RecordOnly = False,
    wait: Wait = None,
    by: AsWho = "",
) -> ExitCode:
    """Answer a question that a run waits for.

    As JSON, or field by field with -i and -f; on a terminal without either it asks. A wrong answer says which field, and
    the question stays open. If nobody drives the run, it goes on here, and the exit code says how it stands.
    """
    from lexiconsole.cli.acting import perform
    from lexiconsole.cli.asking import Declined, ask_form
    from lexiconsole.durable.journal import Request, RequestKind

    given = gather(face.shared.argv, inputs, files)
    if value and given is not None:
        raise UsageError("give the answer as JSON or with -i and -f, not both")
    typed: Json = json_value(value, "the answer") if value else given
    with face.workspace() as workspace:
        row, question = _find(workspace, task)
        if not value and given is None:
            if not face.interactive:
                raise UsageError("give the answer as JSON or with -i key=value")
            try:
                typed = ask_form(face.err, question)
            except Declined:
                face.err.hint("not answered; the question stays open")
                return ExitCode.PARKED
        data: JsonObject = {"value": typed, **({"reason": reason} if reason else {})}
        request = Request(row.id, RequestKind.ANSWER, question.key, data, by=face.shared.by)
        expects = question.seq if if_rev is None else if_rev
        return perform(face, workspace, row, request, Terms(yes, dry_run, expects, record_only, wait=wait))


def _find(workspace: Workspace, task: str) -> tuple[RunRow, TaskRow]:
    """`RUN:KEY` with an abbreviated run; a run alone when it asks exactly one question."""
    prefix, _, key = task.partition(":")
    row = workspace.run(prefix)
    open_now = workspace.tasks(row)
    if not key and len(open_now) == 1:
        return row, open_now[0]
    for each in open_now:
        if key and each.key == key:
            return row, each
    asked = ", ".join(each.key for each in open_now)
    if not open_now:
        raise UsageError(f"run {row.id} asks nothing now; it is {row.status}")
    if not key:
        raise UsageError(f"run {row.id} asks several questions ({asked}); say which as {row.id}:KEY")
    raise NotFoundError(f"open question of run {row.id}", key, [each.key for each in open_now], hint=f"it asks {asked}")
