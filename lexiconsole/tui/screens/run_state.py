"""The state of a graph in the inspector, as it stood at the moment that is shown, and what changed it last.

The definition makes it of the entries, so it comes a moment later than they do, and says of which entry it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.types import ModelKind
from lexiconsole.views.inspecting import Fact, Tone, state_facts
from lexiconsole.views.safe import harmless_sentence

if TYPE_CHECKING:
    from lexiconsole.app.graph_state import StateMove
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.views.watched import Snapshot

__all__ = ["RunState"]

_PAUSE = 0.2
"""Seconds without an entry after which the state is reckoned: the graph is driven along all of them again."""

_MOST = 1_000
"""Entries up to which it is."""


class RunState:
    """A part of the run screen."""

    if TYPE_CHECKING:
        run_id: str
        snapshot: Snapshot | None

        @property
        def console(self) -> ConsoleApp: ...
        @property
        def is_attached(self) -> bool: ...
        def _show_selected(self) -> None: ...

    _move: StateMove | None = None
    _why_no_state = ""

    def ask_state(self, snapshot: Snapshot) -> None:
        """Asks for the state at this moment, unless it is known."""
        if snapshot.row.kind != ModelKind.GRAPH or (self._move is not None and self._move.at == snapshot.at):
            return
        if snapshot.at > _MOST:
            self._move, self._why_no_state = None, f"not reckoned beyond {_MOST:,} entries"
        else:
            group = f"state of {self.run_id}"
            self.console.reads.after(_PAUSE, group, lambda: self._read_state(group, snapshot))

    def state_facts(self, snapshot: Snapshot) -> list[Fact]:
        """Nothing of another moment of the past; of the present as far as it is reckoned."""
        move = self._move
        if self._why_no_state:
            return [Fact("", ""), Fact("graph state", self._why_no_state, Tone.FAINT)]
        if move is None or move.at > snapshot.at or (snapshot.past and move.at != snapshot.at):
            return []
        return state_facts(move.at, move.before, move.fields, move.by)

    def _read_state(self, group: str, snapshot: Snapshot) -> None:
        def read(workspace: Workspace) -> StateMove:
            from lexiconsole.app.graph_state import state_move

            return state_move(workspace, snapshot.row, snapshot.entries)

        self.console.reads.of_workspace(group, read, self._reckoned, self._not_reckoned)

    def _reckoned(self, move: StateMove) -> None:
        self._move, self._why_no_state = move, ""
        self._show_again()

    def _not_reckoned(self, fault: Exception) -> None:
        self._move, self._why_no_state = None, f"not known: {harmless_sentence(str(fault))}"
        self._show_again()

    def _show_again(self) -> None:
        if self.is_attached:
            self._show_selected()
