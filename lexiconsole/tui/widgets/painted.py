"""Painted: a widget that paints line by line, works out its ground once a paint, and paints again only what reads otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from lexiconsole.tui.keymap import pressed_key
from lexiconsole.views.safe import harmless

__all__ = ["Painted", "clicked", "entitle", "pressable", "titled"]


class Painted(Widget):
    """For widgets with a `render_line` of their own. `shows` is told what stands on the lines from now on.

    Never the first of several bases: Textual takes the default CSS from the first one alone.
    """

    _ground: Style | None = None
    _shown: tuple[object, ...] = ()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._ground = None
        return super().render_lines(crop)

    @property
    def rich_style(self) -> Style:
        """What lies under every line. Textual goes through all ancestors for it, which a line of its own is not worth."""
        if self._ground is None:
            self._ground = super().rich_style
        return self._ground

    def shows(self, lines: Sequence[object]) -> None:
        """Paints those lines again that are not what they were. Lines are compared, whatever they are made of."""
        before, self._shown = self._shown, tuple(lines)
        for y in range(max(len(before), len(self._shown))):
            if before[y : y + 1] != self._shown[y : y + 1]:
                self.paint_lines(y)

    def paint_lines(self, y: int, lines: int = 1) -> None:
        """Paints lines again, counted from the first one that is seen."""
        self.refresh(Region(0, y, self.size.width, lines))


def entitle(widget: Widget, title: str | None = None, subtitle: str | None = None) -> None:
    """Sets what stands in the border, and paints no more than the edges that change; None leaves an edge as it is."""
    height = widget.size.height
    for y, name, text in ((-1, "border_title", title), (height, "border_subtitle", subtitle)):
        if text is not None and getattr(widget, name) != text:
            shown = widget.render_str(text) if text else None
            setattr(widget, f"_{name}", shown)
            widget.refresh(Region(-1, y, widget.outer_size.width, 1))


def clicked(text: str, action: str) -> str:
    """As a border takes a text that does something when it is clicked on. Its closing is spelled out, as the toolkit gives it
    back: else it would look as if it had changed.
    """
    return f"[@click={action}]{text}[/@click={action}]"


def pressable(keys: str) -> str:
    """Keys with what each does, three spaces apart, as a border takes them: a click on one presses it."""
    return "   ".join(map(_pressable, keys.split("   ")))


def _pressable(part: str) -> str:
    shown = part.removeprefix("a letter or ").partition(" ")[0]
    key = pressed_key(shown)
    return clicked(part, f"app.simulate_key('{key}')") if key != shown or shown in _SHOWN_SO else part


_SHOWN_SO = frozenset({"enter", "tab", "home", *ascii_letters})
"""Keys that are shown by their own names."""


def titled(text: str) -> str:
    """A text that somebody else may have written, for where the toolkit reads markup (borders, the palette): harmless, and
    its brackets are no markup.
    """
    return harmless(text).replace("[", "\\[")
