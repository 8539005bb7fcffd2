"""Scrubber: a run from its first entry to its newest on one line, with marks where something happened; click to go there."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.views.durations import clock
from lexiconsole.views.safe import harmless
from lexiconsole.views.watched import Mark, Snapshot
from lexiconsole.views.words import STEP_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Scrubber"]

_LOUDEST = (
    StepState.DOUBTFUL,
    StepState.FAILED,
    StepState.UNDONE,
    StepState.RETRYING,
    StepState.WAITING,
    StepState.DONE,
)


class Scrubber(Widget):
    """One line, or two where there is room: the track, and below it what happened at the place that is shown."""

    DEFAULT_CSS = """
    Scrubber { height: 1; background: $background; }
    """

    class Went(Message):
        """Somebody wants to see the run as it stood at entry `seq`."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.snapshot: Snapshot | None = None
        self._drags = False

    @property
    def console(self) -> ConsoleApp:
        return cast("ConsoleApp", self.app)

    def show(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.refresh()

    @property
    def _said(self) -> str:
        shown = self.snapshot
        return "" if shown is None else f"  seq {shown.at}/{shown.head} {'PAST' if shown.past else 'LIVE'} "

    @property
    def _room(self) -> int:
        return max(4, self.size.width - len(self._said) - 4)

    def render_line(self, y: int) -> Strip:
        shown = self.snapshot
        if shown is None:
            return Strip.blank(self.size.width, self.rich_style)
        if y == 0:
            return line(self._track(shown), self.size.width).apply_style(self.rich_style)
        return line(self._moment(shown), self.size.width).apply_style(self.rich_style)

    def _track(self, shown: Snapshot) -> list[Part]:
        colours, glyphs = self.console.palette, self.console.glyphs
        room, at = self._room, self._place(shown.at)
        done, rest = ("-", ".") if glyphs.ascii_only else ("━", "─")
        marks = self._marks(shown)
        parts: list[Part] = [(" < " if glyphs.ascii_only else " ◂ ", ink(colours.faint))]
        passed = colours.accent if shown.past else colours.state(STEP_LOOKS[StepState.DONE])
        for place in range(room):
            mark = marks.get(place)
            if place == at and shown.past:
                parts.append(("|" if glyphs.ascii_only else "┃", ink(colours.gold, bold=True)))
            elif mark is not None:
                look = STEP_LOOKS[mark.state]
                parts.append((glyphs.state(look)[:1], ink(colours.state(look), bold=True)))
            else:
                parts.append((done if place <= at else rest, ink(passed if place <= at else colours.line)))
        parts.append((">" if glyphs.ascii_only else "▸", ink(colours.faint)))
        parts.append((self._said, ink(colours.accent if shown.past else colours.faint, bold=shown.past)))
        return parts

    def _moment(self, shown: Snapshot) -> list[Part]:
        colours, glyphs = self.console.palette, self.console.glyphs
        if not shown.lines:
            return []
        last = shown.lines[-1]
        took = f"   {clock(shown.lines[0].at)} to {clock(shown.lines[-1].at)}"
        return [
            ("   ", ink()),
            (f"{clock(last.at)} ", ink(colours.faint)),
            (f"{glyphs.state(last.look)} ", ink(colours.state(last.look))),
            (harmless(f"{last.subject}  "), ink(colours.text)),
            (harmless(last.text), ink(colours.faint)),
            (took if shown.past else "", ink(colours.dim)),
        ]

    def _place(self, seq: int) -> int:
        shown = self.snapshot
        if shown is None or shown.head <= 1:
            return 0
        return round((seq - 1) / (shown.head - 1) * (self._room - 1))

    def _marks(self, shown: Snapshot) -> dict[int, Mark]:
        """The loudest mark of each cell."""
        marks: dict[int, Mark] = {}
        for mark in shown.marks:
            place = self._place(mark.seq)
            before = marks.get(place)
            if before is None or _LOUDEST.index(mark.state) < _LOUDEST.index(before.state):
                marks[place] = mark
        return marks

    def seq_at(self, x: int) -> int:
        """The entry that a column of the track stands for."""
        head = self.snapshot.head if self.snapshot is not None else 1
        part = (x - 3) / max(1, self._room - 1)
        return max(1, min(head, round(1 + part * (head - 1))))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._drags = True
        self.capture_mouse()
        self.post_message(self.Went(self.seq_at(event.x)))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._drags:
            self.post_message(self.Went(self.seq_at(event.x)))

    def on_mouse_up(self) -> None:
        self._drags = False
        self.release_mouse()
