"""PaneTabs: the panes of a narrow screen as a line of tabs, of which one is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lexiconsole.tui.ink import Part, ink, line, width_of
from lexiconsole.views.cells import cell_width

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["PaneTabs"]


class PaneTabs(Widget):
    """`show` gives the names in the order of their numbers, which is open, and what stands at the right."""

    DEFAULT_CSS = """
    PaneTabs { height: 1; background: $background; }
    """

    class Chosen(Message):
        """A tab was clicked; `number` counts from 1."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._names: tuple[str, ...] = ()
        self._open = 0
        self._right: list[Part] = []
        self._spots: list[tuple[int, int, int]] = []

    def show(self, names: tuple[str, ...], open_now: int, right: list[Part]) -> None:
        if (names, open_now, right) != (self._names, self._open, self._right):
            self._names, self._open, self._right = names, open_now, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        colours = cast("ConsoleApp", self.app).palette
        parts: list[Part] = [(" ", ink())]
        self._spots = []
        for number, name in enumerate(self._fitting(), start=1):
            text = f"[{number} {name}]" if number == self._open else f" {number} {name}".rstrip() + " "
            start = width_of(parts)
            self._spots.append((start, start + cell_width(text), number))
            chosen = number == self._open
            parts.append((text, ink(colours.accent if chosen else colours.faint, bold=chosen)))
        return line(parts, self.size.width, self._right).apply_style(self.rich_style)

    def _fitting(self) -> list[str]:
        """The names, the last ones empty where there is no room for all; that of the open pane never is."""
        names = list(self._names)
        room = self.size.width - width_of(self._right) - bool(self._right) - 1
        for place in reversed(range(len(names))):
            if sum(cell_width(name) + 3 + bool(name) for name in names) <= room:
                break
            names[place] = names[place] if place + 1 == self._open else ""
        return names

    def on_click(self, event: events.Click) -> None:
        for start, end, number in self._spots:
            if start <= event.x < end:
                self.post_message(self.Chosen(number))
