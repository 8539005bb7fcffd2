"""The story of one run, as `show-run` prints it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.report import header_lines, log_lines, moment_lines, verdict_lines
from lexiconsole.types import JsonObject
from lexiconsole.views.condense import condensed
from lexiconsole.views.durations import stamp
from lexiconsole.views.safe import harmless
from lexiconsole.views.shapes import entry_shape, story_shape
from lexiconsole.views.telling import tell, timeline
from lexiconsole.views.values import brief
from lexiconsole.views.verdict import verdict

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.face import Face
    from lexiconsole.durable.journal import RunRow

__all__ = ["show_entries", "show_story"]


def show_entries(face: Face, id: str) -> ExitCode:
    """The journal's entries as they are."""
    with face.workspace() as workspace:
        for entry in workspace.entries(workspace.run(id)):
            _entry(face, entry_shape(entry))
    return ExitCode.COMPLETED


def show_story(face: Face, id: str, *, logs: bool, full: bool) -> ExitCode:
    """Header, timeline and last word; with `logs` also what the steps printed, with `full` every single line."""
    with face.workspace() as workspace:
        row = workspace.run(id)
        facts = workspace.entries(row)
        story = replace(tell(facts), status=row.status)
        said = verdict(story, time.time(), driven=_driven(workspace, row))
        if face.json:
            face.out.object(story_shape(story, row, said))
            return ExitCode.COMPLETED
        paint = face.out.paint
        lines = timeline(facts) if full else condensed(timeline(facts))
        face.out.lines(header_lines(story, row, time.time(), paint))
        face.out.lines(["", *moment_lines(lines, paint)])
        if logs:
            face.out.lines(["", *log_lines((step.key, step.log) for step in story.rows if step.log)])
        ahead_of_it = _not_reached(workspace, row, {step.key for step in story.rows})
        if ahead_of_it and story.status.ended:
            face.out.line(f"  not reached: {', '.join(harmless(key) for key in ahead_of_it)}")
        face.out.lines(["", *verdict_lines(said, paint)])
    return ExitCode.COMPLETED


def _driven(workspace: Workspace, row: RunRow) -> bool:
    if row.owner is None or row.status.ended:
        return row.owner is not None
    from lexiconsole.app.in_hand import living_owners

    return row.owner in living_owners(workspace)


def _entry(face: Face, shape: JsonObject) -> None:
    if face.json:
        face.out.object(shape)
        return
    text = brief(shape["data"], 400) if shape["data"] else ""
    facts = [f"{shape['seq']:>4}", stamp(float(str(shape["at"]))), str(shape["kind"]), str(shape["key"])]
    facts += [f"try {shape['attempt']}"] if shape["attempt"] else []
    facts += [f"by {shape['by']}"] if shape["by"] else []
    face.out.line("  ".join(harmless(fact) for fact in [*facts, text] if fact))


def _not_reached(workspace: Workspace, row: RunRow, known: set[str]) -> list[str]:
    from lexiconsole.durable.outline import NodeKind

    quiet = (NodeKind.START, NodeKind.END, NodeKind.COMPENSATION)
    nodes = workspace.outline(row).nodes
    heads = {head for key in known for head in _heads(key)}
    return [node.key for node in nodes if node.key not in heads and node.kind not in quiet and node.lane != "undo"]


def _heads(key: str) -> list[str]:
    """The nodes that a key shows were reached: `review#2` is a visit of `review`, `batch/7` a part of `batch`."""
    parts = key.split("/")
    whole = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    return [*whole, *(part.partition("#")[0] for part in whole)]
