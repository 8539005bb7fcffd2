"""What `X` writes besides runs: a definition's graph, what the checks found, the tasks of the inbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from lexiconsole.app.exporting import Draft, file_name
from lexiconsole.durable.outline import Outline
from lexiconsole.durable.vault import hidden
from lexiconsole.errors import RefusedError
from lexiconsole.tui.exporting import Export
from lexiconsole.types import JsonObject
from lexiconsole.views.layout.engine import why_not
from lexiconsole.views.map_svg import outline_svg
from lexiconsole.views.mermaid import mermaid
from lexiconsole.views.shapes import finding_shape
from lexiconsole.views.spreadsheet import csv_text
from lexiconsole.views.task_shape import task_shape

if TYPE_CHECKING:
    from lexiconsole.views.definitions import Found
    from lexiconsole.views.inbox import Task

__all__ = ["exports_of_findings", "exports_of_graph", "exports_of_tasks"]

_FOUND = ("severity", "code", "file", "line", "definition", "message", "fix")
_ASKED = (
    "id",
    "run",
    "name",
    "key",
    "kind",
    "prompt",
    "who",
    "initiator",
    "asked_at",
    "due",
    "escalated",
    "mine",
    "why_not",
)


def exports_of_graph(name: str, outline: Outline, of_run: str) -> list[Export]:
    """Of a definition, as it is drawn; `of_run` is the run that shows it, where only its runs do."""
    if not outline.nodes:
        return []
    as_it_is = f"as {of_run} went, without its states" if of_run else "as it is drawn"
    whole = {"type": "outline", "name": name, "of_run": of_run or None, **outline.to_data()}
    return [
        _export(
            "m", "graph as Mermaid", f"{as_it_is}, to paste into documents", f"{name}.mmd", lambda: [mermaid(outline)]
        ),
        _export("s", "graph as SVG", f"{as_it_is}, as a picture", f"{name}.svg", lambda: [_picture(outline, name)]),
        _export(
            "n", "graph as JSON", "its nodes and edges", f"{name}.json", lambda: [f"{json.dumps(whole, indent=2)}\n"]
        ),
    ]


def exports_of_findings(found: Sequence[Found]) -> list[Export]:
    """All that the checks found, as `check --json` has it."""
    shapes = [finding_shape(one.finding, one.fix) for one in found]
    what = "1 finding" if len(found) == 1 else f"{len(found):,} findings"
    return _lists(what, "of the checks", "findings", shapes, _FOUND) if found else []


def exports_of_tasks(tasks: Iterable[Task], what: str) -> list[Export]:
    """Open questions, as `inbox --json` has them; `what` they are, in a few words."""
    shapes = [hidden(task_shape(task)) for task in tasks]
    return _lists(
        what, "with their forms, chains and acts", "tasks", [one for one in shapes if isinstance(one, dict)], _ASKED
    )


def _lists(what: str, more: str, name: str, shapes: Sequence[JsonObject], columns: Sequence[str]) -> list[Export]:
    rows = [[_cell(shape[column]) for column in columns] for shape in shapes]
    lines = [f"{json.dumps(shape, ensure_ascii=False)}\n" for shape in shapes]
    return [
        _export("N", f"{what} as JSON", f"an object a line, {more}", f"{name}.jsonl", lambda: lines),
        _export("C", f"{what} as CSV", "a line for each, with a head", f"{name}.csv", lambda: csv_text(columns, rows)),
    ]


def _cell(value: object) -> object:
    match value:
        case list():
            return ", ".join(str(each) for each in value)
        case bool():
            return "yes" if value else "no"
        case _:
            return value


def _export(key: str, name: str, about: str, file: str, write: Callable[[], Iterable[str]]) -> Export:
    def draft(look: object, now: float) -> Draft:
        return Draft(file_name(file), (text.encode("utf-8", "backslashreplace") for text in write()))

    return Export(key, name, about, draft)


def _picture(outline: Outline, name: str) -> str:
    drawn = None if why_not() else outline_svg(outline, name)
    if drawn is None:
        raise RefusedError(why_not() or f"no clean drawing was found for {name}")
    return drawn
