"""The mouse on a map: a click selects, two open, dragging moves the view."""

from __future__ import annotations

from textual import events
from textual.scroll_view import ScrollView

__all__ = ["MapMouse"]


class MapMouse(ScrollView):
    """What a map says of itself for the mouse: `node_at`, `choose` and `open`."""

    follow = True
    _drag: tuple[int, int, int, int] | None = None

    def node_at(self, x: int, y: int) -> str:
        """The key of the node under a cell of the view, "" for none."""
        raise NotImplementedError

    def choose(self, key: str) -> None:
        """A person selects a node."""
        raise NotImplementedError

    def open(self, key: str) -> None:
        """A person opens a node."""
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        key = self.node_at(offset.x, offset.y) if offset is not None else ""
        if key:
            self.choose(key)
            if event.chain == 2:
                self.open(key)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._drag = (event.screen_x, event.screen_y, self.scroll_offset.x, self.scroll_offset.y)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._drag is None:
            return
        x, y, left, top = self._drag
        if abs(event.screen_x - x) + abs(event.screen_y - y) > 1:
            self.follow = False
        self.scroll_to(left + x - event.screen_x, top + y - event.screen_y, animate=False, immediate=True)

    def on_mouse_up(self) -> None:
        self._drag = None
        self.release_mouse()
