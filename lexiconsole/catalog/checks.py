"""Checks that need no run: whether each definition holds together, and says what a user of it wants to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lexiconsole.catalog.capture import quiet
from lexiconsole.catalog.catalog import Catalog
from lexiconsole.catalog.codes import CODES, Severity
from lexiconsole.catalog.problems import ProblemKind, problem_of
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.outline import NodeKind, Outline
from lexiconsole.errors import InvalidInputError, nearest
from lexiconsole.types import ModelKind

__all__ = ["Finding", "check"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found. `code` is explained in `codes.py`; `line` is 0 when it is about the whole file."""

    code: str
    severity: Severity
    file: str
    line: int
    message: str
    definition: str = ""
    traceback: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code} {self.message}"


def check(catalog: Catalog) -> list[Finding]:
    """Everything that is wrong with a catalogue, by file and line. Runs no step."""
    findings = [*_broken(catalog), *_printing(catalog)]
    for definition in catalog.definitions:
        findings += _checked(definition)
    return sorted(findings, key=lambda finding: (finding.file, finding.line, finding.code))


def _broken(catalog: Catalog) -> Iterator[Finding]:
    for problem in catalog.problems:
        code = "LX002" if problem.kind is ProblemKind.CLASH else "LX001"
        yield Finding(
            code, CODES[code].severity, problem.file, problem.line, problem.message, traceback=problem.traceback
        )


def _printing(catalog: Catalog) -> Iterator[Finding]:
    for file, text in catalog.printed.items():
        first = text.strip().partition("\n")[0][:60]
        yield Finding("LX009", CODES["LX009"].severity, file, 0, f"prints while it is imported: {first!r}")


def _checked(definition: Definition) -> Iterator[Finding]:
    def finding(code: str, message: str, traceback: str = "") -> Finding:
        source = definition.source
        message = f"{definition.name}: {message}"
        return Finding(code, CODES[code].severity, source.file, source.line, message, definition.name, traceback)

    if not definition.about.strip():
        yield finding("LX008", "has no docstring; its first line is shown in lists")
    code, doing = "LX003", "its example does not fit its input"
    try:
        with quiet():
            if definition.example is not None:
                definition.validate(definition.example)
            code, doing = "LX004", "its outline can not be made"
            outline = definition.outline()
    except InvalidInputError as fault:
        fields = "; ".join(f"{field or '(input)'}: {reason}" for field, reason in fault.fields.items())
        yield finding(code, f"{doing}: {fields}")
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # a definition's own code runs here, and may do anything
        problem = problem_of(fault, Path(definition.source.file), line=definition.source.line)
        yield finding(code, f"{doing}: {problem.message}", problem.traceback)
    else:
        for hole, message in _holes(outline, definition.kind):
            yield finding(hole, message)


def _holes(outline: Outline, kind: ModelKind) -> Iterator[tuple[str, str]]:
    """What is wrong with a picture: keys used twice, edges that lead nowhere, boxes that nothing leads to."""
    counts = Counter(node.key for node in outline.nodes)
    for key, count in counts.items():
        if count > 1:
            yield "LX005", f"the key {key!r} is used {count} times"
    for edge in outline.edges:
        for end in (edge.source, edge.target):
            if end not in counts:
                close = nearest(end, counts)
                hint = f"; did you mean {close!r}?" if close else ""
                yield "LX007", f"the edge {edge.source} → {edge.target} names {end!r}, which is no step{hint}"
    for key in _unreached(outline, kind):
        yield "LX006", f"no way leads to {key!r}"


def _unreached(outline: Outline, kind: ModelKind) -> list[str]:
    """Keys that no way leads to. Where a model does not say where it begins, it begins wherever no edge leads to."""
    if not outline.edges:
        return []
    entered = {edge.target for edge in outline.edges}
    starts = [node.key for node in outline.nodes if node.kind is NodeKind.START]
    if not starts and kind in {ModelKind.GRAPH, ModelKind.MACHINE}:
        starts = [outline.nodes[0].key] if outline.nodes else []
    reached = set(starts) or {node.key for node in outline.nodes if node.key not in entered}
    while True:
        onward = {edge.target for edge in outline.edges if edge.source in reached}
        onward |= {node.key for node in outline.nodes if node.parent and node.parent in reached}
        onward |= {node.parent for node in outline.nodes if node.parent and node.key in reached}
        if onward <= reached:
            return [node.key for node in outline.nodes if node.key not in reached]
        reached |= onward
