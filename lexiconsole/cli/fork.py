"""`fork`: a new run from any moment of another."""

from __future__ import annotations

from typing import Annotated

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.inputs import Files, Inputs, fields, gather
from lexiconsole.cli.shared import Making, RunId, command
from lexiconsole.errors import UsageError

__all__ = ["fork"]


@command
def fork(
    face: Face,
    id: RunId,
    terms: Making,
    at: Annotated[int | None, typer.Option("--at", metavar="SEQ", min=1, help="The last entry to take over.")] = None,
    before: Annotated[str, typer.Option("--before", metavar="KEY", help="Take over what was before this step.")] = "",
    inputs: Inputs = None,
    files: Files = None,
    edits: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY:=JSON", help="Another result for a step taken over.", show_default=False),
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state", metavar="K=V", help="A field of a graph's state: key=text, key:=json.", show_default=False
        ),
    ] = None,
    behind: Annotated[
        str, typer.Option("--behind", metavar="NODE", help="The node behind which --state holds; the last that ended.")
    ] = "",
    compensate_origin: Annotated[
        bool, typer.Option("--compensate-origin", help="The fork may undo what the origin did.")
    ] = False,
) -> ExitCode:
    """Start a new run from any moment of another.

    Without --at and --before it begins just before the step that failed. What is taken over is not done again; what the
    origin did is not undone by the fork, unless you say so. Fields given with -i and -f replace those of the input; with
    --state those of a graph's state, as it was there or behind a node.
    """
    from lexiconsole.cli.forking import Wish, make_fork

    if at is not None and before:
        raise UsageError("say either --at or --before")
    if behind and not state:
        raise UsageError("--behind says where --state holds; give --state too")
    patch = fields(state) if state else None
    wish = Wish(
        at, before, gather(face.shared.argv, inputs, files), tuple(edits or ()), compensate_origin, patch, behind
    )
    return make_fork(face, id, wish, terms)
