"""ReasonPanel: one line typed before a change is previewed: why, or to whom. Escape leaves it, nothing happens then."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.panel import Panel
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.safe import harmless

__all__ = ["ReasonPanel"]


class ReasonPanel(Panel[str]):
    """Gives back what was typed, None when it was left; an empty line only where `needed` is false."""

    DEFAULT_CSS = """
    ReasonPanel > .frame { width: 76; }
    ReasonPanel Input { border: none; height: 1; padding: 0 1; margin-top: 1; background: $panel; width: 1fr; }
    ReasonPanel #why { color: $warning; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "take", show=False, priority=True)]

    AUTO_FOCUS = "Input"

    def __init__(self, title: str, prompt: str, *, needed: bool = True, value: str = "") -> None:
        super().__init__()
        self._title, self._prompt, self._needed, self._value = title, prompt, needed, value

    def compose(self) -> ComposeResult:
        with self.framed(Vertical(), self._title, "enter goes on   esc leaves"):
            yield Static(Content(harmless(self._prompt)))
            yield Input(self._value, select_on_focus=False)
            yield Static("", id="why")

    def on_input_submitted(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        text = self.query_one(Input).value.strip()
        if self._needed and not text:
            self.query_one("#why", Static).update(Content("this is needed: it is kept with the run"))
            return
        close(self, text)
