"""`init`: a first definition and a configuration to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import command
from lexiconsole.errors import UsageError

__all__ = ["init"]

_SCAFFOLD = Path(__file__).parent / "scaffold"


@command
def init(
    face: Face,
    where: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where; left out: here.")] = Path(),
) -> ExitCode:
    """Write a first definition and a configuration to begin with.

    A saga that books a holiday, a chain of approvals with people to play, and an application.yaml with every line explained.
    What exists is never changed.
    """
    written: list[Path] = []
    kept: list[Path] = []
    for source in _templates():
        target = where / source.relative_to(_SCAFFOLD)
        (written if _write(source, target) else kept).append(target)
    if face.json:
        face.out.object(
            {"type": "init", "written": [str(each) for each in written], "kept": [str(each) for each in kept]}
        )
        return ExitCode.COMPLETED
    for target in written:
        face.out.line(f"wrote {target}")
    for target in kept:
        face.out.line(f"kept  {target}, it exists already")
    face.err.hint("now try: lexiconsole run holiday -i city=Oslo -i sold_out=car")
    face.err.hint(
        "     or: lexiconsole run purchase -i thing=Lathe -i price=20000   # then approve it as ana, ben, cleo and dan"
    )
    return ExitCode.COMPLETED


def _templates() -> Iterator[Path]:
    yield from sorted(each for each in _SCAFFOLD.rglob("*") if each.suffix in (".py", ".yaml"))


def _write(template: Path, target: Path) -> bool:
    """False when the file exists, also if it came into being this moment."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(template.read_text(encoding="utf-8"))
    except FileExistsError:
        if target.parent.is_dir():
            return False
        raise UsageError(f"{target.parent} is not a folder") from None
    except OSError as fault:
        raise UsageError(f"{target} can not be written: {fault.strerror}") from None
    return True
