"""Another course for a run: a recorded result or a graph's state changed in the person's own editor, a new run from where
this one stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from lexiconsole.durable.entry import OUTCOMES
from lexiconsole.durable.journal import RequestKind
from lexiconsole.tui.acts import Change, Done
from lexiconsole.tui.keymap import Place, with_keys
from lexiconsole.types import Json, ModelKind, RunStatus
from lexiconsole.views.safe import harmless, harmless_sentence
from lexiconsole.views.words import StepState

if TYPE_CHECKING:
    from lexiconsole.app.graph_state import GraphState, StateChange
    from lexiconsole.app.workspace import Preview, Workspace
    from lexiconsole.durable.rows import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.widgets.status import Status
    from lexiconsole.views.watched import Snapshot

__all__ = ["Revising"]

Restated: TypeAlias = "tuple[GraphState, StateChange] | None"


class Revising:
    """Of the moment that `snapshot` shows. `edits` are results (by key, "" for the input) that a fork will begin with, and
    `restated` the state of a graph as a node will find it there.
    """

    if TYPE_CHECKING:
        run_id: str
        status: Status

        @property
        def is_current(self) -> bool: ...
        @property
        def selected(self) -> str: ...
        @property
        def snapshot(self) -> Snapshot | None: ...
        @property
        def console(self) -> ConsoleApp: ...
        def do(self, action: str) -> None: ...
        def _ask_for(
            self, kind: RequestKind, target: str = "", data: dict[str, Any] | None = None, title: str = ""
        ) -> None: ...

    def __init__(self) -> None:
        super().__init__()
        self.edits: dict[str, Json] = {}
        self.restated: tuple[GraphState, StateChange] | None = None
        self._finder = ""
        """The node whose state was changed for a fork."""
        self.begins_with = ""
        """What is done as soon as the run is shown: a key on another screen asked for it."""

    def begin(self) -> None:
        action, self.begins_with = self.begins_with, ""
        if action:
            self.do(action)

    def _why_not_edit(self, snapshot: Snapshot) -> str:
        ended = snapshot.row.status if not snapshot.past else None
        if ended in (RunStatus.COMPLETED, RunStatus.COMPENSATED):
            return f"it is {ended.value}{with_keys('; {back_one} goes back, and what is changed there is for a fork')}"
        if self._stateful(snapshot) is not None:
            return ""
        key = self._recorded(snapshot)
        return "" if key is not None else "the selected node has no result to edit"

    def action_edit(self) -> None:
        """In the past: what a fork from there begins with. Now: what is recorded, after a preview. That is the result of
        the selected node, or where a graph's node has yet to end well the state that it finds.
        """
        snapshot = self.snapshot
        node = self._stateful(snapshot) if snapshot is not None else None
        if snapshot is not None and node is not None:
            self._edit_state(snapshot, node)
        else:
            self._edit_result()

    def _edit_result(self) -> None:
        snapshot = self.snapshot
        key = self._recorded(snapshot) if snapshot is not None else None
        if snapshot is None or key is None:
            return
        story = snapshot.picture.story
        row = story.row(key)
        value = self.edits.get(key, story.input if row is None else row.result)
        if not snapshot.past:
            self._to_editor(snapshot, key, value)
            return

        def looked(previews: Sequence[Preview]) -> None:
            if previews[0].refused:
                self.status.explain(f"edit: {harmless_sentence(previews[0].refused)}")
            elif self._still_at(snapshot):
                self._to_editor(snapshot, key, value)

        def failed(fault: Exception) -> None:
            self.status.explain(f"edit: {harmless_sentence(str(fault))}")

        look = partial(_preview_of_fork, snapshot.row, snapshot.at, {key: value}, None)
        self.console.reads.of_workspace("edit", look, looked, failed)  # before anybody types what no fork can have

    def _still_at(self, snapshot: Snapshot) -> bool:
        now = self.snapshot
        return self.is_current and now is not None and now.at == snapshot.at

    def _to_editor(self, snapshot: Snapshot, key: str, value: Json) -> None:
        from lexiconsole.tui.editing import edited

        edit = edited(self.console, value, f"{key or 'input'} of {self.run_id}")
        if edit.problem:
            self.status.explain(edit.problem)
        elif edit.changed and snapshot.past:
            self.edits[key] = edit.value
            self.status.explain(f"{harmless(key) or 'the input'} is changed for a fork; {with_keys('{fork} makes it')}")
        elif edit.changed:
            self._ask_for(RequestKind.EDIT, key, {"value": edit.value})

    def _edit_state(self, snapshot: Snapshot, node: str) -> None:
        from lexiconsole.tui.screens.state_edits import StateEdit

        already = self.restated[1].patch if snapshot.past and self.restated is not None else {}
        wanted = partial(self._still_at, snapshot)
        edit = StateEdit(self.console, self.status, snapshot, node, already, is_wanted=wanted, kept=self._restate)
        edit.begin()

    def _restate(self, state: GraphState, change: StateChange) -> None:
        self._finder = state.node
        if change.behind:
            self.restated = (state, change)
        else:
            self.edits[""] = change.input
        self.status.explain(f"what {harmless(state.node)} finds is changed for a fork; {with_keys('{fork} makes it')}")

    def _stateful(self, snapshot: Snapshot) -> str | None:
        """Whose state `=` is about: the selected node's that has yet to end well, "" the one's that is under way; None where
        it is about a result.
        """
        view = snapshot.picture.nodes.get(self.selected)
        if snapshot.row.kind != ModelKind.GRAPH or view is None or view.state in _WELL or "/" in view.row:
            return None
        return view.row if view.row or not snapshot.picture.story.ended else None

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
        row, at = snapshot.row, self._begins(snapshot)
        recorded = {entry.key for entry in snapshot.entries if entry.kind in OUTCOMES}
        edits = {key: value for key, value in self.edits.items() if not key or key in recorded}  # others come later
        restated = self.restated if snapshot.past else None
        change = Change(
            title=f"Fork {row.name} {row.id}",
            word="fork",
            look=partial(_preview_of_fork, row, at, edits, restated),
            perform=partial(_forked, row, at, edits, restated),
            runs=((row.id, snapshot.at),),
            then=self._forked_run,
        )
        self.console.acts.ask(change)

    def _begins(self, snapshot: Snapshot) -> int:
        """The entry that a fork begins behind: the one that is looked at, but never behind what a node already made of the
        state that was changed for it.
        """
        came = [entry.seq for entry in snapshot.entries if self._finder and snapshot.past and entry.key == self._finder]
        return min([snapshot.at, *(seq - 1 for seq in came)])

    def _forked_run(self, done: Done) -> None:
        self.edits.clear()
        self.restated, self._finder = None, ""
        if done.runs:
            self.console.go(self.console.place_of(done.runs[0]) or Place.RUN, done.runs[0].id)


_WELL = frozenset({StepState.DONE, StepState.BY_HAND, StepState.SKIPPED, StepState.DROPPED})


def _preview_of_fork(
    row: RunRow, at: int, edits: dict[str, Json], restated: Restated, workspace: Workspace
) -> Sequence[Preview]:
    from lexiconsole.tui.screens.state_edits import told

    seen = workspace.preview_fork(row, at, **_terms(edits, restated))
    lines = [*seen.details, *([f"where {line}" for line in told(*restated)] if restated is not None else ())]
    lines.append("this run stays as it is; what follows happens once more, in the new one")
    return [replace(seen, sentence=harmless(seen.sentence), details=[harmless(line) for line in lines], revision=None)]


def _forked(
    row: RunRow, at: int, edits: dict[str, Json], restated: Restated, workspace: Workspace, previews: Sequence[Preview]
) -> Done:
    made = workspace.fork(row, at, **_terms(edits, restated))
    return Done(f"{made.name} {made.id} began from entry {at}", (), (made,))


def _terms(edits: dict[str, Json], restated: Restated) -> dict[str, Any]:
    """What the new run is to have otherwise, as `Workspace.fork` takes it."""
    from lexiconsole.app.workspace import UNCHANGED

    terms: dict[str, Any] = {"edits": {key: value for key, value in edits.items() if key}}
    terms["input"] = edits.get("", UNCHANGED)
    if restated is not None:
        terms |= {"patch": restated[1].patch, "behind": restated[1].behind}
    return terms
