"""`check`: mistakes in definitions, found without running anything."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import command
from lexiconsole.errors import NotFoundError, StoreError
from lexiconsole.views.safe import harmless, harmless_lines
from lexiconsole.views.shapes import finding_shape
from lexiconsole.views.words import AMBER, FAINT, RED

if TYPE_CHECKING:
    from lexiconsole.catalog import Finding

__all__ = ["check"]


class Format(StrEnum):
    """How findings are written: for people, a JSON object a line, or one SARIF log for code hosts and editors."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


_COLOURS = {"error": RED, "warning": AMBER, "hint": FAINT}


@command
def check(
    face: Face,
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="A folder or a file; left out: the workspace's definitions.")
    ] = None,
    explain: Annotated[str, typer.Option("--explain", metavar="CODE", help="Say what a code means.")] = "",
    fix: Annotated[
        bool, typer.Option("--fix", help="Put right what has one plain way out; shows each line that changes.")
    ] = False,
    format: Annotated[
        Format, typer.Option("--format", help="text, json (one object a line) or sarif (for code hosts and editors).")
    ] = Format.TEXT,
) -> ExitCode:
    """Look for mistakes in definitions, and for live runs that can not go on with them.

    Nothing is run, and nothing is written without --fix. Exits 1 when something was found that can not work.
    """
    if format is Format.JSON and not face.json:
        face = Face(face.shared, json=True)
    if explain:
        return _explain(face, explain)
    if fix:
        from lexiconsole.cli.fixing import fix_all

        fix_all(face, path)
    findings = _of_path(path) if path is not None else _of_workspace(face)
    for finding in findings if format is not Format.SARIF else ():
        if face.json:
            face.out.object(finding_shape(finding, _fix(finding)))
        else:
            face.out.lines(_lines(face, finding))
    bad = sum(finding.severity.value == "error" for finding in findings)
    if format is Format.SARIF:
        _write_sarif(face, findings)
    elif not face.json:
        face.err.hint(f"{bad} that can not work, {len(findings) - bad} others" if findings else "nothing was found")
    return ExitCode.FAILED if bad else ExitCode.COMPLETED


def _write_sarif(face: Face, findings: list[Finding]) -> None:
    from lexiconsole import __version__
    from lexiconsole.catalog import sarif

    face.out.raw(json.dumps(sarif(findings, Path.cwd(), __version__), indent=2) + "\n")


def _explain(face: Face, code: str) -> ExitCode:
    from lexiconsole.catalog import explain

    text = explain(code)
    if face.json:
        face.out.object({"type": "code", "code": code.upper(), "text": text})
    else:
        face.out.lines(harmless_lines(text))
    return ExitCode.COMPLETED


def _of_path(path: Path) -> list[Finding]:
    from lexiconsole.catalog import Catalog, check

    if not path.exists():
        near = [str(each) for each in path.parent.iterdir()] if path.parent.is_dir() else []
        raise NotFoundError("file or folder", str(path), near)
    return check(Catalog.load([path]))


def _of_workspace(face: Face) -> list[Finding]:
    """The live runs of its store count too; a store that can not be read hides none of the rest."""
    from lexiconsole.app.checking import check_live_runs

    with face.workspace() as workspace:
        findings = workspace.check()
        try:
            return [*findings, *check_live_runs(workspace)]
        except StoreError as fault:
            face.err.hint(f"live runs were not looked at: {fault}")
            return findings


def _lines(face: Face, finding: Finding) -> list[str]:
    paint = face.out.paint
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    word = paint.text(f"{finding.severity.value} {finding.code}", _COLOURS[finding.severity.value])
    first, *more = harmless_lines(finding.message)
    lines = [f"{harmless(place)}: {word} {first}", *(f"    {line}" for line in more)]
    lines += [f"    {line}" for line in harmless_lines(finding.traceback.rstrip()) if finding.traceback]
    quick = _fix(finding)
    return [*lines, f"    --fix: {quick}"] if quick else lines


def _fix(finding: Finding) -> str:
    """What `--fix` would do about it; "" when that is for the author to say."""
    from lexiconsole.catalog import fix_of

    try:
        found = fix_of(finding, Path(finding.file).read_bytes().decode("utf-8"))
    except (OSError, ValueError):
        return ""
    return found.title if found is not None else ""
