"""Drawing a saga's lanes: forward downwards on the left, what took effect in the middle, its undoing upwards on the right.

Nothing here knows of widgets: lanes and a size in, a page of cells out, with the places where the token stops.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.style import Style

from lexiconsole.tui.canvas import Canvas
from lexiconsole.tui.glyphs import Glyphs
from lexiconsole.tui.ink import ink
from lexiconsole.tui.palettes import Palette
from lexiconsole.tui.widgets.lane_room import WIDE, Columns, lines_above, rows_per_step
from lexiconsole.types import Instant
from lexiconsole.views.cells import cell_width, cut
from lexiconsole.views.durations import clock, span
from lexiconsole.views.lane_words import effect_of
from lexiconsole.views.lanes import Lanes, Need, Passage
from lexiconsole.views.safe import harmless
from lexiconsole.views.values import error_line
from lexiconsole.views.words import RED, STEP_LOOKS, VIOLET, Look, StepState

__all__ = ["LaneDrawing", "draw_lanes"]

Cell = tuple[int, int]
Stop = tuple[int, bool]

_LEFT_RAIL = 4
_ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}


@dataclass(slots=True)
class LaneDrawing:
    """`stops` are the cells where the token rests, `rows` the line of each step, `wires` where the free way across begins."""

    canvas: Canvas
    stops: dict[Stop, Cell] = field(default_factory=dict)
    rows: dict[int, int] = field(default_factory=dict)
    columns: Columns | None = None
    wires: dict[int, int] = field(default_factory=dict)

    def way(self, start: Stop, end: Stop) -> list[Cell]:
        """The cells between two stops: along a rail, or across where the saga turns round."""
        if start not in self.stops or end not in self.stops:
            return []
        (x0, y0), (x1, y1) = self.stops[start], self.stops[end]
        across = _between(max(x0, self.wires.get(start[0], x0) - 1) if x1 > x0 else x0, x1)
        return [(x, y0) for x in across] + [(x1, y) for y in _between(y0, y1)] or [(x1, y1)]


def _between(a: int, b: int) -> list[int]:
    """From one behind `a` to `b`."""
    return list(range(a + 1, b + 1)) if b > a else list(range(a - 1, b - 1, -1))


def draw_lanes(
    lanes: Lanes,
    width: int,
    height: int,
    *,
    now: Instant,
    glyphs: Glyphs,
    palette: Palette,
    frame: int = 0,
    chosen: int = -1,
    top: int = 0,
    found: frozenset[str] = frozenset(),
) -> LaneDrawing:
    """`frame` counts the spinner on, `chosen` is the selected step; `top` the first one drawn; `found` keys are marked."""
    return _Pen(lanes, width, height, now, glyphs, palette, frame, chosen, found).draw(top)


class _Pen:
    def __init__(
        self,
        lanes: Lanes,
        width: int,
        height: int,
        now: Instant,
        glyphs: Glyphs,
        palette: Palette,
        frame: int,
        chosen: int,
        found: frozenset[str],
    ) -> None:
        self._lanes, self._now, self._glyphs, self._palette = lanes, now, glyphs, palette
        self._frame, self._chosen, self._found = frame, chosen, found
        self._canvas = Canvas(width, height)
        self._columns = Columns.of(width, max((cell_width(harmless(step.key)) for step in lanes.steps), default=0))
        self._per = rows_per_step(len(lanes.steps), height)
        self._above = lines_above(len(lanes.steps), height)
        self._wide = width >= WIDE
        self._dim, self._faint = ink(palette.dim), ink(palette.faint)
        self._text, self._bright = ink(palette.text), ink(palette.bright, bold=True)
        self._violet = ink(palette.state(Look("", "", "", VIOLET)))
        self._red = ink(palette.state(Look("", "", "", RED)))

    def draw(self, top: int) -> LaneDrawing:
        drawing = LaneDrawing(self._canvas, columns=self._columns)
        for place in range(len(self._lanes.steps)):
            y = self._above + (place - top) * self._per
            drawing.rows[place] = y
            drawing.stops[place, False] = (_LEFT_RAIL, y)
            drawing.stops[place, True] = (self._columns.back, y)
        self._headings()
        self._rails(drawing)
        for place, step in enumerate(self._lanes.steps):
            y = drawing.rows[place]
            if self._above <= y < self._canvas.height:
                drawing.wires[place] = self._step(step, place, y)
        return drawing

    # the frame of it

    def _headings(self) -> None:
        columns, canvas = self._columns, self._canvas
        for y in range(max(0, self._above - 1), canvas.height):
            for x in {columns.middle, columns.end}:
                canvas.put(x, y, self._line("│", "|"), ink(self._palette.line))
        if not self._above:
            return
        down, up = ("v", "^") if self._glyphs.ascii_only else ("▼", "▲")
        canvas.put(2, 0, f"forward {down}", self._faint)
        middle = "took effect, under which key" if self._wide else "took effect"
        canvas.put(columns.middle + 2, 0, middle, self._faint, columns.end - columns.middle - 2)
        undoing = f"undoing {up} newest first" if self._lanes.newest_first else f"undoing {up}"
        room = columns.width - columns.back
        canvas.put(columns.back, 0, undoing if cell_width(undoing) <= room else f"undoing {up}", self._faint, room)

    def _rails(self, drawing: LaneDrawing) -> None:
        reached = set(self._lanes.path)
        lines = self._lanes.steps
        for place in range(1, len(lines)):
            y0, y1 = drawing.rows[place - 1], drawing.rows[place]
            gone = (place, False) in reached
            style = self._text if gone else self._dim
            for y in range(y0 + 1, y1):
                sign = self._line("│", "|") if gone else self._line("┊", ":")
                self._rail(_LEFT_RAIL, y, sign, style)
            if y1 - y0 > 1 and not (lines[place].group and lines[place].group == lines[place - 1].group):
                self._rail(_LEFT_RAIL, y1 - 1, self._line("▼", "v"), style)
        self._way_back(drawing, reached)

    def _way_back(self, drawing: LaneDrawing, reached: set[Stop]) -> None:
        order = [place for place, _ in self._unwinding()]
        if not order:
            return
        turn = self._turn_place()
        bottom = drawing.rows[turn] if turn is not None else drawing.rows[order[0]]
        for y in range(drawing.rows[order[-1]] + 1, bottom):
            beyond = [place for place in order if drawing.rows[place] < y]
            gone = any((place, True) in reached for place in beyond)
            self._rail(
                self._columns.back,
                y,
                self._line("│", "|") if gone else self._line("┊", ":"),
                self._violet if gone else self._dim,
            )
        for place in order:
            y, gone = drawing.rows[place], (place, True) in reached
            if y + 1 < bottom and self._per > 1:
                self._rail(self._columns.back, y + 1, self._line("▲", "^"), self._violet if gone else self._dim)

    def _rail(self, x: int, y: int, sign: str, style: Style) -> None:
        if y >= self._above:
            self._canvas.put(x, y, sign, style)

    def _unwinding(self) -> list[tuple[int, int]]:
        """(place, order) of the steps that are undone, the first to be undone first."""
        found = [(place, step.undo.order) for place, step in enumerate(self._lanes.steps) if step.undo.order]
        return sorted(found, key=lambda each: each[1])

    def _turn_place(self) -> int | None:
        return next((place for place, step in enumerate(self._lanes.steps) if step.turned_here), None)

    # one step

    def _step(self, step: Passage, place: int, y: int) -> int:
        """Draws it; gives the column behind what is written on the left."""
        if place == self._chosen:
            for row in range(y, min(y + min(self._per, 2), self._canvas.height)):
                for x in range(self._canvas.width):
                    self._canvas.tint(x, row, ink(back=self._palette.chosen))
            self._canvas.put(0, y, self._glyphs.cursor, ink(self._palette.accent, back=self._palette.chosen))
        end = self._forward(step, y, place)
        self._effect(step, y, end, place)
        self._undoing(step, y, place)
        return end + 1

    def _forward(self, step: Passage, y: int, place: int) -> int:
        put, limit = self._put(place), self._columns.middle - 1
        look = STEP_LOOKS[step.state]
        style = ink(self._palette.state(look))
        quiet = step.state in (StepState.NOT_REACHED, StepState.PENDING)
        put(1, y, f"{step.number:>2}", self._dim)
        if step.group:
            put(_LEFT_RAIL - 1, y, self._bracket(place), self._faint)
        put(_LEFT_RAIL, y, self._mark(step.state), style)
        name = harmless(step.key)
        sought = ink(self._palette.key, bold=True, underline=True)
        named = sought if step.key in self._found else self._faint if quiet else self._bright
        end = put(_LEFT_RAIL + 2, y, name, named, limit - _LEFT_RAIL - 2)
        said = self._beside(step)
        free = self._columns.end - 1 if step.state is StepState.NOT_REACHED else limit  # nothing stands in the middle
        room = free - end - 1
        if said and cell_width(said) <= room:
            end = put(
                end + 2 if room > cell_width(said) else end + 1, y, said, style if step.tries > 1 else self._faint
            )
        if self._per > 1:
            self._under_forward(step, y + 1, put, limit)
        return end

    def _beside(self, step: Passage) -> str:
        match step.state:
            case StepState.NOT_REACHED:
                return "not reached"
            case StepState.PENDING:
                return _nature(step)
            case StepState.DOUBTFUL:
                return "nobody knows"
            case _:
                tries = f"{step.tries} tries" if step.tries > 1 else ""
                took = span(step.took) if step.took is not None else ""
                return "  ".join(part for part in (_nature(step), took, tries) if part)

    def _under_forward(self, step: Passage, y: int, put: _Put, limit: int) -> None:
        x, room = _LEFT_RAIL + 2, limit - _LEFT_RAIL - 2
        if step.state is StepState.RETRYING and step.until is not None:
            put(x, y, f"next try {self._countdown(step.until)}", ink(self._palette.state(STEP_LOOKS[step.state])), room)
        elif step.error is not None and step.state is StepState.FAILED:
            free = self._columns.width - x if step.turned_here and not step.undo.order else room
            put(x, y, error_line(step.error), self._red, free)
        elif step.pivot and step.row is not None:
            put(x, y, "no way back behind it", self._dim, room)
        elif step.group:
            put(x, y, harmless(step.group), self._dim, room)

    def _effect(self, step: Passage, y: int, end: int, place: int) -> None:
        """The wire from what was done to what undoes it, with the effect written on it."""
        put, columns = self._put(place), self._columns
        if step.turned_here and not step.undo.order:
            self._turn(y, end, put)
            return
        happened = step.undo.need is not Need.NOT_DONE
        if not happened:
            return
        undone = step.undo.need is Need.DONE
        wire = self._dim if undone or not step.in_effect else self._text
        for x in range(end + 1, columns.middle):
            put(x, y, self._line("─", "-"), wire)
        put(columns.middle, y, self._line("┤", "|"), wire)
        room = columns.end - columns.middle - 3
        told = effect_of(step.effect, room, but=self._lanes.run_id) or "done"
        style = ink(self._palette.faint if undone else self._palette.text)
        if room > 0:
            put(columns.middle + 2, y, told, style, room)
        if self._per > 1 and self._wide:
            put(columns.middle + 2, y + 1, harmless(step.idempotency), self._dim, columns.end - columns.middle - 3)
        if step.undo.key:
            put(columns.end, y, self._line("├─►", "->"), wire)

    def _turn(self, y: int, end: int, put: _Put) -> None:
        columns = self._columns
        for x in range(end + 1, columns.back):
            crossing = x in (columns.middle, columns.end)
            put(x, y, self._line("╪" if crossing else "═", "="), self._violet)
        if self._unwinding():
            put(columns.back, y, self._line("╝", "^"), self._violet)
        at = self._lanes.turned_at
        said = f"turned round{f' {clock(at)}' if at is not None else ''}"
        if cell_width(said) > columns.width - columns.back - 4:
            said = "turned round"
        put(columns.back + 3, y, said, self._violet)

    def _undoing(self, step: Passage, y: int, place: int) -> None:
        put, x, undo = self._put(place), self._columns.back, step.undo
        room = self._columns.width - x - 3
        if step.turned_here and not undo.order:
            return
        if undo.need in _SAID:
            stays = undo.need is Need.NOT_YET and not self._lanes.may_turn
            word = undo.need.value if stays else _SAID[undo.need]
            put(x, y, word if undo.need is not Need.NOT_YET or undo.key else "", self._dim)
            return
        if undo.need is Need.NOT_DONE:
            return
        look = _LOOKS[undo.need]
        style = ink(self._palette.state(look), bold=undo.need is Need.GAVE_UP)
        put(x, y, self._mark(StepState.UNDOING) if undo.need is Need.NOW else self._glyphs.state(look), style)
        name = f"undo {harmless(step.key)}" if self._wide else harmless(step.key)
        order, *said = (part for part in self._undo_words(step) if part)
        name = cut(name, max(8, room - cell_width("  ".join(said)) - 3))  # how it went is said in full
        end = put(x + 3, y, name, self._bright if undo.need is not Need.DUE else self._text, room)
        words, left = "  ".join((order, *said)), self._columns.width - end - 3
        put(end + 2, y, words if cell_width(words) <= left else "  ".join(said), style, left)
        if self._per > 1:
            self._under_undo(step, x + 3, y + 1, put)

    def _undo_words(self, step: Passage) -> tuple[str, ...]:
        undo = step.undo
        order = _ORDINALS.get(undo.order, f"{undo.order}th")
        tries = f"try {undo.tries}" if undo.tries > 1 else ""
        match undo.need:
            case Need.DONE:
                took = span(undo.took) if undo.took is not None else ""
                return order, "by hand" if undo.by_hand else took, tries
            case Need.NOW:
                return order, "undoing", tries
            case Need.GAVE_UP:
                return order, "NOT UNDONE", tries
            case Need.LEFT:
                return order, "LEFT AS IT IS"
            case _:
                return order, "pending"

    def _under_undo(self, step: Passage, x: int, y: int, put: _Put) -> None:
        undo, room = step.undo, self._columns.width - x
        if undo.until is not None and undo.need is Need.NOW:
            put(x, y, f"{error_line(undo.error, 30)}, next try {self._countdown(undo.until)}", self._faint, room)
        elif undo.need in (Need.GAVE_UP, Need.LEFT):
            put(x, y, (undo.said and f"“{harmless(undo.said)}”") or error_line(undo.error), self._red, room)
        elif undo.said:
            put(x, y, f"“{harmless(undo.said)}”", self._faint, room)
        elif undo.need is Need.DONE and self._wide:
            put(x, y, harmless(step.undo_idempotency), self._dim, room)

    # small things

    def _put(self, place: int) -> _Put:
        return _Put(self._canvas, self._palette.chosen if place == self._chosen else "")

    def _mark(self, state: StepState) -> str:
        if state in (StepState.RUNNING, StepState.UNDOING):
            return self._glyphs.spinner[self._frame % len(self._glyphs.spinner)]
        return self._glyphs.state(STEP_LOOKS[state])[:1]

    def _bracket(self, place: int) -> str:
        steps, group = self._lanes.steps, self._lanes.steps[place].group
        first = place == 0 or steps[place - 1].group != group
        last = place == len(steps) - 1 or steps[place + 1].group != group
        return self._line("╶" if first and last else "┌" if first else "└" if last else "├", "[")

    def _countdown(self, until: Instant) -> str:
        left = max(0, round(until - self._now))
        return f"in {left // 60}:{left % 60:02d}" if left else "now"

    def _line(self, sign: str, plain: str) -> str:
        return plain if self._glyphs.ascii_only else sign


def _nature(step: Passage) -> str:
    return "pivot" if step.pivot else "read-only" if step.read_only else ""


@dataclass(frozen=True, slots=True)
class _Put:
    """`canvas.put` on the ground of the selected row, if it is that."""

    canvas: Canvas
    ground: str

    def __call__(self, x: int, y: int, text: str, style: Style, room: int | None = None) -> int:
        return self.canvas.put(x, y, text, style + ink(back=self.ground) if self.ground else style, room)


_SAID = {
    Need.NONE: "nothing to undo",
    Need.FINAL: "cannot be undone",
    Need.NOT_YET: "can be undone",
}
_LOOKS = {
    Need.DUE: STEP_LOOKS[StepState.PENDING],
    Need.NOW: STEP_LOOKS[StepState.UNDOING],
    Need.DONE: STEP_LOOKS[StepState.UNDONE],
    Need.GAVE_UP: STEP_LOOKS[StepState.UNDO_FAILED],
    Need.LEFT: STEP_LOOKS[StepState.UNDO_FAILED],
}
