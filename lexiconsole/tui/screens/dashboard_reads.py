"""What the dashboard reads besides its list of runs: questions, incidents, the latest runs of each definition, engines."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.app.look import RunQuery
from lexiconsole.tui.widgets.engine_pane import Engines
from lexiconsole.tui.widgets.preview import Glance, Seen
from lexiconsole.types import RunStatus
from lexiconsole.views.catalogue import LATEST
from lexiconsole.views.incidents import Incident, incident_of, incidents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lexiconsole.app.grouping import GroupRow
    from lexiconsole.app.look import LatestRow, Look
    from lexiconsole.durable.journal import RunRow, TaskRow

__all__ = ["News", "Read", "read_group"]

_TASKS = 200
_AGAIN = 5.0
"""Seconds after which incidents are put together again although as many runs failed as before."""

_GROUP = 1_000
"""Runs of one incident that are changed at once."""


@dataclass(frozen=True, slots=True)
class News:
    """What was read; None for what was not read this time."""

    tasks: list[TaskRow] | None = None
    incidents: list[Incident] | None = None
    latest: dict[str, list[LatestRow]] | None = None
    engines: Engines | None = None


class Read:
    """Remembers what was read last, so that what did not change is not read again."""

    def __init__(self) -> None:
        self.tasks: list[TaskRow] = []
        self.task_count = 0
        self.incidents: list[Incident] = []
        self._failed: tuple[int, ...] = ()
        self._grouped = float("-inf")
        self._moved: tuple[object, ...] = ()
        self._glance = Glance()

    def chosen(self, look: Look, run_id: str, group: GroupRow | None, query: RunQuery) -> Seen | None:
        """For the preview: a run, or the newest one of a group."""
        if group is None:
            return self._glance.at(look, run_id)
        from lexiconsole.tui.widgets.run_groups import newest_of_group

        return self._glance.at(look, newest_of_group(look, query, group))

    def people(self, look: Look) -> News:
        """The inbox."""
        self.tasks, self.task_count = look.tasks(_TASKS), look.count_tasks()
        return News(tasks=self.tasks)

    def slow(self, look: Look, names: Sequence[str]) -> News:
        """Incidents when runs failed or were mended, definitions when any run moved, engines each time."""
        engines = Engines(tuple(look.owners()), look.next_wake(), _size(look.path))
        counts = look.counts()
        moved = (tuple(names), tuple(counts.values()), look.head())
        if moved == self._moved:
            return News(engines=engines)
        failed = tuple(counts[status] for status in (RunStatus.FAILED, RunStatus.DOUBTFUL))
        found: list[Incident] | None = None
        now = time.monotonic()
        if failed != self._failed or now - self._grouped >= _AGAIN:
            rows = [*look.failures(RunStatus.DOUBTFUL), *look.failures(RunStatus.FAILED)]
            found = incidents(rows)
        latest = look.latest(sorted({*names, *look.names()}), LATEST)
        if found is not None:
            self.incidents, self._failed, self._grouped = found, failed, now
        self._moved = moved  # only now: what could not be read is asked for again
        return News(incidents=found, latest=latest, engines=engines)


def read_group(look: Look, incident: Incident | None, marks: Sequence[str]) -> list[RunRow]:
    """The runs of an incident, at most a thousand of the newest; without one, the marked runs."""
    if incident is None:
        rows = [look.run(run_id) for run_id in marks]
        return [row for row in rows if row is not None]
    wanted = (incident.name, incident.where, incident.signature)
    query = RunQuery(names=(incident.name,))
    return [
        row
        for status in (RunStatus.DOUBTFUL, RunStatus.FAILED)
        for row in look.page(query, status, skip=0, limit=_GROUP)
        if incident_of(row) == wanted
    ]


def _size(path: Path) -> int:
    """Of what is there: whoever is the last to close the store takes its log away."""
    size = 0
    for file in (path, Path(f"{path}-wal")):
        with suppress(OSError):
            size += file.stat().st_size
    return size
