"""A graph's state in the person's own editor: as a node of the run found it, and how that node comes to find another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.errors import LexiconsoleError
from lexiconsole.tui.acts import Change, Done
from lexiconsole.tui.editing import edited
from lexiconsole.types import Json, JsonObject
from lexiconsole.views.safe import harmless, harmless_sentence
from lexiconsole.views.values import brief

if TYPE_CHECKING:
    from lexiconsole.app.graph_state import GraphState, StateChange
    from lexiconsole.app.workspace import Preview, Workspace
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.widgets.status import Status
    from lexiconsole.views.watched import Snapshot

__all__ = ["StateEdit"]


class StateEdit:
    """One visit to the editor. `node` is whose state it is, "" for the one that is under way; `already` are fields that were
    changed before. `is_wanted` says whether whoever asked still looks at it once it was read. `kept` is told of a change
    of the past, which a fork begins with.
    """

    def __init__(
        self,
        console: ConsoleApp,
        status: Status,
        snapshot: Snapshot,
        node: str,
        already: JsonObject,
        *,
        is_wanted: Callable[[], bool],
        kept: Callable[[GraphState, StateChange], None],
    ) -> None:
        self._console, self._status, self._snapshot, self._node = console, status, snapshot, node
        self._already, self._is_wanted, self._kept = already, is_wanted, kept

    def begin(self) -> None:
        """Reads the state on a thread, then hands it to the editor."""
        row, entries, node = self._snapshot.row, self._snapshot.entries, self._node

        def read(workspace: Workspace) -> GraphState:
            from lexiconsole.app.graph_state import state_of

            return state_of(workspace, row, entries, node)

        self._console.reads.of_workspace("state", read, self._edit, self._failed)

    def _failed(self, fault: Exception) -> None:
        self._status.explain(f"edit: {harmless_sentence(str(fault))}")

    def _edit(self, state: GraphState) -> None:
        if not self._is_wanted():
            return
        title = f"the state that {state.node} of {self._snapshot.row.id} found"
        edit = edited(self._console, {**state.fields, **self._already}, title, schema=state.schema, without=state.fixed)
        if edit.problem:
            self._status.explain(edit.problem)
        elif edit.changed and self._snapshot.past:
            self._keep(state, edit.value)
        elif edit.changed:
            self._console.acts.ask(self._change(state, edit.value))

    def _keep(self, state: GraphState, wanted: Json) -> None:
        """For a fork: that the node would find it so is looked at now, what the fork does when it is made."""
        snapshot = self._snapshot
        self._console.reads.of_workspace(
            "state",
            lambda workspace: _planned(workspace, snapshot, state, wanted),
            lambda change: self._kept(state, change),
            self._failed,
        )

    def _change(self, state: GraphState, wanted: Json) -> Change:
        """What was failed is tried again with it at once: the preview says so."""
        snapshot, row = self._snapshot, self._snapshot.row

        def look(workspace: Workspace) -> Sequence[Preview]:
            from lexiconsole.app.workspace import Preview

            try:
                change = _planned(workspace, snapshot, state, wanted)
            except LexiconsoleError as fault:
                return [Preview("", [], None, str(fault))]
            preview = workspace.preview(_request(row.id, change))
            return [replace(preview, details=[*told(state, change), *preview.details])]

        def perform(workspace: Workspace, previews: Sequence[Preview]) -> Done:
            change = _planned(workspace, snapshot, state, wanted)
            outcome = workspace.act(replace(_request(row.id, change), expects=previews[0].revision))
            if outcome.refused:
                return Done("", (f"{row.id}: {outcome.refused}",))
            return Done(f"{harmless(row.name)} {harmless(row.id)}: its state was edited", (), (outcome.run,))

        title = f"Edit the state of {row.name} {row.id}"
        return Change(title=title, word="edit", look=look, perform=perform, runs=((row.id, row.seq),))


def told(state: GraphState, change: StateChange) -> list[str]:
    """What the node finds instead, a line for each field."""
    return [
        f"{state.node} finds {name} {brief(value, 60)}"
        + (f" instead of {brief(state.fields[name], 60)}" if name in state.fields else ", which is new")
        for name, value in change.patch.items()
    ]


def _planned(workspace: Workspace, snapshot: Snapshot, state: GraphState, wanted: Json) -> StateChange:
    from lexiconsole.app.graph_state import change_of_state

    return change_of_state(workspace, snapshot.row, snapshot.entries, state, wanted)


def _request(run: str, change: StateChange) -> Request:
    return Request(run, RequestKind.EDIT, change.behind, change.data)
