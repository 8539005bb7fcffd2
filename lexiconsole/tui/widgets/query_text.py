"""QueryText: where a question in SQL is typed. Enter asks it, ctrl+j begins a line, tab goes on with a word, up and down at the
edges go through what was asked before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import TextArea

from lexiconsole.tui.widgets.source_ink import Role, style_of
from lexiconsole.views.sql_text import Part, PartKind, Word, parts_of, word_at

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["QueryText"]

_ROLES = {
    PartKind.WORD: Role.WORD,
    PartKind.CALL: Role.NAME,
    PartKind.NAME: Role.PLAIN,
    PartKind.TEXT: Role.TEXT,
    PartKind.NUMBER: Role.NUMBER,
    PartKind.REMARK: Role.REMARK,
}


class QueryText(TextArea):
    DEFAULT_CSS = """
    QueryText { height: 1fr; border: none; padding: 0 1; background: $background; }
    QueryText:focus { border: none; }
    """

    class Asked(Message):
        """Enter was pressed: ask what stands there."""

    class Left(Message):
        """Escape was pressed."""

    class Offered(Message):
        """The word at the cursor can go on so; () where there is nothing to offer."""

        def __init__(self, offers: tuple[str, ...]) -> None:
            super().__init__()
            self.offers = offers

    def __init__(self) -> None:
        super().__init__(show_line_numbers=False, tab_behavior="focus", soft_wrap=True, highlight_cursor_line=False)
        self.before: Sequence[str] = ()
        self._back = 0
        """How far back in the history one is; 0 for what is being typed."""
        self._draft = ""
        self.tables: Mapping[str, Sequence[str]] = {}
        """Names that are offered: the columns of each table."""
        self._parted: tuple[str, tuple[Part, ...]] = ("", ())
        self._going: tuple[Word, int, str] | None = None
        """The word that tab went on with, which of its offers stands there, and the text with it."""

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
            case "tab" | "shift+tab" if self._go_on(1 if event.key == "tab" else -1):
                pass
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

    # words

    def on_text_area_changed(self) -> None:
        self._offer()

    def on_text_area_selection_changed(self) -> None:
        self._offer()

    def _offer(self) -> None:
        if self._going is not None and self._going[2] != self.text:
            self._going = None
        word = self._going[0] if self._going is not None else self._word()
        self.post_message(self.Offered(word.offers if word is not None else ()))

    @property
    def _at(self) -> int:
        row, column = self.cursor_location
        return sum(len(line) + 1 for line in self.text.split("\n")[:row]) + column

    def _word(self) -> Word | None:
        return word_at(self.text, self._at, self.tables) if self.selection.is_empty else None

    def _go_on(self, step: int) -> bool:
        """The first way that the word can go on takes its place, the next time the next one. False: there is none."""
        going = self._going
        if going is not None and going[2] == self.text:
            word, number = going[0], (going[1] + step) % len(going[0].offers)
        else:
            found = self._word()
            if found is None or not found.offers:
                return False
            word, number = found, 0 if step > 0 else len(found.offers) - 1
        row, column = self.cursor_location
        offer, begins = word.offers[number], column - (self._at - word.start)
        text = self.text[: word.start] + offer + self.text[self._at :]
        self._going = (word, number, text)
        self.replace(offer, (row, begins), (row, column), maintain_selection_offset=False)
        self.move_cursor((row, begins + len(offer)))
        return True

    # colours

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        if self._parted[0] != self.text:
            self._parted = (self.text, parts_of(self.text))
        begins = sum(len(before) + 1 for before in self.text.split("\n")[:line_index])
        for part in self._parted[1]:
            if part.end > begins and part.start < begins + len(line):
                line.stylize(self._style(part), max(0, part.start - begins), part.end - begins)
        return line

    def _style(self, part: Part) -> Style:
        return style_of(_ROLES[part.kind], cast("ConsoleApp", self.app).palette)

    def repaint(self) -> None:
        """In other colours."""
        self._line_cache.clear()
        self.refresh()
