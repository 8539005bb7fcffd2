"""VirtualTable: a list of any length that holds only the rows near the screen, and never moves under the reader.

Its owner says how many rows there are and gives those that are wanted; `draw` paints one row. Rows may be several lines
high, the same height within a span. The selection belongs to a row's id: when the list changes the selected row stays where
it is on the screen, and what came in above it is counted, not shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lexiconsole.tui.ink import ink, line
from lexiconsole.tui.keymap import MOVES
from lexiconsole.types import Instant

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Drawn", "Span", "VirtualTable"]

Row = TypeVar("Row")

_AHEAD = 50
"""Rows asked for beyond each edge of the screen."""

_KEPT = 2_000
"""Rows kept before those far away are let go."""


@dataclass(frozen=True, slots=True)
class Span:
    """So many rows, each so many lines high."""

    rows: int
    height: int = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a row is to be drawn. `focused`: the table has the keyboard."""

    width: int
    selected: bool
    marked: bool
    focused: bool


class VirtualTable(ScrollView, Generic[Row], can_focus=True):
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
        self._strips: dict[tuple[int, int, bool, bool, bool], list[Strip]] = {}
        self._cursor = 0
        self._selected: str | None = None
        self._touched = False
        self._wanted: tuple[int, int] = (0, 0)

    # for whoever makes a table of something

    def identity(self, row: Row) -> str:
        """What stays the same when the row's content changes."""
        return str(cast("Any", row).id)

    def draw(self, row: Row, how: Drawn) -> list[Strip]:
        """As many lines as the row's span says."""
        raise NotImplementedError

    @property
    def console(self) -> ConsoleApp:
        return cast("ConsoleApp", self.app)

    # what it shows

    def show(self, spans: Sequence[Span], first: int, rows: Sequence[Row], *, at: int | None = None) -> None:
        """What there is now, with `rows` from number `first` on. `at` is where the selected row stands now, None when it is
        gone; then the selection stays at its place in the list.
        """
        before, on_screen = self._cursor, self._top(self._cursor) - self.scroll_offset.y
        anchored = self.anchored
        self.spans, self.total = tuple(spans), sum(span.rows for span in spans)
        self._rows = {first + offset: row for offset, row in enumerate(rows)}
        self._strips.clear()
        self._wanted = (0, 0)
        self._cursor = max(0, min(before if at is None else at, self.total - 1))
        self.virtual_size = Size(self.size.width, self._lines())
        if at is not None and at != before and anchored:
            self.new_above += max(0, at - before)
            self._scroll(self._top(self._cursor) - on_screen)
        row = self.selected_row
        if row is not None and (at is None or self._selected is None):
            self._select(row)
        elif self.total == 0 and self._selected is not None:
            self._selected = None
            self.post_message(self.Moved(self))
        elif row is not None:
            self.post_message(self.Moved(self))  # the same row, with something new to say
        self.refresh()
        self._want()

    def show_all(self, rows: Sequence[Row], height: int = 1) -> None:
        """A list that is there as a whole."""
        at = next((n for n, row in enumerate(rows) if self.identity(row) == self._selected), None)
        self.show((Span(len(rows), height),), 0, rows, at=at)

    def fill(self, first: int, rows: Sequence[Row]) -> None:
        """Rows that were wanted."""
        if len(self._rows) > _KEPT:
            self._rows.clear()
        for offset, row in enumerate(rows):
            self._rows[first + offset] = row
        self._strips.clear()
        self._wanted = (0, 0)
        chosen = self.selected_row
        if chosen is not None and self.identity(chosen) != self._selected:
            self._select(chosen)
        self.refresh()

    def repaint(self) -> None:
        """Draws again what is there: the time went on."""
        self._strips.clear()
        self.refresh()

    def repaint_if_young(self, now: Instant) -> None:
        """Draws again if a time on the screen may read otherwise: each second while there is a young one, else seldom."""
        first, count = self.seen()
        ages = [now - at for n in range(first, first + count) if (at := self.moment(self._rows.get(n))) is not None]
        if any(abs(age) < 61 for age in ages) or (ages and int(now) % 15 == 0):
            self.repaint()

    def moment(self, row: Row | None) -> Instant | None:
        """The instant from which a row's time is reckoned, None when it shows none."""
        found: Instant | None = getattr(row, "changed_at", None)
        return found

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
    def anchored(self) -> bool:
        """Whether the reader took hold of the list: then what is on the screen stays where it is."""
        return self._touched or self.scroll_offset.y > 0

    def forget(self) -> None:
        """Another list comes: its first row is selected and nothing is marked."""
        self._touched, self._selected, self._cursor, self.new_above = False, None, 0, 0
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
        first, _ = self._at(top)
        last, _ = self._at(max(top, min(top + max(1, self.size.height), self._lines()) - 1))
        return first, max(1, last - first + 1)

    # moving

    def go(self, index: int, *, touched: bool = True) -> None:
        """Selects the row of that number."""
        self._touched = self._touched or touched
        index = max(0, min(index, self.total - 1))
        if self.total == 0:
            return
        self._cursor = index
        row = self.selected_row
        self._scroll_into_view()
        if row is None:
            self._selected = None
            self._want()
        else:
            self._select(row)
        self.refresh()

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
        if y >= self._lines():
            return
        self.go(self._at(y)[0])
        if event.chain == 2:
            self.post_message(self.Opened(self))

    def toggle_mark(self) -> None:
        """Marks the selected row, or takes its mark away, and goes one on."""
        if self._selected is None:
            return
        self.marks ^= {self._selected}
        self._strips.clear()
        self.post_message(self.Marked(self))
        self.go(self._cursor + 1)

    def unmark(self) -> None:
        self.marks.clear()
        self._strips.clear()
        self.refresh()
        self.post_message(self.Marked(self))

    def open(self) -> None:
        if self._selected is not None:
            self.post_message(self.Opened(self))

    # painting

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width  # what a scrollbar leaves
        place = y + self.scroll_offset.y
        if not self.total:
            return line([(f"  {self.empty}", ink(self.console.palette.dim))] if y == 0 else [], width)
        if place >= self._lines():
            return Strip.blank(width, self.rich_style)
        index, part = self._at(place)
        row = self._rows.get(index)
        if row is None:
            return line([(f"   {self.console.glyphs.dot}", ink(self.console.palette.dim))], width)
        selected = index == self._cursor
        key = (index, width, selected, self.identity(row) in self.marks, self.has_focus)
        strips = self._strips.get(key)
        if strips is None:
            strips = self._strips[key] = self.draw(row, Drawn(width, selected, key[3], self.has_focus))
        strip = strips[part] if part < len(strips) else Strip.blank(width)
        return strip.crop_extend(0, width, self.rich_style).apply_style(self.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        self._strips.clear()
        self.virtual_size = Size(self.size.width, self._lines())
        self._scroll_into_view()
        self._want()

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if round(new) <= 0 and self.new_above:
            self.new_above = 0
            self.post_message(self.Marked(self))
        self._want()

    # where rows stand

    def _lines(self) -> int:
        return sum(span.rows * span.height for span in self.spans)

    def _top(self, index: int) -> int:
        """The line on which a row begins."""
        top = 0
        for span in self.spans:
            if index < span.rows:
                return top + index * span.height
            top, index = top + span.rows * span.height, index - span.rows
        return top

    def _height(self, index: int) -> int:
        for span in self.spans:
            if index < span.rows:
                return span.height
            index -= span.rows
        return 1

    def _at(self, place: int) -> tuple[int, int]:
        """The row that has a line, and which of its lines that is."""
        before = 0
        for span in self.spans:
            lines = span.rows * span.height
            if place < lines:
                index, part = divmod(place, span.height)
                return before + index, part
            place, before = place - lines, before + span.rows
        return max(0, before - 1), 0

    def _scroll(self, top: int) -> None:
        self.scroll_to(y=max(0, min(top, self._lines() - self.size.height)), animate=False, force=True, immediate=True)

    def _scroll_into_view(self) -> None:
        top, height = self._top(self._cursor), self._height(self._cursor)
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
