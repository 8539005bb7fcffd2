"""EventBus: hands events to whoever asked for their class. What a handler does never reaches back into who published."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel

from lexiconsole.app.telling import log
from lexiconsole.contracts.events import WorkflowEvent
from lexiconsole.errors import DefinitionError

__all__ = ["EventBus", "Starter", "data_of"]

E = TypeVar("E")
Handler = Callable[[Any], Any]
Starter = Callable[[str, Any, str], Awaitable[Any]]
"""Starts the workflow of a name with an input, under an id or "" for a new one."""

FAULTS = 100


class EventBus:
    """Events of any class. `publish` waits for every handler; `emit` waits for nobody.

    Handlers of a class hear of its subclasses too, in the order in which they were added. A handler that raises harms
    nobody: the fault is logged (logger `lexiconsole.app`) and the last hundred are kept in `faults`.
    """

    def __init__(self, starter: Starter | None = None) -> None:
        self._starter = starter
        self._handlers: list[tuple[type, Handler]] = []
        self._waiting: asyncio.Queue[tuple[Handler, object]] | None = None
        self._worker: asyncio.Task[None] | None = None
        self.faults: deque[tuple[object, BaseException]] = deque(maxlen=FAULTS)

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._handlers)

    def on(
        self,
        event: type[E],
        handler: Callable[[E], Any] | None = None,
        *,
        start: str | None = None,
        input: Callable[[E], Any] | None = None,
        id: Callable[[E], str] | None = None,
    ) -> Callable[[], None]:
        """Calls `handler`, or starts the workflow named `start`; gives the way to stop.

        Its input is what `input` makes of the event, else the event's own fields. The same `id` again is the same run, so an
        event that comes twice starts one. A workflow is not started by events of its own runs.
        """
        if (handler is None) == (start is None):
            raise DefinitionError(f"on({event.__name__}): give a handler, or start= the name of a workflow")
        if start is not None:
            handler = self._starting(start, input or data_of, id)
        elif input is not None or id is not None:
            raise DefinitionError(f"on({event.__name__}): input= and id= belong to start=, not to a handler")
        entry = (event, handler)
        self._handlers.append(entry)  # type: ignore[arg-type]
        return lambda: self._handlers.remove(entry) if entry in self._handlers else None

    def subscribe(self, event: type[E], handler: Callable[[E], Any]) -> Callable[[], None]:
        """The same as `on(event, handler)`."""
        return self.on(event, handler)

    async def publish(self, event: object) -> None:
        """Done when every handler has been called and its awaitable awaited."""
        for handler in self._for(event):
            await self._call(handler, event)

    def emit(self, event: object) -> None:
        """Handlers that are not async are called here; async ones one after the other, in the order of the events."""
        for handler in self._for(event):
            if inspect.iscoroutinefunction(handler):
                self._later(handler, event)
                continue
            try:
                given = handler(event)
            except Exception as fault:
                self._keep(event, fault)
                continue
            if inspect.isawaitable(given):
                self._later(partial(_same, given), event)

    async def idle(self) -> None:
        """Waits until the async handlers have had everything that was emitted so far."""
        if self._waiting is not None:
            await self._waiting.join()

    async def close(self) -> None:
        """Lets async handlers finish what was emitted, then stops calling them."""
        await self.idle()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        self._worker = self._waiting = None

    def _for(self, event: object) -> list[Handler]:
        return [handler for kind, handler in self._handlers if isinstance(event, kind)]

    def _later(self, handler: Handler, event: object) -> None:
        if self._waiting is None:
            self._waiting = asyncio.Queue()
            self._worker = asyncio.get_running_loop().create_task(self._work(self._waiting))
        self._waiting.put_nowait((handler, event))

    async def _work(self, waiting: asyncio.Queue[tuple[Handler, object]]) -> None:
        while True:
            handler, event = await waiting.get()
            try:
                await self._call(handler, event)
            finally:
                waiting.task_done()

    async def _call(self, handler: Handler, event: object) -> None:
        try:
            given = handler(event)
            if inspect.isawaitable(given):
                await given
        except asyncio.CancelledError as fault:
            if _is_being_cancelled():
                raise
            self._keep(event, fault)  # of something that the handler waited for
        except Exception as fault:
            self._keep(event, fault)

    def _keep(self, event: object, fault: BaseException) -> None:
        self.faults.append((event, fault))
        log.error("a handler of %s failed: %s: %s", type(event).__name__, type(fault).__name__, fault, exc_info=fault)

    def _starting(self, name: str, input: Callable[[Any], Any], id: Callable[[Any], str] | None) -> Handler:
        starter = self._starter
        if starter is None:
            raise DefinitionError(f"this bus starts no workflows, {name!r} neither; take the bus of an Application")

        async def begin(event: Any) -> None:
            if isinstance(event, WorkflowEvent) and event.workflow == name:
                return  # else one run would start the next for ever
            await starter(name, input(event), id(event) if id is not None else "")

        return begin


def _same(given: Any, _: object) -> Any:
    return given


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def data_of(event: Any) -> Any:
    """An event's fields as a mapping: of a pydantic model, a dataclass or a mapping; else what `vars` shows."""
    if isinstance(event, BaseModel):
        return event.model_dump(mode="json")
    if dataclasses.is_dataclass(event) and not isinstance(event, type):
        return {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    if isinstance(event, Mapping):
        return dict(event)
    return dict(vars(event)) if hasattr(event, "__dict__") else {}
