"""DiffHeads: which two are compared, and how each stands; over its column where there are columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.strip import Strip

from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.tui.widgets.diff_table import columns_of
from lexiconsole.tui.widgets.painted import Painted
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.diff import Diff, Side, Sign
from lexiconsole.views.durations import span, stamp
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS, STEP_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["DiffHeads"]


class DiffHeads(Painted):
    DEFAULT_CSS = """
    DiffHeads { height: 2; background: $background; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._diff: Diff | None = None

    def tell(self, diff: Diff) -> None:
        self._diff = diff
        self.refresh()

    @property
    def console(self) -> ConsoleApp:
        return cast("ConsoleApp", self.app)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        name, side = columns_of(width - 1)  # the table beneath keeps a cell for its scroll bar
        if self._diff is None:
            return Strip.blank(width, self.rich_style)
        both = ((Sign.GONE, self._diff.left), (Sign.NEW, self._diff.right))
        if not side:
            sign, one = both[y]
            return line([(" ", ink()), *self._which(sign, one), ("  ", ink()), *self._stands(one)], width).apply_style(
                self.rich_style
            )
        parts: list[Part] = [(" " * (name + 2), ink())]
        for n, (sign, one) in enumerate(both):
            told = self._which(sign, one) if y == 0 else [("  ", ink()), *self._stands(one)]
            parts += _filled(told, side + 3 if n == 0 else side)
        return line(parts, width).apply_style(self.rich_style)

    def _which(self, sign: Sign, side: Side) -> list[Part]:
        colours = self.console.palette
        state = StepState.DONE if sign is Sign.NEW else StepState.FAILED
        then = f"  entry {side.at} of {side.head}" if side.past else ""
        return [
            (f"{sign} ", ink(colours.state(STEP_LOOKS[state]), bold=True)),
            (f"{side.label}  ", ink(colours.faint)),
            (harmless(side.row.id), ink(colours.bright, bold=True)),
            (then, ink(colours.accent)),
            (f"  {harmless(side.row.name)}", ink(colours.text)),
            (f"  by {harmless(side.story.by)}" if side.story.by else "", ink(colours.faint)),
        ]

    def _stands(self, side: Side) -> list[Part]:
        colours, glyphs = self.console.palette, self.console.glyphs
        story, look = side.story, RUN_LOOKS[side.story.status]
        return [
            (f"{glyphs.state(look)} {look.word}", ink(colours.state(look), bold=True)),
            (f"  {span(story.took(story.changed_at))}  {stamp(story.created_at)}", ink(colours.faint)),
        ]


def _filled(parts: list[Part], width: int) -> list[Part]:
    """Cut and filled to a width."""
    told: list[Part] = []
    room = width
    for text, style in parts:
        shown = cut(text, room)
        told.append((shown, style))
        room -= cell_width(shown)
    return [*told, (padded("", room), ink())]
