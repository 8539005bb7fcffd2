"""QueryText: where a question in SQL is typed. Enter asks it, ctrl+j begins a line, up and down at its edges go through what was
asked before.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.widgets import TextArea

__all__ = ["QueryText"]


class QueryText(TextArea):
    DEFAULT_CSS = """
    QueryText { height: 1fr; border: none; padding: 0 1; background: $background; }
    QueryText:focus { border: none; }
    """

    class Asked(Message):
        """Enter was pressed: ask what stands there."""

    class Left(Message):
        """Escape was pressed."""

    def __init__(self) -> None:
        super().__init__(show_line_numbers=False, tab_behavior="focus", soft_wrap=True, highlight_cursor_line=False)
        self.before: Sequence[str] = ()
        self._back = 0
        """How far back in the history one is; 0 for what is being typed."""
        self._draft = ""

    def put(self, text: str) -> None:
        """Another question, the cursor behind it."""
        self.text = text
        self.move_cursor(self.document.end)

    def mark(self, line: int, column: int) -> None:
        """The cursor to where it is wrong, both from 1."""
        if line:
            self.move_cursor((line - 1, column - 1))

    def remember(self, history: Sequence[str]) -> None:
        self.before, self._back = history, 0

    async def _on_key(self, event: events.Key) -> None:
        row, last = self.cursor_location[0], self.document.end[0]
        paging = bool(self._back) and self.text == self.before[-self._back]  # nothing was changed in it
        match event.key:
            case "enter":
                self.post_message(self.Asked())
            case "escape":
                self.post_message(self.Left())
            case "ctrl+j" | "alt+enter":
                self.insert("\n")
            case "up" if (row == 0 or paging) and self._back < len(self.before):
                self._go(self._back + 1)
            case "down" if (row == last or paging) and self._back:
                self._go(self._back - 1)
            case _:
                await super()._on_key(event)
                return
        event.stop()
        event.prevent_default()

    def _go(self, back: int) -> None:
        if not self._back:
            self._draft = self.text
        self._back = back
        self.put(self.before[-back] if back else self._draft)
