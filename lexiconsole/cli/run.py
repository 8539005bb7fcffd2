"""`run`, `resume`, `watch`: starting runs, driving them on, looking on."""

from __future__ import annotations

from typing import Annotated

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.inputs import Files, Inputs, gather
from lexiconsole.cli.shared import AsWho, Name, RecordOnly, RunId, Wait, command
from lexiconsole.types import RunStatus

__all__ = ["resume", "run", "watch"]


@command
def run(
    face: Face,
    name: Name,
    source: Annotated[
        str | None,
        typer.Argument(metavar="[-]", help="A lone - reads the input from standard input.", show_default=False),
    ] = None,
    inputs: Inputs = None,
    files: Files = None,
    id: Annotated[
        str, typer.Option("--id", metavar="ID", help="The run's id; the same id and input give the same run.")
    ] = "",
    wait: Wait = None,
    record_only: RecordOnly = False,
    by: AsWho = "",
) -> ExitCode:
    """Start a run and drive it to its end or its question.

    The input is checked before anything is written. On a terminal the run's own questions can be answered in place.
    The exit code tells how the run stands: 0 completed, 1 failed, 3 everything undone, 4 parked, 5 doubtful,
    6 cancelled, 7 rejected, 124 when --wait ran out.
    """
    from lexiconsole.cli.driving import bring_on, recorded

    with face.workspace() as workspace:
        if source not in (None, "-"):
            raise typer.BadParameter(f"{source!r} is not expected here; fields of the input are written -i key=value")
        raw = gather(face.shared.argv, inputs, [*(files or ()), *(["-"] if source else [])])
        workspace.prepare(name, raw)
        for finding in workspace.warnings(name):
            face.err.say(f"warning: {finding}")
        row, made = workspace.start(name, raw, id=id, by=face.shared.by, record_only=record_only)
        face.remember(workspace)
        if not made:
            face.err.say(f"run {row.id} exists already, with the same input; nothing new is started")
            if not (row.status.ended or record_only):
                row = workspace.drive(row)
        if record_only:
            return recorded(face, row)
        return bring_on(face, workspace, row, wait=wait)


@command
def resume(face: Face, id: RunId, wait: Wait = None, record_only: RecordOnly = False, by: AsWho = "") -> ExitCode:
    """Let a paused or interrupted run go on.

    Drives it in this process to its end or its next question, and exits as the run then stands.
    """
    from lexiconsole.cli.driving import bring_on, recorded
    from lexiconsole.durable.journal import Request, RequestKind

    with face.workspace() as workspace:
        row = workspace.run(id)
        if row.status.ended:
            face.err.say(f"run {row.id} has ended already")
        elif row.status is RunStatus.PAUSED:
            request = Request(row.id, RequestKind.RESUME, by=face.shared.by)
            outcome = workspace.act(request, record_only=record_only)
            face.refuse(outcome.refused)
        elif not record_only:
            workspace.drive(row)
        if record_only:
            return recorded(face, row)
        return bring_on(face, workspace, row, after=row.seq, wait=wait)


@command
def watch(face: Face, id: RunId, wait: Wait = None) -> ExitCode:
    """Look on while a run goes, whoever drives it.

    Shows what happened so far, then what happens, until the run ends or parks; exits as the run then stands.
    """
    from lexiconsole.cli.driving import conclude, look_on

    with face.workspace() as workspace:
        row = workspace.run(id)
        if row.owner is None and row.status in (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPENSATING):
            face.err.hint(f"nobody drives it now; lexiconsole resume {row.id} does")
        story, row = look_on(face, workspace, row, wait=wait, on_stdout=True)
        return conclude(face, story, row)
