"""WelcomePanel: what is shown in an empty folder: the tour, files to begin with, or a look around. Nothing is written before."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList

from lexiconsole.tui.keymap import key_of, shown_key
from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.panel import ChoicePanel
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.cells import padded

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Way", "WelcomePanel"]


class Way(StrEnum):
    """What somebody wants to do first."""

    TOUR = "tour"
    INIT = "init"
    LOOK = "look"


_SAID = (
    "lexiconsole drives workflows written in plain Python, keeps every step in one file, and asks people here when it "
    "needs them. There is nothing in this folder yet, and nothing is written into it before you say so."
)


_LOW = 16
"""Rows below which only what can be chosen is shown."""


class WelcomePanel(ChoicePanel[Way]):
    """Gives what was chosen; None, as escape does, for a look around."""

    DEFAULT_CSS = """
    WelcomePanel > .frame { width: 76; max-width: 98%; max-height: 96%; padding: 1 2 0 2; }
    WelcomePanel > .frame Static { margin-bottom: 1; }
    WelcomePanel.-low > .frame Static { display: none; }
    WelcomePanel OptionList { margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "take('tour')", show=False),
        Binding("q", "app.quit", show=False),
    ]

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home
        self._bindings.bind(key_of("init").keys[0], "take('init')", show=False)

    def compose(self) -> ComposeResult:
        with self.framed(Vertical(), str(self._home), "enter takes the chosen one   ^q leaves"):
            yield Static(Content(_SAID))
            yield OptionList(*(self._row(*row) for row in self._rows()), compact=True)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _LOW, "-low")

    def _rows(self) -> list[tuple[str, str, str]]:
        init = shown_key(key_of("init").keys[0])
        return [
            ("t", "a tour", "two minutes, real runs in a store of their own"),
            (init, "begin here", "with three files, shown before they are written"),
            ("esc", "look around", "with the definitions that come with the program"),
        ]

    def _row(self, key: str, name: str, about: str) -> Content:
        colours = cast("ConsoleApp", self.app).palette
        return (
            Content.styled(f" {key:<4}", f"bold {colours.key}")
            + Content.styled(padded(name, 13), colours.text)
            + Content.styled(about, colours.faint)
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        close(self, tuple(Way)[event.option_index])

    def action_take(self, way: str) -> None:
        close(self, Way(way))
