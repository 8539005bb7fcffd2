"""IncidentTable: causes of failures, the largest first, two lines each: the error and how many, then where and when."""

from __future__ import annotations

from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import EDGE, Part, ink, line
from lexiconsole.tui.run_row import short_age
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.faults import cause
from lexiconsole.views.incidents import Incident
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless, harmless_sentence
from lexiconsole.views.words import RUN_LOOKS

__all__ = ["IncidentTable"]


class IncidentTable(VirtualTable[Incident]):
    """Its rows are two lines high."""

    def moments(self, row: Incident) -> tuple[Instant | None, ...]:
        return row.first_at, row.last_at

    def draw(self, row: Incident, how: Drawn) -> list[Strip]:
        colours, glyphs, now = self.console.palette, self.console.glyphs, self.console.now()
        ground = ink(back=colours.chosen) if how.selected and how.focused else None
        edge: Part = (glyphs.cursor if how.selected else " ", ink(colours.accent if how.focused else colours.line))
        look = RUN_LOOKS[RunStatus.DOUBTFUL if row.doubtful else RunStatus.FAILED]
        sign: Part = (f"{glyphs.state(look)} ", ink(colours.state(look), bold=True))
        error = cause(harmless_sentence(row.error))
        runs = many(row.runs, "run")
        first = line(
            [edge, sign, (error, ink(colours.bright if how.selected else colours.text))],
            how.width,
            [(runs, ink(colours.state(look), bold=row.runs > 1)), EDGE],
            ground,
        )
        where = harmless(f"{row.name}/{row.where}" if row.where else row.name)
        newest = short_age(now - row.last_at)
        oldest = short_age(now - row.first_at)
        when = f"{newest} ago" if newest == oldest else f"{oldest} to {newest} ago"
        told: list[Part] = [(when, ink(colours.dim)), EDGE]
        second = line([edge, ("  ", ink()), (where, ink(colours.faint))], how.width, told, ground)
        return [first, second]
