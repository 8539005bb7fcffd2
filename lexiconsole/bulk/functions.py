"""`bulk_map`, `bulk_filter`, `bulk_reduce`: the everyday uses of a bulk operation, each in one call, in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from lexiconsole.bulk.batch import BulkResult
from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.bulk.error import BulkError, BulkItemsError
from lexiconsole.bulk.operation import BulkOperation
from lexiconsole.bulk.source import Items
from lexiconsole.result import Err, Ok, Result

__all__ = ["bulk_filter", "bulk_map", "bulk_reduce"]

T = TypeVar("T")
R = TypeVar("R")


async def bulk_map(
    items: Items[T], function: Callable[[T], R | Awaitable[R]], *, config: BulkOperationConfig | None = None
) -> Result[list[R], BulkError]:
    """What the function gives for every item, in the order of the items. Any item that fails in the end makes it an `Err`."""
    operation: BulkOperation[T, R] = BulkOperation(function, config, keep_results=True, name="bulk_map")
    match await operation.execute(items):
        case Ok(whole):
            return Ok(list(whole.results)) if not whole.failed else Err(BulkItemsError("bulk_map", whole))
        case Err() as stopped:
            return stopped


async def bulk_filter(
    items: Items[T], condition: Callable[[T], Any], *, config: BulkOperationConfig | None = None
) -> Result[list[T], BulkError]:
    """The items for which the condition holds, in their order."""

    async def judged(item: T) -> Any:
        verdict = condition(item)
        if hasattr(verdict, "__await__"):
            verdict = await verdict
        return verdict if isinstance(verdict, Err) else (verdict.value if isinstance(verdict, Ok) else verdict, item)

    pairs: Result[list[tuple[Any, T]], BulkError] = await bulk_map(items, judged, config=config)
    return Ok([item for holds, item in pairs.value if holds]) if isinstance(pairs, Ok) else pairs


async def bulk_reduce(
    items: Items[T],
    function: Callable[[R, T], R | Awaitable[R]],
    initial: R,
    *,
    config: BulkOperationConfig | None = None,
) -> Result[R, BulkError]:
    """Folds the items from left to right, one after the other; a batch that fails is folded anew from where it began."""
    settings = (config or BulkOperation.DEFAULT_CONFIG).model_copy(update={"max_concurrency": 1})
    so_far = initial

    async def fold(batch: Sequence[T]) -> None:
        nonlocal so_far
        value: Any = so_far
        for item in batch:
            value = function(value, item)
            if hasattr(value, "__await__"):
                value = await value
        so_far = value

    operation: BulkOperation[T, None] = BulkOperation(
        batch_processor=fold, config=settings, keep_results=False, stop_loss=0.0, stop_loss_after=1, name="bulk_reduce"
    )
    ended: Result[BulkResult[None], BulkError] = await operation.execute(items)
    return Ok(so_far) if isinstance(ended, Ok) else ended
