"""Lays out a figure: four styles tried, each validated in cells, bad lines drawn anew, the narrowest clean drawing kept."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from lexiconsole.views.layout.chain import in_a_row
from lexiconsole.views.layout.check import blemishes, faulty_routes
from lexiconsole.views.layout.drawing import Cell, Drawing
from lexiconsole.views.layout.engine import STYLES, ask
from lexiconsole.views.layout.figure import Figure
from lexiconsole.views.layout.labels import placed
from lexiconsole.views.layout.reroute import rerouted
from lexiconsole.views.layout.snap import snapped

__all__ = ["lay_out"]

_AIR = (0, 1, 3)  # rows added between ranks when there is no clean way with fewer


@lru_cache(maxsize=256)
def lay_out(figure: Figure) -> Drawing | None:
    """The drawing, the same for equal figures; None when no clean one was found. Takes 1 to 100 ms: call it in a thread."""
    if not figure.shapes:
        return Drawing()
    row = in_a_row(figure)
    if row is not None:
        return row
    plans = [plan for style in STYLES if (plan := _asked(figure, style)) is not None]
    for air in _AIR:
        raw = [_shifted(Drawing(*snapped(figure, plan, air))) for plan in plans]
        flawless = [drawing for drawing in raw if not faulty_routes(drawing)]
        flawless += [apart for drawing in flawless if (apart := _apart(drawing)) is not None]
        drawings = [drawn for drawing in flawless if (drawn := _finished(figure, drawing)) is not None]
        if drawings:
            return min(drawings, key=_price)
        for drawing in sorted(raw, key=lambda drawing: (len(faulty_routes(drawing)), drawing.width)):
            drawn = _finished(figure, drawing)
            if drawn is not None:
                return drawn
    return None


def _asked(figure: Figure, style: dict[str, Any]) -> Any:
    try:
        return ask(figure, style)
    except ValueError:  # the engine's own: it gave up on this style
        return None


def _price(drawing: Drawing) -> tuple[int, int, int]:
    """Labels that found no room count most, then the width and lines right beside a box, then how long the lines are."""
    length = sum(len(route.cells) for route in drawing.routes.values())
    return -len(drawing.tags), drawing.width + 2 * min(10, _hugs(drawing)), length


def _hugs(drawing: Drawing) -> int:
    """How many cells of lines run right beside a box that they do not belong to."""
    beside = _beside(drawing)
    return sum(cell in beside for route in drawing.routes.values() for cell in route.cells[1:-1])


def _apart(drawing: Drawing) -> Drawing | None:
    """Without the lines that run beside a box, so that they are drawn anew; None when there are none."""
    beside = _beside(drawing)
    kept = {n: route for n, route in drawing.routes.items() if not beside.intersection(route.cells[1:-1])}
    return replace(drawing, routes=kept) if len(kept) < len(drawing.routes) else None


def _beside(drawing: Drawing) -> set[Cell]:
    return {(x, y) for box in drawing.boxes.values() for x in (box.x - 1, box.right) for y in range(box.y, box.bottom)}


def _finished(figure: Figure, drawing: Drawing) -> Drawing | None:
    """With lines that had to be drawn anew, loops of a box to itself, and labels; None when it does not come out clean."""
    faulty = faulty_routes(drawing)
    missing = [number for number in range(len(figure.links)) if number not in drawing.routes]
    kept = {number: route for number, route in drawing.routes.items() if number not in faulty}
    drawing = replace(drawing, routes=kept)
    for number in (*faulty, *missing):
        link = figure.links[number]
        route = rerouted(drawing, link.source, link.target)
        if route is None:
            return None
        drawing = replace(drawing, routes={**drawing.routes, number: route})
    drawing = _shifted(replace(drawing, tags=placed(figure.links, drawing.boxes, drawing.routes)))
    return None if blemishes(drawing) else drawing


def _shifted(drawing: Drawing) -> Drawing:
    """Moved so that its first used column and row are 0."""
    cells = [(box.x, box.y) for box in drawing.boxes.values()]
    cells += [(box.right - 1, box.bottom - 1) for box in drawing.boxes.values()]
    cells += [cell for route in drawing.routes.values() for cell in route.cells]
    cells += [cell for tag in drawing.tags.values() for cell in tag.cells()]
    left, top = min(x for x, _ in cells), min(y for _, y in cells)
    right, bottom = max(x for x, _ in cells), max(y for _, y in cells)
    return Drawing(
        {key: replace(box, x=box.x - left, y=box.y - top) for key, box in drawing.boxes.items()},
        {
            number: replace(route, cells=tuple((x - left, y - top) for x, y in route.cells))
            for number, route in sorted(drawing.routes.items())
        },
        {number: replace(tag, x=tag.x - left, y=tag.y - top) for number, tag in drawing.tags.items()},
        right - left + 1,
        bottom - top + 1,
    )
