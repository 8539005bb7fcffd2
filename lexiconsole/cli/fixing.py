"""`check --fix`: quick fixes one after the other, each looked for anew, because the one before moved the lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.catalog import Catalog, Fix
    from lexiconsole.cli.face import Face

__all__ = ["fix_all"]

_MOST = 200


def fix_all(face: Face, path: Path | None) -> None:
    """Of a folder or file, or of the workspace's own definitions. What comes with the program is left as it is."""
    from lexiconsole.catalog import Catalog, apply, bundled_folder

    if path is not None:
        places = [path]
    else:
        with face.workspace() as workspace:
            places = [place for place in workspace.catalog.places if place != bundled_folder()]
    for _ in range(_MOST):
        fix = _next(Catalog.load(places))
        if fix is None:
            return
        apply(fix)
        face.err.hint(f"{fix.file}: {fix.title}")
        for line in fix.diff():
            face.err.hint(f"    {harmless(line)}")


def _next(catalog: Catalog) -> Fix | None:
    from lexiconsole.catalog import check, fix_of

    for finding in check(catalog):
        try:
            text = Path(finding.file).read_bytes().decode("utf-8")
        except (OSError, ValueError):
            continue
        found = fix_of(finding, text)
        if found is not None:
            return found
    return None
