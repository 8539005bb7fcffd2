"""Repainting: widgets are asked for the lines that are painted again, and of which something is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip

__all__ = ["SeenLines"]


class SeenLines(Compositor):
    """Textual's asks every widget for all of its lines, those also that others cover or that stay as they are."""

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        """For each line of the screen what stands there, by the column in which it begins."""
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(columns[:-1]) for columns in cuts]
        painted = [y for y in crop.line_range if y < len(cuts) and is_rendered_line(y)]
        for widget, (region, clip) in self.visible_widgets.items():  # those in front first
            seen = region.intersection(clip)
            left, right = seen.column_span
            rows = [y for y in painted if seen.y <= y < seen.bottom and _has_room(chops[y], left, right)]
            if not rows or not seen.overlaps(crop):
                continue
            top = rows[0]
            strips = widget.render_lines(Region(left - region.x, top - region.y, seen.width, rows[-1] + 1 - top))
            for y in rows:
                columns = [at for at in cuts[y] if left <= at <= right]
                parts = strips[y - top].divide([at - left for at in columns[1:]])
                for at, part in zip(columns, parts, strict=False):
                    if chops[y].get(at) is None:
                        chops[y][at] = part
        return cast("Sequence[Mapping[int, Strip]]", chops)


def _has_room(line: Mapping[int, Strip | None], left: int, right: int) -> bool:
    """Whether anything between the columns is not covered yet."""
    return any(part is None for at, part in line.items() if left <= at < right)
