"""`runs` and `show-run`."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from lexiconsole.cli.completing import names
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.report import header_lines, log_lines, moment_lines, verdict_lines
from lexiconsole.cli.shapes import entry_shape, run_shape, story_shape
from lexiconsole.cli.shared import RunId, command
from lexiconsole.durable.journal import RunFilter, RunRow
from lexiconsole.errors import NotFoundError
from lexiconsole.types import RunStatus
from lexiconsole.views.cells import columns
from lexiconsole.views.durations import age, ahead, span, stamp
from lexiconsole.views.ranking import NEEDY, by_need
from lexiconsole.views.safe import harmless
from lexiconsole.views.telling import tell, timeline
from lexiconsole.views.values import brief
from lexiconsole.views.verdict import verdict
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.face import Face

__all__ = ["runs", "show_run"]

_EVERY = 1_000_000


def _statuses(incomplete: str) -> list[str]:
    return [status.value for status in RunStatus if status.value.startswith(incomplete)]


@command
def runs(
    face: Face,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", "-s", metavar="WORD", help="Only these; may be repeated.", autocompletion=_statuses),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="Only runs of this definition; may be repeated.", autocompletion=names),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many at most.")] = 20,
    all_of_them: Annotated[bool, typer.Option("--all", help="Every run, however many.")] = False,
) -> ExitCode:
    """List runs; those that need somebody come first.

    Doubtful, failed and waiting ones, then the others, the newest first.
    """
    wanted = tuple(_status(word) for word in status or ())
    with face.workspace() as workspace:
        rows = _chosen(workspace, wanted, tuple(name or ()), _EVERY if all_of_them else limit)
        if face.json:
            for row in rows:
                face.out.object(run_shape(row))
            return ExitCode.COMPLETED
        _list(face, rows)
        if not all_of_them and len(rows) == limit:
            more = sum(workspace.counts().values()) - len(rows)
            if more > 0:
                face.err.hint(f"{more} more; --all lists every run")
    return ExitCode.COMPLETED


def _chosen(workspace: Workspace, wanted: tuple[RunStatus, ...], names: tuple[str, ...], limit: int) -> list[RunRow]:
    """Those that need somebody first, also when they are older than the newest `limit`."""
    needy = tuple(status for status in NEEDY if not wanted or status in wanted)
    others = tuple(status for status in RunStatus if status not in NEEDY and (not wanted or status in wanted))
    rows: list[RunRow] = []
    for statuses in (*((status,) for status in needy), others):
        if statuses and len(rows) < limit:
            rows += workspace.runs(RunFilter(statuses=statuses, names=names, limit=limit - len(rows)))
    return by_need(rows)


def _status(word: str) -> RunStatus:
    try:
        return RunStatus(word)
    except ValueError:
        raise NotFoundError("status", word, [status.value for status in RunStatus]) from None


def _list(face: Face, rows: list[RunRow]) -> None:
    if not rows:
        face.err.hint("no runs")
        return
    now = time.time()
    paint = face.out.paint
    cells = [
        (row.id, harmless(row.name), row.status.value, age(row.changed_at, now), _matter(row, now)) for row in rows
    ]
    for row, line in zip(rows, columns(cells), strict=True):
        look = RUN_LOOKS[row.status]
        face.out.line(f"{paint.look(look)} {paint.text(line, look.colour) if row.status in NEEDY else line}")


def _matter(row: RunRow, now: float) -> str:
    """What matters about it: the error, what it waits on, when it goes on."""
    if row.error:
        return f"{harmless(row.where)}: {brief(row.error, 100)}" if row.where else brief(row.error, 100)
    due = f"wakes {ahead(row.wake_at, now)}" if row.wake_at is not None and not row.status.ended else ""
    if row.status.ended:
        return f"took {span(row.changed_at - row.created_at)}"
    return "  ".join(part for part in (harmless(row.where), due) if part)


@command
def show_run(
    face: Face,
    id: RunId,
    entries: Annotated[bool, typer.Option("--entries", help="The journal's entries as they are.")] = False,
    logs: Annotated[bool, typer.Option("--logs", help="Also what the steps printed.")] = False,
) -> ExitCode:
    """Tell the story of a run.

    Who started it with what, every step with its attempts, what was undone and in which order, what people did and why,
    how it stands now, and the commands that lead on.
    """
    with face.workspace() as workspace:
        row = workspace.run(id)
        facts = workspace.entries(row)
        if entries:
            for entry in facts:
                _entry(face, entry_shape(entry))
            return ExitCode.COMPLETED
        story = replace(tell(facts), status=row.status)
        said = verdict(story, time.time())
        if face.json:
            face.out.object(story_shape(story, row, said))
            return ExitCode.COMPLETED
        paint = face.out.paint
        face.out.lines(header_lines(story, row, time.time(), paint))
        face.out.lines(["", *moment_lines(timeline(facts), paint)])
        if logs:
            face.out.lines(["", *log_lines((step.key, step.log) for step in story.rows if step.log)])
        ahead_of_it = _not_reached(workspace, row, {step.key for step in story.rows})
        if ahead_of_it and story.status.ended:
            face.out.line(f"  not reached: {', '.join(harmless(key) for key in ahead_of_it)}")
        face.out.lines(["", *verdict_lines(said, paint)])
    return ExitCode.COMPLETED


def _entry(face: Face, shape: dict[str, object]) -> None:
    if face.json:
        face.out.object(shape)  # type: ignore[arg-type]
        return
    text = brief(shape["data"], 400) if shape["data"] else ""  # type: ignore[arg-type]
    facts = [f"{shape['seq']:>4}", stamp(float(str(shape["at"]))), str(shape["kind"]), str(shape["key"])]
    facts += [f"try {shape['attempt']}"] if shape["attempt"] else []
    facts += [f"by {shape['by']}"] if shape["by"] else []
    face.out.line("  ".join(harmless(fact) for fact in [*facts, text] if fact))


def _not_reached(workspace: Workspace, row: RunRow, known: set[str]) -> list[str]:
    from lexiconsole.durable.outline import NodeKind

    quiet = (NodeKind.START, NodeKind.END, NodeKind.COMPENSATION)
    nodes = workspace.outline(row).nodes
    return [node.key for node in nodes if node.key not in known and node.kind not in quiet and node.lane != "undo"]
