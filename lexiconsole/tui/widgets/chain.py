"""Drawing an approval chain: its levels in a row, with quorum and the names of those who decided or may."""

from __future__ import annotations

from itertools import zip_longest

from textual.content import Content

from lexiconsole.approval.seats import ANYBODY
from lexiconsole.tui.glyphs import Glyphs
from lexiconsole.tui.palettes import Palette
from lexiconsole.views.cells import cell_width
from lexiconsole.views.inbox import Level, LevelState, Seat, Task
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import STEP_LOOKS, Look, StepState

__all__ = ["chain_lines"]

_LOOKS = {
    LevelState.AHEAD: STEP_LOOKS[StepState.PENDING],
    LevelState.OPEN: STEP_LOOKS[StepState.WAITING],
    LevelState.APPROVED: STEP_LOOKS[StepState.DONE],
    LevelState.REJECTED: STEP_LOOKS[StepState.REJECTED],
    LevelState.SKIPPED: STEP_LOOKS[StepState.SKIPPED],
    LevelState.STUCK: STEP_LOOKS[StepState.DOUBTFUL],
}
_PASSED = frozenset({LevelState.APPROVED, LevelState.SKIPPED})
_LEAST = 16
_FEW, _MANY = 4, 5
"""Lines of names where there are few lines, and where there are enough."""


def chain_lines(
    task: Task, width: int, palette: Palette, glyphs: Glyphs, me: str, *, low: bool = False
) -> list[Content]:
    """Side by side where each level has room for its names, else one below the other; `low` saves a line."""
    levels = task.levels
    if not levels:
        return []
    column = width // len(levels)
    if column < _LEAST:
        return _down(levels, palette, glyphs, me)
    heads, wires, *people = _across(levels, column, _FEW if low else _MANY, palette, glyphs, me)
    return [heads, *people] if low else [heads, wires, *people]


def _across(
    levels: tuple[Level, ...], column: int, most: int, palette: Palette, glyphs: Glyphs, me: str
) -> list[Content]:
    heads, wires, passed = Content(""), Content(""), True
    for number, level in enumerate(levels):
        passed = passed and level.state in _PASSED  # what was left out behind an open level is not passed yet
        look, last = _LOOKS[level.state], number == len(levels) - 1
        heads += _fill(_head(level, look, palette, glyphs), column)
        wire = ("=" if glyphs.ascii_only else "━") if passed else ("-" if glyphs.ascii_only else "─")
        knot = glyphs.mark if level.state is not LevelState.AHEAD else "o" if glyphs.ascii_only else "○"
        wires += Content.styled(knot, palette.state(look))
        wires += Content.styled("" if last else wire * (column - 1), palette.text if passed else palette.dim)
    seats = [_seats(level, most, palette, glyphs, me) for level in levels]
    rows = zip_longest(*seats, fillvalue=Content(""))
    return [heads, wires, *(Content("").join(_fill(seat, column) for seat in row) for row in rows)]


def _down(levels: tuple[Level, ...], palette: Palette, glyphs: Glyphs, me: str) -> list[Content]:
    lines = []
    for level in levels:
        line = _head(level, _LOOKS[level.state], palette, glyphs)
        for seat in _seats(level, _FEW, palette, glyphs, me):
            line += Content("  ") + seat
        lines.append(line)
    return lines


def _head(level: Level, look: Look, palette: Palette, glyphs: Glyphs) -> Content:
    name = Content.styled(f"{glyphs.state(look)} {harmless(level.name)}", f"bold {palette.state(look)}")
    approved = sum(seat.verdict == "approve" for seat in level.seats)
    quorum = f"{approved} of {level.needed}"
    said = quorum if level.state is LevelState.OPEN else "" if level.state in _PASSED else look.word
    if level.state is LevelState.SKIPPED:
        said = "not needed"
    elif level.state is LevelState.AHEAD and level.needed:
        said = f"{level.needed} of {level.of}" if level.of > 1 else ""
    return name + Content.styled(f"  {harmless(said)}" if said and said != "pending" else "", palette.faint)


def _seats(level: Level, most: int, palette: Palette, glyphs: Glyphs, me: str) -> list[Content]:
    """Where not all fit those who decided come first, then who looks; the others are counted."""
    people: list[Seat | str] = [*level.seats] or [*level.who]
    shown = people
    if len(people) > most:
        shown = sorted(people, key=lambda who: 2 if isinstance(who, str) else 0 if who.verdict else 2 - _is(who, me))
        shown = shown[: most - 1]
    lines = [_seat(who, palette, glyphs, me) for who in shown]
    more = len(people) - len(shown)
    return [*lines, Content.styled(f"  and {more} more", palette.dim)] if more else lines


def _is(seat: Seat, me: str) -> bool:
    return me in (seat.name, *seat.holders)


def _seat(who: Seat | str, palette: Palette, glyphs: Glyphs, me: str) -> Content:
    if isinstance(who, str):
        return Content.styled(harmless(who), palette.dim)
    states = {"approve": StepState.DONE, "reject": StepState.REJECTED, "abstain": StepState.SKIPPED}
    look = STEP_LOOKS[states.get(who.verdict, StepState.PENDING)]
    mine = _is(who, me)
    alone = who.name in ("", ANYBODY)
    name = harmless(who.by) if alone and who.by else harmless(who.name or ANYBODY)
    name += f" by {harmless(who.by)}" if who.by and not alone else ""
    name += f" ({harmless(', '.join(who.holders))})" if who.holders and not who.verdict else ""
    you = " (you)" if mine and not who.verdict else ""
    style = f"bold {palette.bright}" if mine else palette.text if who.verdict else palette.faint
    text = Content.styled(f"{glyphs.state(look)} ", palette.state(look)) + Content.styled(f"{name}{you}", style)
    return text + Content.styled(f" “{harmless(who.reason)}”" if who.reason else "", palette.faint)


def _fill(content: Content, width: int) -> Content:
    """In exactly that many cells."""
    if cell_width(content.plain) >= width:
        content = content.truncate(width - 1, ellipsis=True)
    return content + Content(" " * (width - cell_width(content.plain)))
