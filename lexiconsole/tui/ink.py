"""Ink: text with colours made into one line of a screen, cut and filled to its width."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lexiconsole.tui.drawing import Line, Said, laid, width_of

__all__ = ["EDGE", "Part", "drawn", "ink", "inked", "line", "width_of"]

Part: TypeAlias = tuple[str, Style]
"""Text that was made harmless, and how it looks."""

EDGE: Part = (" ", Style.null())
"""The last cell of a row: words do not touch a border or a scroll bar."""


@lru_cache(maxsize=512)
def ink(
    colour: str = "",
    *,
    bold: bool = False,
    dim: bool = False,
    italic: bool = False,
    reverse: bool = False,
    back: str = "",
    underline: bool = False,
) -> Style:
    """A style that exists once. Colours are `#rrggbb`, "" for the widget's own."""
    return Style(
        color=colour or None,
        bgcolor=back or None,
        bold=bold or None,
        dim=dim or None,
        italic=italic or None,
        reverse=reverse or None,
        underline=underline or None,
    )


def inked(parts: Sequence[Said]) -> list[Part]:
    """What was said without a toolkit."""
    return [
        (text, ink(tone.colour, bold=tone.bold, italic=tone.italic, reverse=tone.reverse, back=tone.back))
        for text, tone in parts
    ]


def drawn(said: Line, width: int) -> Strip:
    """A line that was drawn without a toolkit."""
    return line(inked(said.left), width, inked(said.right), ink(back=said.back) if said.back else None)


def line(left: Sequence[Part], width: int, right: Sequence[Part] = (), ground: Style | None = None) -> Strip:
    """`left` from the left edge, `right` at the right one; what does not fit is cut from the end of `left`.

    `ground` lies under all of it.
    """
    segments = [Segment(text, style) for text, style in laid(left, width, right, Style.null())]
    if ground is not None:
        segments = [Segment(segment.text, ground + (segment.style or Style.null())) for segment in segments]
    return Strip(segments, width)
