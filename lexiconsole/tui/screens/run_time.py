"""Time on the run screen: the scrubber and its keys, playing on from the past, and from error to error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.tui.widgets.scrubber import Scrubber
from lexiconsole.tui.widgets.timeline import ERRORS, WAITS, Timeline
from lexiconsole.tui.widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget

    from lexiconsole.tui.widgets.map import MapView
    from lexiconsole.tui.widgets.node_table import NodeTable
    from lexiconsole.tui.widgets.status import Status
    from lexiconsole.views.watched import Snapshot, Watched

__all__ = ["THROUGH_TIME", "RunTime"]

THROUGH_TIME = frozenset({"back_one", "on_one", "back_far", "on_far", "live", "play"})
"""Actions that go on from the moment that was gone to last, whether it is shown yet or not."""

_STEP = 0.35  # seconds that a moment of the past is shown while it plays on


class RunTime:
    """`at` is the entry that is shown, None for the present."""

    if TYPE_CHECKING:
        at: int | None
        snapshot: Snapshot | None
        map: MapView
        timeline: Timeline
        status: Status
        _watched: Watched | None

        def _read(self) -> None: ...
        def _subtitle(self) -> str: ...
        def _bring_forward(self, pane: Widget | None) -> None: ...
        def select(self, key: str) -> None: ...
        def action_open(self) -> None: ...
        def after(self, seconds: float, call: Callable[[], None]) -> None: ...
        @property
        def picture_pane(self) -> MapView | NodeTable: ...

    def on_scrubber_went(self, event: Scrubber.Went) -> None:
        self.go_to(event.seq)

    def on_virtual_table_opened(self, event: VirtualTable.Opened) -> None:
        line = self.timeline.selected_row
        if event.table is self.timeline and line is not None:
            self.go_to(line.seq)
        elif event.table is not self.timeline:
            self.action_open()

    def go_to(self, seq: int | None) -> None:
        """Shows the run as it stood at that entry; None or the newest one for the present."""
        watched = self._watched
        if watched is None:
            return
        self.at = None if seq is None or seq >= watched.seq else max(1, seq)
        self._read()

    @property
    def _here(self) -> int:
        return self.at if self.at is not None else (self._watched.seq if self._watched is not None else 0)

    def action_back_one(self) -> None:
        self.go_to(self._here - 1)

    def action_on_one(self) -> None:
        self.go_to(self._here + 1)

    def action_back_far(self) -> None:
        moves = [seq for seq in self._moves() if seq < self._here]
        self.go_to(moves[-1] if moves else 1)

    def action_on_far(self) -> None:
        self.go_to(next((seq for seq in self._moves() if seq > self._here), None))

    def action_live(self) -> None:
        self.go_to(None)
        self.map.chase()

    def _moves(self) -> list[int]:
        return self._watched.moves() if self._watched is not None else []

    def action_play(self) -> None:
        """In the present the view stands still or goes on; in the past it plays on from there."""
        if self.at is not None:
            self._play_on()
            return
        self.map.playing = not self.map.playing
        if self.snapshot is not None:
            self.map.show(self.snapshot.picture, play=False)
            self.picture_pane.border_subtitle = self._subtitle()

    def _play_on(self) -> None:
        """One move after the other, until the present or until somebody goes elsewhere."""
        self.action_on_far()
        here = self.at

        def on() -> None:
            if self.at is not None and self.at == here:
                self._play_on()

        if here is not None:
            self.after(_STEP, on)

    # errors and waits

    def action_next_error(self) -> None:
        self._seek(ERRORS, "error", back=False)

    def action_previous_error(self) -> None:
        self._seek(ERRORS, "error", back=True)

    def action_next_waiting(self) -> None:
        self._seek(WAITS, "wait", back=False)

    def action_previous_waiting(self) -> None:
        self._seek(WAITS, "wait", back=True)

    def _seek(self, words: frozenset[str], what: str, *, back: bool) -> None:
        """On from the selected line; when there is none that way, from the other end."""
        found = self.timeline.step(words, back)
        if found is None:
            self.timeline.go(0 if back else len(self.timeline.rows_at_hand) - 1)
            found = self.timeline.step(words, back)
        if found is None:
            self.status.explain(f"this run has no {what} so far")
            return
        self._bring_forward(self.timeline)
        key = self._node_of(found.subject)
        if key:
            self.map.choose(key)
            self.select(key)

    def _node_of(self, subject: str) -> str:
        nodes = self.snapshot.picture.nodes if self.snapshot is not None else {}
        name = subject.removeprefix("undo ")
        wanted = f"undo/{name}" if subject.startswith("undo ") else name
        return next((key for key, view in nodes.items() if view.row == wanted or key == wanted.partition("#")[0]), "")
