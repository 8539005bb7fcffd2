"""What stands in each cell of a map that nothing moves on: boxes with their states, lines with what went along them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from rich.style import Style

from lexiconsole.durable.outline import EdgeKind, NodeKind
from lexiconsole.tui.flights import UnderWay
from lexiconsole.tui.glyphs import Glyphs
from lexiconsole.tui.ink import ink
from lexiconsole.tui.palettes import Palette
from lexiconsole.types import Instant
from lexiconsole.views.cells import cell_width, cut
from lexiconsole.views.durations import ahead, span
from lexiconsole.views.layout.drawing import Box, Drawing
from lexiconsole.views.layout.outlined import CHIP, DOT, FULL, edge_label, node_title
from lexiconsole.views.layout.strokes import ASCII_FRAMES, FRAMES, line_signs
from lexiconsole.views.picture import NodeView, Picture
from lexiconsole.views.words import STEP_LOOKS, Look, StepState

__all__ = ["Sheet", "Sight", "painted", "second_line"]

Sign = tuple[str, Style]


@dataclass(frozen=True, slots=True)
class Sight:
    """How somebody looks at a picture: what is selected, what was found, and which tokens have not arrived yet."""

    zoom: int
    selected: str = ""
    focused: bool = True
    under_way: UnderWay = field(default_factory=UnderWay)
    now: Instant = 0.0
    found: frozenset[str] = frozenset()


@dataclass(slots=True)
class Sheet:
    """Signs by row and column. `spinners` are the cells of nodes that run, `count_downs` says that a text counts seconds."""

    rows: dict[int, dict[int, Sign]] = field(default_factory=lambda: defaultdict(dict))
    spinners: list[tuple[int, int]] = field(default_factory=list)
    counts_down: bool = False

    def write(self, x: int, y: int, text: str, style: Style) -> None:
        row = self.rows[y]
        for offset, sign in _placed(text):
            row[x + offset] = (sign, style)


@lru_cache(maxsize=4096)
def _placed(text: str) -> tuple[tuple[int, str], ...]:
    """The signs of a text with the cell each stands in; behind a wide one nothing stands."""
    signs: list[tuple[int, str]] = []
    place = 0
    for sign in text:
        width = cell_width(sign)
        if width:
            signs.append((place, sign))
        if width == 2:
            signs.append((place + 1, ""))
        place += width
    return tuple(signs)


def painted(drawing: Drawing, picture: Picture, sight: Sight, palette: Palette, glyphs: Glyphs) -> Sheet:
    sheet = Sheet()
    painter = _Painter(sheet, picture, sight, palette, glyphs)
    for number in sorted(drawing.routes, key=lambda n: (picture.taken.get(n, 0) > 0, n)):
        painter.line(drawing, number)
    for key, box in drawing.boxes.items():
        view = picture.nodes.get(key)
        if view is not None:
            painter.box(box, view)
    return sheet


class _Painter:
    def __init__(self, sheet: Sheet, picture: Picture, sight: Sight, palette: Palette, glyphs: Glyphs) -> None:
        self._sheet, self._picture, self._sight = sheet, picture, sight
        self._palette, self._glyphs = palette, glyphs
        self._frames = ASCII_FRAMES if glyphs.ascii_only else FRAMES

    # lines

    def line(self, drawing: Drawing, number: int) -> None:
        edge, route = self._picture.outline.edges[number], drawing.routes[number]
        dashed = edge.kind in (EdgeKind.LOOP, EdgeKind.UNDO)
        taken = self._picture.taken.get(number, 0) - (number in self._sight.under_way.edges)
        style, word = self._line_styles(number, taken)
        signs = line_signs(
            route,
            drawing.boxes[route.source],
            drawing.boxes[route.target],
            dashed=dashed,
            ascii_only=self._glyphs.ascii_only,
        )
        for (x, y), sign in zip(route.cells, signs, strict=True):
            before = self._sheet.rows[y].get(x)
            crossed = before is not None and before[0] in "│╎|" and sign in "─╌-"
            if not crossed:  # where lines cross, the upright one lies above
                self._sheet.rows[y][x] = (sign, style)
        tag = drawing.tags.get(number)
        if tag is not None:
            self._sheet.write(tag.x, tag.y, tag.text, word)
        elif self._sight.zoom > DOT and self._sight.selected in (edge.source, edge.target) and edge_label(edge):
            x, y = route.cells[len(route.cells) // 2]
            self._sheet.write(x, y, edge_label(edge), word)

    def _line_styles(self, number: int, taken: int) -> tuple[Style, Style]:
        """Of the line, and of the word beside it."""
        edge = self._picture.outline.edges[number]
        back = edge.kind is EdgeKind.UNDO
        if number in self._sight.under_way.live and not back:
            return ink(self._palette.accent), ink(self._palette.bright, italic=True)
        if taken > 0:
            look = STEP_LOOKS[StepState.UNDOING if back else StepState.DONE]
            colour = self._palette.state(look)
            return ink(colour), ink(self._palette.text, italic=True)
        near = self._sight.selected in (edge.source, edge.target) and self._sight.focused
        return ink(self._palette.faint if near else self._palette.line), ink(self._palette.dim, italic=True)

    # boxes

    def box(self, box: Box, view: NodeView) -> None:
        view = _held(view, self._picture) if box.key in self._sight.under_way.nodes else view
        look = STEP_LOOKS[view.state]
        gone = view.state in (StepState.NOT_REACHED, StepState.SKIPPED, StepState.DROPPED)
        idle = gone or view.state is StepState.PENDING
        chosen = box.key == self._sight.selected
        back = (self._palette.chosen if self._sight.focused else self._palette.chosen_far) if chosen else ""
        colour = self._palette.state(look)
        border = ink(self._palette.line if gone else self._palette.faint if idle else colour, back=back)
        title = ink(
            self._palette.dim if gone else self._palette.text if idle else self._palette.bright,
            bold=not gone,
            back=back,
        )
        if box.key in self._sight.found:
            title = ink(self._palette.key, bold=True, underline=True, back=back)
        mark = ink(colour if not gone else self._palette.dim, bold=not idle, back=back)
        if self._sight.zoom <= CHIP:
            self._chip(box, view, look, border, mark, title)
            return
        self._frame(box, _frame_of(view), border, back)
        self._sheet.write(box.x + 2, box.y + 1, self._glyphs.state(look), mark)
        self._sheet.write(box.x + 4, box.y + 1, node_title(view.node), title)
        if view.state in (StepState.RUNNING, StepState.UNDOING):
            self._sheet.spinners.append((box.x + 2, box.y + 1))
        self._notes(box, view, border)
        if self._sight.zoom == FULL:
            words = cut(second_line(view, self._sight.now, box.width - 6), box.width - 6)
            self._sheet.write(
                box.x + 4, box.y + 2, words, ink(self._palette.faint if idle else self._palette.text, back=back)
            )
            self._sheet.counts_down |= view.until is not None and view.state is StepState.RETRYING

    def _frame(self, box: Box, name: str, style: Style, back: str) -> None:
        frame = self._frames[name]
        inner = box.width - 2
        write = self._sheet.write
        write(box.x, box.y, frame.corners[0] + frame.top * inner + frame.corners[1], style)
        for y in range(box.y + 1, box.bottom - 1):
            write(box.x, y, frame.left, style)
            write(box.x + 1, y, " " * inner, ink(back=back))
            write(box.right - 1, y, frame.right, style)
        write(box.x, box.bottom - 1, frame.corners[3] + frame.bottom * inner + frame.corners[2], style)

    def _notes(self, box: Box, view: NodeView, style: Style) -> None:
        """In the border: how many of its branches have met, how often it was visited, which try it is."""
        if view.expected:
            self._sheet.write(box.right - 5, box.y, f"{view.arrived}/{view.expected}", style)
        words = f"×{view.visits}" if view.visits > 1 else ""
        if view.attempt > 1:
            words = f"{words} try {view.attempt}".strip()
        if sum(view.items.values()) > 1 and self._sight.zoom < FULL:
            room = box.width - 6
            words = view.text if cell_width(view.text) <= room else cut(view.text.partition(" ")[0], room)
        if words and cell_width(words) + 4 <= box.width:
            self._sheet.write(box.right - 2 - cell_width(words), box.bottom - 1, words, style)

    def _chip(self, box: Box, view: NodeView, look: Look, border: Style, mark: Style, title: Style) -> None:
        brackets, sign = _BRACKETS.get(view.node.kind, "[]"), self._glyphs.state(look)
        one, other = brackets[0], brackets[1]
        if self._sight.zoom == DOT:
            self._sheet.write(box.x, box.y, one + " " * (box.width - 2) + other, border)
            self._sheet.write(box.x + box.width // 2, box.y, sign[-1:], mark)  # of `«!` what tells it from `«`
        else:
            self._sheet.write(box.x, box.y, one + " " * (box.width - 2) + other, border)
            self._sheet.write(box.x + 1, box.y, sign, mark)
            self._sheet.write(box.x + 3, box.y, cut(node_title(view.node), box.width - 4), title)
        if view.state in (StepState.RUNNING, StepState.UNDOING):
            middle = box.width // 2 if self._sight.zoom == DOT else 1
            self._sheet.spinners.append((box.x + middle, box.y))


_BRACKETS = {
    NodeKind.GATE: "<>",
    NodeKind.HUMAN: "{}",
    NodeKind.APPROVAL: "{}",
    NodeKind.START: "()",
    NodeKind.END: "()",
    NodeKind.STATE: "()",
}

_BY_STATE = {
    StepState.FAILED: "double",
    StepState.DOUBTFUL: "double",
    StepState.UNDO_FAILED: "double",
    StepState.RETRYING: "dashed",
    StepState.UNDOING: "dashed",
    StepState.NOT_REACHED: "dotted",
    StepState.SKIPPED: "dotted",
    StepState.DROPPED: "dotted",
    StepState.WAITING: "heavy",
}

_BY_KIND = {
    NodeKind.GATE: "slanted",
    NodeKind.HUMAN: "heavy",
    NodeKind.APPROVAL: "heavy",
    NodeKind.START: "round",
    NodeKind.END: "round",
    NodeKind.STATE: "round",
    NodeKind.SUBFLOW: "sides",
    NodeKind.PARALLEL: "sides",
    NodeKind.BULK: "stacked",
}


def _frame_of(view: NodeView) -> str:
    """What is wrong shows in the border before what kind of node it is."""
    return _BY_STATE.get(view.state) or _BY_KIND.get(view.node.kind, "thin")


def _held(view: NodeView, picture: Picture) -> NodeView:
    """As it looked before its token came: untouched, or done from the visit before."""
    if view.visits > 1:
        return NodeView(view.node, StepState.DONE, view.row, visits=view.visits - 1)
    return NodeView(view.node)


def second_line(view: NodeView, now: Instant, room: int = 80) -> str:
    """How it stands, in a few words: what came of it and how long that took, whom it waits for, when it tries again.

    Where there is no `room` for both, what came of it is told.
    """
    took = f"{span(view.took)}" if view.took is not None else ""
    match view.state:
        case StepState.RUNNING | StepState.UNDOING:
            since = f" {span(now - view.began_at)}" if view.began_at is not None and now else ""
            return view.text or f"{STEP_LOOKS[view.state].word}{since}"
        case StepState.RETRYING:
            return (
                f"try {view.attempt + 1} {ahead(view.until, now)}" if view.until is not None and now else "tries again"
            )
        case StepState.WAITING | StepState.DOUBTFUL | StepState.FAILED | StepState.UNDO_FAILED:
            return view.text or STEP_LOOKS[view.state].word
        case StepState.SLEEPING:
            return ahead(view.until, now) if view.until is not None and now else "sleeps"
        case StepState.PENDING | StepState.NOT_REACHED:
            return f"{view.arrived} of {view.expected} here" if view.expected else view.text
        case _:
            both = f"{took}  {view.text}".strip()
            return (both if cell_width(both) <= room else view.text) or STEP_LOOKS[view.state].word
