"""PickPanel: one of several names. Enter takes it, escape leaves everything as it was."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList

from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.panel import ChoicePanel
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.safe import harmless

__all__ = ["PickPanel"]


class PickPanel(ChoicePanel[str]):
    DEFAULT_CSS = """
    PickPanel > .frame { width: 56; }
    PickPanel Static { margin-bottom: 1; }
    """

    def __init__(self, title: str, about: str, names: Sequence[str], chosen: str = "") -> None:
        super().__init__()
        self._title, self._about, self._names, self._chosen = title, about, tuple(names), chosen

    def compose(self) -> ComposeResult:
        with self.framed(Vertical(), self._title, "enter takes it   esc leaves"):
            yield Static(Content(harmless(self._about)))
            yield OptionList(*(Content(harmless(name)) for name in self._names), compact=True)

    def on_mount(self) -> None:
        self.query_one(OptionList).highlighted = self._names.index(self._chosen) if self._chosen in self._names else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        close(self, self._names[event.option_index])
