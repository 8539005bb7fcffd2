"""What commands lead to: places, runs by the beginning of their id, and acts on a run that is named or selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lexiconsole.durable.journal import RequestKind
from lexiconsole.errors import LexiconsoleError, nearest
from lexiconsole.tui.acts import READ_ONLY
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.requesting import change_of
from lexiconsole.types import RunStatus
from lexiconsole.views.safe import harmless, harmless_sentence

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.place import ConsoleScreen
    from lexiconsole.tui.screens.dashboard import DashboardScreen

__all__ = ["act_on", "filter_runs", "go_home", "go_to_run", "home_of", "start"]

_KINDS = {
    "retry": RequestKind.RETRY,
    "pause": RequestKind.PAUSE,
    "resume": RequestKind.RESUME,
    "cancel": RequestKind.CANCEL,
}


def go_home(console: ConsoleApp) -> DashboardScreen:
    """Closes every screen above the first one."""
    while len(console.screen_stack) > 1:
        console.pop_screen()
    return home_of(console)


def home_of(console: ConsoleApp) -> DashboardScreen:
    """The first screen, wherever one is."""
    from lexiconsole.tui.screens.dashboard import DashboardScreen

    home = console.screen_stack[0]
    assert isinstance(home, DashboardScreen)
    return home


def filter_runs(screen: ConsoleScreen, text: str) -> None:
    """The list of runs with that filter on, without one when it is empty."""
    from lexiconsole.views.run_filter import read_filter

    try:
        read_filter(text)
    except LexiconsoleError as fault:
        screen.status.explain(harmless_sentence(str(fault)))
        return
    go_home(screen.console).show_runs(text)


def start(screen: ConsoleScreen, name: str) -> None:
    known = screen.console.definitions
    if screen.console.readonly:
        screen.status.explain(f"start: {READ_ONLY}")
        return
    if name in known:
        screen.console.go(Place.START, name)
        return
    close = nearest(name, known)
    screen.status.explain(f"there is no definition {harmless(name)}{f'; did you mean {close}?' if close else ''}")


def go_to_run(screen: ConsoleScreen, id: str) -> None:
    """Where that run is watched."""

    def go(row: RunRow) -> None:
        place = screen.console.place_of(row)
        if place is not None:
            screen.console.go(place, row.id)

    _with_run(screen, id, go)


def act_on(screen: ConsoleScreen, verb: str, id: str) -> None:
    """Retry, pause, resume or cancel: of the run that is named, else of what is selected, as its key does it."""
    if id:
        _with_run(screen, id, lambda row: screen.console.acts.ask(change_of([row], _KINDS[verb])))
        return
    run = screen.subject_run()
    paused = run is not None and run.status is RunStatus.PAUSED
    if verb == "resume" and not paused:
        screen.status.explain("resume: only a run that is paused goes on")
    elif verb == "pause" and paused:
        screen.status.explain("pause: it is paused already")
    else:
        screen.do("pause" if verb == "resume" else verb)


def _with_run(screen: ConsoleScreen, id: str, then: Callable[[RunRow], None]) -> None:
    """Looks for the run whose id begins so; says so when there is none or more than one."""
    said = harmless(id)

    def found(rows: list[RunRow]) -> None:
        exact = [row for row in rows if row.id == id] or rows
        if len(exact) == 1:
            then(exact[0])
        elif exact:
            few = ", ".join(harmless(row.id) for row in exact[:3])
            screen.status.explain(f"{said} is the beginning of more than one id: {few}{' …' if exact[3:] else ''}")
        else:
            screen.status.explain(f"{said} is no command and no run's id")

    screen.console.reads.look("named run", lambda look: look.match(id), found, leads=True)
