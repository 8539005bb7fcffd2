"""RunTable: runs, and groups of them, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from lexiconsole.durable.rows import RunRow, TaskRow
from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import drawn, ink, line
from lexiconsole.tui.run_row import letters_of, run_lines
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import Instant

if TYPE_CHECKING:
    from lexiconsole.app.grouping import GroupRow

__all__ = ["RunTable"]


class RunTable(VirtualTable["RunRow | GroupRow"]):
    """Failed and doubtful runs have their error on a second line, where the spans give them one."""

    def __init__(self, *, empty: str = "") -> None:
        super().__init__(empty=empty)
        self.tasks: dict[str, TaskRow] = {}
        """The first open question of each run, as far as they were read."""
        self.opened: set[str] = set()
        """The groups that are unfolded, by id."""
        self.awaited = True  # there is no such list that is not about to be read
        self._measured: tuple[tuple[int, int, int], int] = (0, 0, 0), 0

    def moments(self, row: RunRow | GroupRow) -> tuple[Instant | None, ...]:
        if not isinstance(row, RunRow):
            return ()
        task = self.tasks.get(row.id)
        return row.changed_at, row.wake_at, None if task is None else task.due

    def draw(self, row: RunRow | GroupRow, how: Drawn) -> list[Strip]:
        if not isinstance(row, RunRow):
            return self._draw_group(row, how)
        lines = run_lines(
            row,
            how,
            self.console,
            letters=self._letters(how.width),
            requested=self.console.acts.requested(row.id),
            task=self.tasks.get(row.id),
        )
        return [drawn(said, how.width) for said in lines]

    def _draw_group(self, row: GroupRow, how: Drawn) -> list[Strip]:
        from lexiconsole.tui.widgets.run_groups import group_parts

        colours = self.console.palette
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        edge = (self.console.glyphs.cursor if how.selected else " ", ink(colours.accent))
        most = max(other.runs for other in (row, *self.rows_at_hand.values()) if not isinstance(other, RunRow))
        opened, bright = row.id in self.opened, how.selected
        left, right = group_parts(self.console, row, how.width, most=most, opened=opened, bright=bright)
        return [line([edge, *left], how.width, right, ground)]

    def _letters(self, width: int) -> int:
        """Measured once for the rows at hand."""
        rows = self.rows_at_hand
        known = width, len(rows), next(iter(rows), 0)
        if known != self._measured[0]:
            self._measured = known, letters_of((row for row in rows.values() if isinstance(row, RunRow)), width)
        return self._measured[1]
