"""ReadingPanel: a text that is read and closed again: what a code means, a traceback, a reason in full."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.panel import Panel
from lexiconsole.tui.widgets.static import Static

__all__ = ["ReadingPanel"]

_MOVES = {"j": 1, "k": -1, "down": 1, "up": -1, "pagedown": 10, "pageup": -10, "space": 10, "g": -100_000, "G": 100_000}


class ReadingPanel(Panel[None]):
    """`lines` are harmless already; those that are too long go on in the next line."""

    DEFAULT_CSS = """
    ReadingPanel > .frame { width: 92; max-height: 86%; border: heavy $primary; border-title-color: $primary; }
    """

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title, self._lines = title, lines

    def compose(self) -> ComposeResult:
        with self.framed(VerticalScroll(), self._title, "esc closes"):
            yield Static(Content("\n".join(self._lines)))

    def on_key(self, event: events.Key) -> None:
        scroll = self.query_one(VerticalScroll)
        if event.key in {"enter", "q", "K"}:
            close(self, None)
        elif event.key in _MOVES:
            scroll.scroll_relative(y=_MOVES[event.key], animate=False)
        else:
            return
        event.stop()
        event.prevent_default()
