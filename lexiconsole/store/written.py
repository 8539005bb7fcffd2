"""Written: the future of one append, which lets whoever waits for it go on in the turn in which it was written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any

__all__ = ["Written"]


class Written(asyncio.Future[None]):
    """A future in every respect, with `tell` beside `set_result`.

    A task that waits for a future goes on one turn of the event loop after its result was set, by a callback that the loop
    keeps in between. For a run that waits for each of its steps that is a tenth of its time. `tell` has no such turn.
    """

    __slots__ = ("_context", "_go_on")

    def __init__(self, *, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._go_on: Callable[[Any], object] | None = None
        self._context: Context | None = None

    def tell(self) -> None:
        """Sets the result; the first task that waits goes on inside this call.

        Only for callbacks of the event loop: a task can not go on inside another one.
        """
        go_on, context, self._go_on = self._go_on, self._context, None
        super().set_result(None)
        if go_on is not None and context is not None:
            context.run(go_on, self)

    def add_done_callback(self, fn: Callable[[Any], object], /, *, context: Context | None = None) -> None:
        if context is not None and self._go_on is None and not self.done():
            self._go_on, self._context = fn, context  # a task; nobody else brings a context along
        else:
            super().add_done_callback(fn, context=context)

    def remove_done_callback(self, fn: Callable[[Any], object], /) -> int:
        if self._go_on is not None and self._go_on == fn:
            self._go_on = None
            return 1 + super().remove_done_callback(fn)
        return super().remove_done_callback(fn)

    def set_result(self, result: None) -> None:
        self._as_any_other()
        super().set_result(result)

    def set_exception(self, exception: type[BaseException] | BaseException) -> None:
        self._as_any_other()
        super().set_exception(exception)

    def cancel(self, msg: Any = None) -> bool:
        self._as_any_other()
        return super().cancel(msg)

    def _as_any_other(self) -> None:
        """Whoever waits goes on in its turn."""
        go_on, self._go_on = self._go_on, None
        if go_on is not None:
            super().add_done_callback(go_on, context=self._context)
