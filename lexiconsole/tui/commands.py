"""Commands: what can be typed behind `:`. Going somewhere, starting, filtering, and every act under its name on the command line.

A command is known by its name or by as much of it as no other one begins with; what is neither is taken for a run's id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lexiconsole.errors import UsageError, nearest
from lexiconsole.tui.elsewhere import WHERE, elsewhere
from lexiconsole.tui.going import act_on, filter_runs, go_home, go_to_run, start
from lexiconsole.tui.keymap import Place, shown_key
from lexiconsole.tui.theme import THEMES
from lexiconsole.tui.views_kept import forget_view, save_view, saved_views, show_view
from lexiconsole.views.run_filter import FIELDS, values_of
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.place import ConsoleScreen

__all__ = ["Command", "Offer", "Takes", "commands_of", "offers", "understood"]


class Takes(StrEnum):
    """What stands behind a command, as it is written in the list."""

    NOTHING = ""
    RUN = "ID"
    PERHAPS_RUN = "[ID]"
    DEFINITION = "DEFINITION"
    FILTER = "[FILTER]"
    THEME = "[THEME]"
    VIEW = "VIEW"
    NEW_VIEW = "NAME"


_NEEDED = {Takes.RUN: "the beginning of an id", Takes.DEFINITION: "a definition's name"}
_NEEDED |= {Takes.VIEW: "the name of a view", Takes.NEW_VIEW: "a name"}


@dataclass(frozen=True, slots=True)
class Command:
    """`perform` gets the screen that the line was opened on and what stands behind the name."""

    name: str
    about: str
    perform: Callable[[ConsoleScreen, str], object]
    takes: Takes = Takes.NOTHING
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to go on with the line. `line` is all of it then; it ends with a space where something is still to come."""

    line: str
    shown: str
    about: str


def commands_of(screen: ConsoleScreen) -> dict[str, Command]:
    """By name: those of every screen, then what this one has a key for."""
    found = [*_GOING, *(command for command in _ACTS if _acts_here(screen, command)), *_of_keys(screen)]
    table: dict[str, Command] = {}
    for command in found:
        table.setdefault(command.name, command)
    if not screen.console.knows(Place.DEFINITIONS):
        del table["definitions"]
    return table


def understood(screen: ConsoleScreen, text: str) -> tuple[Command, str]:
    """The command and what stands behind it. Raises UsageError with what is nearest."""
    name, _, rest = text.strip().removeprefix(":").strip().partition(" ")
    rest = rest.strip()
    table = commands_of(screen)
    if not name:
        raise UsageError("type a command; tab completes it, esc leaves")
    command = table.get(name) or _begun(table, name)
    if command is None:
        _tell_where(screen, name)
        close = nearest(name, table)
        if rest or (close and not any(sign.isdigit() for sign in name)):
            raise UsageError(f"{name} is no command{f'; did you mean {close}?' if close else ''}")
        return table["show-run"], name
    if rest and command.takes is Takes.NOTHING:
        raise UsageError(f"{command.name} takes nothing behind it")
    if not rest and command.takes in _NEEDED:
        raise UsageError(f"{command.name} needs {_NEEDED[command.takes]}")
    return command, rest


def _tell_where(screen: ConsoleScreen, name: str) -> None:
    """Raises UsageError for what another screen can do."""
    here = frozenset(key.action for key in screen.served())
    for key, place in elsewhere(here):
        if key.action.replace("_", "-") == name:
            raise UsageError(f"{name} is for {WHERE[place]}: {shown_key(key.keys[0])} there")


def _begun(table: dict[str, Command], name: str) -> Command | None:
    """The one that begins so; those that every screen has come before those of a key."""
    for names in (list(_FIRST), list(table)):
        begun = [each for each in names if each.startswith(name) and each in table]
        if len(begun) == 1:
            return table[begun[0]]
        if begun:
            raise UsageError(f"{name} may be {', '.join(begun[:-1])} or {begun[-1]}")
    return None


def offers(screen: ConsoleScreen, text: str, runs: Iterable[RunRow] = ()) -> list[Offer]:
    """How the line can go on; `runs` are those that begin with what stands last."""
    name, space, rest = text.lstrip().partition(" ")
    table = commands_of(screen)
    if not space:
        found = [command for command in table.values() if command.name.startswith(name)]
        found += [command for command in table.values() if name and name in command.name[1:] and command not in found]
        keys = {key.action.replace("_", "-"): shown_key(key.keys[0]) for key in screen.served()}
        return [
            *(_offered(command, keys.get(command.name, "")) for command in found),
            *(_run_offer("", row) for row in (() if found else runs)),
        ]
    command = table.get(name)
    if command is None:
        return []
    match command.takes:
        case Takes.RUN | Takes.PERHAPS_RUN:
            return [_run_offer(f"{name} ", row) for row in runs]
        case Takes.FILTER:
            before, _, last = rest.rpartition(" ")
            begun = f"{name} {before} " if before else f"{name} "
            return [Offer(f"{begun}{word}", word, about) for word, about in _filter_words(screen, last)]
        case _:
            words = _words(screen.console, command.takes)
            return [Offer(f"{name} {word}", word, about) for word, about in words if word.startswith(rest)]


