"""Drawing: what stands on a line and how it looks, said without a toolkit, so that it can be painted before one is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from lexiconsole.views.cells import cell_width, cut

__all__ = ["EDGE", "Drawn", "Line", "Said", "Tone", "laid", "width_of"]

Look = TypeVar("Look")


class Tone(NamedTuple):
    """How a stretch of text looks. Colours are `#rrggbb`, "" for those of what it stands on."""

    colour: str = ""
    bold: bool = False
    italic: bool = False
    reverse: bool = False
    back: str = ""

    def on(self, back: str) -> Tone:
        """Upon that colour, if it has no ground of its own."""
        return self._replace(back=self.back or back)


Said: TypeAlias = tuple[str, Tone]
"""Text that was made harmless, and its tone."""


EDGE: Said = (" ", Tone())
"""The last cell of a row: words do not touch a border or a scroll bar."""


class Line(NamedTuple):
    """`left` from the left edge, `right` at the right one, `back` under all of it, "" for what it stands on."""

    left: Sequence[Said]
    right: Sequence[Said] = ()
    back: str = ""


class Drawn(NamedTuple):
    """How a row is to be drawn. `height`: its lines; `focused`: the table has the keyboard."""

    width: int
    height: int
    selected: bool
    marked: bool
    focused: bool


def width_of(parts: Sequence[tuple[str, object]]) -> int:
    """Cells."""
    return sum(cell_width(text) for text, _ in parts)


def laid(
    left: Sequence[tuple[str, Look]], width: int, right: Sequence[tuple[str, Look]], blank: Look
) -> list[tuple[str, Look]]:
    """Both sides on one line of that width; what does not fit is cut from the end of `left`. `blank` is between them, one cell
    at least unless the right side is blank there itself.
    """
    kept_right = list(right) if width_of(right) < width else []
    if [text for text, _ in kept_right] == [EDGE[0]] and width_of(left) == width:
        kept_right = []  # no word is cut for the sake of a free cell
    room = width - width_of(kept_right) - (bool(kept_right) and kept_right[0][0] != EDGE[0])
    parts: list[tuple[str, Look]] = []
    used = 0
    for number, (text, look) in enumerate(left):
        if used >= room:
            break
        ends = used + cell_width(text) == room and any(more.strip() for more, _ in left[number + 1 :])
        shown = cut(f"{text}…" if ends else text, room - used)
        parts.append((shown, look))
        used += cell_width(shown)
    gap = width - used - width_of(kept_right)
    if gap > 0:
        parts.append((" " * gap, blank))
    return parts + kept_right
