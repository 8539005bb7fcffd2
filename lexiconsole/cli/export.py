"""`export`: runs as documents for other programs, and a bundle without values for somebody outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lexiconsole.cli.completing import ids
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import command
from lexiconsole.errors import UsageError
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.exporting import Chosen, Draft
    from lexiconsole.app.workspace import Workspace

__all__ = ["export"]

_FORMATS = ("json", "csv", "mermaid", "svg", "bundle")


def _formats(incomplete: str) -> list[str]:
    return [name for name in _FORMATS if name.startswith(incomplete)]


@command
def export(
    face: Face,
    id: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Runs; without one, those of --where.", autocompletion=ids),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--to", "-t", metavar="FORMAT", help="json, csv, mermaid, svg or bundle.", autocompletion=_formats
        ),
    ] = "json",
    where: Annotated[
        str,
        typer.Option("--where", metavar="FILTER", help="As in the console: 'state:failed age<1h'; '' for every run."),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it there instead of to standard output."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a bundle is written.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would be in a bundle.")] = False,
) -> ExitCode:
    """Write runs as JSON, CSV, a picture, or a bundle without values.

    One run is its story with its entries (json), its entries (csv) or its map with the states (mermaid, svg); several are a
    line each. A bundle is a zip to be sent to somebody: journal, outline, digests and versions, with every value, person and
    host masked. What is in it is shown before it is written.
    """
    from contextlib import closing

    from lexiconsole.app.exporting import Format, export_of

    if form not in _FORMATS:
        raise UsageError(f"--to: {form} is no format; write {', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}")
    with face.workspace() as workspace:
        chosen = _chosen(workspace, tuple(id or ()), where)
        with closing(workspace.look()) as look:
            draft = export_of(look, chosen, Format(form), workspace.now())
            if form == "bundle":
                return _bundle(face, draft, output, yes=yes, dry_run=dry_run)
            if output is not None:
                _say(face, draft.write(output), output)
            elif face.json:
                text = b"".join(draft.pieces).decode()
                face.out.object({"type": "export", "format": form, "name": draft.name, "text": text})
            else:
                for piece in draft.pieces:
                    face.out.raw(piece.decode())
    return ExitCode.COMPLETED


def _chosen(workspace: Workspace, given: tuple[str, ...], where: str) -> Chosen:
    from contextlib import closing

    from lexiconsole.app.exporting import Chosen
    from lexiconsole.views.run_filter import read_filter

    if given and where:
        raise UsageError("give ids or --where, not both")
    if given:
        return Chosen(tuple(dict.fromkeys(workspace.run(one).id for one in given)))
    found = read_filter(where)
    workspace.counts()  # a store of an older version is brought up to date by it, so that it can be read as a file
    with closing(workspace.look()) as look:
        return Chosen(query=found.query(look.names(), workspace.now()))


def _bundle(face: Face, draft: Draft, output: Path | None, *, yes: bool, dry_run: bool) -> ExitCode:
    from lexiconsole.app.exporting import free_name
    from lexiconsole.cli.asking import confirm

    path = output or free_name(Path.cwd(), draft.name)
    face.err.say(f"{many(draft.runs or 0, 'run')} into {path}:")
    for line in draft.about:
        face.err.say(f"  {line}")
    if dry_run or (face.interactive and not yes and not confirm(face.err, "Write it?")):
        face.err.hint("nothing was written")
        return ExitCode.COMPLETED if dry_run else ExitCode.REFUSED
    _say(face, draft.write(path), path)
    return ExitCode.COMPLETED


def _say(face: Face, size: int, path: Path) -> None:
    if face.json:
        face.out.object({"type": "exported", "file": str(path), "bytes": size})
    face.err.say(f"{size:,} bytes are in {harmless(str(path))}")
