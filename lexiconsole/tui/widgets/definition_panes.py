"""What the definitions screen is made of: files and workflows, source with remarks, findings, and live runs by version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.strip import Strip

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import EDGE, Part, ink, line
from lexiconsole.tui.widgets.source_ink import Coloured, style_of
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.views.cells import cut, padded
from lexiconsole.views.definitions import Found, Level, TreeRow
from lexiconsole.views.live_runs import Fit, LiveRun
from lexiconsole.views.safe import harmless
from lexiconsole.views.source import SourceRow
from lexiconsole.views.words import RUN_LOOKS, STEP_LOOKS, Look, StepState

if TYPE_CHECKING:
    from rich.style import Style

__all__ = ["FileTable", "FindingTable", "LiveRow", "LiveTable", "SourceTable", "severity_look"]

_SEVERITY = {
    "error": STEP_LOOKS[StepState.FAILED],
    "warning": Look("warning", "!", "!", STEP_LOOKS[StepState.RETRYING].colour),
    "hint": STEP_LOOKS[StepState.SKIPPED],
}
_FIT = {
    Fit.GOES_ON: STEP_LOOKS[StepState.DONE],
    Fit.MIGRATES: STEP_LOOKS[StepState.RETRYING],
    Fit.STUCK: STEP_LOOKS[StepState.FAILED],
}


def severity_look(severity: str) -> Look:
    """Sign and colour of an error, a warning, a hint."""
    return _SEVERITY[severity]


class FileTable(VirtualTable[TreeRow]):
    """Folders, files and what they define; what is wrong with each at the right."""

    def draw(self, row: TreeRow, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        text = ink(colours.bright if how.selected else colours.text)
        left = [_edge(self, how)]
        if row.level is Level.DEFINITION:
            left += [(f"    {row.letter} ", ink(colours.accent, bold=True)), (harmless(row.name), text)]
            left.append((f"  v{row.version}", ink(colours.dim)))
        elif row.level is Level.FILE:
            bad = ink(colours.state(severity_look("error")), bold=True)
            sign = (f"  {glyphs.state(severity_look('error'))} ", bad) if row.broken else ("    ", ink())
            faint = ink(colours.faint if how.selected else colours.dim)
            left += [sign, (harmless(row.name), faint if row.unused else text)]
            left.append((f"  {harmless(_short(row))}", bad if row.broken else ink(colours.dim)))
        else:
            left.append((f" {harmless(row.name)}", ink(colours.faint)))
        return [line(left, how.width, self._counts(row) or [EDGE], _ground(self, how))]

    def _counts(self, row: TreeRow) -> list[Part]:
        colours, glyphs = self.console.palette, self.console.glyphs
        return [
            (
                f"{glyphs.state(severity_look(name))}{many} ",
                ink(colours.state(severity_look(name)), bold=name == "error"),
            )
            for name, many in zip(("error", "warning"), row.counts[:2], strict=True)
            if many and not row.broken
        ]


def _short(row: TreeRow) -> str:
    """The kind of fault of a broken file; that its last good version is in use; that it no workflow."""
    if row.broken:
        return "last kept" if row.kept else row.broken.partition(":")[0]
    return "no workflow" if row.unused else ""


class SourceTable(VirtualTable[SourceRow]):
    """`parts` are the colours of the file's lines; remarks stand under the lines they are about."""

    def __init__(self, *, classes: str, empty: str) -> None:
        super().__init__(classes=classes, empty=empty)
        self.parts: Coloured = ()

    def draw(self, row: SourceRow, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        look = severity_look(row.worst) if row.worst else None
        colour = ink(colours.state(look)) if look is not None else ink(colours.dim)
        if row.finding is None:
            sign = glyphs.state(look) if look is not None else glyphs.rail
            left = [
                _edge(self, how),
                (
                    f"{row.number:>4} ",
                    colour if look is not None else ink(colours.faint if how.selected else colours.dim),
                ),
                (f"{sign} ", colour),
                *self._code(row),
            ]
        else:
            corner = ("`-" if glyphs.ascii_only else "╰╴") if row.first else "  "
            left = [_edge(self, how), (f"     {glyphs.rail} ", ink(colours.line)), (" " * row.column + corner, colour)]
            code, _, rest = row.text.partition(" ") if row.first else ("", "", row.text)
            left += [(f" {code}" if code else "", ink(colours.state(_of(row)), bold=True)), (f" {rest}", colour)]
        return [line(left, how.width, [EDGE], _ground(self, how))]

    def _code(self, row: SourceRow) -> list[Part]:
        parts = self.parts[row.number - 1] if row.number <= len(self.parts) else ()
        if "".join(text for text, _ in parts) != row.text:
            return [(row.text, ink(self.console.palette.text))]
        return [(text, style_of(role, self.console.palette)) for text, role in parts]


def _of(row: SourceRow) -> Look:
    return severity_look(row.worst or "hint")


class FindingTable(VirtualTable[Found]):
    """What the checks found: those that can not work first, then live runs that can not go on."""

    def draw(self, row: Found, how: Drawn) -> list[Strip]:
        colours, glyphs, one = self.console.palette, self.console.glyphs, row.finding
        look = severity_look(one.severity.value)
        style = ink(colours.state(look), bold=one.severity.value == "error")
        wide = max(14, min(24, how.width // 5))
        left: list[Part] = [
            _edge(self, how),
            (f"{glyphs.state(look)} ", style),
            (f"{one.code} ", style),
            (padded(cut(harmless(row.place), wide), wide + 1), ink(colours.faint)),
            (harmless(" ".join(one.message.split())), ink(colours.bright if how.selected else colours.text)),
        ]
        right: list[Part] = [(f" f {harmless(row.fix)} ", ink(colours.key))] if row.fix and how.width >= _ROOMY else []
        if row.fix and not right:
            right = [(" f ", ink(colours.key))]
        return [line(left, how.width, right or [EDGE], _ground(self, how))]


_ROOMY = 90


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A version with its runs, or one run that does not simply go on."""

    sentence: str = ""
    run: LiveRun | None = None

    @property
    def id(self) -> str:
        return self.run.id if self.run is not None else self.sentence


class LiveTable(VirtualTable[LiveRow]):
    """Versions in use, and below them each run that can not be taken up again as it is."""

    def draw(self, row: LiveRow, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        if row.run is None:
            left = [_edge(self, how), (f" {harmless(row.sentence)}", ink(colours.text))]
        else:
            look = _FIT[row.run.fit]
            status = RUN_LOOKS[row.run.status]
            left = [
                _edge(self, how),
                (f"   {glyphs.state(look)} ", ink(colours.state(look), bold=True)),
                (f"{harmless(row.run.id)} ", ink(colours.bright if how.selected else colours.text)),
                (f"{status.word}", ink(colours.state(status))),
            ]
        return [line(left, how.width, [EDGE], _ground(self, how))]


def _edge(table: VirtualTable[Any], how: Drawn) -> Part:
    colours = table.console.palette
    return table.console.glyphs.cursor if how.selected else " ", ink(colours.accent if how.focused else colours.line)


def _ground(table: VirtualTable[Any], how: Drawn) -> Style | None:
    colours = table.console.palette
    return ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
