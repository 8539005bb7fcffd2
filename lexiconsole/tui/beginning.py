"""Beginning in an empty folder: what is offered there, and the files that are written once somebody said so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lexiconsole.app.first_start import Scaffold
from lexiconsole.app.outcome import Preview
from lexiconsole.tui.acts import Change, Done
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.widgets.welcome import Way

__all__ = ["begin_here", "welcome"]


def welcome(console: ConsoleApp) -> None:
    """Asks what somebody wants first who has nothing yet."""
    from lexiconsole.tui.widgets.welcome import Way, WelcomePanel

    def chosen(way: Way | None) -> None:
        match way:
            case Way.TOUR:
                console.reopen(tour=True)
            case Way.INIT:
                begin_here(console)
            case Way.LOOK | None:
                pass

    assert console.home is not None
    console.push_screen(WelcomePanel(console.home), chosen)


def begin_here(console: ConsoleApp) -> None:
    """Shows the files, writes them after `y`, and opens the console on them."""
    home = console.home
    if home is None:
        return
    scaffold = Scaffold(home)

    def look(workspace: Workspace) -> list[Preview]:
        fresh = [file for file in scaffold.targets() if not file.exists()]
        if not fresh:
            return [Preview("", [], None, f"the files are in {home} already")]
        files = [str(file.relative_to(home)) for file in fresh]
        return [Preview(f"writes into {home}; what exists is never changed", files, None, "")]

    def perform(workspace: Workspace, previews: Sequence[Preview]) -> Done:
        written, _ = scaffold.write()
        return Done(f"wrote {len(written)} files into {harmless(str(home))}")

    def then(done: Done) -> None:
        if not done.refused:
            console.reopen()

    console.acts.ask(Change(f"Begin in {home}", "beginning", look, perform, then=then))
