"""From an outline to a figure at a zoom: how large each box is and what stands on each line."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.views.cells import cell_width, cut
from lexiconsole.views.layout.drawing import Drawing
from lexiconsole.views.layout.engine import why_not
from lexiconsole.views.layout.figure import Figure, Link, Shape
from lexiconsole.views.layout.lanes import has_lanes, in_lanes
from lexiconsole.views.layout.lay_out import lay_out
from lexiconsole.views.safe import harmless

__all__ = ["DOT", "ZOOMS", "drawing_of", "edge_label", "figure_of", "node_title"]

DOT, CHIP, PLAIN, FULL = 0, 1, 2, 3
ZOOMS = (DOT, CHIP, PLAIN, FULL)
"""A glyph alone; a chip of one row; a box with its title; a box with a second row for how it stands."""

_LONGEST = 26  # cells of a title
_ROOM = 27  # cells that a box with a second row has at least


def drawing_of(outline: Outline, zoom: int) -> Drawing | None:
    """The drawing of a flat outline, kept: states may change under it, positions do not. None: the rail serves."""
    return None if why_not() else _drawn(outline, zoom)


@lru_cache(maxsize=256)
def _drawn(outline: Outline, zoom: int) -> Drawing | None:
    if has_lanes(outline):
        return in_lanes(figure_of(outline, zoom), outline)
    return lay_out(figure_of(outline, zoom))


def figure_of(outline: Outline, zoom: int) -> Figure:
    """The links are the outline's edges, number for number."""
    out, into = Counter(edge.source for edge in outline.edges), Counter(edge.target for edge in outline.edges)
    ports = {node.key: max(out[node.key], into[node.key]) for node in outline.nodes}
    return Figure(
        tuple(Shape(node.key, _width(node, zoom, ports[node.key]), _HEIGHTS[zoom]) for node in outline.nodes),
        tuple(Link(edge.source, edge.target, edge_label(edge) if zoom else "") for edge in outline.edges),
    )


def node_title(node: OutlineNode) -> str:
    """As it stands in its box: the last part of its key where a label is missing, cut to 26 cells."""
    name = node.label or node.key.rpartition("/")[2] or node.key
    undone = node.kind is NodeKind.COMPENSATION and not name.startswith("undo ")
    return cut(harmless(f"undo {name}" if undone else name), _LONGEST)


def edge_label(edge: OutlineEdge) -> str:
    """A gate's answers read yes and no."""
    word = {EdgeKind.TRUE: "yes", EdgeKind.FALSE: "no"}.get(edge.kind, "")
    given = {"true": "yes", "false": "no"}.get(edge.label, edge.label)
    return cut(harmless(given or word), 16)


_HEIGHTS = {DOT: 1, CHIP: 1, PLAIN: 3, FULL: 4}


def _width(node: OutlineNode, zoom: int, ports: int) -> int:
    """Odd, so that a line can meet the middle: room for `│ ✓ title │`, at the smallest zoom for `(✓)` and its lines."""
    if zoom == DOT:
        return max(3, 2 * ports + 1)
    width = cell_width(node_title(node)) + (4 if zoom == CHIP else 6)
    return (max(width, _ROOM) if zoom == FULL else width) | 1
