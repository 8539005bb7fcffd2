"""NodeTable: what rail and gantt share: one row a node, in the order of the work, the selection told by the node's key."""

from __future__ import annotations

from rich.style import Style
from textual.message import Message

from lexiconsole.tui.ink import ink
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import Instant
from lexiconsole.views.picture import Picture
from lexiconsole.views.rails import RailRow, rails

__all__ = ["NodeTable"]


class NodeTable(VirtualTable[RailRow]):
    """`show_picture` gives it what to list; `choose` moves the selection without telling anybody."""

    class Chosen(Message):
        """A person went to another node."""

        def __init__(self, table: NodeTable, key: str) -> None:
            super().__init__()
            self.table, self.key = table, key

        @property
        def control(self) -> NodeTable:
            return self.table

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, empty="this run has done nothing yet")
        self.picture = Picture()
        self._order: tuple[RailRow, ...] = ()
        self._told = ""
        self.moment: Instant | None = None
        """What counts as now for what is shown, None for the present."""
        self.found: frozenset[str] = frozenset()
        """The nodes that have what is sought."""

    def identity(self, row: RailRow) -> str:
        return row.key

    @property
    def now(self) -> Instant:
        return self.console.now() if self.moment is None else self.moment

    def show_picture(self, picture: Picture) -> None:
        if picture.outline != self.picture.outline or not self._order:
            self._order = rails(picture.outline)
        self.picture = picture
        self.prepare()
        self.show_rows()
        self.repaint()  # the rows are the same nodes as before, whatever came of them

    def show_rows(self) -> None:
        self.show_all(self._order)

    def prepare(self) -> None:
        """Before rows are drawn from a new picture."""

    def mark_found(self, found: frozenset[str]) -> None:
        if found != self.found:
            self.found = found
            self.repaint()

    def title_ink(self, row: RailRow, colour: str, *, bold: bool = False) -> Style:
        """What is found looks the same on every picture."""
        found = row.key in self.found
        return ink(self.console.palette.key if found else colour, bold=bold or found, underline=found)

    def choose(self, key: str) -> None:
        at = next((n for n, row in enumerate(self._order) if row.key == key), None)
        if at is not None and self.selected != key:
            self._told = key
            self.go(at, touched=False)

    def on_virtual_table_moved(self) -> None:
        key = self.selected or ""
        if key and key != self._told:
            self._told = key
            self.post_message(self.Chosen(self, key))
