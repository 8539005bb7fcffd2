"""`list` and `show`: the catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import Name, command

__all__ = ["list_definitions", "show"]


@command
def list_definitions(face: Face) -> ExitCode:
    """List the definitions and what is wrong with them.

    Files that can not be loaded are listed below with the line; they do not hide the others.
    """
    from lexiconsole.cli.catalogue import print_list

    return print_list(face)


@command
def show(
    face: Face,
    name: Name,
    as_mermaid: Annotated[bool, typer.Option("--mermaid", help="Only the outline, as a Mermaid flowchart.")] = False,
    as_dot: Annotated[bool, typer.Option("--dot", help="Only the outline, in Graphviz's language.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Only its live runs, and which of them can not go on.")] = False,
) -> ExitCode:
    """Show a definition: its input and its outline.

    The outline is a tree of text, or a drawing's source with --mermaid or --dot. With --live each run on its way is replayed
    dry against the definition as it is now, and told with the reason why it could not be taken up again.
    """
    from lexiconsole.cli.catalogue import print_definition, print_drawing

    if live:
        from lexiconsole.cli.live_runs import print_live_runs

        return print_live_runs(face, name)
    if as_mermaid or as_dot:
        return print_drawing(face, name, as_mermaid=as_mermaid)
    return print_definition(face, name)
