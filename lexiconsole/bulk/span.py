"""Span: batches in a row that are one step. In memory nothing is recorded of a step, so there need not be one for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import CoroutineType
from typing import Any, Generic, TypeVar

from lexiconsole.bulk.batch import Batch, BatchOutcome, BatchResult
from lexiconsole.bulk.processing import BatchCall
from lexiconsole.durable.step import Part

__all__ = ["LONGEST", "Span"]

T = TypeVar("T")
R = TypeVar("R")

LONGEST = 0.005
"""Seconds after which a span ends with the batch it is at, so that others get the event loop."""


_batch: Callable[[tuple[Any, ...]], Batch] = partial(tuple.__new__, Batch)
_result: Callable[[tuple[Any, ...]], BatchResult[Any]] = partial(tuple.__new__, BatchResult)
"""Of all their fields, in half the time."""


class Span(Generic[T, R]):
    """Begins with the batch `number`, of `items` from the index `first` on; `more` gives the items of the next one, or none.

    `go` stops at the first batch that does not succeed as a whole: `number`, `first` and `items` are of that one, and what
    came before is in `finished`. A further try of the step begins with that batch, and ends with it.
    """

    def __init__(
        self, call: BatchCall, number: int, first: int, items: Sequence[T], more: Callable[[], Sequence[T]], keep: bool
    ) -> None:
        self._call, self._more, self._keep = call, more, keep
        self.number, self.first, self.items = number, first, items
        self.finished: list[BatchResult[R]] = []
        self.key = f"batch/{number}"

    async def go(self) -> Any:
        """What the batch came to that it stopped at, None when there is none."""
        call, keep, finished = self._call, self._keep, self.finished
        part = Part.of_this_step(self.key)
        left = LONGEST if part.attempt == 1 else 0.0
        number, first, items = self.number, self.first, self.items
        try:
            while items:
                part.key, after = f"batch/{number}", first + len(items)
                came = call(items, range(first, after), _batch((number, first, 1)), keep)
                if type(came) is CoroutineType or hasattr(came, "__await__"):
                    came = await came
                if type(came) is not BatchOutcome or came.failures:
                    return came
                finished.append(_result((number, first, came.done, came.results or (), (), came.seconds, came.tries)))
                left -= came.seconds
                number, first, items = number + 1, after, self._more() if left > 0 else ()
            return None
        finally:
            self.number, self.first, self.items = number, first, items
