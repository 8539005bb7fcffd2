"""BulkExecution: what `execute` gives; await it for the whole, or iterate over the batches as they finish."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import Any, Generic, TypeAlias, TypeVar

from lexiconsole.bulk.batch import BatchResult, BulkResult
from lexiconsole.bulk.error import BulkError
from lexiconsole.errors import ContextMisuseError
from lexiconsole.result import Err, Result

__all__ = ["BulkExecution", "Sink"]

R = TypeVar("R")

Sink: TypeAlias = "Callable[[BatchResult[R]], Awaitable[None]]"


class BulkExecution(Generic[R]):
    """Begins when it is awaited or iterated over, and can be used once."""

    def __init__(self, start: Callable[[Sink[R] | None], Awaitable[Result[BulkResult[R], BulkError]]]) -> None:
        self._start = start
        self._used = False

    def __await__(self) -> Generator[Any, None, Result[BulkResult[R], BulkError]]:
        self._use()
        return self._start(None).__await__()

    def __aiter__(self) -> AsyncIterator[BatchResult[R]]:
        """Raises BulkError after the last batch when the operation did not go through all its items."""
        self._use()
        return self._stream()

    async def _stream(self) -> AsyncIterator[BatchResult[R]]:
        """One batch is handed over at a time: while nobody takes it, no further ones are begun than fit the window."""
        ready: asyncio.Queue[BatchResult[R] | None] = asyncio.Queue()
        room = asyncio.Semaphore(1)

        async def hand_over(batch: BatchResult[R]) -> None:
            await room.acquire()
            ready.put_nowait(batch)

        running = asyncio.ensure_future(self._start(hand_over))
        running.add_done_callback(lambda _: ready.put_nowait(None))
        try:
            while (batch := await ready.get()) is not None:
                room.release()
                yield batch
            ended = await running
        finally:
            if not running.done():
                running.cancel()
                await asyncio.wait({running})
        if isinstance(ended, Err):
            raise ended.error

    def _use(self) -> None:
        if self._used:
            raise ContextMisuseError("this execution was used already; call execute() again")
        self._used = True
