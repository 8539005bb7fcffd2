"""TaskTable: open questions in the order in which they are due, two lines each: what is asked, and of which run."""

from __future__ import annotations

from typing import Any

from textual.strip import Strip

from lexiconsole.durable.rows import TaskRow
from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import EDGE, Part, ink, line, width_of
from lexiconsole.tui.run_row import SOON, short_age, short_id
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.cells import cell_width
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS

__all__ = ["TaskTable"]


class TaskTable(VirtualTable[TaskRow]):
    """Its rows are two lines high."""

    def moments(self, row: TaskRow) -> tuple[Instant | None, ...]:
        return row.asked_at, row.due

    def draw(self, row: TaskRow, how: Drawn) -> list[Strip]:
        colours, glyphs, now = self.console.palette, self.console.glyphs, self.console.now()
        ground = ink(back=colours.chosen) if how.selected and how.focused else None
        edge: Part = (glyphs.cursor if how.selected else " ", ink(colours.accent if how.focused else colours.line))
        look = RUN_LOOKS[RunStatus.WAITING]
        left_time = None if row.due is None else row.due - now
        soon = left_time is not None and left_time < SOON
        alarm = colours.state(RUN_LOOKS[RunStatus.FAILED])
        due = "" if left_time is None else f"{'overdue ' if left_time < 0 else ''}{short_age(abs(left_time))}"
        data: dict[str, Any] = row.data
        sign: Part = ("! ", ink(alarm, bold=True)) if soon else (f"{glyphs.state(look)} ", ink(colours.state(look)))
        prompt = harmless(str(data.get("prompt") or row.key))
        mark: Part = (glyphs.mark if how.marked else " ", ink(colours.key, bold=True))
        who = ", ".join(harmless(str(name)) for name in data.get("who", ()))
        first = line(
            [edge, mark, sign, (prompt, ink(colours.bright if how.selected else colours.text))],
            how.width,
            [(due, ink(alarm if soon else colours.faint)), EDGE],
            ground,
        )
        second: list[Part] = [
            edge,
            ("   ", ink()),
            (harmless(row.name), ink(colours.faint)),
            (f" {short_id(row.run_id, 8)}", ink(colours.dim)),
        ]
        if who and width_of(second) + cell_width(who) + 2 <= how.width:
            second.append((f"  {who}", ink(colours.dim)))  # half of it says nothing
        return [first, line(second, how.width, [EDGE], ground)]
