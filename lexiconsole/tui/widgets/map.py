"""MapView: the graph of a run, live. Tokens travel along the drawn lines; everything else is painted only when it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from lexiconsole.durable.outline import Outline
from lexiconsole.tui.flights import Flight, Flights, UnderWay
from lexiconsole.tui.ink import ink, line
from lexiconsole.tui.keymap import with_keys
from lexiconsole.tui.motion import Motion
from lexiconsole.tui.widgets.map_ink import Sheet, Sight, painted
from lexiconsole.tui.widgets.map_marks import MapMarks
from lexiconsole.tui.widgets.map_places import MARGIN, best_zoom, likely_zooms, neighbour
from lexiconsole.views.layout.drawing import Drawing
from lexiconsole.views.layout.outlined import PLAIN, ZOOMS, drawing_of
from lexiconsole.views.picture import Picture
from lexiconsole.views.words import STEP_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["MapView"]

_TRAIL = 4  # cells behind a token
_SETTLE = 0.1  # seconds between two looks at what arrived meanwhile; tokens themselves move with every frame

Overlay = dict[int, dict[int, tuple[str, Style]]]


class MapView(MapMarks, can_focus=True):
    """`show` gives it a picture; positions depend on the outline and the zoom alone. `clock` counts seconds for motion."""

    DEFAULT_CSS = """
    MapView { background: $background; height: 1fr; scrollbar-gutter: auto; }
    """

    class Selected(Message):
        """Another node is selected; "" for none."""

        def __init__(self, map: MapView, key: str) -> None:
            super().__init__()
            self.map, self.key = map, key

        @property
        def control(self) -> MapView:
            return self.map

    class Opened(Message):
        """The selected node was opened, with enter or two clicks."""

        def __init__(self, map: MapView, key: str) -> None:
            super().__init__()
            self.map, self.key = map, key

        @property
        def control(self) -> MapView:
            return self.map

    class Fitted(Message):
        """It has another size, and maybe another zoom."""

    _steps: ClassVar[dict[str, tuple[int, int]]] = {
        "down": (0, 1),
        "j": (0, 1),
        "up": (0, -1),
        "k": (0, -1),
        "left": (-1, 0),
        "h": (-1, 0),
        "right": (1, 0),
        "l": (1, 0),
    }

    def __init__(self, clock: Callable[[], float], *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.clock, self.flights = clock, Flights(clock)
        self.picture = Picture()
        self.zoom: int | None = None
        """0 to 3, None for the largest that fits."""
        self.selected, self.follow, self.playing = "", True, True
        self.moment: float | None = None  # what counts as now for what is shown; None: now
        self.drawing: Drawing | None = Drawing()
        self._drawn_for: tuple[Outline, int] | None = None
        self._sheet, self._overlay = Sheet(), Overlay()
        self._held, self._painted_at = UnderWay(), 0.0
        self._strips: dict[int, Strip] = {}
        self._ground = Style.null()  # under everything; asking for it costs as much as a row
        self._timer: Timer | None = None
        self._pace = 0.0

    @property
    def console(self) -> ConsoleApp:
        return cast("ConsoleApp", self.app)

    # what it shows

    def show(self, picture: Picture, *, play: bool = True) -> None:
        """`play`: hops that are new travel; otherwise it stands as it stands, as for a moment of the past."""
        first = picture.outline is not self.picture.outline and picture.outline != self.picture.outline
        self.picture = picture
        if first or self.drawing is None:
            self._lay_out()
        if first or not play or not self.playing or self.console.motion is Motion.OFF:
            self.flights.reset(picture)
        else:
            self.flights.take(picture)
        lost = self.selected not in picture.nodes
        if lost or (self.follow and play and picture.current and not self._user_chose):
            self.select(picture.current)
        self.repaint()
        if self.follow and self.selected:
            self.reveal(self.selected)

    _user_chose = False

    @property
    def shown_zoom(self) -> int:
        return self._drawn_for[1] if self._drawn_for is not None else PLAIN

    def prepare(self, outline: Outline) -> None:
        """Safe on any thread: lays it out, so that showing it later takes no time."""
        for zoom in (*likely_zooms(outline), *(() if self.zoom is None else (self.zoom,))):
            drawing_of(outline, zoom)

    def _lay_out(self) -> None:
        outline = self.picture.outline
        zoom = self.zoom if self.zoom is not None else best_zoom(outline, self.size)
        if self._drawn_for == (outline, zoom):
            return
        self._drawn_for = (outline, zoom)
        self.drawing = drawing_of(outline, zoom)
        drawing = self.drawing or Drawing()
        self.flights.draw({number: len(route.cells) for number, route in drawing.routes.items()})
        self._place()

    def _place(self) -> None:
        drawing = self.drawing or Drawing()
        self.virtual_size = Size(drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN)

    def select(self, key: str, *, tell: bool = True) -> None:
        if key == self.selected:
            return
        self.selected = key
        self.repaint()
        if tell:
            self.post_message(self.Selected(self, key))

    def reveal(self, key: str) -> None:
        """Scrolls so that the node stands in the middle, if it is not well in sight."""
        box = (self.drawing or Drawing()).boxes.get(key)
        if box is None or not self.size.width:
            return
        x, y = box.x + MARGIN, box.y + MARGIN
        left, top = self.scroll_offset
        in_sight = left <= x and x + box.width <= left + self.size.width
        in_sight = in_sight and top + 1 <= y and y + box.height + 1 <= top + self.size.height
        if not in_sight:
            self.scroll_to(
                max(0, x + box.width // 2 - self.size.width // 2),
                max(0, y + box.height // 2 - self.size.height // 2),
                animate=False,
                force=True,
                immediate=True,
            )

    def set_zoom(self, zoom: int) -> None:
        """Keeps the selected node in sight."""
        self.zoom = max(ZOOMS[0], min(ZOOMS[-1], zoom))
        self._lay_out()
        self.repaint()
        self.reveal(self.selected)

    # painting

    def repaint(self) -> None:
        """Paints everything anew and refreshes the rows that look different now."""
        if not self.is_attached:
            return
        before = self._sheet.rows
        if self._ground != self.rich_style:
            self._ground, before = self.rich_style, {}
            self._strips.clear()
        self._held, self._painted_at = self.flights.under_way(), self.clock()
        now = self.console.now() if self.moment is None else self.moment
        sight = Sight(self.shown_zoom, self.selected, self.has_focus_within, self._held, now, self.found)
        drawing = self.drawing or Drawing()
        self._sheet = painted(drawing, self.picture, sight, self.console.palette, self.console.glyphs)
        self._overlay = self._moving()
        rows = before.keys() | self._sheet.rows.keys()
        self._refresh_rows({row for row in rows if before.get(row) != self._sheet.rows.get(row)})
        self._set_pace()

    def _moving(self) -> Overlay:
        """Tokens with their trails, and the frames of spinners, at this moment."""
        overlay: Overlay = {}
        now = self.clock()
        glyphs, palette = self.console.glyphs, self.console.palette
        frames = glyphs.spinner
        turn = self.console.motion.turn
        frame = frames[int(now / turn) % len(frames)] if turn else frames[0]
        for x, y in self._sheet.spinners:
            sign = self._sheet.rows[y].get(x)
            if sign is not None:
                overlay.setdefault(y, {})[x] = (frame, sign[1])
        drawing = self.drawing or Drawing()
        for flight in self.flights.flying() if self.playing else ():
            route = drawing.routes.get(flight.edge)
            if route is not None:
                self._fly(overlay, flight, route.cells, now, palette.gold, palette.state(STEP_LOOKS[StepState.UNDOING]))
        return overlay

    def _fly(
        self, overlay: Overlay, flight: Flight, cells: tuple[tuple[int, int], ...], now: float, gold: str, violet: str
    ) -> None:
        place = min(len(cells) - 1, int(flight.progress(now) * len(cells)))
        colour = violet if flight.back else gold
        mark = self.console.glyphs.mark
        trail = _TRAIL if self.console.motion is Motion.FULL else 0
        for behind in range(min(trail, place), -1, -1):
            x, y = cells[place - behind]
            if behind == 0:
                row = overlay.setdefault(y, {})
                other = row.get(x)
                row[x] = (_several(other[0]) if other else mark, ink(colour, bold=True))
            else:
                sign = self._sheet.rows[y].get(x)
                if sign is not None and x not in overlay.get(y, {}):
                    overlay.setdefault(y, {})[x] = (
                        "•" if behind < 3 and not self._ascii else sign[0],
                        ink(colour, dim=behind > 1),
                    )

    @property
    def _ascii(self) -> bool:
        return self.console.glyphs.ascii_only

    def _refresh_rows(self, rows: set[int]) -> None:
        top = self.scroll_offset.y
        for row in rows:
            self._strips.pop(row, None)
            y = row + MARGIN - top
            if 0 <= y < self.size.height:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.drawing is None:
            said = with_keys("  no clean drawing was found for this graph; {view} shows it as a rail") if y == 1 else ""
            return line([(said, ink(self.console.palette.faint))], width).apply_style(self.rich_style)
        row = y + self.scroll_offset.y - MARGIN
        strip = self._strips.get(row)
        if strip is None:
            strip = self._strips[row] = self._strip(row)
        left = self.scroll_offset.x - self.indent
        if left < 0:
            strip = Strip([Segment(" " * -left, self._ground), *strip.crop(0, max(0, width + left))])
            left = 0
        return strip.crop_extend(left, left + width, self._ground)

    def _strip(self, row: int) -> Strip:
        signs = self._sheet.rows.get(row, {})
        over = self._overlay.get(row)
        if over:
            signs = {**signs, **over}
        if not signs:
            return Strip.blank(self.virtual_size.width, self._ground)
        segments: list[Segment] = []
        text, style = " " * MARGIN, Style.null()
        column = 0
        for x in sorted(signs):
            sign, own = signs[x]
            if x > column:
                if style != Style.null():
                    segments.append(Segment(text, style))
                    text, style = "", Style.null()
                text += " " * (x - column)
            if own is not style:
                if text:
                    segments.append(Segment(text, style))
                text, style = "", own
            text += sign
            column = x + 1
        segments.append(Segment(text, style))
        return Strip(segments).apply_style(self._ground)

    # motion

    def _set_pace(self) -> None:
        """One timer, as fast as what moves needs; none while nothing does."""
        flying = self.playing and (self.flights.moves or self._held != UnderWay())  # what arrived is to be painted
        motion = self.console.motion
        turns = motion.turn if self._sheet.spinners else 0.0
        pace = motion.frame if flying else turns or (1.0 if self._sheet.counts_down else 0.0)
        if pace == self._pace:
            return
        if self._timer is not None:
            self._timer.stop()
        self._pace = pace
        self._timer = self.set_interval(pace, self._frame) if pace else None

    def _frame(self) -> None:
        before = self._overlay
        self.flights.flying()  # forgets those that arrived, so that the last arrival is painted before the timer stops
        settled = not self.flights.moves or self.clock() - self._painted_at >= _SETTLE
        if settled and (self._held != self.flights.under_way() or self._sheet.counts_down):
            self.repaint()
        else:
            self._overlay = self._moving()
        changed = {row for row in before.keys() | self._overlay.keys() if before.get(row) != self._overlay.get(row)}
        self._refresh_rows(changed)
        self._set_pace()

    def on_show(self) -> None:
        self.repaint()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._ground != self.rich_style:  # another theme
            self.repaint()

    def halt(self) -> None:
        """Nobody looks: no timer."""
        if self._timer is not None:
            self._timer.stop()
        self._timer, self._pace = None, 0.0

    # keys and mouse

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self._place()
        self._strips.clear()
        self.repaint()
        if self.follow:
            self.reveal(self.selected)
        self.post_message(self.Fitted())

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def on_key(self, event: events.Key) -> None:
        step = self._steps.get(event.key)
        if event.key == "enter":
            self.open(self.selected)
        elif event.key in ("g", "home", "G", "end"):
            keys = list((self.drawing or Drawing()).boxes)
            if keys:
                self.choose(keys[0] if event.key in ("g", "home") else keys[-1])
        elif step is not None:
            self.choose(neighbour(self.drawing or Drawing(), self.selected, step))
        else:
            return
        event.stop()
        event.prevent_default()

    def choose(self, key: str) -> None:
        """A person selects a node: the selection stays there until the token is followed again."""
        if key:
            self._user_chose = True
            self.select(key)
            self.reveal(key)

    def open(self, key: str) -> None:
        self.post_message(self.Opened(self, key))

    def chase(self) -> None:
        """Follows the token again."""
        self.follow, self._user_chose = True, False
        self.select(self.picture.current)
        self.reveal(self.selected)

    def node_at(self, x: int, y: int) -> str:
        """The node under a cell of the view."""
        cell = (x + self.scroll_offset.x - MARGIN - self.indent, y + self.scroll_offset.y - MARGIN)
        return next((key for key, box in (self.drawing or Drawing()).boxes.items() if box.holds(cell)), "")

    def watch_scroll_x(self, old: float, new: float) -> None:
        super().watch_scroll_x(old, new)
        self.refresh()

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        self.refresh()


def _several(sign: str) -> str:
    """Two tokens on one cell are a 2, three a 3."""
    return str(min(9, int(sign) + 1)) if sign.isdigit() else "2"
