"""The list of runs, as `runs` prints it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lexiconsole.cli.exits import ExitCode
from lexiconsole.errors import NotFoundError
from lexiconsole.types import RunStatus
from lexiconsole.views.cells import columns
from lexiconsole.views.durations import age, ahead, span
from lexiconsole.views.ranking import NEEDY, by_need
from lexiconsole.views.safe import harmless, harmless_sentence
from lexiconsole.views.shapes import run_shape
from lexiconsole.views.values import brief
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.face import Face
    from lexiconsole.durable.journal import RunRow

__all__ = ["Chosen", "list_runs"]

_EVERY = 1_000_000
_MOVING = (RunStatus.RUNNING, RunStatus.COMPENSATING)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the options say: all of it has to hold. `where` is a filter, `view` the name of a saved one."""

    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    where: str = ""
    view: str = ""


def list_runs(face: Face, chosen: Chosen, limit: int | None) -> ExitCode:
    """Those that need somebody first; `limit` None for every one."""
    wanted = tuple(_status(word) for word in chosen.words)
    with face.workspace() as workspace:
        wanted_rows = limit or _EVERY
        if chosen.where or chosen.view:
            rows = _filtered(workspace, chosen, wanted, wanted_rows + 1)
        else:
            rows = _chosen(workspace, wanted, chosen.names, wanted_rows + 1)
        rows, more = rows[:wanted_rows], len(rows) > wanted_rows
        if face.json:
            for row in rows:
                face.out.object(run_shape(row))
            return ExitCode.COMPLETED
        _list(face, rows, _left(workspace, rows))
        if more:
            face.err.hint("there are more; --all lists every run")
    return ExitCode.COMPLETED


def _filtered(workspace: Workspace, chosen: Chosen, wanted: tuple[RunStatus, ...], limit: int) -> list[RunRow]:
    """As the console lists them."""
    from contextlib import closing

    from lexiconsole.app.saved_views import SavedViews
    from lexiconsole.views.board import read_board
    from lexiconsole.views.run_filter import read_filter

    kept = SavedViews(workspace.store_path).get(chosen.view) if chosen.view else ""
    found = read_filter(f"{kept} {chosen.where}")
    workspace.counts()  # a store of an older version is brought up to date by it, so that it can be read as a file
    with closing(workspace.look()) as look:
        query = found.query([name for name in look.names() if not chosen.names or name in chosen.names], time.time())
        if chosen.names and query.names is None:
            query = replace(query, names=chosen.names)
        statuses = tuple(status for status in query.statuses if not wanted or status in wanted)
        return list(read_board(look, replace(query, statuses=statuses), 0, limit).rows)


def _chosen(workspace: Workspace, wanted: tuple[RunStatus, ...], names: tuple[str, ...], limit: int) -> list[RunRow]:
    """Those that need somebody first, also when they are older than the newest `limit`."""
    from lexiconsole.durable.journal import RunFilter

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


def _left(workspace: Workspace, rows: list[RunRow]) -> frozenset[str]:
    """The ids of those that a process which is gone had in hand."""
    moving = [row for row in rows if row.owner is not None and row.status in _MOVING]
    if not moving:
        return frozenset()
    from lexiconsole.app.in_hand import living_owners

    living = living_owners(workspace)
    return frozenset(row.id for row in moving if row.owner not in living)


def _list(face: Face, rows: list[RunRow], left: frozenset[str]) -> None:
    if not rows:
        face.err.hint("no runs")
        return
    now = time.time()
    paint = face.out.paint
    cells = [
        (row.id, harmless(row.name), row.status.value, age(row.changed_at, now), _matter(row, now, left))
        for row in rows
    ]
    for row, line in zip(rows, columns(cells), strict=True):
        look = RUN_LOOKS[row.status]
        face.out.line(f"{paint.look(look)} {paint.text(line, look.colour) if row.status in NEEDY else line}")


def _matter(row: RunRow, now: float, left: frozenset[str]) -> str:
    """What matters about it: the error, what it waits on, when it goes on."""
    if row.id in left:
        return f"{harmless(row.where)}  stopped: its process is gone; `resume` or a worker takes it up".strip()
    if row.error:
        return ": ".join(part for part in (harmless(row.where), brief(harmless_sentence(row.error), 100)) if part)
    due = f"wakes {ahead(row.wake_at, now)}" if row.wake_at is not None and not row.status.ended else ""
    if row.status.ended:
        return f"took {span(row.changed_at - row.created_at)}"
    return "  ".join(part for part in (harmless(row.where), due) if part)
