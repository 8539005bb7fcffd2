"""LanesView: the picture of a saga on the screen: selection, the token on its way, a spinner for what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lexiconsole.tui.ink import ink
from lexiconsole.tui.keymap import MOVES
from lexiconsole.tui.widgets.lane_drawing import LaneDrawing, Stop, draw_lanes
from lexiconsole.tui.widgets.lane_room import lines_above, rows_per_step
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.lanes import Lanes, Need
from lexiconsole.views.words import VIOLET, Look, StepState

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["LanesView"]

_TRAIL = 4
_MOVING = frozenset({StepState.RUNNING, StepState.UNDOING})


class LanesView(Widget, can_focus=True):
    """`show` gives it lanes; `hop` lets the token travel between two stops, `part` of the way."""

    DEFAULT_CSS = """
    LanesView { height: 1fr; }
    """

    class Moved(Message):
        """Another step is selected."""

    class Opened(Message):
        """The selected step was opened."""

    _moves: ClassVar[dict[str, str]] = {key: action for action, keys in MOVES for key in keys}

    def __init__(self) -> None:
        super().__init__()
        self.lanes = Lanes("", "", RunStatus.PENDING)
        self.chosen = 0
        self.found: frozenset[str] = frozenset()
        """Keys of the steps that have what is sought."""
        self._touched = False
        self._now: Instant = 0.0
        self._frame = 0
        self._hop: tuple[Stop, Stop, float] | None = None
        self._drawing: LaneDrawing | None = None
        self._strips: dict[int, Strip] = {}

    # what it shows

    @property
    def moving(self) -> bool:
        """Whether something in it turns while nothing happens."""
        steps = self.lanes.steps
        return any(step.state in _MOVING or (step.undo.need is Need.NOW and not step.undo.until) for step in steps)

    def show(self, lanes: Lanes, now: Instant) -> None:
        """Other lanes, or the same ones a second later. Until a key moved it, the selection goes where something is."""
        before = self.lanes
        self.lanes, self._now = lanes, now
        if not self._touched:
            self.chosen = _interesting(lanes)
        self.chosen = min(self.chosen, max(0, len(lanes.steps) - 1))
        self.repaint()
        if before.steps[self.chosen : self.chosen + 1] != lanes.steps[self.chosen : self.chosen + 1]:
            self.post_message(self.Moved())

    def hop(self, start: Stop | None, end: Stop | None, part: float) -> None:
        """The token is on its way; with None it rests at the end of the path."""
        hop = (start, end, part) if start is not None and end is not None else None
        if hop != self._hop:
            self._hop = hop
            self._strips.clear()
            self.refresh()

    def spin(self, frame: int) -> None:
        if frame != self._frame:
            self._frame = frame
            self.repaint()

    def mark_found(self, found: frozenset[str]) -> None:
        if found != self.found:
            self.found = found
            self.repaint()

    def repaint(self) -> None:
        self._drawing = None
        self._strips.clear()
        self.refresh()

    # drawing

    def render_line(self, y: int) -> Strip:
        if y not in self._strips:
            if self._drawing is None:
                self._draw()
            assert self._drawing is not None
            canvas = self._drawing.canvas
            strip = canvas.row(y) if y < canvas.height else Strip.blank(self.size.width)
            self._strips[y] = self._with_token(strip, y)
        return self._strips[y].apply_style(self.rich_style)

    def _draw(self) -> None:
        app = cast("ConsoleApp", self.app)
        width, height = self.size
        per = rows_per_step(len(self.lanes.steps), height)
        above = lines_above(len(self.lanes.steps), height)
        fits = max(1, (height - above - min(per, 2)) // per + 1)  # the last one needs no line to the next
        top = max(0, min(self.chosen - fits + 1, len(self.lanes.steps) - fits))
        chosen = self.chosen if self.has_focus else -1
        self._drawing = draw_lanes(
            self.lanes,
            width,
            height,
            now=self._now,
            glyphs=app.glyphs,
            palette=app.palette,
            frame=self._frame,
            chosen=chosen,
            top=top,
            found=self.found,
        )

    def _with_token(self, strip: Strip, y: int) -> Strip:
        """The token and its trail laid over a line."""
        assert self._drawing is not None
        if self._hop is None:
            return strip
        start, end, part = self._hop
        way = self._drawing.way(start, end)
        if not way:
            return strip
        app = cast("ConsoleApp", self.app)
        at = min(len(way) - 1, int(part * len(way)))
        colour = app.palette.state(Look("", "", "", VIOLET)) if end[1] else app.palette.moving
        for place in range(max(0, at - _TRAIL), at + 1):
            x, row = way[place]
            if row == y and 0 <= x < strip.cell_length:
                head = place == at
                sign = app.glyphs.mark if head else self._drawing.canvas.sign(x, y) or " "
                dot = Strip([Segment(sign, self._drawing.canvas.style(x, y) + ink(colour, bold=head))], 1)
                strip = Strip.join([strip.crop(0, x), dot, strip.crop(x + 1)])
        return strip

    # moving in it

    def jump_places(self) -> Iterator[tuple[int, int, Callable[[], object]]]:
        """The cell of each step that is seen, and what goes there."""
        rows = self._drawing.rows if self._drawing is not None else {}
        for place, y in rows.items():
            if 2 <= y < self.size.height:
                yield 0, y, partial(self._jump, place)

    def _jump(self, place: int) -> None:
        self.focus()
        self.choose(place)

    def on_key(self, event: events.Key) -> None:
        steps = {"down": 1, "up": -1, "half_down": 3, "half_up": -3, "page_down": 5, "page_up": -5}
        move = self._moves.get(event.key, "")
        last = len(self.lanes.steps) - 1
        if move in steps:
            self.choose(self.chosen + steps[move])
        elif move in ("first", "last"):
            self.choose(0 if move == "first" else last)
        else:
            return
        event.stop()

    def choose(self, place: int) -> None:
        place = max(0, min(place, len(self.lanes.steps) - 1))
        self._touched = True
        if place != self.chosen:
            self.chosen = place
            self.repaint()
            self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        if self._drawing is None:
            return
        rows = [(y, place) for place, y in self._drawing.rows.items() if y <= event.y]
        if rows:
            self.choose(max(rows)[1])
            if event.chain > 1:
                self.post_message(self.Opened())

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def on_resize(self) -> None:
        self.repaint()


def _interesting(lanes: Lanes) -> int:
    """Where something waits for a person, else what is under way, else what failed, else the last that was reached."""
    for needs in ((Need.GAVE_UP,), (Need.NOW,)):
        for place, step in enumerate(lanes.steps):
            if step.undo.need in needs:
                return place
    for states in ((StepState.DOUBTFUL,), (StepState.FAILED, StepState.RETRYING), (StepState.RUNNING,)):
        for place, step in enumerate(lanes.steps):
            if step.state in states:
                return place
    return lanes.path[-1][0] if lanes.path else 0
