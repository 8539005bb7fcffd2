"""`config` and `doctor`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import command
from lexiconsole.types import Json
from lexiconsole.views.cells import columns
from lexiconsole.views.safe import harmless
from lexiconsole.views.values import brief
from lexiconsole.views.words import STEP_LOOKS, StepState

__all__ = ["config", "doctor"]


@command
def config(face: Face) -> ExitCode:
    """Show every setting and where it came from.

    A file and line, an environment variable, an argument, or the default. Secrets are covered.
    """
    with face.workspace() as workspace:
        settings = workspace.settings.listing()
        if face.json:
            for each in settings:
                face.out.object(
                    {"type": "setting", "name": each.name, "value": _plain(each.value), "origin": each.origin}
                )
        else:
            rows = [(each.name, brief(_plain(each.value)), each.origin) for each in settings]
            face.out.lines(columns([tuple(harmless(field) for field in row) for row in rows]))
    return ExitCode.COMPLETED


def _plain(value: Any) -> Json:
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, Path) or not (value is None or isinstance(value, (bool, int, float, str))):
        return str(value)
    return value


@command
def doctor(
    face: Face,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the lists of runs, questions and timers anew from the journal.")
    ] = False,
) -> ExitCode:
    """Look whether the store and the workspace are well.

    Exits 1 when something is not.
    """
    with face.workspace() as workspace:
        findings = workspace.doctor(rebuild=rebuild)
        for finding in findings:
            if face.json:
                face.out.object(
                    {"type": "finding", "ok": finding.ok, "subject": finding.subject, "message": finding.message}
                )
            else:
                look = STEP_LOOKS[StepState.DONE if finding.ok else StepState.FAILED]
                face.out.line(f"{face.out.paint.look(look)} {harmless(finding.subject)}: {harmless(finding.message)}")
    return ExitCode.COMPLETED if all(finding.ok for finding in findings) else ExitCode.FAILED
