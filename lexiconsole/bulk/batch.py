"""The values of bulk operations: a batch, what one came to, an item that failed, and the sum of it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import PlainSerializer

from lexiconsole.bulk.metrics import BulkOperationMetrics
from lexiconsole.durable.scrubbing import scrubbed
from lexiconsole.errors import words_of

__all__ = ["Batch", "BatchOutcome", "BatchResult", "BulkResult", "ItemFailure"]

R = TypeVar("R")

LONGEST_MESSAGE = 300


class Batch(NamedTuple):  # a named tuple, like BatchResult: made for each batch, and in a fraction of the time
    """Which batch a batch processor is given: its number and the index of its first item, from 0; the try, from 1.

    Items that an operator has tried again come in batches of their own, with numbers below 0.
    """

    number: int
    first: int
    attempt: int = 1


@dataclass(frozen=True, slots=True, init=False)
class ItemFailure:
    """An item that failed after all its tries. `index` is its place in the source, from 0; `type` an exception or `Err`."""

    index: int
    type: str
    message: Annotated[str, PlainSerializer(scrubbed, when_used="json")]  # a secret in it stays out of the journal

    def __init__(self, index: int, type: str, message: str) -> None:
        _set_index(self, index)
        _set_type(self, type)
        _set_message(self, message)

    @classmethod
    def of(cls, index: int, reason: Any) -> ItemFailure:
        if isinstance(reason, BaseException):
            return cls(index, type(reason).__name__, words_of(reason)[:LONGEST_MESSAGE])
        return cls(index, "Err", (str(reason) or "Err")[:LONGEST_MESSAGE])


_set_index, _set_type, _set_message = (
    ItemFailure.__dict__[name].__set__ for name in ("index", "type", "message")
)  # in a third of the time that a frozen dataclass takes; where much fails there is one for each item


@dataclass(slots=True)
class BatchOutcome(Generic[R]):
    """What a step of a batch came to: `done` items that succeeded, with their `results` in order unless not kept.

    `tries` counts how often the step was tried, the last time included.
    """

    done: int
    seconds: float
    failures: list[ItemFailure] = field(default_factory=list)
    results: list[R] | None = None
    tries: int = 1


class BatchResult(NamedTuple, Generic[R]):
    """A batch that is finished: `results` of the items that succeeded, in the order of the items, and the failures."""

    number: int
    first: int
    succeeded: int
    results: Sequence[R] = ()
    failures: Sequence[ItemFailure] = ()
    seconds: float = 0.0
    tries: int = 1


@dataclass(frozen=True, slots=True)
class BulkResult(Generic[R]):
    """The whole operation. `failures` holds the first ones up to the operation's limit, `failed` counts them all.
    `excluded` counts items that failed and that an operator let go.

    `results` are those of the items that succeeded, in the order of the source; empty where they are not kept.
    """

    operation_id: str
    total: int
    succeeded: int
    failed: int
    failures: Sequence[ItemFailure]
    results: Sequence[R] = field(repr=False)  # asyncio.run() makes a text of what its main task gave
    metrics: BulkOperationMetrics
    excluded: int = 0
