"""The decorator that makes a command of a function: adds the shared options and hands it a `Face`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from lexiconsole.cli.completing import ids, names
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face, Shared

__all__ = [
    "AsWho",
    "DryRun",
    "IfRev",
    "Name",
    "Reason",
    "RecordOnly",
    "RunId",
    "Wait",
    "Yes",
    "command",
]

Name = Annotated[str, typer.Argument(metavar="NAME", help="A definition.", autocompletion=names, show_default=False)]
RunId = Annotated[
    str, typer.Argument(metavar="ID", help="A run; a few letters are enough.", autocompletion=ids, show_default=False)
]
Wait = Annotated[
    float | None,
    typer.Option("--wait", metavar="SECONDS", min=0, help="Wait no longer than this; exit 124 when it ran out."),
]
RecordOnly = Annotated[bool, typer.Option("--record-only", help="Only write it down; a worker does the rest.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would be done.")]
Reason = Annotated[str, typer.Option("--reason", "-m", metavar="TEXT", help="Why; it is kept with the run.")]
IfRev = Annotated[
    int | None, typer.Option("--if-rev", metavar="N", help="Refuse if the target is not at revision N any more.")
]
AsWho = Annotated[str, typer.Option("--as", metavar="NAME", help="Act for this operator, where you may.")]

_Store = Annotated[
    Path | None, typer.Option("--store", metavar="FILE", help="The database file to use.", show_default=False)
]
_Folder = Annotated[
    Path | None,
    typer.Option("--folder", "-C", metavar="DIR", help="Look for the workspace from here.", show_default=False),
]
_Profile = Annotated[
    str, typer.Option("--profile", metavar="NAME", help="Also read application.NAME.yaml.", show_default=False)
]
_Ascii = Annotated[bool, typer.Option("--ascii", help="Draw with ASCII letters only.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object per line on standard output.")]

_SHARED: tuple[tuple[str, Any, Any], ...] = (
    ("store", _Store, None),
    ("folder", _Folder, None),
    ("profile", _Profile, ""),
    ("ascii_only", _Ascii, False),
)


def command(function: Callable[..., ExitCode]) -> Callable[..., int]:
    """`function(face, …)` with `--json` and the shared options added behind its own."""
    options = (*_SHARED, ("json", _Json, False))

    @functools.wraps(function)
    def called(ctx: typer.Context, **given: Any) -> int:
        shared = ctx.obj if isinstance(ctx.obj, Shared) else Shared()
        for name, _, default in _SHARED:
            value = given.pop(name)
            if value != default:
                setattr(shared, name, value)
        shared.by = given.pop("by", shared.by)
        json = given.pop("json", False)
        face = Face(shared, json=json)
        try:
            return int(function(face, **given))
        except BaseException as error:
            return int(face.fail(error))

    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("ctx", kind, annotation=typer.Context)]
    parameters += [parameter.replace(kind=kind) for parameter in own]
    parameters += [inspect.Parameter(name, kind, default=default, annotation=hint) for name, hint, default in options]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called
