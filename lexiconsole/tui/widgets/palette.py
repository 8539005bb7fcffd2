"""What the command palette (ctrl+p) finds: everything this screen can do, definitions to start, runs by id or name."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from lexiconsole.tui.keymap import Place, shown_key
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.place import ConsoleScreen

__all__ = ["Actions", "PalettePanel", "Runs"]


class PalettePanel(CommandPalette):
    """Does what was chosen once: a second choice may be on its way while the first one closes the panel."""

    def dismiss(self, result: object = None) -> AwaitComplete:
        if self.is_current:
            return super().dismiss()
        self._selected_command = Hit(0, "", lambda: None)
        return AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        with suppress(LookupError):  # Textual's list can not turn a page before it has been laid out
            super()._action_command_list(action)


class Actions(Provider):
    """Keys of the screen that are possible now, and a start of each definition."""

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
            yield DiscoveryHit(text, call, help=about)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for text, call, about in self._offers():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), call, help=about)


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
                text = f"{row.id}  {harmless(row.name)}"
                yield Hit(1.0, text, partial(console.go, place, row.id), help=RUN_LOOKS[row.status].word)


def _settle(found: asyncio.Future[list[RunRow]], rows: list[RunRow]) -> None:
    if not found.done():
        found.set_result(rows)
