"""CatalogueTable: definitions with the letter of their kind, their latest runs as bars, and how many of those failed."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import EDGE, Part, ink, line, width_of
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import RunStatus
from lexiconsole.views.catalogue import BARS, CatalogueRow
from lexiconsole.views.cells import cut, padded
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS

__all__ = ["LOOKING", "CatalogueTable"]

LOOKING = "looking for definitions…"

_ROOMY = 36


class CatalogueTable(VirtualTable[CatalogueRow]):
    """A bar's height is how long the run took, its colour how it ended; the newest is at the right.

    Keys that come before there is anything are `kept`, and pressed when there is.
    """

    class Kept(Message):
        """A key was kept for later."""

    def __init__(self, *, classes: str) -> None:
        super().__init__(classes=classes, empty=LOOKING)
        self.kept: list[str] = []

    def on_key(self, event: events.Key) -> None:
        early = self.total == 0 or self.kept  # runs have told of some names meanwhile
        if early and event.key in self._moves and self.console.looks_for_definitions:
            self.keep(event.key)
            event.stop()
            event.prevent_default()

    def on_blur(self) -> None:
        self.kept.clear()

    def keep(self, key: str) -> None:
        self.kept.append(key)
        self.post_message(self.Kept())

    def press_kept(self) -> None:
        """Once it is known what there is."""
        if self.console.looks_for_definitions:
            return
        kept, self.kept = self.kept, []
        self.console.press_first(kept)

    def draw(self, row: CatalogueRow, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        ground = ink(back=colours.chosen) if how.selected and how.focused else None
        shown = BARS if how.width >= _ROOMY else BARS - 2
        bars: list[Part] = [
            (glyphs.spark([height], 1.0), ink(colours.state(RUN_LOOKS[status]))) for status, height in row.bars[-shown:]
        ]
        failed = glyphs.state(RUN_LOOKS[RunStatus.FAILED])
        share = "" if row.share is None else f"{failed}{row.share:.0%}"
        hot = row.share is not None and row.share > 0
        right: list[Part] = [
            *bars,
            (f"{share:>6}", ink(colours.state(RUN_LOOKS[RunStatus.FAILED]) if hot else colours.dim)),
            EDGE,
        ]
        room = max(4, how.width - width_of(right) - 4)  # a name takes what its bars leave
        left: list[Part] = [
            (glyphs.cursor if how.selected else " ", ink(colours.accent if how.focused else colours.line)),
            (f"{row.letter} ", ink(colours.accent if row.known else colours.dim, bold=True)),
            (padded(cut(harmless(row.name), room), room), ink(colours.text if row.known else colours.faint)),
        ]
        return [line(left, how.width, right, ground)]
