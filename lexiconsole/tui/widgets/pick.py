"""PickPanel: one of several names. Enter takes it, escape leaves everything as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList

from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.safe import harmless

__all__ = ["PickPanel"]


class PickPanel(ModalScreen["str | None"]):
    DEFAULT_CSS = """
    PickPanel { align: center middle; background: $background 60%; }
    PickPanel > Vertical {
        width: 56; max-width: 96%; height: auto; max-height: 80%; border: heavy $accent; background: $background;
        padding: 1 2; border-title-color: $accent; border-title-style: bold; border-title-background: $background;
    }
    PickPanel Static { height: auto; margin-bottom: 1; }
    PickPanel OptionList { height: auto; max-height: 14; border: none; background: $background; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    AUTO_FOCUS = "OptionList"

    def __init__(self, title: str, about: str, names: Sequence[str]) -> None:
        super().__init__()
        self._title, self._about, self._names = title, about, tuple(names)

    def compose(self) -> ComposeResult:
        with Vertical() as panel:
            panel.border_title = f" {harmless(self._title)} "
            panel.border_subtitle = " enter takes it   esc leaves "
            yield Static(Content(harmless(self._about)))
            yield OptionList(*(Content(harmless(name)) for name in self._names), compact=True)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        close(self, self._names[event.option_index])

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    def action_leave(self) -> None:
        close(self, None)
