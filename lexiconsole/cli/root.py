"""What stands before a command's name: the shared options, `--version`, and what happens without any command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from lexiconsole.cli.before import Shared
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.lazy import CONTEXT, LazyGroup
from lexiconsole.cli.output import Output
from lexiconsole.cli.sparing import spared

__all__ = ["group"]

_EXITS = (
    "Exit codes: 0 completed, 1 failed, 2 usage or an unusable store, 3 failed and undone, 4 parked, 5 doubtful, "
    "6 cancelled, 7 rejected by people, 8 refused, 70 a fault of the program, 124 --wait ran out, 130 interrupted."
)


def group(bare: Callable[[Shared], int] | None) -> Any:
    """The whole command line; `bare` is called when no command was given, else help is shown."""
    app = typer.Typer(
        cls=LazyGroup, rich_markup_mode=None, pretty_exceptions_enable=False, context_settings=CONTEXT, epilog=_EXITS
    )

    @app.callback(invoke_without_command=True)
    def root(
        ctx: typer.Context,
        store: Annotated[Path | None, typer.Option("--store", metavar="FILE", help="The database file to use.")] = None,
        folder: Annotated[
            Path | None, typer.Option("--folder", "-C", metavar="DIR", help="Look for the workspace from here.")
        ] = None,
        profile: Annotated[
            str, typer.Option("--profile", metavar="NAME", help="Also read application.NAME.yaml.", show_default=False)
        ] = "",
        ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII letters only.")] = False,
        readonly: Annotated[
            bool, typer.Option("--readonly", help="Open the console to look only: nothing can be changed in it.")
        ] = False,
        version: Annotated[
            bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and stop.")
        ] = False,
    ) -> int:
        """Durable workflows in plain Python, on one SQLite file, answered in the terminal.

        Without a command the console opens; in an empty folder it offers a tour.
        """
        shared: Shared = ctx.obj
        shared.store, shared.folder, shared.profile, shared.ascii_only = store, folder, profile, ascii_only
        shared.readonly = readonly
        if ctx.invoked_subcommand is not None:
            if readonly and ctx.invoked_subcommand != "serve":
                raise typer.BadParameter("it is for the console; leave the command out", param_hint="--readonly")
            return ExitCode.COMPLETED
        return bare(shared) if bare is not None else _show_help(ctx)

    return spared(get_command(app), {"profile": Annotated[str, ...]})


def _show_version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("lexiconsole")
    except PackageNotFoundError:
        number = "(not installed)"
    Output().line(f"lexiconsole {number}")
    raise typer.Exit(ExitCode.COMPLETED)


def _show_help(ctx: Any) -> int:
    Output().raw(ctx.get_help() + "\n")
    return ExitCode.COMPLETED
