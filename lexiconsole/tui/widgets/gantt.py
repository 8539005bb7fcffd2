"""GanttView: when each node of a run worked, tries apart, on an axis that draws long waits shorter."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import EDGE, Part, ink, line
from lexiconsole.tui.widgets.node_table import NodeTable
from lexiconsole.tui.widgets.virtual_table import Span
from lexiconsole.views.bars import Bar, axis_of, bars_of
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.durations import clock, span
from lexiconsole.views.layout.outlined import node_title
from lexiconsole.views.rails import RailRow
from lexiconsole.views.words import STEP_LOOKS, StepState

__all__ = ["GanttView"]

_OPEN = (StepState.RUNNING, StepState.RETRYING, StepState.WAITING, StepState.SLEEPING, StepState.UNDOING)


class GanttView(NodeTable):
    """The same nodes in the same order as on the rail; above the first one stands the time."""

    _bars: dict[str, tuple[Bar, ...]]
    _title = 12

    def prepare(self) -> None:
        self._bars = bars_of(self.picture, self.now)
        titles = [cell_width(node_title(node)) for node in self.picture.outline.nodes]
        self._title = max(6, min(20, max(titles, default=6)))

    def show_rows(self) -> None:
        at = next((n for n, row in enumerate(self._order) if row.key == self.selected), None)
        first = Span(1, 2) if self._order else Span(0)
        self.show((first, Span(max(0, len(self._order) - 1))), 0, self._order, at=at)

    def draw(self, row: RailRow, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        view = self.picture.nodes[row.key]
        look = STEP_LOOKS[view.state]
        idle = not view.visits
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        room = max(8, how.width - self._title - 16)
        left: list[Part] = [
            (glyphs.cursor if how.selected else " ", ink(colours.accent)),
            (f" {glyphs.state(look)[:1]} ", ink(colours.dim if idle else colours.state(look), bold=not idle)),
            (
                padded(cut(node_title(view.node), self._title), self._title + 1),
                self.title_ink(row, colours.dim if idle else colours.bright),
            ),
            *self._bar(row.key, room),
        ]
        took = span(view.took) if view.took is not None else ""
        if view.began_at is not None and view.state in _OPEN:
            took = span(self.now - view.began_at)  # so far
        strip = line(left, how.width, [(f"{took:>9}", ink(colours.faint)), EDGE], ground)
        return [self._axis(how.width, room), strip] if row is self._order[0] else [strip]

    def _axis(self, width: int, room: int) -> Strip:
        """Clock times where they fit: when it began, how far it is, and what lies between them."""
        story, now = self.picture.story, self.now
        axis, moments = axis_of(self.picture, now)
        signs = [" "] * room
        end = self.moment if story.ended_at is None else story.ended_at
        ends = "now" if end is None else clock(end)
        signs[room - len(ends) :] = ends
        last = ends
        for moment in moments:
            text, place = clock(moment), int(axis.place(moment) * (room - 1))
            around = signs[max(0, place - 2) : place + len(text) + 2]
            if text != last and place + len(text) <= room and not "".join(around).strip():
                signs[place : place + len(text)] = last = text
        before = " " * (self._title + 5)
        return line([(before, ink()), ("".join(signs), ink(self.console.palette.dim))], width)

    def _bar(self, key: str, room: int) -> list[Part]:
        colours, ascii_only = self.console.palette, self.console.glyphs.ascii_only
        signs = ["·" if not ascii_only else "."] * room
        styles: list[Style] = [ink(colours.line)] * room
        for bar in self._bars.get(key, ()):
            begin = min(room - 1, int(bar.begin * (room - 1)))
            end = max(begin, min(room - 1, round(bar.end * (room - 1)))) if bar.sharp else begin
            for place in range(begin, end + 1):
                waits = bar.state in (StepState.WAITING, StepState.SLEEPING)
                sign = ("▒" if waits else "█") if bar.sharp else "▐"
                signs[place] = ("=" if waits else "#") if ascii_only else sign
                styles[place] = ink(colours.state(STEP_LOOKS[bar.state]))
        return [(sign, style) for sign, style in zip(signs, styles, strict=True)]
