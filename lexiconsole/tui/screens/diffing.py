"""Which two moments a diff is about, and `D` on the screens from which one comes to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lexiconsole.tui.keymap import Place

if TYPE_CHECKING:
    from lexiconsole.durable.rows import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.views.watched import Snapshot

__all__ = ["Diffing", "Moment", "RowDiffing", "marked", "pair_of", "subject_of"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A run as it stood at entry `at`; None for now."""

    run: str
    at: int | None = None

    @property
    def words(self) -> str:
        """As the command line takes it."""
        return self.run if self.at is None else f"{self.run}@{self.at}"


def subject_of(left: Moment, right: Moment) -> str:
    """The two in one line of text each: what the screen is told it is about."""
    return "\n".join(f"{moment.run}@{moment.at or ''}" for moment in (left, right))


def pair_of(subject: str) -> tuple[Moment, Moment]:
    """What `subject_of` was given."""
    parts = [line.rpartition("@") for line in subject.split("\n")]
    left, right = (Moment(run, int(at) if at else None) for run, _, at in parts)
    return left, right


def marked(console: ConsoleApp) -> list[str]:
    """The runs that are marked in the list that one came from."""
    from lexiconsole.tui.screens.dashboard import DashboardScreen

    lists = [screen for screen in console.screen_stack if isinstance(screen, DashboardScreen)]
    return sorted(lists[0].runs.table.marks) if lists else []


class Diffing:
    """For the screens of one run: `D` compares it then and now, with a marked run, or with the run it was forked from."""

    if TYPE_CHECKING:

        @property
        def snapshot(self) -> Snapshot | None: ...
        @property
        def console(self) -> ConsoleApp: ...

    def why_not_diff(self) -> str:
        snapshot = self.snapshot
        if snapshot is None:
            return "the run is not read yet"
        others = self._others(snapshot)
        if snapshot.past or len(others) == 1 or (snapshot.row.origin and not others):
            return ""
        if others:
            return f"two runs are compared, {len(others)} others are marked"
        return "go back in time with [, or mark another run in the list with space"

    def action_diff(self) -> None:
        snapshot = self.snapshot
        if snapshot is None:
            return
        run = snapshot.row.id
        other = Moment(run, snapshot.at) if snapshot.past else Moment([*self._others(snapshot), snapshot.row.origin][0])
        self.console.go(Place.DIFF, subject_of(other, Moment(run)))

    def _others(self, snapshot: Snapshot) -> list[str]:
        return [run for run in marked(self.console) if run != snapshot.row.id]


class RowDiffing:
    """For screens of one run that have no past: `D` compares it with the marked run, or with the run it was forked from."""

    if TYPE_CHECKING:
        row: RunRow | None

        @property
        def console(self) -> ConsoleApp: ...

    def why_not_diff(self) -> str:
        if self.row is None:
            return "the run is not read yet"
        others = self._others(self.row)
        if len(others) == 1 or (self.row.origin and not others):
            return ""
        if others:
            return f"two runs are compared, {len(others)} others are marked"
        return "mark another run in the list with space"

    def action_diff(self) -> None:
        if self.row is not None:
            other = [*self._others(self.row), self.row.origin][0]
            self.console.go(Place.DIFF, subject_of(Moment(other), Moment(self.row.id)))

    def _others(self, row: RunRow) -> list[str]:
        return [run for run in marked(self.console) if run != row.id]
