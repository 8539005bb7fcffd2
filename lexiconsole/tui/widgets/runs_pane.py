"""RunsPane: the list of runs with its filter, its order and its jumps. It reads the store itself, a stretch at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from lexiconsole.durable.rows import RunRow
from lexiconsole.errors import LexiconsoleError
from lexiconsole.tui.keymap import with_keys
from lexiconsole.tui.run_row import spans_of
from lexiconsole.tui.screens.dashboard_shape import NEEDED_FIRST, title_of
from lexiconsole.tui.throttle import Throttle
from lexiconsole.tui.widgets.painted import clicked, entitle, titled
from lexiconsole.tui.widgets.run_table import RunTable
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import RunStatus
from lexiconsole.views.board import AT_FIRST, Board, next_of, read_board
from lexiconsole.views.many import many
from lexiconsole.views.run_filter import Filter, read_filter

if TYPE_CHECKING:
    from lexiconsole.app.grouping import Column, GroupRow
    from lexiconsole.app.look import Look, RunQuery
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.widgets.run_groups import Grouping

__all__ = ["RunsPane"]

_EVERY = 0.1
"""Seconds between two reads of the list while runs move."""

_GROUPS_EVERY = 5.0
"""The same of groups: all runs are gone through for them."""

_AROUND = 40
"""Rows read beyond each edge of the screen."""

_NONE_YET, _NONE_LIKE_THAT = "no runs yet: {start} starts one", "no run is like that: {close} takes the filter away"


class RunsPane(Vertical):
    """`apply` sets the filter as if it had been typed."""

    DEFAULT_CSS = """
    RunsPane { height: 1fr; }
    RunsPane > Input { padding: 0 1; background: $panel; }
    """

    class Filtered(Message):
        """Another filter is on, or what is being typed is none: then `fault` of the pane says why."""

    class Came(Message):
        """The list was read, and shows it."""

    def __init__(self, *, classes: str) -> None:
        super().__init__(classes=classes)
        self.table = RunTable(empty=with_keys(_NONE_YET))
        self.filter = Filter()
        self.text = ""
        self.fault = ""
        """What is wrong with the filter that is being typed."""
        self.by_status = True
        self.column: Column | None = None
        """What the list is grouped by."""
        self._grouping: Grouping | None = None
        self.board: Board | None = None
        self._names: list[str] = []
        self._typing: Input | None = None  # made when it is first wanted
        self._pace = Throttle(self, _EVERY, self._read)
        self._groups_pace = Throttle(self, _GROUPS_EVERY, self._read_groups)

    def compose(self) -> ComposeResult:
        yield self.table

    @property
    def console(self) -> ConsoleApp:
        return cast("ConsoleApp", self.app)

    @property
    def selected(self) -> RunRow | None:
        row = self.table.selected_row
        return row if isinstance(row, RunRow) else None

    @property
    def group(self) -> GroupRow | None:
        """The selected group."""
        row = self.table.selected_row
        return None if isinstance(row, RunRow) else row

    @property
    def listed(self) -> int:
        """How many runs the filter shows."""
        if self.column is not None:
            return self._grouping.runs if self._grouping is not None else 0
        return self.board.total if self.board is not None else 0

    @property
    def shown_count(self) -> str:
        """How many that are, in words: not known before they were read."""
        return "…" if self.table.awaited else f"{self.listed:,}"

    # reading

    def ask(self) -> None:
        """Something may have changed: read soon."""
        (self._pace if self.column is None else self._groups_pace).ask()

    def query_now(self) -> RunQuery:
        return self.filter.query(self._names, self.console.now(), by_status=self.by_status)

    def _read(self) -> None:
        if not self.is_attached:
            return
        table = self.table
        first, count = table.seen() if table.total else (0, AT_FIRST - 2 * _AROUND)
        before = max(0, table.cursor - first) + _AROUND if table.anchored else 0
        start = max(0, first - _AROUND)
        asked, query, selected = self._asked, self.query_now(), table.selected or ""
        self.console.reads.look(
            "runs",
            lambda look: (selected, *_stretch(look, query, start, count + 2 * _AROUND, selected, before)),
            lambda answer: self._show(asked, *answer),
            panes=(self.table,),
        )

    @property
    def _asked(self) -> tuple[Filter, bool]:
        """What the list is asked for, whatever the time."""
        return self.filter, self.by_status

    def _show(self, asked: tuple[Filter, bool], selected: str, names: list[str], board: Board) -> None:
        if not self.is_attached or self.column is not None:
            return
        if names != self._names:
            self._names = names
            if self.filter.names:
                self.ask()
        if asked != self._asked:
            return  # another filter is on by now, and is read
        at = board.at
        if selected != (self.table.selected or ""):  # the cursor went on while this was read
            at = next((n for n, row in enumerate(board.rows, board.first) if row.id == self.table.selected), None)
            if at is None:
                self.ask()
                return
        self.board = board
        spans = spans_of(board, self.table.size.height)
        self.table.show(spans, board.first, board.rows, at=at)
        self._entitle()
        self.post_message(self.Came())

    def on_virtual_table_wanted(self, event: VirtualTable.Wanted) -> None:
        event.stop()
        if self.column is not None:
            return  # groups are there as a whole
        asked, query = self._asked, self.query_now()
        self.console.reads.look(
            "page",
            lambda look: read_board(look, query, event.first, event.count),
            lambda board: self._fill(asked, board),
            panes=(self.table,),
        )

    def on_virtual_table_marked(self) -> None:
        self._entitle()

    def _fill(self, asked: tuple[Filter, bool], board: Board) -> None:
        if self.is_attached and self.column is None and asked == self._asked:
            self.table.fill(board.first, board.rows)

    def _entitle(self) -> None:
        self.table.empty = with_keys(_NONE_LIKE_THAT if self.text else _NONE_YET)
        pills = "  ".join(self.filter.pills)
        title = titled(title_of(2, f"{self.shown_count}{'  / ' + pills if pills else ''}"))
        marked = f"{len(self.table.marks)} marked  " if self.table.marks else ""
        above = f"{self.console.glyphs.up} {self.table.new_above:,} new, home shows them"
        new = clicked(above, "newest") + "  " if self.table.new_above else ""
        order = clicked(NEEDED_FIRST if self.by_status else "newest first", "screen.do('sort')")
        if self._grouping is not None:
            groups = self._grouping.groups
            order = f"{many(groups, 'group')} by {self._grouping.column}"
        entitle(self, title, f"{new}{marked}{order}")

    def action_newest(self) -> None:
        """What came in above is shown."""
        self.table.go(0, touched=False)

    # groups

    def group_by(self, column: Column | None) -> None:
        """Puts the list together by a column; None: as single runs again."""
        self.column, self._grouping = column, None
        self.table.opened.clear()
        self._changed()

    def toggle_group(self) -> None:
        """Unfolds the selected group, or folds it."""
        if self.group is not None:
            self.table.opened ^= {self.group.id}
            self._read_groups()

    def mark_group(self) -> None:
        """Marks the runs of the selected group, its newest; takes their marks away when all of them have one."""
        from lexiconsole.tui.widgets.run_groups import ids_of_group

        group, query, asked = self.group, self.query_now(), self._asked
        if group is not None:
            self.console.reads.look(
                "mark",
                lambda look: set(ids_of_group(look, query, group)),
                lambda ids: self._mark_all(asked, ids),
                leads=True,
            )

    def _mark_all(self, asked: tuple[Filter, bool], ids: set[str]) -> None:
        if asked != self._asked:
            return  # another list: nothing in it was marked
        marks = self.table.marks
        self.table.marks = marks - ids if ids <= marks else marks | ids
        self.table.repaint()
        self._entitle()

    def _read_groups(self) -> None:
        from lexiconsole.tui.widgets.run_groups import read_groups

        column, query, opened, asked = self.column, self.query_now(), frozenset(self.table.opened), self._asked
        if self.is_attached and column is not None:
            ask, pane = self.console.reads.look, (self.table,)
            show = partial(self._show_groups, asked)
            ask("groups", lambda look: read_groups(look, query, column, opened), show, panes=pane)

    def _show_groups(self, asked: tuple[Filter, bool], grouping: Grouping) -> None:
        if not self.is_attached or grouping.column is not self.column or asked != self._asked:
            return
        self._grouping = grouping
        self.table.show_all(grouping.rows)
        self.table.repaint()
        self._entitle()
        self.post_message(self.Filtered())

    # filter and order

    def type_filter(self) -> None:
        """Opens the line where the filter is typed."""
        typing = self._typing
        if typing is None:
            shown = "state:failed  name:order*  kind:saga  key:charge  age<1h  or a word"
            typing = self._typing = Input(placeholder=shown, compact=True)
            self.mount(typing, before=self.table)
        typing.remove_class("-hidden")
        typing.value = f"{self.text} " if self.text else ""
        typing.focus()
        typing.action_end()

    @property
    def typing(self) -> bool:
        return self._typing is not None and not self._typing.has_class("-hidden")

    def stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.add_class("-hidden")
        self.table.focus()

    def apply(self, text: str) -> None:
        """Raises UsageError for what is no filter."""
        self.filter, self.fault = read_filter(text), ""
        self.text = text.strip()
        self._changed()

    def sort(self) -> None:
        self.by_status = not self.by_status
        self._changed()

    def _changed(self) -> None:
        self.table.forget()
        self._entitle()
        self.post_message(self.Filtered())
        if self.column is None:
            self._read()
        else:
            self._read_groups()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.typing:
            return
        try:
            self.apply(event.value)
        except LexiconsoleError as fault:
            self.fault = str(fault)
            self.post_message(self.Filtered())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.stop_typing()

    def on_descendant_blur(self) -> None:
        """Whoever goes to another pane has typed what they wanted."""
        elsewhere = self.screen.focused
        if self._typing is not None and elsewhere not in (None, self._typing):
            self._typing.add_class("-hidden")

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape" and self.typing:
            event.stop()
            event.prevent_default()
            self.stop_typing()
            if self.text:
                self.apply("")
        elif event.key == "down" and self.typing:
            event.stop()
            self.table.focus()

    # jumps

    def jump(self, wanted: Collection[RunStatus], step: int, none: Callable[[], None]) -> None:
        """To the next run of these statuses, or back to the one before, around the end; `none` is called when there is none."""
        query, here, asked = self.query_now(), self.table.cursor, self._asked

        def go(place: int | None) -> None:
            if asked != self._asked:
                return
            if place is None:
                none()
            else:
                self.table.go(place)

        self.console.reads.look("jump", lambda look: next_of(look, query, wanted, here, step), go, leads=True)


def _stretch(
    look: Look, query: RunQuery, first: int, count: int, selected: str, before: int
) -> tuple[list[str], Board]:
    return look.names(), read_board(look, query, first, count, selected, around=before)
