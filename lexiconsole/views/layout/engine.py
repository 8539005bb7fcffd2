"""The layout engine (graphlay) asked in its own units: 10 px to a cell. What it says is snapped to cells elsewhere."""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from lexiconsole.views.layout.figure import Figure

__all__ = ["STYLES", "Line", "Plan", "ask", "why_not"]

_PX = 10  # to a cell
_GAPS = {"layer_gap": 60.0, "node_gap": 40.0, "dummy_gap": 40.0, "port_gap": 20.0, "bundle_lane_gap": 20.0}

STYLES: tuple[dict[str, Any], ...] = (
    {"coords": {"branch_style": "symmetric"}, "compaction": {"mode": "priority"}},
    {"coords": {"branch_style": "symmetric"}},
    {"coords": {"placement": "brandes_koepf"}},
    {"coords": {"branch_style": "straight_main"}},
)
"""Which of the four is best differs from graph to graph, so all are tried."""


@dataclass(frozen=True, slots=True)
class Line:
    """A link as the engine drew it: upright pieces by their column, level ones by their height in px."""

    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`columns` are the left borders of the boxes in cells, `ranks` their heights in px (equal for boxes in a row)."""

    columns: tuple[int, ...]
    ranks: tuple[float, ...]
    lines: dict[int, Line]


@cache
def why_not() -> str:
    """Why nothing can be laid out here; "" when it can."""
    try:
        importlib.import_module("graphlay")
    except ImportError:
        return "no map: graphlay is not installed here (pip install graphlay), the rail shows the same"
    return ""


def ask(figure: Figure, style: dict[str, Any]) -> Plan:
    """Where boxes and lines go in this style. Links from a box to itself are left out."""
    graphlay: Any = importlib.import_module("graphlay")
    place = {shape.key: number for number, shape in enumerate(figure.shapes)}
    back = figure.backward()
    drawn = [number for number, link in enumerate(figure.links) if link.source != link.target]
    nodes = [
        {"key": shape.key, "size": {"width": shape.width * _PX, "height": shape.height * _PX}, "shape": "box"}
        for shape in figure.shapes
    ]
    edges = [_edge(figure, number, place, backward=number in back) for number in drawn]
    options = {**style, "spacing": _GAPS, "routing": {"lane_gap": 20.0}}
    made = graphlay.layout({"nodes": nodes, "edges": edges}, preset="process_map", options=options)
    columns = tuple(
        _nearest((node["center"]["x"] - shape.width * _PX / 2) / _PX)
        for node, shape in zip(made.nodes, figure.shapes, strict=True)
    )
    ranks = tuple(float(node["center"]["y"]) for node in made.nodes)
    lines = {number: _line(edge["points"]) for number, edge in zip(drawn, made.edges, strict=True)}
    return Plan(columns, ranks, lines)


def _nearest(value: float) -> int:
    """Rounds halves up on both sides of zero, so that a box stays centred on its column."""
    return math.floor(value + 0.5)


def _edge(figure: Figure, number: int, place: dict[str, int], *, backward: bool) -> dict[str, Any]:
    link = figure.links[number]
    edge: dict[str, Any] = {"source": place[link.source], "target": place[link.target], "weight": 1.0}
    if backward:
        edge["reverse_for_ranking"] = True
    return edge


def _line(points: list[dict[str, float]]) -> Line:
    cells = [(int(point["x"] // _PX), float(point["y"])) for point in points]
    bends = cells[:1] + [b for a, b in pairwise(cells) if a != b]
    return Line(tuple(bends))
