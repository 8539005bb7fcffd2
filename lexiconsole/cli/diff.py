"""`diff`: two runs beside each other, or one run then and now."""

from __future__ import annotations

from typing import Annotated

import typer

from lexiconsole.cli.completing import ids
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import command

__all__ = ["diff"]

Moment = typer.Argument(
    metavar="A", help="A run, or RUN@SEQ: as it stood then.", autocompletion=ids, show_default=False
)
Other = typer.Argument(
    metavar="[B]",
    help="Another; left out: the run that A was forked from, or of RUN@SEQ the run now.",
    autocompletion=ids,
    show_default=False,
)


@command
def diff(
    face: Face,
    a: Annotated[str, Moment],
    b: Annotated[str, Other] = "",
    all_of_it: Annotated[bool, typer.Option("--all", help="Also what both did alike.")] = False,
) -> ExitCode:
    """Show where two runs part ways, and what else differs.

    Input, steps by their keys, decisions, answers, errors, tries, times of which one is twice the other, the state of a
    graph, how they ended. `-` is what only A has, `+` what only B has, `~` what is another value. Exits with 0 either way.
    """
    from lexiconsole.cli.diff_text import show_diff

    return show_diff(face, a, b, everything=all_of_it)
