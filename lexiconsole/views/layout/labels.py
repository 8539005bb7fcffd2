"""Where the labels of lines go: beside their own line, near its source, over nothing else; without room, nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from lexiconsole.views.layout.drawing import Box, Cell, Route, Tag
from lexiconsole.views.layout.figure import Link

__all__ = ["placed"]


def placed(links: tuple[Link, ...], boxes: Mapping[str, Box], routes: Mapping[int, Route]) -> dict[int, Tag]:
    """By the number of the link. The most awkward ones (short lines) choose first."""
    taken = {cell for box in boxes.values() for cell in box.cells()}
    taken.update(cell for route in routes.values() for cell in route.cells)
    tags: dict[int, Tag] = {}
    labelled = [number for number in routes if links[number].label]
    for number in sorted(labelled, key=lambda number: (len(routes[number].cells), number)):
        text = links[number].label
        own = frozenset(routes[number].cells)
        for tag, close in _candidates(routes[number], text):
            cells = list(tag.cells())
            if not taken.intersection(cells) and not _touches(tag, taken, own if close else frozenset()):
                tags[number] = tag
                taken.update(cells)
                break
    return tags


def _candidates(route: Route, text: str) -> Iterator[tuple[Tag, bool]]:
    """Beside upright pieces first, then above and below level ones, each from the source on; at last, and this is what
    the second value says, right against its own line.
    """
    cells = route.cells
    level = [a for a, b in pairwise(cells) if a[1] == b[1]]
    for x, y in cells:
        yield Tag(x + 2, y, text), False
        yield Tag(x - 1 - len(text), y, text), False
    for x, y in level:
        yield Tag(x, y - 1, text), False
        yield Tag(x - len(text) + 1, y + 1, text), False
    for x, y in cells:
        yield Tag(x + 1, y, text), True
        yield Tag(x - len(text), y, text), True


def _touches(tag: Tag, taken: set[Cell], own: frozenset[Cell]) -> bool:
    """Whether it would stand so close to something else on its row that it seems to belong there."""
    ends = ((tag.x - 1, tag.y), (tag.x + len(tag.text), tag.y))
    return any(cell in taken and cell not in own for cell in ends)
