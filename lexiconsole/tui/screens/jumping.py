"""`e` `E` and `w` `W`: from one error, or one thing that waits for somebody, to the next, round and round; or that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lexiconsole.app.look import RunQuery
from lexiconsole.types import RunStatus
from lexiconsole.views.lanes import Need
from lexiconsole.views.words import StepState

if TYPE_CHECKING:
    from lexiconsole.durable.rows import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.widgets.bulk_panes import CauseTable
    from lexiconsole.tui.widgets.lanes import LanesView
    from lexiconsole.tui.widgets.status import Status
    from lexiconsole.views.lanes import Passage

__all__ = ["BulkJumps", "MachineJumps", "SagaJumps", "next_place"]

_RUNS = 1_000
"""Runs of a machine among which the next one is looked for, the newest."""


def next_place(places: Sequence[int], here: int, step: int) -> int | None:
    """The next one behind `here`, or the one before it; round the end. None when there is none."""
    if step > 0:
        return next((place for place in places if place > here), places[0] if places else None)
    return next((place for place in reversed(places) if place < here), places[-1] if places else None)


class SagaJumps:
    """Between steps."""

    if TYPE_CHECKING:
        lanes_view: LanesView
        status: Status

    def action_next_error(self) -> None:
        self._to_step(_wrong, 1, "no step has failed")

    def action_previous_error(self) -> None:
        self._to_step(_wrong, -1, "no step has failed")

    def action_next_waiting(self) -> None:
        self._to_step(_waits, 1, "no step waits for anybody")

    def action_previous_waiting(self) -> None:
        self._to_step(_waits, -1, "no step waits for anybody")

    def _to_step(self, kind: frozenset[StepState | Need], step: int, none: str) -> None:
        steps = self.lanes_view.lanes.steps
        places = [place for place, each in enumerate(steps) if kind & _states(each)]
        found = next_place(places, self.lanes_view.chosen, step)
        if found is None:
            self.status.explain(none)
        else:
            self.lanes_view.choose(found)


def _states(step: Passage) -> frozenset[StepState | Need]:
    return frozenset({step.state, step.undo.need})


_wrong: frozenset[StepState | Need] = frozenset({StepState.FAILED, StepState.DOUBTFUL, Need.GAVE_UP, Need.LEFT})
_waits: frozenset[StepState | Need] = frozenset({StepState.WAITING, StepState.DOUBTFUL, Need.GAVE_UP})


class BulkJumps:
    """Between causes of failures. What waits are the failures of an operation that holds at them."""

    if TYPE_CHECKING:
        row: RunRow | None
        causes: CauseTable
        status: Status

    def action_next_error(self) -> None:
        self._to_cause(1)

    def action_previous_error(self) -> None:
        self._to_cause(-1)

    def action_next_waiting(self) -> None:
        self._to_held(1)

    def action_previous_waiting(self) -> None:
        self._to_held(-1)

    def _to_held(self, step: int) -> None:
        if self.row is not None and self.row.status is RunStatus.WAITING:
            self._to_cause(step)
        else:
            self.status.explain("nothing here waits for anybody")

    def _to_cause(self, step: int) -> None:
        if not self.causes.total:
            self.status.explain("no item has failed")
            return
        if self.causes.has_focus:
            self.causes.go((self.causes.cursor + step) % self.causes.total)
        else:
            self.causes.focus()  # first the one that is selected: it was out of sight


class MachineJumps:
    """Between the runs of one machine."""

    if TYPE_CHECKING:
        row: RunRow | None
        status: Status

        @property
        def console(self) -> ConsoleApp: ...
        def _go_to(self, run_id: str) -> None: ...

    def action_next_error(self) -> None:
        self._to_run((RunStatus.FAILED, RunStatus.DOUBTFUL), 1, "no run of this machine has failed")

    def action_previous_error(self) -> None:
        self._to_run((RunStatus.FAILED, RunStatus.DOUBTFUL), -1, "no run of this machine has failed")

    def action_next_waiting(self) -> None:
        self._to_run((RunStatus.WAITING,), 1, "no run of this machine waits")

    def action_previous_waiting(self) -> None:
        self._to_run((RunStatus.WAITING,), -1, "no run of this machine waits")

    def _to_run(self, statuses: tuple[RunStatus, ...], step: int, none: str) -> None:
        """The newest first, as in the list of runs."""
        row = self.row
        if row is None:
            return
        query = RunQuery(statuses=statuses, names=(row.name,), by_status=False)

        def found(rows: list[RunRow]) -> None:
            places = [-each.number for each in rows]
            wanted = next_place(places, -row.number, step)
            if wanted is None or rows[places.index(wanted)].id == row.id:
                self.status.explain("no other run of this machine does" if wanted is not None else none)
            else:
                self._go_to(rows[places.index(wanted)].id)

        self.console.reads.look("machine jump", lambda look: look.newest(query, skip=0, limit=_RUNS), found, leads=True)
