"""RailView: a run as a list beside rails that branch and meet: state, node, tries, how long, what came of it."""

from __future__ import annotations

from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import EDGE, Part, ink, line
from lexiconsole.tui.widgets.map_ink import second_line
from lexiconsole.tui.widgets.node_table import NodeTable
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.durations import span
from lexiconsole.views.layout.outlined import node_title
from lexiconsole.views.rails import RailRow
from lexiconsole.views.words import STEP_LOOKS, StepState

__all__ = ["RailView"]

_ROOMY = 60
"""Cells from which tries and times have columns of their own."""

_GONE = (StepState.NOT_REACHED, StepState.SKIPPED, StepState.DROPPED)


class RailView(NodeTable):
    """The default under 100 columns, and wherever there is no map."""

    def prepare(self) -> None:
        titles = [cell_width(node_title(node)) for node in self.picture.outline.nodes]
        self._title = max(6, min(24, max(titles, default=6)))

    _title = 12

    def draw(self, row: RailRow, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        view = self.picture.nodes[row.key]
        look = STEP_LOOKS[view.state]
        gone, idle = view.state in _GONE, view.state in (*_GONE, StepState.PENDING)
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        state = ink(colours.dim if gone else colours.state(look), bold=not idle)
        place = row.lane * 2
        rail = row.rail if not glyphs.ascii_only else row.rail.translate(_ASCII)
        title = padded(cut(node_title(view.node), self._title), self._title + 2)
        named = colours.dim if gone else colours.text if idle else colours.bright
        left: list[Part] = [
            (glyphs.cursor if how.selected else " ", ink(colours.accent)),
            (" " + rail[:place], ink(colours.line)),
            (glyphs.state(look)[:1], state),
            (rail[place + 1 :] + " ", ink(colours.line)),
            (title, self.title_ink(row, named, bold=how.selected)),
        ]
        tries = f"try {view.attempt}" if view.attempt > 1 else f"×{view.visits}" if view.visits > 1 else ""
        took = span(view.took) if view.took is not None else ""
        roomy = how.width >= _ROOMY
        retried = colours.state(STEP_LOOKS[StepState.RETRYING]) if view.attempt > 1 else colours.faint
        left.append((padded(tries, 7) if roomy else tries and f"{tries} ", ink(retried)))
        left.append((padded(took, 8) if roomy else took and f"{took} ", ink(colours.faint)))
        loud = view.state in (
            StepState.FAILED,
            StepState.REJECTED,
            StepState.WAITING,
            StepState.DOUBTFUL,
            StepState.RETRYING,
            StepState.RUNNING,
        )
        settled = view.state in (StepState.DONE, StepState.UNDONE, StepState.BY_HAND, StepState.REJECTED)
        words = view.text if settled else second_line(view, self.now)
        if gone:
            words = look.word
        left.append((words, ink(colours.state(look) if loud else colours.dim if gone else colours.faint)))
        return [line(left, how.width, [EDGE], ground)]


_ASCII = str.maketrans("│─╯╮┴┬┼┤", "|-'.++++")
