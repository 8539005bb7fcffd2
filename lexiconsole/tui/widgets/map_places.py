"""Where things are on a map: the zoom at which a graph fits, and which node lies next in a direction."""

from __future__ import annotations

from textual.geometry import Size

from lexiconsole.durable.outline import Outline
from lexiconsole.views.layout.drawing import Box, Drawing
from lexiconsole.views.layout.outlined import CHIP, FULL, PLAIN, drawing_of

__all__ = ["MARGIN", "best_zoom", "likely_zooms", "neighbour"]

MARGIN = 1
"""Free cells around the drawing."""

_LARGE = 40  # nodes from which a graph is first seen as chips: boxes would never fit, and laying them out takes long


def likely_zooms(outline: Outline) -> tuple[int, ...]:
    """Those among which the first one is chosen, the largest first."""
    return (FULL, PLAIN, CHIP) if len(outline.nodes) <= _LARGE else (CHIP,)


def best_zoom(outline: Outline, room: Size) -> int:
    """The largest at which all of it is seen; else boxes, when at least half of it is and nothing lies aside; else chips."""
    width, height = room.width - 2 * MARGIN, room.height - 2 * MARGIN
    for zoom in likely_zooms(outline)[:-1]:
        farther = 1 if zoom == FULL else 2
        drawing = drawing_of(outline, zoom)
        if drawing is not None and drawing.width <= width and drawing.height <= height * farther:
            return zoom
    return CHIP


def neighbour(drawing: Drawing, key: str, way: tuple[int, int]) -> str:
    """The nearest node from there in that direction, "" when there is none; the first one when there is no such node."""
    here = drawing.boxes.get(key)
    if here is None:
        return next(iter(drawing.boxes), "")
    ranked = sorted(
        (cost, key) for key, box in drawing.boxes.items() if (cost := _distance(here, box, way)) is not None
    )
    return ranked[0][1] if ranked else ""


def _distance(here: Box, box: Box, way: tuple[int, int]) -> int | None:
    """How far a box is in a direction, what lies aside counting more; None when it is not there at all."""
    across = (box.x + box.width // 2) - (here.x + here.width // 2)
    down = (box.y + box.height // 2) - (here.y + here.height // 2)
    along, aside = (across * way[0], abs(down) * 4) if way[0] else (down * way[1] * 2, abs(across))
    return along + aside if along > 0 else None
