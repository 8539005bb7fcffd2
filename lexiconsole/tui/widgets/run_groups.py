"""Groups in the list of runs: read on a look of its own, folded until one is opened, then with its newest runs under it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lexiconsole.app.grouping import Column, GroupRow, Groups
from lexiconsole.tui.ink import EDGE, Part, ink, width_of
from lexiconsole.types import RunStatus
from lexiconsole.views.cells import cut, padded
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.look import Look, RunQuery
    from lexiconsole.durable.rows import RunRow
    from lexiconsole.tui.app import ConsoleApp

__all__ = [
    "MOST_MARKED",
    "UNFOLDED",
    "Grouping",
    "group_parts",
    "group_value",
    "ids_of_group",
    "newest_of_group",
    "read_groups",
]

UNFOLDED, MOST_MARKED = 200, 1_000
"""Runs that an open group shows, and that are marked with it."""

_ROOMY, _ROOMIEST, _BAR = 50, 90, 16
"""Cells from which a line has a bar, from which one with a long name has, and of the largest group's."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """A list as it is grouped: groups, each open one followed by its runs. `runs` is how many there are in all groups."""

    column: Column
    rows: tuple[GroupRow | RunRow, ...]
    groups: int
    runs: int


def read_groups(look: Look, query: RunQuery, column: Column, opened: frozenset[str]) -> Grouping:
    """On a thread: one question for all groups, one more for each that is open."""
    with closing(Groups(look.path, readonly=look.readonly)) as groups, groups.moment():
        found = groups.groups(query, column)
        rows: list[GroupRow | RunRow] = []
        for group in found:
            rows.append(group)
            if group.id in opened:
                rows += groups.runs_of_group(query, column, group.value, UNFOLDED)
    return Grouping(column, tuple(rows), len(found), sum(group.runs for group in found))


def ids_of_group(look: Look, query: RunQuery, group: GroupRow) -> list[str]:
    """On a thread: its newest runs."""
    with closing(Groups(look.path, readonly=look.readonly)) as groups:
        return [row.id for row in groups.runs_of_group(query, group.column, group.value, MOST_MARKED)]


def newest_of_group(look: Look, query: RunQuery, group: GroupRow) -> str:
    """On a thread: the id of its newest run, "" when it has none any more."""
    with closing(Groups(look.path, readonly=look.readonly)) as groups:
        return next((row.id for row in groups.runs_of_group(query, group.column, group.value, 1)), "")


def group_value(group: GroupRow) -> str:
    """What its runs say, in words."""
    if group.column is Column.STATE:
        return RUN_LOOKS[RunStatus(group.value)].word
    return harmless(group.value) or {Column.ERROR: "no error", Column.STEP: "no step"}.get(group.column, "none")


def group_parts(
    console: ConsoleApp, group: GroupRow, width: int, *, most: int, opened: bool, bright: bool
) -> tuple[list[Part], list[Part]]:
    """Of its line: what stands at the left; at the right its counts, and its share of `most`, the largest group's runs."""
    colours, glyphs = console.palette, console.glyphs
    counts: list[Part] = []
    for many, status in ((group.failed, RunStatus.FAILED), (group.waiting, RunStatus.WAITING)):
        if many and group.column is not Column.STATE:
            look = RUN_LOOKS[status]
            counts.append((f"{glyphs.state(look)} {many:,}  ", ink(colours.state(look))))
    if width >= (_ROOMIEST if group.column in {Column.ERROR, Column.STEP} else _ROOMY):
        of_state = group.column is Column.STATE
        colour = colours.state(RUN_LOOKS[RunStatus(group.value)]) if of_state else colours.accent
        counts.append((padded("━" * max(1, round(group.runs / most * _BAR)), _BAR), ink(colour)))
    counts += [(f"{group.runs:>7,}", ink(colours.bright, bold=True)), EDGE]
    sign = glyphs.down if opened else glyphs.trail
    room = max(4, width - width_of(counts) - 6)
    left: list[Part] = [(f"{sign} ", ink(colours.accent))]
    if group.column is Column.STATE:
        look = RUN_LOOKS[RunStatus(group.value)]
        left.append((f"{glyphs.state(look)} ", ink(colours.state(look), bold=True)))
    left.append(
        (padded(cut(group_value(group), room), room), ink(colours.bright if bright else colours.text, bold=bright))
    )
    return left, counts
