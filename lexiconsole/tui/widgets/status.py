"""Status: the sentence above the footer. What the selection does, what it waits for, which key, or why a key is off. Each key is
a button for the mouse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from textual import events
from textual.strip import Strip

from lexiconsole.tui.ink import Part, ink, line, width_of
from lexiconsole.tui.keymap import pressed_key
from lexiconsole.tui.widgets.painted import Painted
from lexiconsole.views.cells import cut

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Status"]

_LEAST = 24
"""Cells that a sentence has at least; where there is no room beside it, the last of its keys are left away."""

_WAY = 3
"""Parts that each key has: a gap, the key, what it does."""


class Status(Painted):
    """`say` is what stands there; `explain` stands there instead until the selection moves or the next key."""

    DEFAULT_CSS = """
    Status { height: 1; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: list[Part] = []
        self._keys: list[Part] = []
        self._why = ""
        self._spots: list[tuple[int, int, str]] = []

    @property
    def text(self) -> str:
        """What is read there now."""
        return self._why or "".join(text for text, _ in (*self._said, *self._keys))

    def say(self, parts: list[Part], keys: list[Part]) -> None:
        """`keys` are the way on from there; the sentence is cut before they are."""
        if (parts, keys) != (self._said, self._keys):
            self._said, self._keys = parts, keys
            self.refresh()

    def explain(self, why: str) -> None:
        """Why something that was asked for is not possible; "" for the sentence again."""
        if why != self._why:
            self._why = why
            self.refresh()

    def render_line(self, y: int) -> Strip:
        app = cast("ConsoleApp", self.app)
        width = self.size.width
        self._spots = []
        if self._why:
            return line([(f" {self._why}", ink(app.palette.key))], width).apply_style(self.rich_style)
        keys = self._fitting(width - _LEAST - 1)
        said = _cut([(" ", ink()), *self._said], max(_LEAST // 2, width - width_of(keys) - bool(keys)))
        self._spots = list(_spots(keys, width_of(said)))
        return line([*said, *keys], width).apply_style(self.rich_style)

    def on_click(self, event: events.Click) -> None:
        for start, end, key in self._spots:
            if start <= event.x < end:
                self.app.simulate_key(pressed_key(key))
                return

    def _fitting(self, room: int) -> list[Part]:
        """The keys with what each does, as many as there is room for; the first one at least."""
        keys = [("   ", ink()), *self._keys] if self._keys else []
        while len(keys) > 1 + _WAY and width_of(keys) > room:
            keys = keys[:-_WAY]
        return keys


def _spots(keys: list[Part], start: int) -> Iterator[tuple[int, int, str]]:
    """From where to where each key stands with what it does. The first part parts them from the sentence."""
    start += width_of(keys[:1])
    for at in range(1, len(keys) - _WAY + 1, _WAY):
        gap, key, label = keys[at : at + _WAY]
        start += width_of([gap])
        yield start, start + width_of([key, label]), key[0].strip()
        start += width_of([key, label])


def _cut(parts: list[Part], room: int) -> list[Part]:
    kept: list[Part] = []
    for text, style in parts:
        left = room - width_of(kept)
        if left > 0:
            kept.append((cut(text, left), style))
    return kept
