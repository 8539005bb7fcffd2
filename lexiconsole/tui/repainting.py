"""Repainting: of what changed on a screen, no more lines are asked of widgets than those that are painted again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip

__all__ = ["ChangedLines"]


class ChangedLines(Compositor):
    """Textual's asks every widget for all of its lines, of which most are then dropped: for one line of the header ten
    times what that line costs.
    """

    _painted: Callable[[int], bool] | None = None

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        self._painted = is_rendered_line
        try:
            return super()._render_chops(crop, is_rendered_line)
        finally:
            self._painted = None

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None or self._painted is None:
            yield from super()._get_renders(crop)
            return
        lines = [y for y in crop.line_range if self._painted(y)]
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            wanted = [y for y in lines if seen.y <= y < seen.bottom]
            if not wanted or not seen.overlaps(crop):
                continue
            rows = Region(seen.x, wanted[0], seen.width, wanted[-1] - wanted[0] + 1)
            yield region, rows, widget.render_lines(rows.translate(-region.offset))
