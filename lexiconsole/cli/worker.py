"""`worker`: the headless executor."""

from __future__ import annotations

from typing import Annotated

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import command

__all__ = ["worker"]


@command
def worker(
    face: Face,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Stop when no run is left that can go on by itself.")
    ] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over/--no-take-over", help="Also take the runs of processes that have stalled.")
    ] = True,
) -> ExitCode:
    """Drive every run that nobody drives, until stopped.

    Takes up new runs, those whose process died, and parked ones whose time has come. One line for every run that is
    taken, parked or ended. SIGTERM and Ctrl-C stop it cleanly: its runs are taken up by another worker, or with `resume`.
    """
    from lexiconsole.cli.serving import serve

    return serve(face, until_idle=until_idle, take_over=take_over)
