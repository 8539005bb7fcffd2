"""Inspector: what is known of the selected node, line by line, folded to the width of the pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.views.cells import cell_width, cut, fitting, padded
from lexiconsole.views.inspecting import Fact, Tone
from lexiconsole.views.words import STEP_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Inspector"]

_FOLDED = 4  # lines that one fact may take; the rest is in its JSON (y copies it)


class Inspector(ScrollView, can_focus=True):
    """`show` gives it facts; it scrolls, and stays where it is while facts of the same node change."""

    DEFAULT_CSS = """
    Inspector { height: 1fr; padding: 0 1; background: $background; overflow-x: hidden; scrollbar-gutter: auto; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._facts: list[Fact] = []
        self._about = ""
        self._lines: list[list[Part]] = []
        self._folded_at = (0, 0)

    @property
    def console(self) -> ConsoleApp:
        return cast("ConsoleApp", self.app)

    @property
    def text(self) -> str:
        """All of it, as it is read."""
        return "\n".join("".join(text for text, _ in parts).rstrip() for parts in self._lines)

    def show(self, about: str, facts: list[Fact]) -> None:
        if about != self._about:
            self.scroll_to(y=0, animate=False, force=True, immediate=True)
        elif facts == self._facts:
            return
        self._about, self._facts = about, facts
        self.repaint()

    def repaint(self) -> None:
        if not self.is_attached or not self.size.width:
            return
        self._lines = [
            parts for width, section in _sections(self._facts) for fact in section for parts in self._fold(fact, width)
        ]
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.refresh()

    def _fold(self, fact: Fact, width: int) -> list[list[Part]]:
        colours = self.console.palette
        room = max(8, self.scrollable_content_region.width - width - 2)
        tone = {
            Tone.PLAIN: ink(colours.text),
            Tone.HEAD: ink(colours.bright, bold=True),
            Tone.FAINT: ink(colours.faint),
            Tone.BAD: ink(colours.state(STEP_LOOKS[StepState.FAILED])),
            Tone.NEW: ink(colours.state(STEP_LOOKS[StepState.DONE])),
            Tone.GONE: ink(colours.state(STEP_LOOKS[StepState.FAILED])),
            Tone.OTHER: ink(colours.state(STEP_LOOKS[StepState.RETRYING])),
        }[fact.tone]
        if fact.state is not None:
            tone = ink(colours.state(STEP_LOOKS[fact.state]), bold=True)
        head = ink(colours.accent, bold=True) if fact.tone is Tone.HEAD else ink(colours.faint)
        pieces = _wrapped(fact.text, room)
        return [
            [(padded(cut(fact.label if n == 0 else "", width), width + 1), head), (piece, tone)]
            for n, piece in enumerate(pieces)
        ]

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        parts = self._lines[place] if place < len(self._lines) else []
        return line(parts, self.size.width).apply_style(self.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        self.repaint()

    def on_key(self, event: events.Key) -> None:
        far = max(1, self.size.height - 1)
        by = {
            "down": 1,
            "j": 1,
            "up": -1,
            "k": -1,
            "pagedown": far,
            "pageup": -far,
            "ctrl+d": far // 2,
            "ctrl+u": -(far // 2),
            "g": -100_000,
            "home": -100_000,
            "G": 100_000,
            "end": 100_000,
        }.get(event.key)
        if by is None:
            return
        event.stop()
        event.prevent_default()
        self.scroll_to(y=self.scroll_offset.y + by, animate=False, immediate=True)


def _sections(facts: list[Fact]) -> list[tuple[int, list[Fact]]]:
    """Parted where a line is empty; what stands together has its labels in one column, so wide."""
    sections: list[list[Fact]] = [[]]
    for fact in facts:
        if not (fact.label or fact.text):
            sections.append([])
        sections[-1].append(fact)
    return [(max(6, min(14, max(map(_label_width, section), default=6))), section) for section in sections]


def _label_width(fact: Fact) -> int:
    return cell_width(fact.label)


def _wrapped(text: str, room: int) -> list[str]:
    """At spaces where there are some, at most four lines, the last one cut."""
    if cell_width(text) <= room:
        return [text]
    lines: list[str] = []
    rest = text
    while len(lines) < _FOLDED - 1 and cell_width(rest) > room:
        most = max(1, fitting(rest, room))
        space = rest.rfind(" ", most // 2, most + 1)
        place = space if space > 0 else most
        lines.append(rest[:place].rstrip())
        rest = rest[place:].lstrip()
    return [*lines, cut(rest, room)]
