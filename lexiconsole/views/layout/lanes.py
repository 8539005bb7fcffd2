"""A saga's picture: steps down the left lane, what undoes each beside it in the right one, and the way back up."""

from __future__ import annotations

from itertools import pairwise

from lexiconsole.durable.outline import EdgeKind, Outline
from lexiconsole.views.layout.drawing import Box, Cell, Drawing, Route
from lexiconsole.views.layout.figure import Figure, Shape

__all__ = ["has_lanes", "in_lanes"]

_BETWEEN = 10  # columns between the lanes
_GAP = 2  # rows between two steps


def has_lanes(outline: Outline) -> bool:
    """Whether it is a plain row of steps, some with a compensation; what branches is laid out like any graph."""
    undo = {node.key for node in outline.nodes if node.lane == "undo"}
    if not undo:
        return False
    steps = [node.key for node in outline.nodes if node.key not in undo]
    forward = [(edge.source, edge.target) for edge in outline.edges if edge.kind is not EdgeKind.UNDO]
    across = [edge for edge in outline.edges if edge.kind is EdgeKind.UNDO and edge.source not in undo]
    return forward == list(pairwise(steps)) and len(across) == len(undo)


def in_lanes(figure: Figure, outline: Outline) -> Drawing:
    """A compensation stands in the row of its step, so the way back runs upwards."""
    lane = {node.key: node.lane for node in outline.nodes}
    steps = [shape for shape in figure.shapes if lane[shape.key] != "undo"]
    undo = {shape.key: shape for shape in figure.shapes if lane[shape.key] == "undo"}
    middle = max(shape.width for shape in steps) // 2
    boxes: dict[str, Box] = {}
    for place, shape in enumerate(steps):
        row = place * (shape.height + _GAP)
        boxes[shape.key] = Box(shape.key, middle - shape.width // 2, row, shape.width, shape.height)
    centre = 2 * middle + 1 + _BETWEEN + max(shape.width for shape in undo.values()) // 2
    for edge in outline.edges:
        if edge.source not in undo and edge.target in undo:
            boxes[edge.target] = _beside(undo[edge.target], boxes[edge.source], centre)
    routes = {
        number: Route(edge.source, edge.target, _way(boxes[edge.source], boxes[edge.target]))
        for number, edge in enumerate(outline.edges)
    }
    width, height = max(box.right for box in boxes.values()), max(box.bottom for box in boxes.values())
    return Drawing({shape.key: boxes[shape.key] for shape in figure.shapes}, routes, {}, width, height)


def _beside(shape: Shape, step: Box, centre: int) -> Box:
    return Box(shape.key, centre - shape.width // 2, step.y, shape.width, shape.height)


def _way(source: Box, target: Box) -> tuple[Cell, ...]:
    """Straight down, straight across or straight up: in lanes nothing else happens."""
    if source.y == target.y:
        row = source.y + (source.height - 1) // 2
        return tuple((x, row) for x in range(source.right, target.x))
    column = source.x + source.width // 2
    if source.y < target.y:
        return tuple((column, y) for y in range(source.bottom, target.y))
    return tuple((column, y) for y in range(source.y - 1, target.bottom - 1, -1))
