"""Long series of like lines made short: batches, loops, visits that all went well and differ only in their number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from lexiconsole.views.story import Lane, Moment

__all__ = ["Condenser", "condensed"]

_NUMBERED = re.compile(r"(.*?)\d+")
_LEAST = 8  # a series shorter than this is shown as it is
_QUICK = 0.5  # seconds within which the lines of a series are drawn together while they come


def condensed(moments: Iterable[Moment]) -> list[Moment]:
    """Of each long series the first two and the last, and between them how many were left out."""
    lines: list[Moment] = []
    for series, group in groupby(moments, key=_series):
        members = list(group)
        if series is None or len(members) < _LEAST:
            lines += members
            continue
        left_out = members[2:-1]
        dots = replace(left_out[-1], subject="…", text=f"{len(left_out)} more like these", took=None, attempt=0)
        lines += [*members[:2], dots, members[-1]]
    return lines


class Condenser:
    """The same for lines that come one by one: those that follow quickly on one another are drawn together."""

    def __init__(self) -> None:
        self._series: str | None = None
        self._shown_at = 0.0
        self._held: list[Moment] = []

    def add(self, moment: Moment) -> list[Moment]:
        """What can be shown now."""
        series = _series(moment)
        if series is not None and series == self._series and moment.at - self._shown_at < _QUICK:
            self._held.append(moment)
            return []
        if self._held and series == self._series:  # still quick: draw together what came, go on holding
            lines, self._held, self._shown_at = self.rest(), [moment], moment.at
            return lines
        lines = [*self.rest(), moment]
        self._series, self._shown_at = series, moment.at
        return lines

    def rest(self) -> list[Moment]:
        """What was held back; the last of several stands for all of them."""
        held, self._held = self._held, []
        if len(held) < 2:
            return held
        return [replace(held[-1], text=f"and {len(held) - 1} before it", took=None)]


def _series(moment: Moment) -> str | None:
    """What lines of one series share; None for a line that must be seen."""
    found = _NUMBERED.fullmatch(moment.subject)
    if found is None or moment.lane is not Lane.FORWARD or moment.voided or moment.attempt > 1 or moment.by:
        return None
    return f"{moment.look.word} {found[1]}"
