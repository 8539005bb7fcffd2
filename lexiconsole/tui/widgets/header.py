"""Header: where one is, what the engine does, how many runs need somebody, and the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.strip import Strip

from lexiconsole.tui.ink import Part, ink, line, width_of
from lexiconsole.tui.widgets.painted import Painted
from lexiconsole.types import RunStatus
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Header"]

_GAP = 2
"""Cells between what stands at the left and what stands at the right."""

_COUNTED = (RunStatus.DOUBTFUL, RunStatus.FAILED, RunStatus.WAITING, RunStatus.COMPENSATING, RunStatus.RUNNING)


class Header(Painted):
    """One line. `trail` are the places one came through; `said` stands right of them, the screen's own news."""

    DEFAULT_CSS = """
    Header { height: 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.trail: tuple[str, ...] = ()
        self.said: list[Part] = []
        self.counts: dict[RunStatus, int] = {}
        self.rate = ""
        self.clock = ""

    def tell(
        self,
        *,
        trail: tuple[str, ...] | None = None,
        said: list[Part] | None = None,
        counts: dict[RunStatus, int] | None = None,
        rate: str | None = None,
        clock: str | None = None,
    ) -> None:
        """Changes what is named, and paints again if anything is another."""
        before = (self.trail, self.said, self.counts, self.rate, self.clock)
        self.trail = self.trail if trail is None else trail
        self.said = self.said if said is None else said
        self.counts = self.counts if counts is None else counts
        self.rate = self.rate if rate is None else rate
        self.clock = self.clock if clock is None else clock
        if before != (self.trail, self.said, self.counts, self.rate, self.clock):
            self.refresh()

    def render_line(self, y: int) -> Strip:
        app = cast("ConsoleApp", self.app)
        colours, glyphs = app.palette, app.glyphs
        faint = ink(colours.faint)
        trail = self.trail
        left = self._left(trail)
        counted: list[Part] = []
        for status in _COUNTED:
            if count := self.counts.get(status, 0):
                look = RUN_LOOKS[status]
                counted.append((f"{glyphs.state(look)}{count:,} ", ink(colours.state(look))))
        right: list[Part] = [*counted]
        if self.rate and self.size.width >= 100:
            right = [(f"{self.rate}   ", faint), *right]
        right += [(f" {self.clock} ", ink(colours.text))]
        width = self.size.width
        room = width - _GAP
        while len(trail) > 1 and width_of(left) + width_of(right) > room:
            trail = trail[1:]  # where one came through is the first to go
            left = self._left(trail)
        if width_of(left) + width_of(right) > room:
            right = right[:-1]  # a clock is looked for elsewhere, runs that need somebody are not
        while right and width_of(left) + width_of(right) > room:
            right = right[1:]
        return line(left, width, right).apply_style(self.rich_style)

    def _left(self, trail: tuple[str, ...]) -> list[Part]:
        app = cast("ConsoleApp", self.app)
        colours, glyphs = app.palette, app.glyphs
        faint = ink(colours.faint)
        parts: list[Part] = [(" lexiconsole", ink(colours.accent, bold=True))]
        if app.readonly:
            parts += [(" ", faint), (" READ-ONLY ", ink(colours.key, bold=True, reverse=True))]
        for place in trail:
            last = place is trail[-1]
            parts += [(f" {glyphs.trail} ", faint), (place, ink(colours.bright if last else colours.text, bold=last))]
        return [*parts, ("   ", faint), *self.said] if self.said else parts
