"""`runs` and `show-run`."""

from __future__ import annotations

from typing import Annotated

import typer

from lexiconsole.cli.completing import names
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import RunId, command
from lexiconsole.types import RunStatus

__all__ = ["runs", "show_run"]


def _statuses(incomplete: str) -> list[str]:
    return [status.value for status in RunStatus if status.value.startswith(incomplete)]


@command
def runs(
    face: Face,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", "-s", metavar="WORD", help="Only these; may be repeated.", autocompletion=_statuses),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name", metavar="NAME", help="Only runs of this definition; may be repeated.", autocompletion=names
        ),
    ] = None,
    where: Annotated[
        str,
        typer.Option("--where", metavar="FILTER", help="As in the console: 'state:failed key:charge age<1h 402'."),
    ] = "",
    view: Annotated[str, typer.Option("--view", metavar="NAME", help="A filter that the console saved.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many at most.")] = 20,
    all_of_them: Annotated[bool, typer.Option("--all", help="Every run, however many.")] = False,
) -> ExitCode:
    """List runs; those that need somebody come first.

    Doubtful, failed and waiting ones, then the others, the newest first.
    """
    from lexiconsole.cli.run_list import Chosen, list_runs

    chosen = Chosen(tuple(status or ()), tuple(name or ()), where, view)
    return list_runs(face, chosen, None if all_of_them else limit)


@command
def show_run(
    face: Face,
    id: RunId,
    entries: Annotated[bool, typer.Option("--entries", help="The journal's entries as they are.")] = False,
    logs: Annotated[bool, typer.Option("--logs", help="Also what the steps printed.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Every line, also of long series of like ones.")] = False,
) -> ExitCode:
    """Tell the story of a run.

    Who started it with what, every step with its attempts, what was undone and in which order, what people did and why,
    how it stands now, and the commands that lead on.
    """
    from lexiconsole.cli.run_story import show_entries, show_story

    return show_entries(face, id) if entries else show_story(face, id, logs=logs, full=full)
