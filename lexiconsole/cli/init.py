"""`init`: a first definition and a configuration to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lexiconsole.app.first_start import Scaffold
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import command

__all__ = ["init"]


@command
def init(
    face: Face,
    where: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where; left out: here.")] = Path(),
) -> ExitCode:
    """Write a first definition and a configuration to begin with.

    A saga that books a holiday, a chain of approvals with people to play, and an application.yaml with every line explained.
    What exists is never changed.
    """
    written, kept = Scaffold(where).write()
    if face.json:
        face.out.object(
            {"type": "init", "written": [str(each) for each in written], "kept": [str(each) for each in kept]}
        )
        return ExitCode.COMPLETED
    for target in written:
        face.out.line(f"wrote {target}")
    for target in kept:
        face.out.line(f"kept  {target}, it exists already")
    face.err.hint("now try: lexiconsole run holiday -i city=Oslo -i sold_out=car")
    face.err.hint(
        "     or: lexiconsole run purchase -i thing=Lathe -i price=20000   # then approve it as ana, ben, cleo and dan"
    )
    return ExitCode.COMPLETED
