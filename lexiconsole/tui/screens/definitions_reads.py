"""What the definitions screen reads, all of it on threads: files and findings when something changed, a file's source, a
definition's picture, and how live runs fare.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.durable.journal import RunFilter
from lexiconsole.tui.widgets.preview import MOST_ENTRIES
from lexiconsole.tui.widgets.source_ink import Coloured, coloured
from lexiconsole.views.definitions import Found, TreeRow, tree
from lexiconsole.views.picture import Picture

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.catalog import Finding, Fix
    from lexiconsole.durable.definition import Definition
    from lexiconsole.views.live_runs import LiveRuns

__all__ = ["Drawn", "Files", "Lives", "Read", "Source", "drawn", "fix_now", "source_of"]


@dataclass(frozen=True, slots=True)
class Files:
    """`places` are the folders, `rows` the tree. `again`: it is not the first look, files were loaded because they changed."""

    places: tuple[Path, ...]
    rows: tuple[TreeRow, ...]
    found: tuple[Found, ...]
    definitions: dict[str, Definition]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Lives:
    """Live runs by definition, and what is found of them."""

    runs: dict[str, LiveRuns]
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it is now; `text` is empty and `fault` says why when it can not be read."""

    path: str
    text: str
    parts: Coloured
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A definition's picture; `of_run` is the run it shows, "" when it shows the definition itself."""

    name: str
    picture: Picture = field(default_factory=Picture)
    of_run: str = ""
    fault: str = ""


class Read:
    """Asked by one thread at a time. Remembers what it saw, so that what did not change is not checked again."""

    def __init__(self) -> None:
        self._seen = -1

    def files(self, workspace: Workspace) -> Files | None:
        """None when nothing changed since it was asked last. Loads what changed on the disk."""
        catalog = workspace.catalog
        if catalog.moved:
            catalog.reload()
        revision = catalog.revision
        if revision == self._seen:
            return None
        first, self._seen = self._seen < 0, revision
        definitions = {definition.name: definition for definition in workspace.definitions()}
        findings = [replace(one, file=_real(one.file)) for one in workspace.check()]
        places = tuple(Path(_real(str(place))) for place in catalog.places)
        by_path = {
            name: replace(one, source=replace(one.source, file=_real(one.source.file)))
            for name, one in definitions.items()
        }
        rows = tree(places, catalog.files, by_path, findings)
        return Files(places, tuple(rows), _listed(findings), definitions, again=not first)

    def lives(self, workspace: Workspace) -> Lives:
        """Tries every live run; a long list takes a while."""
        from lexiconsole.app.checking import check_live_runs

        live = workspace.live_runs()
        findings = [replace(one, file=_real(one.file)) for one in check_live_runs(workspace, live)]
        return Lives({one.name: one for one in live}, _listed(findings))


def _listed(findings: Sequence[Finding]) -> tuple[Found, ...]:
    from lexiconsole.catalog import fix_of

    texts: dict[str, str | None] = {}
    found: list[Found] = []
    for one in findings:
        if one.file not in texts:
            texts[one.file] = _text(one.file)
        text = texts[one.file]
        fix = fix_of(one, text) if text is not None else None
        place = Path(one.file).name + (f":{one.line}" if one.line else "")
        found.append(Found(one, place, fix.title if fix is not None else ""))
    return tuple(found)


def fix_now(finding: Finding) -> Fix | None:
    """The quick fix for the file as it is now; None when it has none any more."""
    from lexiconsole.catalog import fix_of

    text = _text(finding.file)
    return fix_of(finding, text) if text is not None else None


def source_of(path: str) -> Source:
    """Read anew each time: somebody may be writing it."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        return Source(path, "", (), f"the file can not be read: {fault.strerror or fault}")
    return Source(path, text, coloured(text))


def drawn(workspace: Workspace, name: str) -> Drawn:
    """The definition's picture; where only runs show what it does, that of its newest run."""
    from lexiconsole.catalog.capture import quiet
    from lexiconsole.views.picturing import picture

    try:
        definition = workspace.definition(name)
        with quiet():
            outline = definition.outline()
    except Exception as fault:  # the definition's own code; what it raises is what is shown
        return Drawn(name, fault=f"its outline can not be made: {type(fault).__name__}: {fault}")
    if outline.nodes:
        return Drawn(name, picture(outline, ()))
    row = next(iter(workspace.runs(RunFilter(names=(name,), limit=1))), None)
    if row is None or row.seq > MOST_ENTRIES:
        return Drawn(name, fault="what it does shows in its runs; there is none yet" if row is None else "")
    return Drawn(name, picture(workspace.outline(row), workspace.entries(row)), row.id)


def _text(path: str) -> str | None:
    try:
        return Path(path).read_bytes().decode("utf-8")
    except (OSError, ValueError):
        return None


def _real(path: str) -> str:
    return os.path.realpath(path) if path else path
