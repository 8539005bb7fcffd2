"""What is marked on a map, and where on it one can jump to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from lexiconsole.tui.widgets.map_mouse import MapMouse
from lexiconsole.tui.widgets.map_places import MARGIN
from lexiconsole.views.layout.drawing import Drawing

__all__ = ["MapMarks"]


class MapMarks(MapMouse):
    """What a map says of itself for it: `drawing`, its `indent` and `repaint`."""

    drawing: Drawing | None
    found: frozenset[str] = frozenset()
    """The nodes that have what is sought."""

    @property
    def indent(self) -> int:
        """What is narrower than the view stands in its middle."""
        return max(0, (self.size.width - self.virtual_size.width) // 2)

    def repaint(self) -> None:
        raise NotImplementedError

    def mark_found(self, found: frozenset[str]) -> None:
        if found != self.found:
            self.found = found
            self.repaint()

    def jump_places(self) -> Iterator[tuple[int, int, Callable[[], object]]]:
        """The corner of each node, seen or not, and what goes there."""
        left, top = self.scroll_offset
        for key, box in (self.drawing or Drawing()).boxes.items():
            yield box.x + MARGIN + self.indent - left, box.y + MARGIN - top, partial(self._jump, key)

    def _jump(self, key: str) -> None:
        self.focus()
        self.choose(key)
