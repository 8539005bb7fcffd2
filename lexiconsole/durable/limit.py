"""Time for one coroutine. One that ends without ever waiting needs no timer, and most steps in memory are of that kind."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from time import monotonic
from typing import Any

__all__ = ["OutOfTime", "noting", "within"]


class OutOfTime(Exception):  # noqa: N818 - not a fault of its own: it says who ended the call
    """The time was over. `cause` is what the call raised when it was cancelled, if it made something else of it."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__("out of time")
        self.cause = cause


async def within(seconds: float, running: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine gives; raises OutOfTime when it was cancelled because it took longer.

    Its first stretch runs at once. Only what then waits gets a timer, which counts from the beginning all the same.
    """
    end = monotonic() + seconds  # what an event loop counts by; asking it for its time costs two system calls
    try:
        first = running.send(None)
    except StopIteration as stopped:
        return stopped.value
    limit = asyncio.timeout_at(asyncio.get_running_loop().time() + end - monotonic())
    try:
        async with limit:
            return await _rest(running, first)
    except (asyncio.CancelledError, GeneratorExit):
        raise  # somebody else's
    except BaseException as fault:
        if limit.expired():
            raise OutOfTime(fault) from fault
        raise


async def noting(waits: Callable[[], None], call: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> Any:
    """What the call's coroutine gives; `waits` is called if it waits for anything on the way."""
    running = call(*arguments)
    try:
        first = running.send(None)
    except StopIteration as stopped:
        return stopped.value
    waits()
    return await _rest(running, first)


@types.coroutine
def _rest(running: Coroutine[Any, Any, Any], first: Any) -> Generator[Any, Any, Any]:
    """Waits for what the coroutine waits for, then goes on with it."""
    try:
        yield first
    except GeneratorExit:
        running.close()
        raise
    except BaseException as fault:
        try:
            second = running.throw(fault)
        except StopIteration as stopped:
            return stopped.value
        return (yield from _rest(running, second))
    return (yield from running.__await__())
