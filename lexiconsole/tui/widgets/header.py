"""Header: where one is, what the engine does, how many runs need somebody, and the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.strip import Strip

from lexiconsole.tui.drawing import width_of
from lexiconsole.tui.header_words import GAP, counted, led_here
from lexiconsole.tui.ink import Part, ink, inked, line
from lexiconsole.tui.widgets.painted import Painted
from lexiconsole.types import RunStatus

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Header"]


class Header(Painted):
    """One line. `trail` are the places one came through; `said` stands right of them, the screen's own news."""

    DEFAULT_CSS = """
    Header { dock: top; height: 1; background: $panel; }
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
        width, trail = self.size.width, self.trail
        counts = inked(counted(self.counts, self.clock, app))
        left, right = self._left(trail), counts
        if self.rate and width >= 100:
            right = [(f"{self.rate}   ", ink(app.palette.faint)), *counts]

        def too_wide() -> bool:
            return width_of(left) + width_of(right) > width - GAP

        while len(trail) > 1 and too_wide():
            trail = trail[1:]  # where one came through is the first to go
            left = self._left(trail)
        if too_wide():
            right = counts[:-1]  # a clock is looked for elsewhere, runs that need somebody are not
        if too_wide():
            left = self._left(trail, named=False)
        while right and too_wide():
            right = right[:-1]  # those that need somebody most stay
        return line(left, width, right).apply_style(self.rich_style)

    def _left(self, trail: tuple[str, ...], *, named: bool = True) -> list[Part]:
        app = cast("ConsoleApp", self.app)
        parts = inked(led_here(trail, app, readonly=app.readonly, named=named))
        return [*parts, ("   ", ink(app.palette.faint)), *self.said] if self.said else parts
