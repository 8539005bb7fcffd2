"""What the machine screen is made of: events and why they can or can not come now, states by how long, and the live feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import EDGE, Part, ink, line
from lexiconsole.tui.palettes import Palette
from lexiconsole.tui.run_row import short_age
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.durations import clock, span
from lexiconsole.views.machine import Crossing, Instance, Stay
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS, STEP_LOOKS, StepState

if TYPE_CHECKING:
    from rich.style import Style

    from lexiconsole.app.prospecting import Prospect

__all__ = ["Event", "EventTable", "FeedTable", "StayTable", "stay_heading", "way_through"]


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the selected run, as its machine answered."""

    prospect: Prospect

    @property
    def id(self) -> str:
        return self.prospect.event


class EventTable(VirtualTable[Event]):
    """Every event of the machine: those that would do something first."""

    def draw(self, row: Event, how: Drawn) -> list[Strip]:
        colours, glyphs, one = self.console.palette, self.console.glyphs, row.prospect
        look = STEP_LOOKS[StepState.DONE if one.possible else StepState.WAITING if one.bare else StepState.NOT_REACHED]
        text = ink(colours.bright if how.selected else colours.text if one.possible or one.bare else colours.dim)
        wide = max(10, min(20, how.width // 3))
        left: list[Part] = [
            *_edge(self, how),
            (f"{glyphs.state(look)} ", ink(colours.state(look), bold=one.possible)),
            (padded(cut(harmless(one.event), wide), wide + 1), text),
        ]
        if one.possible:
            guards = ", ".join(one.guards)
            left.append((f"{glyphs.arrow} {harmless(one.target)}", ink(colours.text)))
            left.append((f"   {harmless(guards)} ok" if guards else "", ink(colours.faint)))
        else:
            left.append((harmless(one.refused), ink(colours.state(look) if one.bare else colours.dim)))
        return [line(left, how.width, [EDGE], _ground(self, how))]


class StayTable(VirtualTable[Stay]):
    """States: how many runs stand there, how long runs stay, and how long the one that stands there longest does."""

    def moments(self, row: Stay) -> tuple[Instant | None, ...]:
        return (None if row.oldest is None else row.oldest.since,)

    def draw(self, row: Stay, how: Drawn) -> list[Strip]:
        colours, now = self.console.palette, self.console.now()
        slow = row.slow(now)
        alarm = ink(colours.state(RUN_LOOKS[RunStatus.FAILED]), bold=True)
        wide, wide95 = _state_width(how.width), 9 if how.width >= _WITH_MEDIAN else 8
        oldest = "-" if row.oldest is None else short_age(now - row.oldest.since)
        p95 = "-" if row.p95 is None else span(row.p95)
        middle = "-" if row.middle is None else span(row.middle)
        left: list[Part] = [
            *_edge(self, how),
            (padded(cut(harmless(row.state), wide), wide + 1), ink(colours.bright if how.selected else colours.text)),
            (f"{row.now:>6,} ", ink(colours.accent if row.now else colours.dim, bold=bool(row.now))),
        ]
        if how.width >= _WITH_MEDIAN:
            left.append((f"{middle:>9}", ink(colours.faint)))
        left += [
            (f"{p95:>{wide95}}", ink(colours.faint)),
            (f"{oldest:>{wide95 - 1}}{' !' if slow else ''}", alarm if slow else ink(colours.text)),
        ]
        return [line(left, how.width, [("end " if row.final else "", ink(colours.dim))], _ground(self, how))]


class FeedTable(VirtualTable[Crossing]):
    """Transitions as they came, the newest first, and events that changed nothing with the reason."""

    def draw(self, row: Crossing, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        left: list[Part] = [
            *_edge(self, how),
            (f"{clock(row.at)} " if how.width >= 50 else "", ink(colours.faint)),
            (padded(cut(harmless(row.run_id), 10), 11), ink(colours.dim)),
            (f"{harmless(row.source)} ", ink(colours.text)),
        ]
        if row.refused:
            look = STEP_LOOKS[StepState.FAILED]
            said = f"{glyphs.state(look)} {harmless(row.event)}: {harmless(row.refused)}"
            left.append((said, ink(colours.state(look))))
        else:
            left.append((f"{glyphs.arrow} {harmless(row.event)} {glyphs.arrow} ", ink(colours.faint)))
            left.append((harmless(row.target), ink(colours.bright)))
        return [line(left, how.width, [(harmless(row.by), ink(colours.faint)), EDGE], _ground(self, how))]


def stay_heading(width: int) -> str:
    """What stands over the columns of a StayTable that wide."""
    middle = f"{'median':>9}" if width >= _WITH_MEDIAN else ""
    wide = 9 if width >= _WITH_MEDIAN else 8
    return f"{'':{_state_width(width) + 2}}{'runs':>6} {middle}{'p95':>{wide}}{'oldest':>{wide - 1}}"


def _state_width(width: int) -> int:
    return max(8, min(16, width - (36 if width >= _WITH_MEDIAN else 27)))


_WITH_MEDIAN = 50
"""Columns from which the median is shown too."""


def _edge(table: EventTable | StayTable | FeedTable, how: Drawn) -> list[Part]:
    colours = table.console.palette
    return [
        (table.console.glyphs.cursor if how.selected else " ", ink(colours.accent if how.focused else colours.line))
    ]


def _ground(table: EventTable | StayTable | FeedTable, how: Drawn) -> Style | None:
    colours = table.console.palette
    return ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None


def way_through(one: Instance, arrow: str, palette: Palette, width: int) -> Content:
    """The states that it went through, the last ones where there is no room for all; below, how many moves that were."""
    way, moves = [harmless(state) for state, _ in one.path], len(one.path) - 1
    between = cell_width(f" {arrow} ")
    wide = [cell_width(state) + between for state in way]
    if moves > 1 and sum(wide) - between > width:
        last, room = moves, width - wide[-1] - 1
        while last > 1 and room >= wide[last - 1]:
            last -= 1
            room -= wide[last]
        way = ["…", *way[last:]]
    text = Content.styled("".join(f"{state} {arrow} " for state in way[:-1]), palette.faint)
    said = f"{many(moves, 'transition')}, here since {clock(one.since)}"
    return text + Content.styled(way[-1], f"bold {palette.gold}") + Content.styled(f"\n{said}", palette.faint)
