"""Canvas: a page of cells to draw on, each a sign and a style, made into lines at the end."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lexiconsole.views.cells import cell_width, cut

__all__ = ["Canvas"]

_NONE = Style.null()


class Canvas:
    """Signs of two cells take two columns; what lies outside the page is not drawn."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._signs = [[" "] * width for _ in range(height)]
        self._styles = [[_NONE] * width for _ in range(height)]

    def put(self, x: int, y: int, text: str, style: Style = _NONE, room: int | None = None) -> int:
        """Draws text from a cell on, cut with an ellipsis to `room` cells; gives the column behind it."""
        if not 0 <= y < self.height:
            return x
        room = self.width - x if room is None else min(room, self.width - x)
        if cell_width(text) > room:
            text = cut(text, room)
        for sign in text:
            wide = cell_width(sign)
            if wide and x >= 0 and x + wide <= self.width:
                self._signs[y][x], self._styles[y][x] = sign, style
                if wide == 2:
                    self._signs[y][x + 1], self._styles[y][x + 1] = "", style
            x += wide
        return x

    def tint(self, x: int, y: int, style: Style) -> None:
        """Lays a style over the one that a cell has."""
        if 0 <= y < self.height and 0 <= x < self.width:
            self._styles[y][x] += style

    def sign(self, x: int, y: int) -> str:
        return self._signs[y][x] if 0 <= y < self.height and 0 <= x < self.width else ""

    def style(self, x: int, y: int) -> Style:
        return self._styles[y][x] if 0 <= y < self.height and 0 <= x < self.width else _NONE

    def row(self, y: int) -> Strip:
        """One line, cells of one style put together."""
        segments: list[Segment] = []
        text, style = "", _NONE
        for sign, own in zip(self._signs[y], self._styles[y], strict=True):
            if own is not style and own != style:
                if text:
                    segments.append(Segment(text, style))
                text, style = "", own
            text += sign
        if text:
            segments.append(Segment(text, style))
        return Strip(segments, self.width)
