"""Bringing a run on from the command line: look on until it ends or parks, answer its questions, say how it stands."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from lexiconsole.cli.exits import ExitCode, exit_of_run
from lexiconsole.cli.report import verdict_lines
from lexiconsole.cli.shapes import result_shape
from lexiconsole.cli.watching import watcher_for
from lexiconsole.durable.entry import Entry
from lexiconsole.types import ENDED, RunStatus
from lexiconsole.views.telling import Telling
from lexiconsole.views.verdict import verdict

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.face import Face
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.views.story import Story

__all__ = ["bring_on", "conclude", "look_on", "recorded"]

_STANDING = ENDED | {RunStatus.WAITING, RunStatus.SLEEPING, RunStatus.PAUSED, RunStatus.DOUBTFUL}
"""The statuses in which nobody drives a run."""


def bring_on(face: Face, workspace: Workspace, row: RunRow, *, after: int = 0, wait: float | None = None) -> ExitCode:
    """Looks on while this process drives the run, from the entry behind `after`; asks who sits there what the run asks.

    When `wait` seconds are over, this process stops driving; the run can be resumed, or a worker takes it up.
    """
    deadline = None if wait is None else time.monotonic() + wait
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        try:
            story, row = look_on(face, workspace, row, after=after, wait=left)
        except KeyboardInterrupt:
            _stop(face, workspace, row)
            raise
        if row.status not in _STANDING and wait is not None:
            workspace.interrupt()
            row = workspace.run(row.id)
            face.err.say(f"{wait:g} s are over")
            break
        if not (row.status is RunStatus.WAITING and face.interactive and _answered(face, workspace, row)):
            break
        after = story.seq
    return conclude(face, story, row)


def look_on(
    face: Face,
    workspace: Workspace,
    row: RunRow,
    *,
    after: int = 0,
    wait: float | None = None,
    on_stdout: bool = False,
) -> tuple[Story, RunRow]:
    """Shows what happens behind entry `after` until the run ends or parks, or `wait` seconds are over."""
    telling = Telling()
    if after:
        for entry in workspace.entries(row):
            if entry.seq <= after:
                telling.take(entry)
    with watcher_for(face, row.id, on_stdout=on_stdout) as watcher:
        for item in workspace.follow(row, after, timeout=wait):
            if isinstance(item, Entry):
                watcher.entry(item, telling.add(item), telling.row(item.key))
            else:
                watcher.progress(item)
    return telling.story, workspace.run(row.id)


def conclude(face: Face, story: Story, row: RunRow, code: ExitCode | None = None) -> ExitCode:
    """The last word: the result on standard output, the verdict beside it; gives the exit code."""
    story = replace(story, status=row.status, run_id=row.id)
    code = exit_of_run(row.status, story.error) if code is None else code
    said = verdict(story, time.time(), driven=row.owner is not None)
    if face.json:
        face.out.object(result_shape(story, row, said, code))
        return code
    face.err.line(_headed(row))
    for line in verdict_lines(said, face.err.paint):
        face.err.line(line)
    if row.status is RunStatus.COMPLETED and story.result is not None:
        face.out.value(story.result)
        face.out.flush()
    return code


def recorded(face: Face, row: RunRow) -> ExitCode:
    """The last word where what is to be done was only written down."""
    if face.json:
        pending = not row.status.ended
        face.out.object({"type": "act", "run": row.id, "status": row.status.value, "applied": True, "pending": pending})
    else:
        face.out.line(row.id)
        face.err.hint("recorded; `lexiconsole worker` drives it")
    return ExitCode.COMPLETED


def _headed(row: RunRow) -> str:
    return f"{row.name} {row.id}"


def _answered(face: Face, workspace: Workspace, row: RunRow) -> bool:
    from lexiconsole.cli.asking import answer_in_place

    return answer_in_place(face, workspace, row)


def _stop(face: Face, workspace: Workspace, row: RunRow) -> None:
    face.err.line()
    face.err.say("stopping; press Ctrl-C again to stop at once")
    workspace.interrupt()
    if face.json:
        face.out.object({"type": "interrupted", "run": row.id, "exit": ExitCode.INTERRUPTED})
    face.err.say(f"stopped; nothing is lost, go on with: lexiconsole resume {row.id}")
