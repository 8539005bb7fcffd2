"""The console opened on a folder, without a terminal, for tests of its screens."""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual import events
from textual.keys import REPLACED_KEYS, _get_unicode_name_from_key
from textual.pilot import Pilot

from lexiconsole.app.look import first_look
from lexiconsole.app.workspace import Workspace
from lexiconsole.tui.app import ConsoleApp
from lexiconsole.tui.keymap import Place

__all__ = ["Visit", "visiting"]


class Visit:
    """An open console: what is on the screen, keys, and waiting for something to be seen."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def seen(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def hold_down(self, *keys: str) -> None:
        """As fast as they come: the console deals with one after the other. The pilot waits a tenth of a second behind each."""
        for key in keys:
            name = REPLACED_KEYS.get(key, key)
            character = None if name.startswith(("ctrl+", "shift+")) else _spelled(name)
            self.app.post_message(events.Key(key, character))
        await self.pilot.pause()
        await self.until(lambda: not self.app.has_keys)

    async def until(self, what: str | Callable[[], bool], limit: float = 90.0) -> None:
        """Waits until the text is on the screen, or the condition holds."""
        holds = (lambda: what in self.seen) if isinstance(what, str) else what
        end, looks = time.monotonic() + limit, 0
        while not holds():
            assert time.monotonic() < end, f"never saw {what!r} on:\n{self.seen}"
            looks += 1
            await asyncio.sleep(min(0.02 * looks, 0.1))  # a look at a whole screen costs as much
            await self.pilot.pause()


def _spelled(name: str) -> str | None:
    try:
        return unicodedata.lookup(_get_unicode_name_from_key(name))
    except KeyError:
        return name if len(name) == 1 else None


@asynccontextmanager
async def visiting(
    folder: Path, place: Place, subject: str = "", *, size: tuple[int, int] = (120, 36), drives: bool = True
) -> AsyncIterator[Visit]:
    app = ConsoleApp(lambda: Workspace.find(folder), first_look(folder), drives=drives)
    async with app.run_test(size=size) as pilot:
        visit = Visit(app, pilot)
        await visit.until(lambda: app.workspace is not None)
        if place is not Place.DASHBOARD:
            app.go(place, subject)
        await pilot.pause()
        yield visit
        app.shut()
    await asyncio.to_thread(app.put_down)
