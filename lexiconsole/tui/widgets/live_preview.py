"""LivePreview: the selected run or definition beside the list: on a large screen its own live map, else its steps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from lexiconsole.tui.widgets.map_words import ages, map_words, size_of
from lexiconsole.tui.widgets.painted import entitle
from lexiconsole.tui.widgets.preview import PreviewPane, Seen

if TYPE_CHECKING:
    from lexiconsole.durable.outline import Outline
    from lexiconsole.tui.widgets.map import MapView
    from lexiconsole.types import Instant

__all__ = ["LivePreview"]


class LivePreview(Vertical):
    """The map is the run screen's; it is made when it is first wanted."""

    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    LivePreview PreviewPane { padding: 0 1; height: 1fr; }
    """

    class Opened(Message):
        """The run on the map was opened, with enter or two clicks."""

    def __init__(self, *, classes: str) -> None:
        super().__init__(classes=classes)
        self.seen: Seen | None = None
        self.steps = PreviewPane()
        self.map: MapView | None = None
        self._roomy = False

    def compose(self) -> ComposeResult:
        yield self.steps

    def give_room(self, *, roomy: bool) -> None:
        """`roomy`: there is room for a map."""
        if roomy != self._roomy:
            self._roomy = roomy
            before, self.seen = self.seen, None
            self.show(before)

    def prepared(self, seen: Seen | None) -> Seen | None:
        """On the thread that reads: with its map laid out, so that showing it takes no time."""
        if self._roomy and seen is not None and seen.picture is not None:
            _can_be_drawn(seen.picture.outline)
        return seen

    def show(self, seen: Seen | None) -> None:
        """What is new of the run that is shown already is seen to move."""
        before, self.seen = self.seen, seen
        if seen is None or seen.picture is None or not (self._roomy and _can_be_drawn(seen.picture.outline)):
            self._bring_forward(None)
            self.steps.show(seen)
            steps = self.steps.count
            entitle(self, subtitle="1 step" if steps == 1 else f"{steps} steps" if steps else "")
            return
        live = self._map()
        same = live.display and before is not None and before.run_id == seen.run_id != ""
        live.show(seen.picture, play=same)
        if not same:
            live.chase()
        self._bring_forward(live)
        self.on_map_view_fitted()

    def _map(self) -> MapView:
        if self.map is None:
            from lexiconsole.tui.widgets.map import MapView

            self.map = MapView(time.monotonic)
            self.map.display = False
            self.mount(self.map)
        return self.map

    def _bring_forward(self, live: MapView | None) -> None:
        had_focus = self.has_focus_within
        shown = self.steps if live is None else live
        if live is None and self.map is not None:
            self.map.display = False
            self.map.halt()
        elif live is not None:
            live.display = True
        self.steps.display = live is None
        if had_focus and not shown.has_focus:
            shown.focus()

    def tick(self, now: Instant) -> None:
        """A second went by."""
        row = self.seen.row if self.seen is not None else None
        if self.map is not None and self.map.display and row is not None:
            if ages(row, now):
                self.map.repaint()
            self.on_map_view_fitted()

    def halt(self) -> None:
        """Nobody looks."""
        if self.map is not None:
            self.map.halt()

    def on_map_view_fitted(self) -> None:
        if self.map is not None and self.map.display and self.seen is not None:
            entitle(self, subtitle=size_of(self.map) if self.seen.row is None else map_words(self.map))

    def on_map_view_opened(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Opened())

    def on_descendant_blur(self) -> None:
        """Whoever looked about on the map leaves it to the token again."""
        if self.map is not None and self.map.display:
            self.map.chase()


def _can_be_drawn(outline: Outline) -> bool:
    """Draws it, unless it was drawn before."""
    from lexiconsole.tui.widgets.map_places import likely_zooms
    from lexiconsole.views.layout.engine import why_not
    from lexiconsole.views.layout.outlined import drawing_of

    if not outline.nodes or why_not():
        return False
    return all(drawing_of(outline, zoom) is not None for zoom in likely_zooms(outline))
