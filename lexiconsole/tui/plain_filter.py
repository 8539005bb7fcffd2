"""PlainFilter: whatever is painted comes through it where nothing but ASCII can be shown."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.scrollbar import ScrollBarRender

from lexiconsole.tui.plain import plain

__all__ = ["PlainBars", "PlainFilter"]


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
