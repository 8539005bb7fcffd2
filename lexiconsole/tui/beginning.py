"""Beginning in an empty folder: what is offered there, and the files that are written once somebody said so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lexiconsole.app.first_start import Scaffold
from lexiconsole.app.outcome import Preview
from lexiconsole.tui.acts import Change, Done
from lexiconsole.tui.keymap import key_of, shown_key
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.place import ConsoleScreen
    from lexiconsole.tui.widgets.welcome import Way

__all__ = ["begin_here", "tour_again", "welcome"]


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


def tour_again(screen: ConsoleScreen) -> None:
    """The tour from anywhere, after `y`: this console is closed for it and opened again after it."""
    console = screen.console
    if console.tour is not None:
        screen.status.explain(f"tour: this is it; {shown_key(key_of('back').keys[0])} on the first screen leaves it")
        return

    def look(workspace: Workspace) -> list[Preview]:
        told = ["runs that are driven here rest meanwhile, and go on when you are back"]
        return [Preview("two minutes of real runs, in a store of their own that is thrown away", told, None, "")]

    def then(done: Done) -> None:
        console.reopen(tour=True)

    console.acts.ask(Change("Tour", "tour", look, lambda workspace, previews: Done("the tour begins"), then=then))


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
        files = ", ".join(harmless(str(file.relative_to(home))) for file in written)
        return Done(f"written into {harmless(str(home))}: {files}")

    def then(done: Done) -> None:
        if not done.refused:
            console.parts_with = done.sentence
            console.reopen()

    console.acts.ask(Change(f"Begin in {home}", "beginning", look, perform, then=then))
