"""Footer: the keys that are likeliest now, each a button for the mouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from textual import events
from textual.strip import Strip

from lexiconsole.tui.ink import Part, ink, line, width_of
from lexiconsole.tui.keymap import Key, key_of, shown_key
from lexiconsole.tui.widgets.painted import Painted

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.place import ConsoleScreen

__all__ = ["Footer"]

_ALWAYS = ("help", "palette", "back")


class Footer(Painted):
    """Shows the ranked actions of its screen that are possible now, each under the key that does it where the focus is, as many
    as fit; help, palette and back at the right.
    """

    DEFAULT_CSS = """
    Footer { height: 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: Mapping[str, Key] = {}
        self._spots: list[tuple[int, int, str]] = []

    def show(self, keys: Mapping[str, Key]) -> None:
        if list(keys.items()) != list(self._keys.items()):
            self._keys = keys
            self.refresh()

    def render_line(self, y: int) -> Strip:
        app = cast("ConsoleApp", self.app)
        always = [(name, key) for name, key in self._keys.items() if key.action in _ALWAYS and self.size.width >= 40]
        right = [part for name, key in always for part in self._words(app, name, key)]
        room = self.size.width - width_of(right) - 2
        left: list[Part] = []
        spots: list[tuple[int, int, str]] = []
        for name, key in self._keys.items():
            words = self._words(app, name, key)
            if (name, key) in always or width_of(left) + width_of(words) > room:
                continue
            spots.append((width_of(left), width_of(left) + width_of(words), key.action))
            left += words
        start = self.size.width - width_of(right)
        for name, key in always:
            end = start + width_of(self._words(app, name, key))
            spots.append((start, end, key.action))
            start = end
        self._spots = spots
        return line(left, self.size.width, right).apply_style(self.rich_style)

    def on_click(self, event: events.Click) -> None:
        for start, end, action in self._spots:
            if start <= event.x < end:
                cast("ConsoleScreen", self.screen).do(action)
                return

    @property
    def _is_first(self) -> bool:
        """Whether its screen is the one from which back leaves the program; a panel may lie over it."""
        return cast("ConsoleScreen", self.screen).is_root

    def _words(self, app: ConsoleApp, key_name: str, key: Key) -> list[Part]:
        name, leaves = shown_key(key_name), key.action == "back" and self._is_first and app.tour is None
        label = key_of("quit").label if leaves else key.label
        return [(f" {name}", ink(app.palette.key, bold=True)), (f" {label} ", ink(app.palette.text))]
