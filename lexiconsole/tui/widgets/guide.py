"""Guide: the band of the tour, above the status sentence of every screen: what is to be seen, and which key leads on."""

from __future__ import annotations

from textual.content import Content

from lexiconsole.tui.palettes import Palette
from lexiconsole.tui.tour import Tour
from lexiconsole.tui.widgets.static import Static

__all__ = ["Guide"]


class Guide(Static):
    """`show` is told what the tour says now."""

    DEFAULT_CSS = """
    Guide {
        height: auto; max-height: 6; padding: 0 1; border: heavy $accent; background: $background;
        border-title-color: $accent; border-title-style: bold; border-title-background: $background;
    }
    """

    def __init__(self) -> None:
        super().__init__("")
        self._said: tuple[object, ...] = ()

    def show(self, tour: Tour, parts: list[tuple[str, bool]], palette: Palette) -> None:
        said = (tour.title, tuple(parts), palette)
        if said == self._said:
            return
        self._said = said
        self.border_title = f" {tour.title} "
        styled = [Content.styled(text, f"bold {palette.key}" if key else palette.text) for text, key in parts]
        self.update(Content("").join(styled))
