"""Boxes in a row, each with a line to the next: what plain code draws, however long it grows, so nothing is searched for it."""

from __future__ import annotations

from itertools import pairwise

from lexiconsole.views.layout.drawing import Box, Drawing, Route
from lexiconsole.views.layout.figure import Figure, Link

__all__ = ["in_a_row"]


def in_a_row(figure: Figure) -> Drawing | None:
    """The same drawing as the engine's; None where the figure is something else, or has labels."""
    keys = [shape.key for shape in figure.shapes]
    if not keys or figure.links != tuple(Link(source, target) for source, target in pairwise(keys)):
        return None
    middle, y = max(shape.width for shape in figure.shapes) // 2, 0
    boxes: dict[str, Box] = {}
    for shape in figure.shapes:
        boxes[shape.key] = Box(shape.key, middle - shape.width // 2, y, shape.width, shape.height)
        y += shape.height + 1
    routes = {
        number: Route(link.source, link.target, ((middle, boxes[link.target].y - 1),))
        for number, link in enumerate(figure.links)
    }
    return Drawing(boxes, routes, {}, 2 * middle + 1, y - 1)
