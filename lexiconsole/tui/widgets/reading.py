"""ReadingPanel: a text that is read and closed again: what a code means, a traceback, a reason in full."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.safe import harmless

__all__ = ["ReadingPanel"]

_MOVES = {"j": 1, "k": -1, "down": 1, "up": -1, "pagedown": 10, "pageup": -10, "space": 10, "g": -100_000, "G": 100_000}


class ReadingPanel(ModalScreen[None]):
    """`lines` are harmless already; those that are too long go on in the next line."""

    DEFAULT_CSS = """
    ReadingPanel { align: center middle; background: $background 60%; }
    ReadingPanel > VerticalScroll {
        width: 92; max-width: 96%; height: auto; max-height: 86%; border: heavy $primary; background: $background;
        padding: 1 2; border-title-color: $primary; border-title-style: bold; border-title-background: $background;
        border-subtitle-color: $faint; border-subtitle-background: $background;
    }
    ReadingPanel Static { width: 1fr; height: auto; }
    """

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title, self._lines = title, lines

    def compose(self) -> ComposeResult:
        with VerticalScroll() as panel:
            panel.border_title = harmless(self._title).replace("[", "\\[")
            panel.border_subtitle = "esc closes"
            yield Static(Content("\n".join(self._lines)))

    def on_key(self, event: events.Key) -> None:
        scroll = self.query_one(VerticalScroll)
        if event.key in {"escape", "enter", "q", "K"}:
            close(self, None)
        elif event.key in _MOVES:
            scroll.scroll_relative(y=_MOVES[event.key], animate=False)
        else:
            return
        event.stop()
        event.prevent_default()
