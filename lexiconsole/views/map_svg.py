"""A run's map as an SVG picture: boxes with their states, the lines between them, those that were gone along brighter.

It holds titles and states and no value of the run. Positions are those of the console's own map.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge
from lexiconsole.views.layout.drawing import Box, Cell, Drawing, Route, Tag
from lexiconsole.views.layout.outlined import PLAIN, drawing_of, node_title
from lexiconsole.views.picture import NodeView, Picture
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import STEP_LOOKS, StepState

__all__ = ["map_svg", "outline_svg"]

_WIDE, _HIGH = 10, 20  # of a cell, in pixels
_MARGIN = 2  # cells around the drawing
_HEAD = 2  # rows for the title
_GROUND, _FRAME, _TEXT, _QUIET, _LINE = "#0f1117", "#1a2030", "#d6dbe5", "#8b93a1", "#4b566b"
_TAKEN, _BACK = STEP_LOOKS[StepState.DONE].colour, STEP_LOOKS[StepState.UNDOING].colour
_UNTOUCHED = frozenset({StepState.PENDING, StepState.NOT_REACHED, StepState.SKIPPED, StepState.DROPPED})
_ROUND = frozenset({NodeKind.START, NodeKind.END, NodeKind.STATE})


def map_svg(picture: Picture, title: str) -> str | None:
    """The picture's text, with a newline at the end; None when nothing can be drawn (no nodes, or no layout engine)."""
    drawing = drawing_of(picture.outline, PLAIN) if picture.nodes else None
    if drawing is None:
        return None
    columns, rows = drawing.width + 2 * _MARGIN, drawing.height + _HEAD + 2 * _MARGIN
    width, height = max(columns, len(title) + 2 * _MARGIN) * _WIDE, rows * _HIGH
    name = harmless(title)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label={quoteattr(name)} font-family="ui-monospace, DejaVu Sans Mono, Menlo,'
        ' Consolas, monospace" font-size="14">'
    )
    at = f'x="{_MARGIN * _WIDE}" y="{_HIGH * 1.7:g}"'
    return "\n".join(
        [
            opening,
            f"<title>{escape(name)}</title>",
            f"<defs>{''.join(_arrow(arrow, colour) for arrow, colour in _ARROWS.items())}</defs>",
            f'<rect width="{width}" height="{height}" fill="{_GROUND}"/>',
            f'<text {at} fill="{_TEXT}" font-weight="bold">{escape(name)}</text>',
            f'<g transform="translate({_MARGIN * _WIDE} {(_HEAD + _MARGIN) * _HIGH})">',
            *_lines(drawing, picture),
            *_boxes(drawing, picture),
            "</g>",
            "</svg>\n",
        ]
    )


_ARROWS = {"arrow": _LINE, "taken": _TAKEN, "back": _BACK}


def _arrow(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
    )


def _lines(drawing: Drawing, picture: Picture) -> list[str]:
    """Those that were gone along come last, so that they lie above."""
    numbers = sorted(drawing.routes, key=lambda number: (picture.taken.get(number, 0) > 0, number))
    found = []
    for number in numbers:
        route, edge = drawing.routes[number], picture.outline.edges[number]
        name = _kind_of(edge, taken=picture.taken.get(number, 0) > 0)
        found.append(_line(route, drawing, name, dashed=edge.kind in (EdgeKind.LOOP, EdgeKind.UNDO)))
        if (tag := drawing.tags.get(number)) is not None:
            found.append(_word(tag))
    return found


def _kind_of(edge: OutlineEdge, *, taken: bool) -> str:
    return "arrow" if not taken else "back" if edge.kind is EdgeKind.UNDO else "taken"


def _line(route: Route, drawing: Drawing, name: str, *, dashed: bool) -> str:
    points = [_beside(drawing.boxes[route.source], route.cells[0]), *_corners(route.cells)]
    points.append(_beside(drawing.boxes[route.target], route.cells[-1]))
    way = " ".join(f"{x:g},{y:g}" for x, y in points)
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<polyline points="{way}" fill="none" stroke="{_ARROWS[name]}" stroke-width="1.5"{dash} marker-end="url(#{name})"/>'


def _corners(cells: tuple[Cell, ...]) -> list[tuple[float, float]]:
    """The middles of the cells in which a line begins, turns or ends."""
    kept = [
        cell
        for place, cell in enumerate(cells)
        if place in (0, len(cells) - 1) or _way(cells[place - 1], cell) != _way(cell, cells[place + 1])
    ]
    return [_middle(cell) for cell in kept]


def _way(one: Cell, other: Cell) -> Cell:
    return other[0] - one[0], other[1] - one[1]


def _middle(cell: Cell) -> tuple[float, float]:
    return (cell[0] + 0.5) * _WIDE, (cell[1] + 0.5) * _HIGH


def _beside(box: Box, cell: Cell) -> tuple[float, float]:
    """Where the border of the box is nearest to a cell at its side."""
    x, y = _middle(cell)
    step = box.step_in(cell) or (0, 0)
    frame = _frame_of(box)
    if step[1]:
        return x, frame[1] if step[1] > 0 else frame[1] + frame[3]
    return (frame[0] if step[0] > 0 else frame[0] + frame[2]) if step[0] else x, y


def _word(tag: Tag) -> str:
    x, y = tag.x * _WIDE, (tag.y + 0.75) * _HIGH
    return f'<text x="{x}" y="{y:g}" fill="{_QUIET}" font-style="italic" font-size="12">{escape(tag.text)}</text>'


def _boxes(drawing: Drawing, picture: Picture) -> list[str]:
    return [_box(box, picture.nodes[key]) for key, box in drawing.boxes.items() if key in picture.nodes]


def _frame_of(box: Box) -> tuple[float, float, float, float]:
    """Where its border runs: through the middle of the cells at its edge, as on the screen."""
    return (
        (box.x + 0.5) * _WIDE,
        (box.y + 0.3) * _HIGH,
        (box.width - 1) * _WIDE,
        (box.height - 0.6) * _HIGH,
    )


def _box(box: Box, view: NodeView) -> str:
    look = STEP_LOOKS[view.state]
    idle = view.state in _UNTOUCHED
    x, y, width, height = _frame_of(box)
    heavy = "3" if view.node.kind in (NodeKind.HUMAN, NodeKind.APPROVAL) else "1.5"
    corner = height / 2 if view.node.kind in _ROUND else 4
    name = escape(node_title(view.node))
    tried = f" ×{view.visits}" if view.visits > 1 else ""
    return (
        f"<g><title>{name}: {escape(look.word)}{tried}</title>"
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{corner:g}" fill="{_FRAME}"'
        f' stroke="{_LINE if idle else look.colour}" stroke-width="{heavy}"/>'
        f'<text x="{x + width / 2:g}" y="{(box.y + box.height / 2 + 0.25) * _HIGH:g}" text-anchor="middle">'
        f'<tspan fill="{look.colour}">{escape(look.glyph)}</tspan> '
        f'<tspan fill="{_QUIET if idle else _TEXT}">{name}{tried}</tspan></text></g>'
    )


def outline_svg(outline: Outline, title: str) -> str | None:
    """The same of a definition of which nothing has run."""
    from lexiconsole.views.picturing import picture

    return map_svg(picture(outline, ()), title)
