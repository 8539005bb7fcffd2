"""Dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from lexiconsole.tui.keymap import Place
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.widgets.run_table import RunTable
from lexiconsole.tui.widgets.virtual_table import Span, VirtualTable
from lexiconsole.views.board import TALL, Board, Filter, read_board

if TYPE_CHECKING:
    from lexiconsole.tui.feed import Tidings

__all__ = ["DashboardScreen"]


class DashboardScreen(ConsoleScreen):
    place = Place.DASHBOARD

    def __init__(self) -> None:
        super().__init__()
        self.header.tell(trail=("Dashboard",))
        self.runs = RunTable(classes="pane", empty="no runs yet; s starts one")
        self.runs.border_title = "2 Runs"
        self.filter = Filter()

    def body(self) -> Iterator[Widget]:
        yield self.runs

    def panes(self) -> Sequence[Widget]:
        return (self.runs,)

    def heard(self, tidings: Tidings) -> None:
        self.refresh_runs()

    def returned(self) -> None:
        self.refresh_runs()

    def refresh_runs(self) -> None:
        first, count = self.runs.seen() if self.runs.total else (0, 60)
        selected = self.runs.selected or ""
        query = self.filter.query((), self.console.now())
        self.console.reads.look(
            "runs",
            lambda look: read_board(look, query, first, count + 50, selected, around=self.runs.cursor - first + 1),
            self._show,
        )

    def _show(self, board: Board) -> None:
        spans = [Span(runs, 2 if status in TALL else 1) for status, runs in board.counts.items()]
        self.runs.show(spans, board.first, board.rows, at=board.at)

    def on_virtual_table_wanted(self, event: VirtualTable.Wanted) -> None:
        query = self.filter.query((), self.console.now())
        self.console.reads.look(
            "page",
            lambda look: read_board(look, query, event.first, event.count),
            lambda board: self.runs.fill(board.first, board.rows),
        )
