"""From the engine's px to cells: columns by rounding, rows by dropping everything, in its order, to the first free row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from lexiconsole.views.layout.drawing import Box, Cell, Route
from lexiconsole.views.layout.engine import Line, Plan
from lexiconsole.views.layout.figure import Figure

__all__ = ["snapped"]


def snapped(figure: Figure, plan: Plan, air: int = 0) -> tuple[dict[str, Box], dict[int, Route]]:
    """`air` is how many rows more than needed stay free above each rank of boxes."""
    rows = _Rows(figure, plan, air)
    boxes = {
        shape.key: Box(shape.key, column, rows.ranks[rank], shape.width, shape.height)
        for shape, column, rank in zip(figure.shapes, plan.columns, plan.ranks, strict=True)
    }
    routes = {}
    for number, line in plan.lines.items():
        link = figure.links[number]
        corners = _corners(line, boxes[link.source], boxes[link.target], rows.tracks[number])
        routes[number] = Route(link.source, link.target, tuple(_cells(corners)))
    return boxes, routes


class _Rows:
    """The row of each rank of boxes, and those of the level pieces of each line."""

    def __init__(self, figure: Figure, plan: Plan, air: int) -> None:
        self._figure, self._plan, self._air = figure, plan, air
        self._free: defaultdict[int, int] = defaultdict(int)  # by column
        self._below = self._seen_from_below()
        self.ranks: dict[float, int] = {}
        self.tracks: dict[int, dict[int, int]] = {number: {} for number in plan.lines}
        for _, is_rank, place in sorted(self._pieces()):
            if is_rank:
                self._drop_rank(self._plan.ranks[place[0]])
            else:
                self._drop_track(*place)

    def _pieces(self) -> Iterable[tuple[float, bool, tuple[int, ...]]]:
        for number, rank in enumerate(self._plan.ranks):
            yield rank, True, (number,)
        for number, line in self._plan.lines.items():
            for place, (one, other) in enumerate(pairwise(line.points)):
                if one[0] != other[0]:
                    yield one[1], False, (number, place)

    def _seen_from_below(self) -> set[str]:
        """Boxes at whose lower side an arrow arrives; it needs a row of its own."""
        rank = {shape.key: rank for shape, rank in zip(self._figure.shapes, self._plan.ranks, strict=True)}
        links = self._figure.links
        return {links[n].target for n, line in self._plan.lines.items() if line.points[-1][1] > rank[links[n].target]}

    def _drop_rank(self, rank: float) -> None:
        if rank in self.ranks:
            return
        members = [
            (shape, column)
            for shape, column, at in zip(self._figure.shapes, self._plan.columns, self._plan.ranks, strict=True)
            if at == rank
        ]
        spans = [range(column - 1, column + shape.width + 1) for shape, column in members]
        row = max(self._free[column] for span in spans for column in span)
        row += (1 + self._air) if self.ranks else 1
        self.ranks[rank] = row
        for (shape, _), span in zip(members, spans, strict=True):
            for column in span:
                self._free[column] = row + shape.height + (shape.key in self._below)

    def _drop_track(self, number: int, place: int) -> None:
        points = self._plan.lines[number].points
        left, right = sorted((points[place][0], points[place + 1][0]))
        span = range(left, right + 1)
        row = max(self._free[column] for column in span)
        self.tracks[number][place] = row
        for column in span:
            self._free[column] = row + 1


def _corners(line: Line, source: Box, target: Box, tracks: dict[int, int]) -> list[Cell]:
    """Where the line begins, bends and ends, in cells."""
    points = line.points
    down = len(points) < 2 or points[1][1] >= points[0][1]
    rows = [source.bottom if down else source.y - 1]
    for place in range(len(points) - 1):
        rows.append(tracks.get(place, rows[-1]))
        if place in tracks:
            rows[place] = tracks[place] if place else rows[0]
    from_above = len(points) < 2 or points[-1][1] >= points[-2][1]
    rows[-1] = target.y - 1 if from_above else target.bottom
    for place, row in tracks.items():
        rows[place] = rows[place + 1] = row
    return [(column, row) for (column, _), row in zip(points, rows, strict=True)]


def _cells(corners: list[Cell]) -> Iterable[Cell]:
    yield corners[0]
    for (x, y), (to_x, to_y) in pairwise(corners):
        step = 1 if to_x > x else -1
        yield from ((column, y) for column in range(x + step, to_x + step, step) if to_x != x)
        step = 1 if to_y > y else -1
        yield from ((to_x, row) for row in range(y + step, to_y + step, step) if to_y != y)
