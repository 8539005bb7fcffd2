"""What can be done to a run from where it is watched: each through a preview and `y`, or with the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lexiconsole.durable.journal import RequestKind
from lexiconsole.tui.keymap import Place, with_keys
from lexiconsole.tui.requesting import change_of
from lexiconsole.tui.screens.revising import Revising
from lexiconsole.types import RunStatus
from lexiconsole.views.story import RowKind
from lexiconsole.views.words import StepState

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.widgets.status import Status
    from lexiconsole.views.watched import Snapshot

__all__ = ["RunActs"]


class RunActs(Revising):
    """The acts of the run screen but those of Revising."""

    if TYPE_CHECKING:
        run_id: str
        selected: str
        snapshot: Snapshot | None
        status: Status
        at: int | None

        @property
        def console(self) -> ConsoleApp: ...

        def show_keys(self) -> None: ...
        def why_not_diff(self) -> str: ...

    def why_not(self, action: str) -> str:
        snapshot = self.snapshot
        if snapshot is None:
            return "the run is not read yet" if action in _WHYS else ""
        if action == "diff":
            return self.why_not_diff()
        return getattr(self, f"_why_not_{action}")(snapshot) if action in _WHYS else ""

    def _why_not_pause(self, snapshot: Snapshot) -> str:
        status = snapshot.row.status
        return _past() if snapshot.past else f"it is {status.value}" if status.ended else ""

    _why_not_cancel = _why_not_pause

    def _why_not_retry(self, snapshot: Snapshot) -> str:
        if snapshot.past:
            return _past()
        view = snapshot.picture.nodes.get(self.selected)
        tried = view is not None and view.state in (StepState.RETRYING, StepState.FAILED, StepState.UNDO_FAILED)
        if snapshot.row.status in (RunStatus.FAILED, RunStatus.DOUBTFUL) or tried:
            return ""
        return "nothing has failed"

    def _why_not_answer(self, snapshot: Snapshot) -> str:
        if snapshot.past:
            return _past()
        if not self._asked(snapshot):
            return "nobody is asked anything now"
        return "" if self.console.knows(Place.TASK) else f"answer it with: lexiconsole answer {self._asked(snapshot)}"

    def _why_not_live(self, snapshot: Snapshot) -> str:
        return "" if self.at is not None else "this is now"

    def _why_not_back_one(self, snapshot: Snapshot) -> str:
        return "this is its first entry" if snapshot.at <= 1 else ""

    def _why_not_on_one(self, snapshot: Snapshot) -> str:
        return "" if snapshot.past else "this is its newest entry"

    # acts

    def action_pause(self) -> None:
        if self.snapshot is not None:
            paused = self.snapshot.row.status is RunStatus.PAUSED
            self._ask_for(RequestKind.RESUME if paused else RequestKind.PAUSE)

    def action_cancel(self) -> None:
        self._ask_for(RequestKind.CANCEL)

    def action_retry(self) -> None:
        snapshot = self.snapshot
        view = snapshot.picture.nodes.get(self.selected) if snapshot is not None else None
        failed = view is not None and view.state in (StepState.RETRYING, StepState.FAILED)
        row = snapshot.picture.story.row(view.row) if snapshot is not None and view is not None else None
        if row is not None and row.kind is RowKind.QUESTION:
            failed = False  # it is not tried again: nobody answered in time
        self._ask_for(RequestKind.RETRY, view.row if view is not None and failed else "")

    def _ask_for(
        self, kind: RequestKind, target: str = "", data: dict[str, Any] | None = None, title: str = ""
    ) -> None:
        if self.snapshot is not None:
            self.console.acts.ask(change_of([self.snapshot.row], kind, target, data, title=title))

    def action_answer(self) -> None:
        if self.snapshot is not None:
            self.console.go(Place.TASK, self._asked(self.snapshot))

    def _asked(self, snapshot: Snapshot) -> str:
        """The open question at the selected node, else the first one; "" for none."""
        rows = [
            row
            for row in snapshot.picture.story.rows
            if row.kind is RowKind.QUESTION and row.state is StepState.WAITING
        ]
        view = snapshot.picture.nodes.get(self.selected)
        rows.sort(key=lambda row: view is None or row.key != view.row)
        return f"{self.run_id}:{rows[0].key}" if rows else ""


_WHYS = frozenset({"pause", "cancel", "retry", "answer", "live", "back_one", "on_one", "edit"})


def _past() -> str:
    return with_keys("this is the past; {live} goes back to now")
