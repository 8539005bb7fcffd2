"""ChoiceInput: one of a few values, all of them in sight; arrows move, a letter jumps, a click picks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

__all__ = ["ChoiceInput"]

_GAP = 2


class ChoiceInput(Widget, can_focus=True):
    """`options` are the words shown; `value` is one of them, or "" while none is picked."""

    DEFAULT_CSS = """
    ChoiceInput { width: 1fr; height: auto; padding: 0 1; color: $foreground 80%; }
    ChoiceInput:focus { background-tint: $foreground 5%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "step(-1)", "Previous", show=False),
        Binding("right,down", "step(1)", "Next", show=False),
        Binding("space,enter", "step(1)", "Next", show=False),
    ]

    value: reactive[str] = reactive("", init=False)

    class Changed(Message):
        def __init__(self, choice: ChoiceInput, value: str) -> None:
            super().__init__()
            self.choice, self.value = choice, value

        @property
        def control(self) -> ChoiceInput:
            return self.choice

    def __init__(self, options: Sequence[str], value: str = "", *, words: Sequence[str] = ()) -> None:
        """`words` are shown instead of the options, where those say less."""
        super().__init__()
        self.options, self._words = tuple(options), tuple(words) or tuple(options)
        self.set_reactive(ChoiceInput.value, value)

    def watch_value(self, value: str) -> None:
        self.post_message(self.Changed(self, value))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1 + max((row for row, _, _ in self._places(width)), default=0)

    def render(self) -> Content:
        rows: dict[int, Content] = {}
        places = self._places(self.content_size.width)
        for (row, column, _), option, word in zip(places, self.options, self._words, strict=True):
            line = rows.get(row, Content(""))
            picked = option == self.value
            style = "bold $accent" if picked and self.has_focus else "bold $foreground" if picked else ""
            line += Content(" " * (column - line.cell_length))
            rows[row] = line + Content.styled(f"{'●' if picked else '○'} {word}", style)
        return Content("\n").join(rows[row] for row in sorted(rows))

    def action_step(self, by: int) -> None:
        if not self.options:
            return
        if self.value not in self.options:
            self.value = self.options[0 if by > 0 else -1]
        else:
            self.value = self.options[(self.options.index(self.value) + by) % len(self.options)]

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character.isalnum()

    def on_key(self, event: events.Key) -> None:
        """A letter goes to the next option that begins with it."""
        if event.character is None or not self.check_consume_key(event.key, event.character):
            return
        start = self.options.index(self.value) + 1 if self.value in self.options else 0
        for option in (*self.options[start:], *self.options[:start]):
            if option.lower().startswith(event.character.lower()):
                self.value = option
                break
        event.stop()  # a letter typed at a field is never a command

    def on_click(self, event: events.Click) -> None:
        for (row, column, end), option in zip(self._places(self.content_size.width), self.options, strict=True):
            if event.y == row and column <= event.x - self.gutter.left < end:
                self.value = option

    def _places(self, width: int) -> list[tuple[int, int, int]]:
        """Row, first and last column of each option, wrapped where a line is full."""
        places, row, column = [], 0, 0
        for word in self._words:
            wide = cell_len(word) + 2
            if column and column + wide > width:
                row, column = row + 1, 0
            places.append((row, column, column + wide))
            column += wide + _GAP
        return places