def _filter_words(screen: ConsoleScreen, last: str) -> list[tuple[str, str]]:
    field, sign, value = last.partition(":")
    if not sign:
        return [(word, about) for word, about in FIELDS.items() if word.startswith(last)]
    return [(f"{field}:{name}", "") for name in values_of(field, screen.console.definitions) if name.startswith(value)]


def _words(console: ConsoleApp, takes: Takes) -> list[tuple[str, str]]:
    if takes is Takes.DEFINITION:
        return [(name, harmless(definition.about)) for name, definition in console.definitions.items()]
    if takes is Takes.VIEW:
        return [(name, harmless(text)) for name, text in saved_views(console).items()]
    return [(name, "") for name in THEMES] if takes is Takes.THEME else []


def _offered(command: Command, key: str) -> Offer:
    more = f" {command.takes}" if command.takes else ""
    about = f"{command.about}  ({key})" if key else command.about
    about = f"{about}   not now: {command.why_not}" if command.why_not else about
    return Offer(f"{command.name}{' ' if more else ''}", f"{command.name}{more}", about)


def _run_offer(before: str, row: RunRow) -> Offer:
    return Offer(f"{before}{row.id}", harmless(row.id), f"{harmless(row.name)}  {row.status.value}")


# the table


def _of_keys(screen: ConsoleScreen) -> list[Command]:
    """Whatever a key of the screen does, under its action's name."""
    return [
        Command(
            key.action.replace("_", "-"),
            key.about,
            _pressing(key.action),
            why_not=screen.off(key.action),
        )
        for key in screen.served()
        if not key.action.startswith("pane_") and key.action != "command"
    ]


def _pressing(action: str) -> Callable[[ConsoleScreen, str], object]:
    return lambda screen, _: screen.do(action)


def _acts_here(screen: ConsoleScreen, command: Command) -> bool:
    return screen.offers(_KEYS_OF.get(command.name, command.name)) or screen.place is Place.DASHBOARD


_KEYS_OF = {"resume": "pause"}


def _act(name: str, about: str) -> Command:
    return Command(name, about, lambda screen, id: act_on(screen, name, id), Takes.PERHAPS_RUN)


def _theme(screen: ConsoleScreen, name: str) -> None:
    if not name:
        screen.console.next_theme()
    elif name in THEMES:
        screen.console.choose_theme(name)
    else:
        close = nearest(name, THEMES)
        screen.status.explain(f"theme: there is no {harmless(name)}{f'; did you mean {close}?' if close else ''}")


def _tour(screen: ConsoleScreen, _: str) -> None:
    from lexiconsole.tui.beginning import tour_again

    tour_again(screen)


_GOING: tuple[Command, ...] = (
    Command("runs", "the list of runs, with this filter", filter_runs, Takes.FILTER),
    Command("filter", "the same as runs: state:failed name:order* age<1h", filter_runs, Takes.FILTER),
    Command("view", "the list of runs through a saved view", show_view, Takes.VIEW),
    Command("save", "keep the filter that is on as a view of this name", save_view, Takes.NEW_VIEW),
    Command("forget", "forget the saved view of this name", forget_view, Takes.VIEW),
    Command("inbox", "what waits for people", lambda screen, _: screen.console.go(Place.INBOX)),
    Command("definitions", "files, checks and sources", lambda screen, _: screen.console.go(Place.DEFINITIONS)),
    Command("dashboard", "the first screen", lambda screen, _: go_home(screen.console)),
    Command("show-run", "a run whose id begins so; the id alone does it too", go_to_run, Takes.RUN),
    Command("start", "a run of this definition: its form, then y", start, Takes.DEFINITION),
    Command("run", "the same as start", start, Takes.DEFINITION),
    Command("theme", "the next one, or the one of that name", _theme, Takes.THEME),
    Command("tour", "the guided demo: real runs in a store of their own, then back here", _tour),
    Command("quit", "leave the program; runs are put down and can go on", lambda screen, _: screen.do("quit")),
)
_ACTS: tuple[Command, ...] = (
    _act("retry", "try again from what failed: the selected run, or this one"),
    _act("pause", "stop before the next step: the selected run, or this one"),
    _act("resume", "let a paused run go on: the selected one, or this one"),
    _act("cancel", "cancel it; a saga undoes what it did: the selected run, or this one"),
)
_FIRST = tuple(command.name for command in (*_GOING, *_ACTS))
