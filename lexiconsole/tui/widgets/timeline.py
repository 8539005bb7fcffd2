"""Timeline: what happened to a run, a line each, the newest first."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import EDGE, Part, ink, line
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.durations import clock, span
from lexiconsole.views.faults import cause
from lexiconsole.views.safe import harmless
from lexiconsole.views.seeking import has_words, words_of_line
from lexiconsole.views.story import Lane, Moment
from lexiconsole.views.words import RUN_LOOKS, STEP_LOOKS, StepState

__all__ = ["ERRORS", "WAITS", "Timeline"]

ERRORS = frozenset(
    look.word
    for state, look in STEP_LOOKS.items()
    if state in (StepState.FAILED, StepState.RETRYING, StepState.DOUBTFUL, StepState.UNDO_FAILED)
)
_ROOMY = 56
"""Cells from which each line has its number in front."""

WAITS = frozenset({STEP_LOOKS[StepState.WAITING].word, STEP_LOOKS[StepState.SLEEPING].word})


class Timeline(VirtualTable[Moment]):
    """`show_lines` takes them the oldest first."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.newest: list[Moment] = []
        self.sought = ""
        self._longest = 0

    def identity(self, row: Moment) -> str:
        return f"{row.seq}/{row.subject}"

    def show_lines(self, lines: tuple[Moment, ...]) -> None:
        self.newest, self.empty = list(reversed(lines)), "nothing has happened yet"
        self._longest = max((cell_width(harmless(row.subject)) for row in lines), default=0)
        self.show_all(self.newest)
        if not self._touched and self.cursor:
            self.go(0, touched=False)  # nobody chose a line: the newest is selected

    def mark_found(self, sought: str) -> None:
        """Lines with these words are marked from now on."""
        if sought != self.sought:
            self.sought = sought
            self.repaint()

    def step(self, words: frozenset[str], back: bool) -> Moment | None:
        """Goes to the next line of such a state, `back` in time or on; None when there is none that way."""
        here = self.cursor
        places = range(here + 1, len(self.newest)) if back else range(here - 1, -1, -1)
        found = next((n for n in places if self.newest[n].look.word in words), None)
        if found is None:
            return None
        self.go(found)
        return self.newest[found]

    def draw(self, row: Moment, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        state = colours.dim if row.voided else colours.state(row.look)
        loud = row.look.word in ERRORS or row.look in RUN_LOOKS.values()
        roomy = how.width >= _ROOMY
        most = how.width * 4 // 10 if not roomy else how.width * 3 // 10
        width = max(8, min(22, most, self._longest))
        took = span(row.took) if row.took is not None else ""
        number = f" try {row.attempt}" if row.attempt > 1 else ""
        right: list[Part] = [(f"{number} {took}".rstrip(), ink(colours.faint)), EDGE] if took or number else [EDGE]
        return [
            line(
                [
                    (glyphs.cursor if how.selected else " ", ink(colours.accent)),
                    (f"{row.seq:>3} " if roomy else "", ink(colours.dim)),
                    (f"{clock(row.at)} ", ink(colours.faint)),
                    (f"{glyphs.state(row.look)} ", ink(state, bold=True)),
                    *self._told(row, width, ink(state if loud else colours.faint)),
                ],
                how.width,
                right,
                ground,
            )
        ]

    def _told(self, row: Moment, width: int, style: Style) -> list[Part]:
        """What people did is a sentence; of anything else the subject stands in a column of its own."""
        colours, text = self.console.palette, cause(harmless(row.text))
        found = has_words(self.sought, words_of_line(row))
        colour = colours.key if found else colours.text if not row.voided else colours.dim
        subject = ink(colour, bold=found, underline=found)
        if row.lane is not Lane.PEOPLE:
            return [(padded(_cut_before(harmless(row.subject), width), width + 1), subject), (text, style)]
        by = f"{harmless(row.by)}: " if row.by else ""
        return [(by, ink(colours.faint)), (_last_parts(harmless(row.subject)), subject), (f"  {text}", style)]


def _last_parts(sentence: str) -> str:
    """`approve approval/finance, which is approved` without the chain that the level belongs to."""
    verb, key, *rest = [*sentence.split(" ", 2), ""]
    return " ".join(part for part in (verb, key.rpartition("/")[2], *rest) if part)


def _cut_before(subject: str, width: int) -> str:
    """Of a key in parts the last ones tell most: `approve approval/directors` as `approve …/directors`."""
    said, _, key = subject.rpartition(" ")
    verb, parts = f"{said} " if said else "", key.split("/")
    shorter = [subject, *(f"{verb}…/{'/'.join(parts[first:])}" for first in range(1, len(parts))), f"{verb}{parts[-1]}"]
    return next((text for text in shorter if cell_width(text) <= width), cut(subject, width))
