"""FindLine: the line behind `/` in a run: a part of a word finds as it is typed, enter stays there, escape goes back."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from lexiconsole.tui.widgets.static import Static

__all__ = ["FindLine"]


class FindLine(Horizontal):
    """`open` shows it, `count` says how many were found."""

    DEFAULT_CSS = """
    FindLine { height: 1; background: $panel; }
    FindLine #slash { width: 2; color: $primary; text-style: bold; }
    FindLine Input { width: 1fr; background: $panel; }
    FindLine #found { width: auto; padding: 0 1; color: $warning; }
    """

    class Typed(Message):
        """Other words are sought."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Went(Message):
        """To the next one, or back to the one before."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Left(Message):
        """It was closed; `kept`: what was found is where one stays."""

        def __init__(self, *, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self) -> None:
        super().__init__(classes="-hidden")
        self._typed = Input(
            compact=True, placeholder="a step, a state, a person, a word of an error", select_on_focus=True
        )
        self._found = Static("", id="found")

    def compose(self) -> ComposeResult:
        yield Static(" /", id="slash")
        yield self._typed
        yield self._found

    @property
    def is_open(self) -> bool:
        return not self.has_class("-hidden")

    def open(self) -> None:
        """What was sought before is still there, to be typed over."""
        self.remove_class("-hidden")
        self._typed.focus()
        self._typed.action_select_all()

    def count(self, said: str) -> None:
        self._found.update(Content(said))

    def leave(self, *, kept: bool) -> None:
        if self.is_open:
            self.add_class("-hidden")
            if not kept:
                with self._typed.prevent(Input.Changed):
                    self._typed.value = ""
            self.post_message(self.Left(kept=kept))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.leave(kept=bool(self._typed.value.strip()))

    def on_key(self, event: events.Key) -> None:
        match event.key:
            case "escape":
                self.leave(kept=False)
            case "up" | "down":
                self.post_message(self.Went(-1 if event.key == "up" else 1))
            case _:
                return
        event.stop()
        event.prevent_default()
