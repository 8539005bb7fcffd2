"""The signs that lines and boxes are drawn with: corners, arrowheads, dashes; light, heavy and double frames."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lexiconsole.views.layout.drawing import Box, Cell, Route

__all__ = ["ASCII_FRAMES", "FRAMES", "Frame", "line_signs"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A border: corners from the upper left clockwise, level signs above and below, upright ones left and right."""

    corners: str
    top: str
    bottom: str
    left: str
    right: str


FRAMES = {
    "thin": Frame("┌┐┘└", "─", "─", "│", "│"),
    "round": Frame("╭╮╯╰", "─", "─", "│", "│"),
    "heavy": Frame("┏┓┛┗", "━", "━", "┃", "┃"),
    "double": Frame("╔╗╝╚", "═", "═", "║", "║"),
    "dashed": Frame("┌┐┘└", "╌", "╌", "┆", "┆"),
    "dotted": Frame("┌┐┘└", "┈", "┈", "┊", "┊"),
    "slanted": Frame("╱╲╱╲", "─", "─", "│", "│"),
    "sides": Frame("╓╖╜╙", "─", "─", "║", "║"),
    "stacked": Frame("┌╖╝╘", "─", "═", "│", "║"),
}

ASCII_FRAMES = {
    "thin": Frame("++++", "-", "-", "|", "|"),
    "round": Frame("..''", "-", "-", "|", "|"),
    "heavy": Frame("####", "=", "=", "#", "#"),
    "double": Frame("####", "=", "=", "#", "#"),
    "dashed": Frame("++++", "-", "-", ":", ":"),
    "dotted": Frame("++++", ".", ".", ":", ":"),
    "slanted": Frame("/\\/\\", "-", "-", "|", "|"),
    "sides": Frame("++++", "-", "-", "H", "H"),
    "stacked": Frame("++++", "-", "=", "|", "H"),
}

_CORNERS = {
    frozenset({(0, -1), (1, 0)}): "╰",
    frozenset({(0, -1), (-1, 0)}): "╯",
    frozenset({(0, 1), (1, 0)}): "╭",
    frozenset({(0, 1), (-1, 0)}): "╮",
}
_HEADS = {(0, 1): "▼", (0, -1): "▲", (1, 0): "►", (-1, 0): "◄"}
_ASCII_HEADS = {(0, 1): "v", (0, -1): "^", (1, 0): ">", (-1, 0): "<"}


@lru_cache(maxsize=4096)
def line_signs(
    route: Route, source: Box, target: Box, *, dashed: bool = False, ascii_only: bool = False
) -> tuple[str, ...]:
    """A sign for each cell of the line from one box to the other, the arrowhead last."""
    into = target.step_in(route.cells[-1]) or (0, 1)
    away = source.step_in(route.cells[0]) or (0, -1)
    cells = route.cells
    before: Cell = (cells[0][0] + away[0], cells[0][1] + away[1])
    signs = []
    for place, cell in enumerate(cells[:-1]):
        behind = cells[place - 1] if place else before
        ways = frozenset({_way(cell, behind), _way(cell, cells[place + 1])})
        signs.append(_sign(ways, place, dashed=dashed, ascii_only=ascii_only))
    return (*signs, (_ASCII_HEADS if ascii_only else _HEADS)[into])


def _sign(ways: frozenset[Cell], place: int, *, dashed: bool, ascii_only: bool) -> str:
    upright, level = ways == {(0, 1), (0, -1)}, ways == {(1, 0), (-1, 0)}
    if ascii_only:
        return (":" if dashed else "|") if upright else ("-" if level else "+")
    if upright:
        return "╎" if dashed else "│"
    return ("╌" if dashed else "─") if level else _CORNERS.get(ways, "─")


def _way(cell: Cell, other: Cell) -> Cell:
    return other[0] - cell[0], other[1] - cell[1]
