"""Keys in turn: one that is pressed while the one before is still being dealt with waits, and goes where that one led.

Without it a key that comes fast goes to what had the focus before: `/` and a word, and the word's letters would be commands.
A key whose subject is still being read waits for it as well: behind a filter, enter opens what the filter finds.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Any, cast

from textual import events, on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

__all__ = ["Awaiting", "KeysInTurn", "PaintsAtOnce"]

_PATIENCE = 0.5
"""Seconds after which the next key waits no longer: what dealt with the one before may have been closed by it."""

_GLANCES = 10
"""They go by in so many parts, each begun after the one before: however long the program stood still, it is one of them."""

_LOOKS, _LOOK_AGAIN = 100, 0.02
"""So often, and after so many seconds each time, a key looks whether what it is about has come; then it is told that it has not."""

_NOW = frozenset({"escape", "ctrl+q", "ctrl+c"})
"""Keys of somebody who does not want to wait."""

_HELD = 0.03
"""Seconds that painting waits at most for what else a key changes."""


class _Passed(Message):
    """Follows a key through the same queues, so it arrives when that key was dealt with; and once more, behind what the key
    made a widget say: a field that was sent off gives the focus away then.
    """

    def __init__(self, key: int, where: MessagePump, *, again: bool = True) -> None:
        super().__init__()
        self.key, self.where, self.again = key, where, again


class KeysInTurn(App[int]):
    """An app that deals with one key at a time, from `take_keys` on."""

    def __init__(self, **terms: Any) -> None:
        super().__init__(**terms)
        self._ahead: deque[events.Key] = deque()
        self._key, self._busy, self._since = 0, False, 0.0
        self._held = True
        self._looked = 0

    def take_keys(self) -> None:
        """Those that were typed before there was anything on the screen, and all that come from now on."""
        self._held = False
        self.call_later(self._take_first)

    def press_first(self, keys: Sequence[str]) -> None:
        """Before those that wait: these were typed before them."""
        self._ahead.extendleft(events.Key(key, key if len(key) == 1 else None) for key in reversed(keys))
        if self._busy:
            self._wait_for(self._key)
        else:
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
        """A screen that a key closes can not say any more that it was dealt with; and whatever closed it, keys wait for what that
        leads to.
        """
        popped = super().pop_screen()
        if not self._busy:
            self._key, self._busy = self._key + 1, True
            if self._ahead:
                self._wait_for(self._key)
        self._settle(self._key)
        return popped

    def _is_early(self, key: str) -> bool:
        """Whether a key has to wait for its subject, which it does for a while only."""
        screen, in_a_hurry = self.screen, any(name in _NOW for name in (key, *(event.key for event in self._ahead)))
        if in_a_hurry or not (isinstance(screen, Awaiting) and screen.awaits(key)):
            self._looked = 0
            return False
        self._looked += 1
        return self._looked <= _LOOKS

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        if self._held or self._busy or self._ahead:
            self._ahead.append(event)
            if self._busy and len(self._ahead) == 1:
                self._wait_for(self._key)
        else:
            await self._deal_with(event)

    async def _deal_with(self, event: events.Key) -> None:
        if not self._screen_stacks.get(self._current_mode):
            return  # the program is closing
        if self._is_early(event.key):
            self._ahead.appendleft(event)
            self.set_timer(_LOOK_AGAIN, self._take_first)
            return
        self._key, self._busy, self._since = self._key + 1, True, time.monotonic()
        if self._ahead:
            self._wait_for(self._key)
        where = self.focused or self.screen
        passed = _Passed(self._key, where)
        await super().on_event(event)
        if not where.post_message(passed):
            self._settle(passed.key)

    @on(_Passed)
    def _was_dealt_with(self, passed: _Passed) -> None:
        passed.stop()
        follows = _Passed(passed.key, passed.where, again=False)
        if not (passed.again and passed.where.post_message(follows)):
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


class Awaiting:
    """A screen, or what lies over one, whose keys may be about something that is still being read."""

    def awaits(self, key: str) -> bool:
        """Whether what the key is about is."""
        return False


class PaintsAtOnce(Awaiting, Screen[Any]):
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
