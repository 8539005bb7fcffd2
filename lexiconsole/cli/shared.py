"""The decorator that makes a command of a function: adds the shared options and hands it a `Face`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer

from lexiconsole.cli.before import Shared
from lexiconsole.cli.completing import ids, names, operators
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.terms import Terms

__all__ = ["AsWho", "Driving", "Making", "Name", "RecordOnly", "Resting", "RunId", "Sending", "Wait", "command"]

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
AsWho = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Act for this operator, where you may.", autocompletion=operators)
]

Driving = Annotated[Terms, "reason", "yes", "dry_run", "if_rev", "record_only", "wait", "by"]
"""The terms of an act after which the run goes on here. `command` makes an option of each name."""
Resting = Annotated[Terms, "reason", "yes", "dry_run", "if_rev", "by"]
"""Of one after which it does not."""
Sending = Annotated[Terms, "reason", "yes", "dry_run", "record_only", "wait", "by"]
"""Of one that is about nothing that could have moved on."""
Making = Annotated[Terms, "yes", "dry_run", "record_only", "wait", "by"]
"""Of one that makes a run."""

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

_OF_TERMS: dict[str, tuple[Any, Any]] = {
    "reason": (Reason, ""),
    "yes": (Yes, False),
    "dry_run": (DryRun, False),
    "if_rev": (IfRev, None),
    "record_only": (RecordOnly, False),
    "wait": (Wait, None),
    "by": (AsWho, ""),
}

_SHARED: tuple[tuple[str, Any, Any], ...] = (
    ("store", _Store, None),
    ("folder", _Folder, None),
    ("profile", _Profile, ""),
    ("ascii_only", _Ascii, False),
)


def command(function: Callable[..., ExitCode]) -> Callable[..., int]:
    """`function(face, …)` with `--json` and the shared options added behind its own; a parameter for terms becomes the
    options that its annotation names.
    """
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    terms = next((each for each in own if get_origin(each.annotation) is Annotated and _is_terms(each)), None)
    said = list(get_args(terms.annotation)[1:]) if terms is not None else []

    @functools.wraps(function)
    def called(ctx: typer.Context, **given: Any) -> int:
        shared = ctx.obj if isinstance(ctx.obj, Shared) else Shared()
        for name, _, default in _SHARED:
            value = given.pop(name)
            if value != default:
                setattr(shared, name, value)
        shared.by = given.pop("by", shared.by)
        json = given.pop("json", False)
        if terms is not None:
            drives = "record_only" in said
            given[terms.name] = Terms(drives=drives, **{name: given.pop(name) for name in said if name != "by"})
        face = Face(shared, json=json)
        try:
            return int(function(face, **given))
        except BaseException as error:
            return int(face.fail(error))

    kind = inspect.Parameter.KEYWORD_ONLY
    options = [(name, *_OF_TERMS[name]) for name in said] + [*_SHARED, ("json", _Json, False)]
    parameters = [inspect.Parameter("ctx", kind, annotation=typer.Context)]
    parameters += [parameter.replace(kind=kind) for parameter in own if parameter is not terms]
    parameters += [inspect.Parameter(name, kind, default=default, annotation=hint) for name, hint, default in options]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called


def _is_terms(parameter: inspect.Parameter) -> bool:
    return get_args(parameter.annotation)[0] is Terms
