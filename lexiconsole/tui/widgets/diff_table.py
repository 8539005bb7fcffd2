"""DiffTable: what differs between two runs, line by line; the two beside each other where there is room, else one behind
the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.style import Style
from textual import events
from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.tui.widgets.virtual_table import Span, VirtualTable
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.diff import Sign
from lexiconsole.views.diff_lines import Line, LineKind
from lexiconsole.views.words import STEP_LOOKS, Look, StepState

__all__ = ["DiffTable", "columns_of"]

_BESIDE = 90
"""Cells from which the two sides stand beside each other."""

_EDGE = 3  # cursor, sign and a space


def columns_of(width: int) -> tuple[int, int]:
    """Cells for the names and for each of the two sides; no side has any where they stand behind each other."""
    if width < _BESIDE:
        return max(12, min(26, width // 3)), 0
    name = max(18, min(34, width * 26 // 100))
    return name, (width - _EDGE - name - 3) // 2


class DiffTable(VirtualTable[Line]):
    """`show_lines` gives it all of them. A fact that does not fit on one line has two where there are no columns."""

    DEFAULT_CSS = """
    DiffTable { scrollbar-gutter: stable; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, empty="reading both…")
        self._lines: Sequence[Line] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        heights = [self._height(each) for each in lines]
        spans = [Span(len(list(group)), height) for height, group in groupby(heights)]
        at = next((n for n, each in enumerate(lines) if each.id == self.selected), None)
        self.show(spans, 0, lines, at=at)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self._lines:
            self.show_lines(self._lines)

    def _height(self, row: Line) -> int:
        name, side = columns_of(self.scrollable_content_region.width)
        if side or row.kind is not LineKind.FACT or row.sign is not Sign.OTHER:
            return 1
        both = cell_width(row.left) + cell_width(row.right) + 3
        return 1 if _EDGE + 2 + name + 1 + both <= self.scrollable_content_region.width else 2

    def draw(self, row: Line, how: Drawn) -> list[Strip]:
        colours = self.console.palette
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        edge = (self.console.glyphs.cursor if how.selected else " ", ink(colours.accent))
        name, side = columns_of(how.width)
        if row.kind is LineKind.FOLD:
            return [line([edge, *self._fold(row)], how.width, ground=ground)]
        if side:
            return [line([edge, *self._beside(row, name, side)], how.width, ground=ground)]
        if self._height(row) == 2:
            return [line([edge, *parts], how.width, ground=ground) for parts in self._behind(row, name)]
        return [line([edge, *self._flat(row, name)], how.width, ground=ground)]

    # how a line is made

    def _fold(self, row: Line) -> list[Part]:
        colours, glyphs = self.console.palette, self.console.glyphs
        sign = glyphs.down if row.open else glyphs.trail
        told = f"{row.many} alike"
        return [
            (f"  {row.name}{sign} ", ink(colours.accent if row.open else colours.dim)),
            (f"{told}  ", ink(colours.faint)),
            (row.left, ink(colours.dim)),
        ]

    def _beside(self, row: Line, name: int, side: int) -> list[Part]:
        rail = (f" {self.console.glyphs.rail} ", ink(self.console.palette.line))
        left = self._value(row, row.left, row.looks[0], Sign.GONE, side)
        right = self._value(row, row.right, row.looks[1], Sign.NEW, side)
        return [*self._named(row, name), (padded(left[0], side), left[1]), rail, right]

    def _flat(self, row: Line, name: int) -> list[Part]:
        """`~ score  612 → 900`; where only one side has it, or both the same, the value."""
        arrow = (f" {self.console.glyphs.arrow} ", ink(self.console.palette.dim))
        both = [
            self._value(row, text, look, sign, 0)
            for text, look, sign in ((row.left, row.looks[0], Sign.GONE), (row.right, row.looks[1], Sign.NEW))
            if text
        ]
        if len(both) == 2 and (both[0] == both[1] or row.sign in (Sign.NEW, Sign.GONE)):
            both = both[1:] if row.sign is Sign.NEW else both[:1]
        return [*self._named(row, name), *(both if len(both) < 2 else (both[0], arrow, both[1]))]

    def _behind(self, row: Line, name: int) -> list[list[Part]]:
        """As a patch shows it: what is on the left, and under it what is on the right."""
        edge = self._named(row, name)
        rest = [("  " + " " * (cell_width(edge[1][0])), ink())]
        return [
            [*edge, self._value(row, f"- {row.left}", None, Sign.GONE, 0)],
            [*rest, self._value(row, f"+ {row.right}", None, Sign.NEW, 0)],
        ]

    def _named(self, row: Line, width: int) -> list[Part]:
        colours = self.console.palette
        head = row.kind is LineKind.HEAD
        sign = ink(self.sign_colour(row.sign), bold=True)
        text = ink(colours.bright if head else colours.text if row.sign is not Sign.SAME else colours.faint, bold=head)
        indent = "" if head else "  "
        return [(f"{row.sign} ", sign), (padded(cut(indent + row.name, width), width) + " ", text)]

    def _value(self, row: Line, text: str, look: Look | None, sign: Sign, width: int) -> Part:
        colours, glyphs = self.console.palette, self.console.glyphs
        if look is not None:
            shown, style = f"{glyphs.state(look)} {text}", ink(colours.state(look), bold=row.kind is LineKind.HEAD)
        else:
            shown, style = text, self._tone(row, sign)
        return (cut(shown, width) if width else shown, style)

    def _tone(self, row: Line, sign: Sign) -> Style:
        colours = self.console.palette
        if row.kind is LineKind.HEAD:
            return ink(colours.dim, italic=True)
        if row.sign is Sign.SAME:
            return ink(colours.faint)
        return ink(self.sign_colour(sign))

    def sign_colour(self, sign: Sign) -> str:
        """Of `+`, `-` and `~`; beside the sign itself, never instead of it."""
        states = {Sign.NEW: StepState.DONE, Sign.GONE: StepState.FAILED, Sign.OTHER: StepState.RETRYING}
        palette = self.console.palette
        return palette.state(STEP_LOOKS[states[sign]]) if sign in states else palette.dim
