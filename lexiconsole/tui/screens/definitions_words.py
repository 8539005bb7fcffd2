"""What the definitions screen says: the sentence on what is selected, and how many findings there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lexiconsole.catalog import CODES
from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.widgets.definition_panes import severity_look
from lexiconsole.views.definitions import Found, tally
from lexiconsole.views.live_runs import Fit, LiveRun
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.catalog import Finding
    from lexiconsole.tui.screens.definitions import DefinitionsScreen

__all__ = ["headline", "sentence"]


def headline(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`; "none" without any."""
    words = ("error", "warning", "hint")
    told = [many(count, word) for count, word in zip(tally(findings), words, strict=True) if count]
    return ", ".join(told) or "none"


def sentence(screen: DefinitionsScreen) -> tuple[list[Part], list[tuple[str, str]]]:
    """What stands under the cursor, and which key leads on."""
    colours = screen.console.palette
    text = ink(colours.text)
    live = screen.lives.selected_row if screen.lives.has_focus else None
    if live is not None and live.run is not None:
        return [(_of_run(live.run), text)], [("enter", "watch it")]
    found, row = screen.found, screen.row
    if found is not None:
        kept = row is not None and row.kept and found.finding.code == "LX001" and not screen.findings.has_focus
        stays: list[Part] = [("; its last good version stays in use", text)] if kept else []
        return [*_of_finding(screen, found), *stays], _ways(screen, found)
    if row is not None and row.definition and row.definition in screen.console.definitions:
        about = harmless(screen.console.definitions[row.definition].about.partition("\n")[0]) or harmless(row.name)
        return [(about, text)], [("s", "start one"), ("o", "open it in $EDITOR")]
    ways = [("enter", "its source"), ("o", "open it in $EDITOR"), ("4", "what the checks found")]
    return [("a file of definitions", ink(colours.faint))], ways


def _of_finding(screen: DefinitionsScreen, found: Found) -> list[Part]:
    colours, one = screen.console.palette, found.finding
    look = severity_look(one.severity.value)
    said = f"{one.code} {CODES[one.code].title}" if one.code in CODES else one.code
    return [(f"{screen.console.glyphs.state(look)} {said}", ink(colours.state(look)))]


def _ways(screen: DefinitionsScreen, found: Found) -> list[tuple[str, str]]:
    fix = [("f", harmless(found.fix))] if found.fix else []
    lists = [("enter" if screen.findings.has_focus else "5", "list the runs")] if found.finding.code == "LX050" else []
    return [("K", "explain"), *fix, *lists]


def _of_run(run: LiveRun) -> str:
    if run.fit is Fit.MIGRATES:
        return f"{harmless(run.id)} must be migrated: lexiconsole migrate {harmless(run.id)}"
    return f"{harmless(run.id)} {harmless(run.reason)}"
