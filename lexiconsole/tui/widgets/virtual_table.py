"""VirtualTable: a list of any length that holds only the rows near the screen, and never moves under the reader.

Its owner says how many rows there are and gives those that are wanted; `draw` paints one row. Rows may be several lines
high, the same height within a span. The selection belongs to a row's id: when the list changes the selected row stays where
it is on the screen, and what came in above it is counted, not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar, cast

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import ink, line
from lexiconsole.tui.keymap import MOVES
from lexiconsole.tui.widgets.ageing import reading
from lexiconsole.tui.widgets.painted import Painted
from lexiconsole.tui.widgets.spans import Span, at_line, height_of, lines_of, top_of
from lexiconsole.types import Instant

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Span", "VirtualTable"]

Row = TypeVar("Row")

_AHEAD = 50
"""Rows asked for beyond each edge of the screen."""

_KEPT = 2_000
"""Rows kept before those far away are let go."""

_Key: TypeAlias = tuple[int, Drawn, Style]


class VirtualTable(ScrollView, Painted, Generic[Row], can_focus=True):
    """`show` gives it what there is, `fill` the rows it asked for with `Wanted`."""

    DEFAULT_CSS = """
    VirtualTable { height: 1fr; background: $background; overflow-x: hidden; scrollbar-gutter: auto; }
    """

    class _Said(Message):
        def __init__(self, table: VirtualTable[Any]) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> VirtualTable[Any]:
            return self.table

    class Wanted(_Said):
        """Rows `first` up to `first + count` are about to be seen and not there."""

        def __init__(self, table: VirtualTable[Any], first: int, count: int) -> None:
            super().__init__(table)
            self.first, self.count = first, count

    class Moved(_Said):
        """Another row is selected, or none."""

    class Opened(_Said):
        """The selected row was opened, with enter or two clicks."""

    class Marked(_Said):
        """The marks changed, or how many rows came in above."""

    _moves: ClassVar[dict[str, str]] = {key: action for action, keys in MOVES for key in keys}

    def __init__(self, *, id: str | None = None, classes: str | None = None, empty: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self.empty = empty
        self.spans: tuple[Span, ...] = ()
        self.total = 0
        self.marks: set[str] = set()
        self.new_above = 0
        """Rows that came in above the screen since it last showed the top."""
        self._rows: dict[int, Row] = {}
        self._strips: dict[_Key, list[Strip]] = {}
        self._cursor, self._touched = 0, False
        self._selected: str | None = None
        self.awaited = False
        """Whether another list was announced and is still being read."""
        self._wanted: tuple[int, int] = (0, 0)
        self._reading: dict[int, tuple[object, ...]] = {}

    # for whoever makes a table of something

    def identity(self, row: Row) -> str:
        """What stays the same when the row's content changes."""
        return str(cast("Any", row).id)

    def draw(self, row: Row, how: Drawn) -> list[Strip]:
        """As many lines as `how.height` says."""
        raise NotImplementedError

    @property
    def console(self) -> ConsoleApp:
        return cast("ConsoleApp", self.app)

    # what it shows

    def show(self, spans: Sequence[Span], first: int, rows: Sequence[Row], *, at: int | None = None) -> None:
        """What there is now, with `rows` from number `first` on. `at` is where the selected row stands now, None when it is
        gone; then the selection stays at its place in the list.
        """
        self.awaited = False
        before, on_screen = self._cursor, top_of(self.spans, self._cursor) - self.scroll_offset.y
        anchored, old = self.anchored, (self.selected_row, self._rows)
        self.spans, self.total = tuple(spans), sum(span.rows for span in spans)
        self._rows = {first + offset: row for offset, row in enumerate(rows)}
        self._wanted = (0, 0)
        self._cursor = max(0, min(before if at is None else at, self.total - 1))
        self.virtual_size = Size(self.size.width, lines_of(self.spans))
        if at is not None and at != before and anchored:
            self.new_above += max(0, at - before)
            self._scroll(top_of(self.spans, self._cursor) - on_screen)
        row = self.selected_row
        if row is not None and (at is None or self._selected is None):
            self._select(row)
        elif self.total == 0 and self._selected is not None:
            self._selected = None
            self.post_message(self.Moved(self))
        elif row is not None and row != old[0]:
            self.post_message(self.Moved(self))  # the same row, with something new to say
        self._paint_changed(old[1])
        self._want()

    def _paint_changed(self, before: dict[int, Row]) -> None:
        """After rows were read anew."""
        rows = self._rows
        self._strips = {key: strips for key, strips in self._strips.items() if rows.get(key[0]) == before.get(key[0])}
        self.shows(self._face())

    def _face(self) -> list[object]:
        """What stands on each line of the screen, as far as it can differ from one moment to the next."""
        if not self.total:
            return [self.empty]
        top, end = self.scroll_offset.y, lines_of(self.spans)
        places = (at_line(self.spans, place) for place in range(top, min(top + self.size.height, end)))
        return [(self._rows.get(index), part, *self._state(index)) for index, part in places]

    def _state(self, index: int) -> tuple[bool, bool]:
        """Whether a row is selected, and whether it is marked."""
        row = self._rows.get(index)
        return index == self._cursor, row is not None and self.identity(row) in self.marks

    def show_all(self, rows: Sequence[Row], height: int = 1) -> None:
        """A list that is there as a whole."""
        at = next((n for n, row in enumerate(rows) if self.identity(row) == self._selected), None)
        self.show((Span(len(rows), height),), 0, rows, at=at)

    def fill(self, first: int, rows: Sequence[Row]) -> None:
        """Rows that were wanted."""
        before = {} if len(self._rows) > _KEPT else dict(self._rows)
        self._rows = {**before, **{first + offset: row for offset, row in enumerate(rows)}}
        self._wanted = (0, 0)
        chosen = self.selected_row
        if chosen is not None and self.identity(chosen) != self._selected:
            self._select(chosen)
        self._paint_changed(before)

    def repaint(self) -> None:
        """Draws again what is there: the time went on, or what rows are drawn with changed."""
        before, self._strips, self._ground = self._strips, {}, None
        if not (self.is_attached and self.total):
            self.refresh()
            return
        first, count = self.seen()
        self._paint_unlike(before, range(first, first + count))

    def _paint_unlike(self, before: Mapping[_Key, list[Strip]], rows: Iterable[int]) -> None:
        """Those of the rows that are drawn otherwise than before."""
        for index in rows:
            old = before.get(self._key(index))
            if old is None or old != self._drawn(index):
                self.paint_lines(top_of(self.spans, index) - self.scroll_offset.y, height_of(self.spans, index))

    def repaint_if_young(self, now: Instant) -> None:
        """Draws those rows again of which a time may read otherwise by now."""
        first, count = self.seen()
        seen = {n: row for n in range(first, first + count) if (row := self._rows.get(n)) is not None}
        before, self._reading = self._reading, {n: reading(self.moments(row), now) for n, row in seen.items()}
        others = {n for n, reading in self._reading.items() if reading != before.get(n)}
        if others:
            strips = self._strips
            self._strips = {key: drawn for key, drawn in strips.items() if key[0] not in others}
            self._paint_unlike(strips, others)

    def moments(self, row: Row) -> tuple[Instant | None, ...]:
        """The instants from which the times in a row are reckoned."""
        return (getattr(row, "changed_at", None),)

    @property
    def cursor(self) -> int:
        """The number of the selected row."""
        return self._cursor

    @property
    def selected(self) -> str | None:
        """The id of the selected row."""
        return self._selected

    @property
    def selected_row(self) -> Row | None:
        return self._rows.get(self._cursor)

    @property
    def coming(self) -> bool:
        """Whether the row that is selected is still being read."""
        return self.selected_row is None and (self.awaited or self.total > 0)

    @property
    def anchored(self) -> bool:
        """Whether the reader took hold of the list: then what is on the screen stays where it is."""
        return self._touched or self.scroll_offset.y > 0

    def forget(self) -> None:
        """Another list comes: its first row is selected and nothing is marked."""
        self._touched, self._selected, self._cursor, self.new_above, self.awaited = False, None, 0, 0, True
        self._rows.clear()
        self._strips.clear()
        self.marks.clear()
        self._scroll(0)

    @property
    def rows_at_hand(self) -> dict[int, Row]:
        """The rows that are loaded, by number."""
        return self._rows

    def seen(self) -> tuple[int, int]:
        """The first row on the screen and how many rows there are from it to the last one."""
        top = self.scroll_offset.y
        first, _ = at_line(self.spans, top)
        last, _ = at_line(self.spans, max(top, min(top + max(1, self.size.height), lines_of(self.spans)) - 1))
        return first, max(1, last - first + 1)

    # moving

    def go(self, index: int, *, touched: bool = True) -> None:
        """Selects the row of that number."""
        self._touched = self._touched or touched
        if not self.total:
            return
        self._cursor = max(0, min(index, self.total - 1))
        row = self.selected_row
        self._scroll_into_view()
        if row is None:
            self._selected = None
            self._want()
        else:
            self._select(row)
        self.shows(self._face())

    def on_key(self, event: events.Key) -> None:
        move = self._moves.get(event.key) or self._moves.get(event.character or "")
        if move is None:
            return
        first, count = self.seen()
        page = max(1, count - 1)
        if not first <= self._cursor < first + count:
            self._cursor = first  # what is selected was scrolled or pushed out of sight
        target = {
            "down": self._cursor + 1,
            "up": self._cursor - 1,
            "first": 0,
            "last": self.total - 1,
            "half_down": self._cursor + max(1, page // 2),
            "half_up": self._cursor - max(1, page // 2),
            "page_down": self._cursor + page,
            "page_up": self._cursor - page,
        }[move]
        event.stop()
        event.prevent_default()
        self.go(target)
        if move == "first":
            self._touched = False  # at the top what comes in is shown again

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or not self.total:
            return
        y = offset.y + self.scroll_offset.y
        if y >= lines_of(self.spans):
            return
        self.go(at_line(self.spans, y)[0])
        if event.chain == 2:
            self.post_message(self.Opened(self))

    def toggle_mark(self) -> None:
        """Marks the selected row, or takes its mark away, and goes one on."""
        if self._selected is None:
            return
        self.marks ^= {self._selected}
        self.post_message(self.Marked(self))
        self.go(self._cursor + 1)

    def unmark(self) -> None:
        self.marks.clear()
        self.shows(self._face())
        self.post_message(self.Marked(self))

    def open(self) -> None:
        if self._selected is not None:
            self.post_message(self.Opened(self))

    # painting

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width  # what a scrollbar leaves
        place = y + self.scroll_offset.y
        if not self.total:
            said = [(f"  {self.empty}", ink(self.console.palette.dim))] if y == 0 else []
            return line(said, width, ground=self.rich_style)
        if place >= lines_of(self.spans):
            return Strip.blank(width, self.rich_style)
        index, part = at_line(self.spans, place)
        strips = self._drawn(index)
        if strips is None:
            waits = [(f"   {self.console.glyphs.dot}", ink(self.console.palette.dim))]
            return line(waits, width, ground=self.rich_style)
        return strips[part] if part < len(strips) else Strip.blank(width, self.rich_style)

    def _key(self, index: int) -> _Key:
        """All that the drawing of a row depends on, but for the row itself and the time."""
        width, height = self.scrollable_content_region.width, height_of(self.spans, index)
        return index, Drawn(width, height, *self._state(index), self.has_focus), self.rich_style

    def _drawn(self, index: int) -> list[Strip] | None:
        """A row's lines; None while it is not there."""
        row = self._rows.get(index)
        if row is None:
            return None
        key = self._key(index)
        if key not in self._strips:
            _, how, ground = key
            drawn = self.draw(row, how)
            self._strips[key] = [strip.crop_extend(0, how.width, ground).apply_style(ground) for strip in drawn]
        return self._strips[key]

    def on_resize(self, event: events.Resize) -> None:
        self._strips.clear()
        self.virtual_size = Size(self.size.width, lines_of(self.spans))
        self._scroll_into_view()
        self._want()

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if round(new) <= 0 and self.new_above:
            self.new_above = 0
            self.post_message(self.Marked(self))
        self._want()

    def watch_show_vertical_scrollbar(self) -> None:
        self.vertical_scrollbar.position = self.scroll_y  # it may have been scrolled before there was a bar

    # where rows stand

    def _scroll(self, top: int) -> None:
        self.scroll_to(
            y=max(0, min(top, lines_of(self.spans) - self.size.height)), animate=False, force=True, immediate=True
        )

    def _scroll_into_view(self) -> None:
        top, height = top_of(self.spans, self._cursor), height_of(self.spans, self._cursor)
        if self._cursor == 0:
            self._scroll(0)
        elif self.size.height:
            self.scroll_to_region(Region(0, top, 1, height), animate=False, force=True, immediate=True, x_axis=False)

    def _select(self, row: Row) -> None:
        self._selected = self.identity(row)
        self.post_message(self.Moved(self))

    def _want(self) -> None:
        """Asks for rows near the screen that are not there, once."""
        if not self.total:
            return
        first, count = self.seen()
        wanted = range(first, min(self.total, first + count))
        missing = [index for index in (*wanted, self._cursor) if index not in self._rows]
        if not missing:
            return
        start = max(0, min(missing) - _AHEAD)
        end = min(self.total, max(min(missing) + count, first + count) + _AHEAD)
        if self._wanted[0] <= min(missing) and end <= self._wanted[1] + _AHEAD and self._wanted != (0, 0):
            return
        self._wanted = (start, end)
        self.post_message(self.Wanted(self, start, end - start))
