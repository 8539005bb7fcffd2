"""ResultTable: the rows that answer a question in SQL, as many columns of them as fit, the others a key away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.style import Style
from textual import events
from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.tui.widgets.painted import Painted
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.safe import harmless

__all__ = ["ResultHead", "ResultRow", "ResultTable", "cell_text"]

_WIDEST, _MEASURED = 48, 200
"""Cells of a column, and rows that its width is taken from."""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """`values` are plain: texts, numbers, None."""

    id: str
    values: tuple[Any, ...]


def cell_text(value: Any) -> str:
    """One line, harmless."""
    return "-" if value is None else harmless(f"{value}")


class ResultHead(Painted):
    """The names of the columns above the table."""

    DEFAULT_CSS = "ResultHead { height: 1; }"

    def __init__(self, table: ResultTable) -> None:
        super().__init__()
        self._table = table

    def render_line(self, y: int) -> Strip:
        colours, width = self._table.console.palette, self.size.width
        parts = self._table.parts(self._table.columns, ink(colours.accent, bold=True), width)
        return line([(" ", ink()), *parts], width).apply_style(self.rich_style)


class ResultTable(VirtualTable[ResultRow]):
    """`show_answer` gives it all rows; `shift` goes to other columns."""

    def __init__(self, *, empty: str = "") -> None:
        super().__init__(empty=empty)
        self.columns: tuple[str, ...] = ()
        self.left = 0
        """The first column that is shown."""
        self._widths: list[int] = []
        self._numbers: list[bool] = []
        self.head = ResultHead(self)

    def show_answer(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        self.columns, self.left = tuple(harmless(name) for name in columns), 0
        sample = rows[:_MEASURED]
        self._numbers = [
            all(isinstance(row[n], (int, float, type(None))) for row in sample) for n in range(len(columns))
        ]
        self._widths = [
            min(_WIDEST, max([cell_width(name), *(cell_width(cell_text(row[n])) for row in sample)]))
            for n, name in enumerate(self.columns)
        ]
        self.forget()
        self.show_all([ResultRow(str(number), row) for number, row in enumerate(rows)])
        self.repaint()
        self.head.refresh()

    def shift(self, step: int) -> bool:
        """Shows the columns from the next one on, or the one before; False when there is none."""
        to = self.left + step
        if not 0 <= to < len(self.columns):
            return False
        self.left = to
        self.repaint()
        self.head.refresh()
        return True

    @property
    def hidden_right(self) -> int:
        """How many columns do not fit at the right."""
        used, room = 0, self.scrollable_content_region.width - 1
        for number, width in enumerate(self._widths[self.left :], self.left):
            used += width + 2
            if used - 2 > room and number > self.left:
                return len(self._widths) - number
        return 0

    def parts(self, values: Sequence[Any], style: Style, room: int) -> list[Part]:
        """The cells of a row from the first column that is shown; numbers stand at the right of theirs."""
        found: list[Part] = []
        used = 1
        for value, width, number in list(zip(values, self._widths, self._numbers, strict=True))[self.left :]:
            if used >= room:
                break
            text = cut(cell_text(value), width)
            shown = " " * (width - cell_width(text)) + text if number else padded(text, width)
            found.append((f"  {shown}" if found else shown, style))
            used += width + 2
        if found:
            found[-1] = (found[-1][0].rstrip(), style)  # a blank that does not fit is nothing that was cut
        return found

    def draw(self, row: ResultRow, how: Drawn) -> list[Strip]:
        colours = self.console.palette
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        edge = (self.console.glyphs.cursor if how.selected else " ", ink(colours.accent))
        style = ink(colours.bright if how.selected else colours.text)
        return [line([edge, *self.parts(row.values, style, how.width)], how.width, ground=ground)]

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.head.refresh()
