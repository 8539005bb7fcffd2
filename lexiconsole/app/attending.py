"""Attending: looks what needs the person at a console, as often as it is asked; what it knows already it does not judge again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.app.look import RunQuery
from lexiconsole.types import RunStatus
from lexiconsole.views.attention import Attention
from lexiconsole.views.inbox import Task, task_of

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.journal import TaskRow
    from lexiconsole.types import Instant

__all__ = ["Attending"]

_MOST = 100
"""Tasks and doubtful runs that are looked at, those due first."""

_HOLDS = 60.0  # seconds that a judgement holds: people go away and come back


class Attending:
    """Reads the store apart from the engine. For one thread at a time; whoever makes it closes it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._look = workspace, workspace.look()
        self._judged: dict[tuple[str, str, int, int], Task] = {}
        self._since = 0.0

    def close(self) -> None:
        self._look.close()

    def now(self, me: str) -> Attention:
        """What needs the operator `me`."""
        at = self._workspace.now()
        if not 0 <= at - self._since <= _HOLDS:  # a clock may be set back
            self._judged, self._since = {}, at
        rows = self._look.first_tasks(_MOST + 1)
        judged = {self._mark(me, row): row for row in rows[:_MOST]}
        self._judged = {mark: self._judged.get(mark) or self._task(row, me, at) for mark, row in judged.items()}
        mine = [task for task in self._judged.values() if task.mine]
        doubtful = self._look.page(RunQuery(), RunStatus.DOUBTFUL, skip=0, limit=_MOST)
        return Attention(
            tasks=frozenset(task.id for task in mine),
            soon=frozenset(task.id for task in mine if self._is_soon(task, at)),
            escalated=frozenset(task.id for task in mine if task.escalated),
            doubtful=frozenset(row.id for row in doubtful),
            failed=self._look.counts()[RunStatus.FAILED],
            more=len(rows) > _MOST,
        )

    def _mark(self, me: str, row: TaskRow) -> tuple[str, str, int, int]:
        return me, row.id, row.seq, len(row.acts)

    def _task(self, row: TaskRow, me: str, at: Instant) -> Task:
        return task_of(row, self._workspace.people, me, at=at)

    def _is_soon(self, task: Task, at: Instant) -> bool:
        before = max(task.remind, default=self._workspace.settings.notifications.due_soon)
        return task.due is not None and task.due - before <= at
