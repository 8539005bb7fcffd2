"""`inbox`: what waits for people."""

from __future__ import annotations

from typing import Annotated

import typer

from lexiconsole.cli.completing import ids, names, tasks
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import AsWho, command
from lexiconsole.errors import UsageError

__all__ = ["inbox"]


@command
def inbox(
    face: Face,
    task: Annotated[
        str,
        typer.Argument(metavar="[TASK]", help="One task in full: RUN:KEY.", autocompletion=tasks, show_default=False),
    ] = "",
    mine: Annotated[bool, typer.Option("--mine", help="Only what I may decide.")] = False,
    my_roles: Annotated[bool, typer.Option("--my-roles", help="Only what is for me or one of my roles.")] = False,
    role: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help="Only what is for this role; may be repeated.")
    ] = None,
    run: Annotated[str, typer.Option("--run", metavar="ID", help="Only of this run.", autocompletion=ids)] = "",
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name", metavar="NAME", help="Only of runs of this definition; may be repeated.", autocompletion=names
        ),
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is late.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many at most.")] = 20,
    all_of_them: Annotated[bool, typer.Option("--all", help="Every task, however many.")] = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Keep looking, until Ctrl-C.")] = False,
    by: AsWho = "",
) -> ExitCode:
    """List open questions and approvals; those that are due come first.

    What you may decide is marked. With a task it shows all of it: the chain, who did what, and what a decision leads to.
    With --watch the list is kept up to date on a terminal; else each task is printed once, when it comes.
    """
    from lexiconsole.cli.inbox_list import Wanted, list_inbox, show_task, watch_inbox

    wanted = Wanted(mine, my_roles, tuple(role or ()), run, tuple(name or ()), overdue, None if all_of_them else limit)
    if task:
        if watch:
            raise UsageError(f"to look on at one run, say: lexiconsole watch {task.partition(':')[0]}")
        return show_task(face, task)
    return watch_inbox(face, wanted) if watch else list_inbox(face, wanted)
