"""What the command palette (ctrl+p) finds: everything this screen can do, definitions to start, runs by id or name."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.widgets import Input
from textual.worker import Worker

from lexiconsole.tui.elsewhere import AT_HAND, WHERE, elsewhere
from lexiconsole.tui.in_turn import Awaiting
from lexiconsole.tui.keymap import Key, Place, shown_key
from lexiconsole.tui.widgets.painted import titled
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.commands import Command
    from lexiconsole.tui.place import ConsoleScreen

__all__ = ["Actions", "PalettePanel", "Runs"]

_BY_ITS_CLAUSE = 0.2
"""The score of what is found by the words of its clause, below that of a name."""
_NARROW = 70


_OF_THE_LIST = frozenset({"enter", "down", "up", "pagedown", "pageup"})


class PalettePanel(Awaiting, CommandPalette):
    """Does what was chosen once: a second choice may be on its way while the first one closes the panel. What was found for
    other words stays on the screen until the search is over; nothing of it is chosen.
    """

    _search: Worker[Any] | None = None

    def _gather_commands(self, search_value: str) -> Worker[Any]:
        self._search = super()._gather_commands(search_value)
        return self._search

    @property
    def searching(self) -> bool:
        return self._search is not None and not self._search.is_finished

    def awaits(self, key: str) -> bool:
        return self.searching and key in _OF_THE_LIST

    @on(Input.Submitted)
    def _too_early(self, event: Input.Submitted) -> None:
        if self.searching:  # for longer than a key waits
            event.prevent_default()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "-narrow")

    def dismiss(self, result: object = None) -> AwaitComplete:
        if self.is_current:
            return super().dismiss()
        self._selected_command = Hit(0, "", lambda: None)
        return AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        with suppress(LookupError):  # Textual's list can not turn a page before it has been laid out
            super()._action_command_list(action)


class Actions(Provider):
    """Keys of the screen that are possible now, a start of each definition, and what can be typed behind `:`. What is sought
    by its words is found too when it is not possible now, with the reason, or on another screen, with its key there.
    """

    def _offers(self) -> list[tuple[str, partial[None], str]]:
        screen, console = cast("ConsoleScreen", self.screen), cast("ConsoleApp", self.app)
        found = [
            (f"{key.label}  ({shown_key(key.keys[0])})", partial(screen.do, key.action), key.about)
            for key in screen.served()
            if not key.action.startswith("pane_") and not screen.off(key.action)
        ]
        found += [
            (f"start {harmless(name)}", partial(console.go, Place.START, name), harmless(definition.about))
            for name, definition in console.definitions.items()
            if not console.readonly
        ]
        return found

    async def discover(self) -> Hits:
        for text, call, about in self._offers():
            yield DiscoveryHit(titled(text), call, help=titled(about))

    def _farther(self) -> list[tuple[str, partial[None], str]]:
        from lexiconsole.tui.commands import commands_of

        screen, console = cast("ConsoleScreen", self.screen), cast("ConsoleApp", self.app)
        served = screen.served()
        found = [
            (
                f"{key.label}  ({shown_key(key.keys[0])})",
                partial(screen.do, key.action),
                f"{key.about}   not now: {why}",
            )
            for key in served
            if not key.action.startswith("pane_") and (why := screen.off(key.action))
        ]
        here = frozenset(key.action for key in served)
        found += [
            (f":{command.name}", partial(_type, screen, command), command.about)
            for command in commands_of(screen).values()
            if command.name.replace("-", "_") not in here
        ]
        for key, place in elsewhere(here):
            goes = partial(console.go, place) if place in AT_HAND else partial(_tell, screen, key, place)
            found.append((f"{key.label}  ({shown_key(key.keys[0])} on {WHERE[place]})", goes, key.about))
        return found

    async def search(self, query: str) -> Hits:
        """By its name, or else by the words of its clause."""
        matcher, words = self.matcher(query), query.lower().split()
        for offers, share in ((self._offers(), 1.0), (self._farther(), 0.5)):
            for text, call, about in offers:
                score = matcher.match(text)
                if score <= 0 and words and all(word in about.lower() for word in words):
                    score = _BY_ITS_CLAUSE
                if score > 0:
                    yield Hit(score * share, matcher.highlight(titled(text)), call, help=titled(about))


def _type(screen: ConsoleScreen, command: Command) -> None:
    """Does it; what takes more is typed behind it."""
    from lexiconsole.tui.commands import Takes

    if command.takes is Takes.NOTHING:
        command.perform(screen, "")
    else:
        screen.open_command(f"{command.name} ")


def _tell(screen: ConsoleScreen, key: Key, place: Place) -> None:
    screen.status.explain(f"{key.label} is for {WHERE[place]}: {shown_key(key.keys[0])} there")


class Runs(Provider):
    """Runs whose id begins with what is typed."""

    async def search(self, query: str) -> Hits:
        console = cast("ConsoleApp", self.app)
        wanted = query.strip().lower()
        if len(wanted) < 2 or not wanted.isalnum():
            return
        found: asyncio.Future[list[RunRow]] = asyncio.get_running_loop().create_future()
        console.reads.look("palette", lambda look: look.match(wanted), lambda rows: _settle(found, rows))
        try:
            rows = await asyncio.wait_for(found, 2.0)
        except TimeoutError:
            return
        for row in rows:
            place = console.place_of(row)
            if place is not None:
                text = titled(f"{row.id}  {row.name}")
                yield Hit(1.0, text, partial(console.go, place, row.id), help=RUN_LOOKS[row.status].word)


def _settle(found: asyncio.Future[list[RunRow]], rows: list[RunRow]) -> None:
    if not found.done():
        found.set_result(rows)
