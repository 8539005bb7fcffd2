"""A way for a line that the engine drew badly, found cell by cell (A*): around boxes, over other lines only at right angles."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count

from lexiconsole.views.layout.check import straight
from lexiconsole.views.layout.drawing import Box, Cell, Drawing, Route

__all__ = ["rerouted"]

_WAYS: tuple[Cell, ...] = ((0, 1), (1, 0), (-1, 0), (0, -1))
_BEND, _CROSSING, _BESIDE = 3, 6, 2  # what these cost, where a plain step costs 1
_MARGIN = 4  # columns and rows around the drawing that a line may use


def rerouted(drawing: Drawing, source: str, target: str) -> Route | None:
    """The cheapest clean way between two boxes of the drawing, whose routes stay as they are; None when there is none."""
    field = _Field(drawing)
    one, other = drawing.boxes[source], drawing.boxes[target]
    goals = {cell: into for cell, into in _sides(other) if field.free(cell)}
    best: dict[tuple[Cell, Cell], int] = {}
    came: dict[tuple[Cell, Cell], tuple[Cell, Cell] | None] = {}
    order = count()
    heap: list[tuple[int, int, tuple[Cell, Cell]]] = []
    for cell, into in _sides(one):
        if field.free(cell):
            state = (cell, (-into[0], -into[1]))
            best[state] = 0 if into[1] else 8  # lines rather leave and arrive above and below
            came[state] = None
            heapq.heappush(heap, (best[state] + _left(cell, other), next(order), state))
    while heap:
        _, _, state = heapq.heappop(heap)
        (x, y), way = state
        if goals.get((x, y)) == way and came[state] is not None:
            return Route(source, target, tuple(_back(came, state)))
        for step in _WAYS:
            if step == (-way[0], -way[1]):
                continue
            cell = (x + step[0], y + step[1])
            cost = field.cost(cell, (x, y), way, step)
            if cost is None:
                continue
            cost += best[state] + (8 if cell in goals and not goals[cell][1] and goals[cell] == step else 0)
            onward = (cell, step)
            if cost < best.get(onward, 1_000_000):
                best[onward], came[onward] = cost, state
                heapq.heappush(heap, (cost + _left(cell, other), next(order), onward))
    return None


class _Field:
    """What is in the way."""

    def __init__(self, drawing: Drawing) -> None:
        boxes = drawing.boxes.values()
        self._solid = {cell for box in boxes for cell in box.cells()}
        self._near = {
            (x, y) for box in boxes for x in range(box.x - 1, box.right + 1) for y in range(box.y - 1, box.bottom + 1)
        }
        self._lines: dict[Cell, Cell | None] = {}
        for route in drawing.routes.values():
            ways = straight(route, drawing.boxes[route.source], drawing.boxes[route.target])
            for cell, way in zip(route.cells, ways, strict=True):
                self._lines[cell] = None if cell in self._lines else way
        self._right, self._below = drawing.width + _MARGIN, drawing.height + _MARGIN

    def free(self, cell: Cell) -> bool:
        """Whether a line may begin, bend or end here."""
        return cell not in self._solid and cell not in self._lines

    def cost(self, cell: Cell, before: Cell, way: Cell, step: Cell) -> int | None:
        """Of going on from `before`, reached in direction `way`, to `cell` in direction `step`; None when it may not be."""
        x, y = cell
        if cell in self._solid or not (-_MARGIN <= x < self._right and -_MARGIN <= y < self._below):
            return None
        if step != way and before in self._lines:
            return None  # no bend on another line
        cost = 1 + (_BEND if step != way else 0) + (_BESIDE if cell in self._near else 0)
        if cell in self._lines:
            other = self._lines[cell]
            if other is None or other == (abs(step[0]), abs(step[1])):
                return None
            cost += _CROSSING
        return cost


def _sides(box: Box) -> Iterator[tuple[Cell, Cell]]:
    """The cells around a box, corners left out, each with the direction into it."""
    middle = box.x + box.width // 2
    columns = sorted(range(box.x + 1, box.right - 1), key=lambda x: abs(x - middle)) or [box.x]
    for x in columns:
        yield (x, box.bottom), (0, -1)
        yield (x, box.y - 1), (0, 1)
    for y in range(box.y + (box.height > 2), box.bottom - (box.height > 2)):
        yield (box.right, y), (-1, 0)
        yield (box.x - 1, y), (1, 0)


def _left(cell: Cell, box: Box) -> int:
    across = max(box.x - cell[0], cell[0] - box.right + 1, 0)
    down = max(box.y - cell[1], cell[1] - box.bottom + 1, 0)
    return max(0, across + down - 1)


def _back(came: dict[tuple[Cell, Cell], tuple[Cell, Cell] | None], state: tuple[Cell, Cell]) -> list[Cell]:
    cells = []
    at: tuple[Cell, Cell] | None = state
    while at is not None:
        cells.append(at[0])
        at = came[at]
    return cells[::-1]
