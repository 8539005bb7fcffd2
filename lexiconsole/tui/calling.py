"""Calling: the terminal's bell and title, for whoever looks at another window while something needs them."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from lexiconsole.views.attention import Attention

if TYPE_CHECKING:
    from lexiconsole.app.attending import Attending
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["Calling"]

_LONGEST = 30.0  # seconds between two looks when nothing was committed: something may be due soon
_REST = 5.0  # seconds between two bells, however much happens

_KEEP, _GIVE_BACK = "\x1b[22;2t", "\x1b[23;2t"  # the terminal's own stack of titles
_NAME = "lexiconsole"


class Calling:
    """`heard` says that something was committed; it looks a moment later, on a thread. A console without a terminal is silent."""

    def __init__(self, console: ConsoleApp) -> None:
        self._console = console
        self._attending: Attending | None = None
        self._known: Attention | None = None
        self._title = ""
        self._moved, self._ring = True, False
        self._looked_at = self._rang_at = float("-inf")

    def heard(self) -> None:
        self._moved = True

    def end(self) -> None:
        """Gives the terminal its title back. The toolkit has let go of the terminal by now."""
        if self._title:
            self._title = ""
            with suppress(OSError, ValueError, AttributeError):
                sys.__stderr__.write(_GIVE_BACK)  # type: ignore[union-attr]
                sys.__stderr__.flush()  # type: ignore[union-attr]
        if self._attending is not None:
            self._attending.close()

    def tick(self) -> None:
        """A second went by."""
        if self._console.is_headless:
            return
        now = time.monotonic()
        self._sound(now)
        if self._console.workspace is None or not (self._moved or now - self._looked_at > _LONGEST):
            return
        self._moved, self._looked_at = False, now
        self._console.reads.of_workspace("calling", self._read, self._told, lambda _: None)

    def _read(self, workspace: Workspace) -> Attention | None:
        terms = workspace.settings.notifications.console
        if not terms.bell and not terms.title:
            return None
        if self._attending is None:
            from lexiconsole.app.attending import Attending

            self._attending = Attending(workspace)
        return self._attending.now(self._console.acting_as or workspace.me)

    def _told(self, attention: Attention | None) -> None:
        workspace = self._console.workspace
        if attention is None or workspace is None:
            return
        terms, before, self._known = workspace.settings.notifications.console, self._known, attention
        if terms.bell and before is not None and not set(terms.on).isdisjoint(attention.news(before)):
            self._ring = True
            self._sound(time.monotonic())
        if terms.title:
            self._entitle(" ".join(part for part in (attention.words, "-" if attention.words else "", _NAME) if part))

    def _sound(self, now: float) -> None:
        if self._ring and now - self._rang_at >= _REST:
            self._ring, self._rang_at = False, now
            self._console.bell()

    def _entitle(self, title: str) -> None:
        if title == self._title:
            return
        kept, self._title = self._title, title
        self._write(("" if kept else _KEEP) + f"\x1b]2;{title}\x07")

    def _write(self, text: str) -> None:
        driver = self._console._driver  # noqa: SLF001 - the toolkit has no way to set a title
        if driver is not None:
            driver.write(text)
            driver.flush()
