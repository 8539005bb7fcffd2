"""Status: the sentence above the footer. What the selection does, what it waits for, which key, or why a key is off."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.strip import Strip

from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.tui.widgets.painted import Painted

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Status"]


class Status(Painted):
    """`say` is what stands there; `explain` stands there instead until the selection moves or the next key."""

    DEFAULT_CSS = """
    Status { height: 1; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: list[Part] = []
        self._why = ""

    @property
    def text(self) -> str:
        """What is read there now."""
        return self._why or "".join(text for text, _ in self._said)

    def say(self, parts: list[Part]) -> None:
        if parts != self._said:
            self._said = parts
            self.refresh()

    def explain(self, why: str) -> None:
        """Why something that was asked for is not possible; "" for the sentence again."""
        if why != self._why:
            self._why = why
            self.refresh()

    def render_line(self, y: int) -> Strip:
        app = cast("ConsoleApp", self.app)
        parts = [(f" {self._why}", ink(app.palette.key))] if self._why else [(" ", ink()), *self._said]
        return line(parts, self.size.width).apply_style(self.rich_style)
