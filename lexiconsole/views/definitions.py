"""Definitions as the console lists them: folders with their files, files with what they define, and what the checks found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.catalog import DefinitionFile, Finding, Severity
from lexiconsole.views.catalogue import KIND_LETTERS

if TYPE_CHECKING:
    from lexiconsole.durable.definition import Definition

__all__ = ["Found", "Level", "TreeRow", "findings_in_order", "tally", "tree"]


class Level(StrEnum):
    """What a row of the tree stands for."""

    FOLDER = "folder"
    FILE = "file"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class TreeRow:
    """`path` is the file (or folder) it stands for, `line` where in it to begin. `broken` says why a file can not be loaded;
    with `kept` its last good version stays in use. `unused`: a file that nothing defines a workflow in.
    """

    id: str
    level: Level
    name: str
    path: str
    line: int = 0
    definition: str = ""
    letter: str = ""
    version: int = 0
    counts: tuple[int, int, int] = (0, 0, 0)
    """Errors, warnings and hints."""
    broken: str = ""
    kept: bool = False
    unused: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as it is listed. `fix` is the title of its quick fix, "" when there is none; `place` is short, for people."""

    finding: Finding
    place: str
    fix: str = ""

    @property
    def id(self) -> str:
        one = self.finding
        return f"{one.code}:{one.file}:{one.line}:{one.message}"


def tree(
    folders: Sequence[Path],
    files: Sequence[DefinitionFile],
    definitions: Mapping[str, Definition],
    findings: Sequence[Finding],
) -> list[TreeRow]:
    """Each folder, its files by name, below each file what it defines, by line. Helpers are listed when something is wrong
    with them.
    """
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        by_file.setdefault(finding.file, []).append(finding)
    rows: list[TreeRow] = []
    known = {str(file.path) for file in files}
    for folder in folders:
        below = [file for file in files if folder in {file.path, file.path.parent}]
        helpers = sorted(path for path in by_file if path not in known and Path(path).parent == folder)
        rows.append(TreeRow(f"folder:{folder}", Level.FOLDER, f"{folder.name}/", str(folder)))
        for file in sorted(below, key=lambda file: file.path.name):
            rows += _of_file(file, definitions, by_file.get(str(file.path), []))
        rows += [
            TreeRow(f"file:{path}", Level.FILE, Path(path).name, path, 1, counts=tally(by_file[path]))
            for path in helpers
        ]
    return rows


def _of_file(
    file: DefinitionFile, definitions: Mapping[str, Definition], findings: Sequence[Finding]
) -> Iterable[TreeRow]:
    path = str(file.path)
    wrong = next(iter(file.problems), None)
    yield TreeRow(
        f"file:{path}",
        Level.FILE,
        file.path.name,
        path,
        wrong.line if wrong is not None else 1,
        counts=tally(finding for finding in findings if not finding.definition),
        broken=wrong.message if wrong is not None else "",
        kept=wrong is not None and wrong.kept,
        unused=not file.names and wrong is None,
    )
    inside = [definitions[name] for name in file.names if name in definitions]
    for definition in sorted(inside, key=lambda definition: definition.source.line):
        yield TreeRow(
            f"definition:{definition.name}",
            Level.DEFINITION,
            definition.name,
            path,
            definition.source.line,
            definition.name,
            KIND_LETTERS.get(definition.kind, "?"),
            definition.version,
            tally(finding for finding in findings if finding.definition == definition.name),
        )


def tally(findings: Iterable[Finding]) -> tuple[int, int, int]:
    """How many errors, warnings and hints."""
    counts = Counter(finding.severity for finding in findings)
    return counts[Severity.ERROR], counts[Severity.WARNING], counts[Severity.HINT]


_RANK = {Severity.ERROR: 0, Severity.WARNING: 2, Severity.HINT: 3}


def findings_in_order(found: Iterable[Found]) -> list[Found]:
    """Errors, then live runs that can not go on, then the rest by severity, file and line."""
    return sorted(
        found,
        key=lambda one: (
            1 if one.finding.code == "LX050" else _RANK[one.finding.severity],
            one.place.partition(":")[0],
            one.finding.line,
            one.finding.code,
            one.finding.message,
        ),
    )
