"""`/` in a run, and `n` `N`: to the steps, or the lines of the timeline, that have certain words; they stay marked until esc."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lexiconsole.tui.keymap import with_keys
from lexiconsole.tui.screens.jumping import next_place
from lexiconsole.tui.widgets.find_line import FindLine
from lexiconsole.tui.widgets.timeline import Timeline
from lexiconsole.views.picture import Picture
from lexiconsole.views.rails import rails
from lexiconsole.views.safe import harmless
from lexiconsole.views.seeking import has_words, words_of_line, words_of_node, words_of_step

if TYPE_CHECKING:
    from textual.widget import Widget

    from lexiconsole.tui.widgets.gantt import GanttView
    from lexiconsole.tui.widgets.lanes import LanesView
    from lexiconsole.tui.widgets.map import MapView
    from lexiconsole.tui.widgets.node_table import NodeTable
    from lexiconsole.tui.widgets.rail import RailView
    from lexiconsole.tui.widgets.status import Status
    from lexiconsole.views.watched import Snapshot

__all__ = ["Finding", "RunFinding", "SagaFinding"]


class Finding:
    """A screen says what can be found (`findable`), where the selection is among it (`found_here`), and how it gets there."""

    if TYPE_CHECKING:
        status: Status
        focused: Widget | None

    sought = ""
    _found_before = ""
    """What was selected when the line was opened."""

    def find_line(self) -> Iterator[Widget]:
        """To stand at the bottom of the screen's body."""
        self.finder = FindLine()
        yield self.finder

    def findable(self) -> Sequence[tuple[str, str]]:
        """What each thing is known by, with its words, in the order that `n` goes."""
        raise NotImplementedError

    def found_here(self) -> str:
        raise NotImplementedError

    def go_to_found(self, key: str) -> None:
        raise NotImplementedError

    def mark_found(self) -> None:
        """Whatever has the words of `sought` looks so from now on; nothing when it is empty."""
        raise NotImplementedError

    def focus_found(self) -> None:
        """To the pane in which was sought."""
        raise NotImplementedError

    def action_find(self) -> None:
        self._found_before = self.found_here()
        self.finder.open()

    def action_next_found(self) -> None:
        self._step_found(1)

    def action_previous_found(self) -> None:
        self._step_found(-1)

    def _step_found(self, step: int) -> None:
        if not self.sought:
            self.status.explain(with_keys("find: type {find} and a word first"))
            return
        order = [key for key, _ in self.findable()]
        here = self.found_here()
        place = next_place(self._found_places(), order.index(here) if here in order else -step, step)
        if place is not None:
            self.go_to_found(order[place])
        self.status.explain(self._told_found())

    def _found_places(self) -> list[int]:
        return [place for place, (_, words) in enumerate(self.findable()) if has_words(self.sought, words)]

    def _told_found(self) -> str:
        found, shown = self._found_places(), harmless(self.sought)
        if not found:
            return f"nothing here has {shown}"
        order = [key for key, _ in self.findable()]
        here = self.found_here()
        at = found.index(order.index(here)) + 1 if here in order and order.index(here) in found else 0
        return f"{at} of {len(found)} with {shown}" if at else f"{len(found)} with {shown}"

    def on_find_line_typed(self, event: FindLine.Typed) -> None:
        """To the first one from where it began, so that a longer word goes no farther than it has to."""
        self.sought = event.text.strip()
        self.mark_found()
        order, found = [key for key, _ in self.findable()], self._found_places()
        begin = order.index(self._found_before) if self._found_before in order else 0
        place = next((place for place in found if place >= begin), found[0] if found else None)
        target = order[place] if place is not None else self._found_before
        if target and target != self.found_here():
            self.go_to_found(target)
        self.finder.count(self._told_found() if self.sought else "")

    def on_find_line_went(self, event: FindLine.Went) -> None:
        self._step_found(event.step)
        self.finder.count(self._told_found() if self.sought else "")

    def on_find_line_left(self, event: FindLine.Left) -> None:
        if not event.kept:
            if self._found_before and self._found_before != self.found_here():
                self.go_to_found(self._found_before)
            self._forget_found()
        self.focus_found()
        self.status.explain(self._told_found() if event.kept else "")

    def _forget_found(self) -> None:
        self.sought = ""
        self.finder.count("")
        self.mark_found()

    def action_close(self) -> None:
        """The line first, then the marks, then whatever else closes."""
        if self.finder.is_open:
            self.finder.leave(kept=False)
        elif self.sought:
            self._forget_found()
        else:
            super().action_close()  # type: ignore[misc]


class RunFinding(Finding):
    """Among the nodes of the picture, or among the lines of the timeline when it has the focus."""

    if TYPE_CHECKING:
        snapshot: Snapshot | None
        selected: str
        timeline: Timeline
        map: MapView
        rail: RailView
        gantt: GanttView

        @property
        def picture_pane(self) -> MapView | NodeTable: ...
        def select(self, key: str) -> None: ...

    _in_lines = False

    def action_find(self) -> None:
        self._in_lines = self.timeline.has_focus
        super().action_find()

    def _step_found(self, step: int) -> None:
        if not self.finder.is_open:
            self._in_lines = self.timeline.has_focus
        super()._step_found(step)

    def findable(self) -> Sequence[tuple[str, str]]:
        if self._in_lines:
            return [(self.timeline.identity(row), words_of_line(row)) for row in self.timeline.newest]
        picture = self.snapshot.picture if self.snapshot is not None else Picture()
        return [(row.key, words_of_node(picture.nodes[row.key])) for row in rails(picture.outline)]

    def found_here(self) -> str:
        return (self.timeline.selected or "") if self._in_lines else self.selected

    def go_to_found(self, key: str) -> None:
        if self._in_lines:
            self.timeline.go(
                next(n for n, row in enumerate(self.timeline.newest) if self.timeline.identity(row) == key)
            )
        else:
            self.map.choose(key)
            self.select(key)

    def focus_found(self) -> None:
        (self.timeline if self._in_lines else self.picture_pane).focus()

    def mark_found(self) -> None:
        nodes = self.snapshot.picture.nodes if self.snapshot is not None else {}
        found = frozenset(key for key, view in nodes.items() if has_words(self.sought, words_of_node(view)))
        for pane in (self.map, self.rail, self.gantt):
            pane.mark_found(found)
        self.timeline.mark_found(self.sought)


class SagaFinding(Finding):
    """Among the steps of a saga."""

    if TYPE_CHECKING:
        lanes_view: LanesView

        @property
        def selected(self) -> str: ...

    def findable(self) -> Sequence[tuple[str, str]]:
        return [(step.key, words_of_step(step)) for step in self.lanes_view.lanes.steps]

    def found_here(self) -> str:
        return self.selected

    def go_to_found(self, key: str) -> None:
        self.lanes_view.choose(next(n for n, step in enumerate(self.lanes_view.lanes.steps) if step.key == key))

    def focus_found(self) -> None:
        self.lanes_view.focus()

    def mark_found(self) -> None:
        self.lanes_view.mark_found(frozenset(key for key, words in self.findable() if has_words(self.sought, words)))
