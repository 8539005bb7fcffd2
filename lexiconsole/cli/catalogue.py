"""The catalogue, as `list` and `show` print it."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from lexiconsole.cli.exits import ExitCode
from lexiconsole.types import JsonObject
from lexiconsole.views.cells import columns, cut
from lexiconsole.views.dot import dot
from lexiconsole.views.durations import span
from lexiconsole.views.fields import Field, fields
from lexiconsole.views.mermaid import mermaid
from lexiconsole.views.outline_text import outline_text
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import FAINT, RED

if TYPE_CHECKING:
    from lexiconsole.catalog import Problem
    from lexiconsole.cli.face import Face
    from lexiconsole.durable.definition import Definition

__all__ = ["print_definition", "print_drawing", "print_list"]


def print_list(face: Face) -> ExitCode:
    """Every definition, and below them what is wrong with the rest."""
    with face.workspace() as workspace:
        definitions, problems = workspace.definitions(), workspace.problems()
        if face.json:
            for definition in definitions:
                face.out.object(_definition_shape(definition))
            for problem in problems:
                face.out.object(_problem_shape(problem))
        else:
            _list(face, definitions, problems)
        face.remember(workspace)
    return ExitCode.COMPLETED


def print_drawing(face: Face, name: str, *, as_mermaid: bool) -> ExitCode:
    """Only the outline, in Mermaid's or in Graphviz's language."""
    with face.workspace() as workspace:
        definition = workspace.definition(name)
        outline = definition.outline()
        face.out.raw(mermaid(outline) if as_mermaid else dot(outline, definition.name))
        face.remember(workspace)
    return ExitCode.COMPLETED


def print_definition(face: Face, name: str) -> ExitCode:
    """What it is for, its input field by field, an example to type, its outline as text."""
    with face.workspace() as workspace:
        definition = workspace.definition(name)
        outline = definition.outline()
        if face.json:
            face.out.object(
                {**_definition_shape(definition), "input": definition.schema(), "outline": outline.to_data()}
            )
        else:
            face.out.lines(_described(face, definition))
            drawn = outline_text(outline, ascii_only=face.out.paint.ascii_only)
            lines = [f"  {harmless(line)}" for line in drawn]
            face.out.lines(["", *(lines or ["  its outline is known only from what its runs have shown"])])
        face.remember(workspace)
    return ExitCode.COMPLETED


def _list(face: Face, definitions: list[Definition], problems: list[Problem]) -> None:
    paint = face.out.paint
    rows = [(d.name, d.kind.value, f"v{d.version}", d.about.partition("\n")[0]) for d in definitions]
    face.out.lines(columns([tuple(harmless(field) for field in row) for row in rows]))
    if not definitions:
        face.err.hint("no definitions here; `lexiconsole init` writes a first one")
    for problem in problems:
        face.out.line(f"{paint.text('broken', RED)}  {_place(problem)}: {harmless(problem.message)}")


def _place(problem: Problem) -> str:
    return harmless(f"{problem.file}:{problem.line}" if problem.line else str(problem.file))


def _described(face: Face, definition: Definition) -> list[str]:
    paint = face.out.paint
    lines = [f"{paint.bold(harmless(definition.name))}  {definition.kind.value}  v{definition.version}"]
    lines += [f"  {harmless(line.strip())}" for line in definition.about.strip().split("\n") if line.strip()]
    if definition.source.file:
        lines.append(f"  {paint.text(harmless(f'{definition.source.file}:{definition.source.line}'), FAINT)}")
    if definition.timeout is not None:
        lines.append(f"  may take {span(definition.timeout)}")
    if definition.retries:
        lines.append(f"  tried {definition.retries + 1} times in all")
    schema: Any = definition.schema()
    known = fields(schema) if isinstance(schema, dict) else []
    lines += ["", *(columns([_cells(field) for field in known]) or ["  takes no input"])]
    if definition.example is not None:
        lines += ["", f"  {_example(definition)}"]
    return lines


def _cells(field: Field) -> tuple[str, ...]:
    need = "needed" if field.required else f"= {cut(field.default, 40)}" if field.default else "optional"
    limits = f"({', '.join(field.limits)})" if field.limits else ""
    rest = " ".join(part for part in (field.about, limits) if part)
    return tuple(harmless(text) for text in (f"  {field.name}", cut(field.type, 40), need, rest))


def _example(definition: Definition) -> str:
    words = ["lexiconsole", "run", definition.name]
    if isinstance(definition.example, dict):
        for name, value in definition.example.items():
            pair = f"{name}={value}" if isinstance(value, str) else f"{name}:={json.dumps(value)}"
            words += ["-i", shlex.quote(pair)]
    return harmless(" ".join(words))


def _definition_shape(definition: Definition) -> JsonObject:
    return {
        "type": "definition",
        "name": definition.name,
        "kind": definition.kind.value,
        "version": definition.version,
        "about": definition.about,
        "file": str(definition.source.file),
        "line": definition.source.line,
    }


def _problem_shape(problem: Problem) -> JsonObject:
    return {
        "type": "problem",
        "file": str(problem.file),
        "line": problem.line,
        "message": problem.message,
        "traceback": problem.traceback,
    }
