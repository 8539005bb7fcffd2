"""PlainFilter: for terminals and fonts that can show ASCII only, whatever else is painted is replaced, cell for cell."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.scrollbar import ScrollBarRender

from lexiconsole.views.cells import cell_width

__all__ = ["PlainBars", "PlainFilter", "plain"]

_SIGNS = str.maketrans(
    "…·▸►◄▾▴▲▼●○◌■□✓✗×«»≈‖◆◇↻→←↑↓—–−“”‘’•│║┃─═━┄╌╭╮╰╯┌┐└┘┏┓┗┛├┤┬┴┼▌▐▁▂▃▄▅▆▇█░▒▓",
    "~->><v^^v*..#.+xx<>~=?@r><^v---\"\"''*|||-----+++++++++++++++++||_.-:=+*#.:#",
)


def plain(text: str) -> str:
    """As many cells of ASCII as the text has."""
    return text if text.isascii() else _plain(text)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return "".join(sign if sign.isascii() else "?" * cell_width(sign) for sign in text.translate(_SIGNS))


class PlainBars(ScrollBarRender):
    """Scroll bars of whole cells: parts of one are letters that stand for nothing."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


class PlainFilter(LineFilter):
    """Put into the app's filters, so that borders, scroll bars and everybody's widgets come through it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else segment._replace(text=plain(segment.text)) for segment in segments
        ]
