"""Worker threads for callables that are not async. Daemonic, so that one that hangs can not hold the process at its exit."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import WeakKeyDictionary

__all__ = ["Threads", "calls_under_way", "let_go"]

_called: WeakKeyDictionary[asyncio.Future[Any], float] = WeakKeyDictionary()
"""When the calls were made that have not ended yet, by the time of `time.monotonic`."""


def calls_under_way() -> list[tuple[asyncio.Future[Any], float]]:
    """This loop's calls in threads that have not ended, and when each was made."""
    loop = asyncio.get_running_loop()
    return [(done, at) for done, at in list(_called.items()) if not done.done() and done.get_loop() is loop]


class Threads:
    """Up to `limit` threads, made as needed and kept for `idle_for` seconds. Calls beyond the limit wait their turn."""

    def __init__(self, limit: int = 32, *, idle_for: float = 10.0) -> None:
        self.limit, self._idle_for = limit, idle_for
        self._waiting: deque[Callable[[], None]] = deque()
        self._ready = threading.Condition()
        self._idle = 0
        self._count = 0
        self._made = 0

    @property
    def busy(self) -> int:
        """Threads that are at a call, those of calls that nobody waits for any more among them."""
        return self._count - self._idle

    @property
    def waiting(self) -> int:
        """Calls that wait for a thread."""
        return len(self._waiting)

    def run(self, call: Callable[[], Any]) -> asyncio.Future[Any]:
        """Calls in a thread with a copy of this context; the future is done when the call is, even if nobody waits."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        _called[done] = time.monotonic()
        context = contextvars.copy_context()

        def work() -> None:
            if done.cancelled():
                return  # nobody waits for it any more, so it does not begin: the run may be driven elsewhere by now
            try:
                value, fault = context.run(call), None
            except BaseException as raised:  # also SystemExit: a step must not end the engine
                value, fault = None, raised
            try:
                loop.call_soon_threadsafe(_settle, done, value, fault)
            except RuntimeError:  # the loop is closed: the run was dropped where it stood
                let_go(value)

        with self._ready:
            self._waiting.append(work)
            self._ready.notify()
            if (
                len(self._waiting) > self._idle and self._count < self.limit
            ):  # one that was notified still counts as idle
                self._count += 1
                self._made += 1
                threading.Thread(target=self._serve, name=f"lexiconsole-step-{self._made}", daemon=True).start()
        return done

    def _serve(self) -> None:
        while True:
            with self._ready:
                if not self._waiting:
                    self._idle += 1
                    self._ready.wait_for(lambda: self._waiting, self._idle_for)
                    self._idle -= 1
                if not self._waiting:
                    self._count -= 1
                    return
                work = self._waiting.popleft()
            work()
            del work  # an idle thread keeps nothing of its last call


def let_go(value: Any) -> None:
    """A coroutine that a call made too late is never begun, and says nothing of that."""
    if isinstance(value, Coroutine):
        value.close()


def _settle(done: asyncio.Future[Any], value: Any, fault: BaseException | None) -> None:
    if done.cancelled():
        let_go(value)
        return
    if fault is None:
        done.set_result(value)
    elif isinstance(fault, StopIteration):
        done.set_exception(RuntimeError("the callable raised StopIteration"))
    else:
        done.set_exception(fault)
