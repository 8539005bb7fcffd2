"""Ink: text with colours made into one line of a screen, cut and filled to its width."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lexiconsole.views.cells import cell_width, cut

__all__ = ["EDGE", "Part", "ink", "line", "width_of"]

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


def width_of(parts: Sequence[Part]) -> int:
    return sum(cell_width(text) for text, _ in parts)


def line(left: Sequence[Part], width: int, right: Sequence[Part] = (), ground: Style | None = None) -> Strip:
    """`left` from the left edge, `right` at the right one; what does not fit is cut from the end of `left`.

    `ground` lies under all of it.
    """
    kept_right = list(right) if width_of(right) < width else []
    if kept_right == [EDGE] and width_of(left) == width:
        kept_right = []  # no word is cut for the sake of a free cell
    room = width - width_of(kept_right) - (bool(kept_right) and kept_right[0] is not EDGE)
    segments: list[Segment] = []
    used = 0
    for text, style in left:
        if used >= room:
            break
        shown = cut(text, room - used)
        segments.append(Segment(shown, style))
        used += cell_width(shown)
    gap = width - used - width_of(kept_right)
    if gap > 0:
        segments.append(Segment(" " * gap, Style.null()))
    segments += [Segment(text, style) for text, style in kept_right]
    if ground is not None:
        segments = [Segment(segment.text, ground + (segment.style or Style.null())) for segment in segments]
    return Strip(segments, width)
