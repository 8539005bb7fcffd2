"""Keys in turn: one that is pressed while the one before is still being dealt with waits, and goes where that one led.

Without it a key that comes fast goes to what had the focus before: `/` and a word, and the word's letters would be commands.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any, cast

from textual import events, on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.message import Message
from textual.screen import Screen

__all__ = ["KeysInTurn", "PaintsAtOnce"]

_PATIENCE = 0.5
"""Seconds after which the next key waits no longer: what dealt with the one before may have been closed by it."""

_GLANCES = 10
"""They go by in so many parts, each begun after the one before: however long the program stood still, it is one of them."""

_HELD = 0.03
"""Seconds that painting waits at most for what else a key changes."""


class _Passed(Message):
    """Follows a key through the same queues, so it arrives when that key was dealt with."""

    def __init__(self, key: int) -> None:
        super().__init__()
        self.key = key


class KeysInTurn(App[int]):
    """An app that deals with one key at a time, from `take_keys` on."""

    def __init__(self, **terms: Any) -> None:
        super().__init__(**terms)
        self._ahead: deque[events.Key] = deque()
        self._key, self._busy, self._since = 0, False, 0.0
        self._held = True

    def take_keys(self) -> None:
        """Those that were typed before there was anything on the screen, and all that come from now on."""
        self._held = False
        self.call_later(self._take_first)

    async def _take_first(self) -> None:
        if self._ahead and not self._busy:
            await self._deal_with(self._ahead.popleft())

    @property
    def has_keys(self) -> bool:
        """Whether a key is being dealt with, or waits."""
        return self._busy or bool(self._ahead)

    @property
    def has_more_to_change(self) -> bool:
        """Whether a key is being dealt with, for a moment only, and none waits behind it."""
        return self._busy and not self._ahead and time.monotonic() - self._since < _HELD

    def pop_screen(self) -> AwaitComplete:
        """A screen that a key closes can not say any more that it was dealt with."""
        popped = super().pop_screen()
        if self._busy:
            self._settle(self._key)
        return popped

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._held or self._busy or self._ahead:
            self._ahead.append(event)
            if self._busy and len(self._ahead) == 1:
                self._wait_for(self._key)
        else:
            await self._deal_with(event)

    async def _deal_with(self, event: events.Key) -> None:
        if not self._screen_stacks.get(self._current_mode):
            return  # the program is closing
        self._key, self._busy, self._since = self._key + 1, True, time.monotonic()
        if self._ahead:
            self._wait_for(self._key)
        where = self.focused or self.screen
        passed = _Passed(self._key)
        await super().on_event(event)
        if not where.post_message(passed):
            self._settle(passed.key)

    @on(_Passed)
    def _was_dealt_with(self, passed: _Passed) -> None:
        passed.stop()
        self._settle(passed.key)

    def _settle(self, key: int) -> None:
        """What the key opened takes its focus first; then comes the next one."""
        if not self._screen_stacks.get(self._current_mode) or not self.screen.call_later(self._turn, key):
            self.call_later(self._turn, key)

    def _turn(self, key: int) -> None:
        self.call_later(self._next, key)

    async def _next(self, key: int) -> None:
        if key != self._key or not self._busy:
            return
        self._busy = False
        if self._ahead:
            await self._deal_with(self._ahead.popleft())
        elif self._screen_stacks.get(self._current_mode) and isinstance(self.screen, PaintsAtOnce):
            self.screen.call_later(self.screen.paint_now)

    def _wait_for(self, key: int, glances: int = _GLANCES) -> None:
        self.set_timer(_PATIENCE / _GLANCES, lambda: self._glance(key, glances - 1))

    async def _glance(self, key: int, left: int) -> None:
        """Whether that key was dealt with meanwhile."""
        if key != self._key or not self._busy:
            return
        if left:
            self._wait_for(key, left)
        else:
            await self._next(key)


class PaintsAtOnce(Screen[Any]):
    """A screen that paints what a key changes in one go, as soon as that key was dealt with; and nothing while it is `blank`.

    Textual paints what changed first, and what changed a moment later in the next frame, a sixtieth of a second on.
    """

    blank = False
    """Whether it waits with its first paint for what is to be seen."""

    def _on_timer_update(self) -> None:
        if not cast("KeysInTurn", self.app).has_more_to_change:
            super()._on_timer_update()

    def _compositor_refresh(self) -> None:
        if not self.blank:
            super()._compositor_refresh()

    def paint_now(self) -> None:
        super()._on_timer_update()
