"""What can be done to a run from where it is watched: each through a preview and `y`, or with the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.entry import OUTCOMES
from lexiconsole.durable.journal import RequestKind
from lexiconsole.tui.acts import Change, Done, change_of
from lexiconsole.tui.keymap import Place
from lexiconsole.types import Json, RunStatus
from lexiconsole.views.safe import harmless
from lexiconsole.views.story import RowKind
from lexiconsole.views.words import StepState

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Preview, Workspace
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.widgets.status import Status
    from lexiconsole.views.watched import Snapshot

__all__ = ["RunActs"]

_PAST = "this is the past; . goes back to now"


class RunActs:
    """The acts of the run screen. `edits` are results (by key, "" for the input) that a branch will begin with."""

    if TYPE_CHECKING:
        run_id: str
        selected: str
        snapshot: Snapshot | None
        status: Status
        at: int | None

        @property
        def console(self) -> ConsoleApp: ...

        def show_keys(self) -> None: ...

    def __init__(self) -> None:
        super().__init__()
        self.edits: dict[str, Json] = {}

    def why_not(self, action: str) -> str:
        snapshot = self.snapshot
        if snapshot is None:
            return "the run is not read yet" if action in _WHYS else ""
        return getattr(self, f"_why_not_{action}")(snapshot) if action in _WHYS else ""

    def _why_not_pause(self, snapshot: Snapshot) -> str:
        status = snapshot.row.status
        return _PAST if snapshot.past else f"it is {status.value}" if status.ended else ""

    _why_not_cancel = _why_not_pause

    def _why_not_retry(self, snapshot: Snapshot) -> str:
        if snapshot.past:
            return _PAST
        view = snapshot.picture.nodes.get(self.selected)
        tried = view is not None and view.state in (StepState.RETRYING, StepState.FAILED, StepState.UNDO_FAILED)
        if snapshot.row.status in (RunStatus.FAILED, RunStatus.DOUBTFUL) or tried:
            return ""
        return "nothing has failed"

    def _why_not_answer(self, snapshot: Snapshot) -> str:
        if snapshot.past:
            return _PAST
        if not self._asked(snapshot):
            return "nobody is asked anything now"
        return "" if self.console.knows(Place.TASK) else f"answer it with: lexiconsole answer {self._asked(snapshot)}"

    def _why_not_live(self, snapshot: Snapshot) -> str:
        return "" if self.at is not None else "this is now"

    def _why_not_back_one(self, snapshot: Snapshot) -> str:
        return "this is its first entry" if snapshot.at <= 1 else ""

    def _why_not_on_one(self, snapshot: Snapshot) -> str:
        return "" if snapshot.past else "this is its newest entry"

    def _why_not_edit(self, snapshot: Snapshot) -> str:
        key = self._recorded(snapshot)
        return "" if key is not None else "the selected node has no result to edit"

    # acts

    def action_pause(self) -> None:
        if self.snapshot is not None:
            paused = self.snapshot.row.status is RunStatus.PAUSED
            self._ask(RequestKind.RESUME if paused else RequestKind.PAUSE)

    def action_cancel(self) -> None:
        self._ask(RequestKind.CANCEL)

    def action_retry(self) -> None:
        snapshot = self.snapshot
        view = snapshot.picture.nodes.get(self.selected) if snapshot is not None else None
        failed = view is not None and view.state in (StepState.RETRYING, StepState.FAILED)
        self._ask(RequestKind.RETRY, view.row if view is not None and failed else "")

    def _ask(self, kind: RequestKind, target: str = "", data: dict[str, Any] | None = None) -> None:
        if self.snapshot is not None:
            self.console.acts.ask(change_of([self.snapshot.row], kind, target, data))

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

    # branching and editing

    def action_edit(self) -> None:
        """In the past: what a branch from there begins with. Now: the recorded result itself, after a preview."""
        from lexiconsole.tui.editing import edited

        snapshot = self.snapshot
        key = self._recorded(snapshot) if snapshot is not None else None
        if snapshot is None or key is None:
            return
        story = snapshot.picture.story
        row = story.row(key)
        value = self.edits.get(key, story.input if row is None else row.result)
        edit = edited(self.console, value, f"{key or 'input'} of {self.run_id}")
        if edit.problem:
            self.status.explain(edit.problem)
        elif edit.changed and snapshot.past:
            self.edits[key] = edit.value
            self.status.explain(f"{harmless(key) or 'the input'} is changed for a branch; b makes it")
        elif edit.changed:
            self._ask(RequestKind.EDIT, key, {"value": edit.value})

    def _recorded(self, snapshot: Snapshot) -> str | None:
        """The key of the selected node's result; "" for the input, where no node is selected."""
        if not self.selected:
            return ""
        view = snapshot.picture.nodes.get(self.selected)
        known = {entry.key for entry in snapshot.entries if entry.kind in OUTCOMES}
        return view.row if view is not None and view.row in known else None

    def action_fork(self) -> None:
        """A new run that begins where this one stood."""
        snapshot = self.snapshot
        if snapshot is None:
            return
        row, at, edits = snapshot.row, snapshot.at, dict(self.edits)
        change = Change(
            title=f"Branch {row.name} {row.id}",
            word="branch",
            look=partial(_preview_of_fork, snapshot, edits),
            perform=partial(_forked, snapshot, edits),
            runs=((row.id, at),),
            then=self._branched,
        )
        self.console.acts.ask(change)

    def _branched(self, done: Done) -> None:
        self.edits.clear()
        if done.runs:
            self.console.go(Place.RUN, done.runs[0].id)

    def action_copy(self) -> None:
        """The command line that shows this run; a terminal that refuses leaves it to be read."""
        words = f"lexiconsole show-run {self.run_id}"
        self.console.copy_to_clipboard(words)
        self.console.toast(f"copied: {words}")


_WHYS = frozenset({"pause", "cancel", "retry", "answer", "live", "back_one", "on_one", "edit"})


def _preview_of_fork(snapshot: Snapshot, edits: dict[str, Json], workspace: Workspace) -> Sequence[Preview]:
    from lexiconsole.app.workspace import Preview

    kept = [entry.key for entry in snapshot.entries if entry.kind in OUTCOMES]
    details = [f"{len(kept)} recorded results are taken over, nothing of them is done again"]
    details += [f"with {harmless(key) or 'the input'} changed by you" for key in edits]
    details.append("this run stays as it is; what follows happens once more, in the new one")
    sentence = f"a new run of {harmless(snapshot.row.name)} from entry {snapshot.at} of {snapshot.row.id}"
    return [Preview(sentence, details, None, "")]


def _forked(snapshot: Snapshot, edits: dict[str, Json], workspace: Workspace, previews: Sequence[Preview]) -> Done:
    from lexiconsole.app.workspace import UNCHANGED

    changed = {key: value for key, value in edits.items() if key}
    made = workspace.fork(snapshot.row, snapshot.at, edits=changed, input=edits.get("", UNCHANGED))
    return Done(f"{made.name} {made.id} began from entry {snapshot.at}", (), (made,))
