"""The validator: what is wrong with a drawing, cell by cell. A drawing is shown only when it finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lexiconsole.views.layout.drawing import Box, Cell, Drawing, Route

__all__ = ["blemishes", "faulty_routes"]


def blemishes(drawing: Drawing) -> list[str]:
    """One sentence for each: boxes that touch, lines through boxes, lines on one another, labels over anything."""
    boxes = _by_cell(drawing)
    found = [f"{one} and {other} overlap" for one, other in _overlaps(drawing)]
    found += [why for _, why in _routes(drawing, boxes)]
    taken: dict[Cell, str] = dict(boxes)
    for number, route in drawing.routes.items():
        taken.update(dict.fromkeys(route.cells, f"line {number}"))
    for tag in drawing.tags.values():
        for cell in tag.cells():
            if cell in taken:
                found.append(f"the label {tag.text!r} lies over {taken[cell]} at {cell}")
            taken[cell] = f"the label {tag.text!r}"
    return found


def faulty_routes(drawing: Drawing) -> list[int]:
    """The numbers of the links whose lines must be drawn anew, each once, in order of declaration."""
    return sorted({number for number, _ in _routes(drawing, _by_cell(drawing))})


def _by_cell(drawing: Drawing) -> dict[Cell, str]:
    return {cell: key for key, box in drawing.boxes.items() for cell in box.cells()}


def _overlaps(drawing: Drawing) -> Iterator[tuple[str, str]]:
    """Pairs of boxes without a free column or row between them."""
    owner: dict[Cell, str] = {}
    for key, box in drawing.boxes.items():
        for x in range(box.x - 1, box.right + 1):
            for y in range(box.y, box.bottom):
                other = owner.get((x, y))
                if other is not None and box.holds((x, y)):
                    yield other, key
        owner.update(dict.fromkeys(box.cells(), key))
        owner.update({(x, y): key for x in (box.x - 1, box.right) for y in range(box.y, box.bottom)})


def _routes(drawing: Drawing, boxes: dict[Cell, str]) -> Iterator[tuple[int, str]]:
    taken: dict[Cell, tuple[int, Cell | None]] = {}
    for number, route in drawing.routes.items():
        source, target = drawing.boxes[route.source], drawing.boxes[route.target]
        why = _hits(route, boxes) or _ends_badly(route, source, target)
        if why:
            yield number, f"line {number} ({route.source} to {route.target}) {why}"
        ways = straight(route, source, target)
        for cell, way in zip(route.cells, ways, strict=True):
            other = taken.get(cell)
            if other is None:
                taken[cell] = (number, way)
            elif way is None or other[1] is None or way == other[1]:
                yield number, f"line {number} lies on line {other[0]} at {cell}"


def _ends_badly(route: Route, source: Box, target: Box) -> str:
    if any(abs(a - c) + abs(b - d) != 1 for (a, b), (c, d) in pairwise(route.cells)):
        return "has a gap"
    if len(set(route.cells)) != len(route.cells):
        return "crosses itself"
    if source.step_in(route.cells[0]) is None:
        return "does not begin at its source"
    into = target.step_in(route.cells[-1])
    if into is None:
        return "does not end at its target"
    last = _step(route.cells[-2], route.cells[-1]) if len(route.cells) > 1 else _outward(route, source)
    if last != into and len(route.cells) > 1:
        return "arrives from the wrong side"
    return "bends where it leaves or ends on a corner" if _on_corner(route, source, target) else ""


def _on_corner(route: Route, source: Box, target: Box) -> bool:
    return any(
        cell[0] in (box.x, box.right - 1) and not box.y <= cell[1] < box.bottom and box.width > 1
        for box, cell in ((source, route.cells[0]), (target, route.cells[-1]))
    )


def _hits(route: Route, boxes: dict[Cell, str]) -> str:
    hit = next((boxes[cell] for cell in route.cells if cell in boxes), None)
    return f"runs through {hit}" if hit is not None else ""


def straight(route: Route, source: Box, target: Box) -> list[Cell | None]:
    """For each cell (1, 0) where the line runs level through it, (0, 1) upright, None where it bends or ends: there no
    other line may cross.
    """
    cells = route.cells
    if len(cells) == 1:
        return [None]
    before = _outward(route, source) or _step(cells[0], cells[1])
    steps = [before, *(_step(a, b) for a, b in pairwise(cells))]
    ways: list[Cell | None] = [(abs(one[0]), abs(one[1])) if one == other else None for one, other in pairwise(steps)]
    return [*ways, None]


def _outward(route: Route, source: Box) -> Cell | None:
    into = source.step_in(route.cells[0])
    return None if into is None else (-into[0], -into[1])


def _step(one: Cell, other: Cell) -> Cell:
    return other[0] - one[0], other[1] - one[1]
