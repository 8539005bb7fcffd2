"""A drawing in cells: boxes, the cells of every line, and where the labels stand. Column and row count from 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Box", "Cell", "Drawing", "Route", "Tag"]

Cell = tuple[int, int]
"""A column and a row."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node stands. `right` and `bottom` are the first column and row behind it."""

    key: str
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def holds(self, cell: Cell) -> bool:
        return self.x <= cell[0] < self.right and self.y <= cell[1] < self.bottom

    def cells(self) -> Iterator[Cell]:
        return ((x, y) for y in range(self.y, self.bottom) for x in range(self.x, self.right))

    def step_in(self, cell: Cell) -> Cell | None:
        """The direction that leads from a cell beside the box into it; None when the cell is not at one of its sides."""
        x, y = cell
        if self.x <= x < self.right:
            return (0, 1) if y == self.y - 1 else (0, -1) if y == self.bottom else None
        if self.y <= y < self.bottom:
            return (1, 0) if x == self.x - 1 else (-1, 0) if x == self.right else None
        return None


@dataclass(frozen=True, slots=True)
class Route:
    """A line: every cell from the one outside its source to the one outside its target, which bears the arrowhead."""

    source: str
    target: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A label that found a place of its own."""

    x: int
    y: int
    text: str

    def cells(self) -> Iterator[Cell]:
        return ((self.x + offset, self.y) for offset in range(len(self.text)))


@dataclass(frozen=True, slots=True)
class Drawing:
    """`routes` by the number of their link; a link without a way is missing. `tags` likewise: a label without room too."""

    boxes: Mapping[str, Box] = field(default_factory=dict)
    routes: Mapping[int, Route] = field(default_factory=dict)
    tags: Mapping[int, Tag] = field(default_factory=dict)
    width: int = 0
    height: int = 0
