"""HelpPanel: every key of this place. Type to search, enter does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Input

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import ink, line
from lexiconsole.tui.keymap import Key, shown_key
from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.panel import Panel
from lexiconsole.tui.widgets.static import Static
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.views.cells import padded
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.place import ConsoleScreen

__all__ = ["HelpPanel"]


_ROOMY = 50
"""Cells from which a key's clause stands in its row; below the list there is always room for the selected one's."""


class _Keys(VirtualTable[Key]):
    can_focus = False

    def __init__(self, place: ConsoleScreen) -> None:
        super().__init__(empty="no key is about that")
        self._place = place

    def identity(self, row: Key) -> str:
        return row.action

    def draw(self, row: Key, how: Drawn) -> list[Strip]:
        colours = self.console.palette
        why = self._place.off(row.action)
        names = " ".join(shown_key(name) for name in row.keys)
        text = colours.dim if why else colours.text
        said = (f"{row.about}   not now: {why}" if why else row.about) if how.width >= _ROOMY else ""
        return [
            line(
                [
                    (self.console.glyphs.cursor if how.selected else " ", ink(colours.accent)),
                    (padded(f" {names}", 12), ink(colours.dim if why else colours.key, bold=True)),
                    (padded(row.label, 18), ink(text, bold=how.selected)),
                    (said, ink(colours.dim if why else colours.faint)),
                ],
                how.width,
                ground=ink(back=colours.chosen) if how.selected else None,
            )
        ]


class HelpPanel(Panel[None]):
    """The keys that the screen below serves, with the reason for each that is off."""

    DEFAULT_CSS = """
    HelpPanel > .frame {
        width: 112; max-width: 98%; height: 28; max-height: 92%; border: heavy $primary; padding: 0 1;
        border-title-color: $primary;
    }
    HelpPanel Input { padding: 0 1; background: $panel; margin-bottom: 1; }
    HelpPanel #whole { height: 3; padding: 0 1; color: $foreground; border-top: solid $line; }
    """

    AUTO_FOCUS = "Input"

    def __init__(self, place: ConsoleScreen) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        with self.framed(Vertical(), "Keys", self._below()):
            yield Input(placeholder="type to search", compact=True)
            yield _Keys(self._place)
            yield Static("", id="whole", markup=False)

    def _below(self) -> str:
        console = cast("ConsoleApp", self.app)
        less = f"motion {console.motion.value}, {console.why_motion}   " if console.why_motion else ""
        return f"{less}enter does it   esc closes"

    def on_mount(self) -> None:
        self._search("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._search(event.value)

    def _search(self, wanted: str) -> None:
        words = wanted.lower().split()
        keys = [
            key
            for key in self._place.served()
            if not key.action.startswith("pane_")
            and all(word in f"{key.label} {key.about} {' '.join(map(shown_key, key.keys))}".lower() for word in words)
        ]
        for table in self.query(_Keys):  # none when the panel is closed before it was made
            table.show_all(keys)
            table.go(0)

    def on_key(self, event: events.Key) -> None:
        table = self.query_one(_Keys)
        if event.key in {"up", "down", "pageup", "pagedown"}:
            step = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}[event.key]
            table.go(table.cursor + step)
            event.stop()

    def on_input_submitted(self) -> None:
        self._do()

    def on_virtual_table_moved(self) -> None:
        """A row has room for the beginning of a long clause; all of the selected one stands below."""
        row = self.query_one(_Keys).selected_row
        why = self._place.why_not(row.action) if row is not None else ""
        said = f"{row.about}{f'; not now: {why}' if why else ''}" if row is not None else ""
        self.query_one("#whole", Static).update(Content(harmless(said)))

    def on_virtual_table_opened(self) -> None:
        self._do()

    def _do(self) -> None:
        row = self.query_one(_Keys).selected_row
        if row is not None and self.is_current:
            close(self, None)
            self._place.call_later(self._place.do, row.action)
