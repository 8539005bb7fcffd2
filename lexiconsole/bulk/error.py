"""How a bulk operation ends early; each error carries what was done until then."""

from __future__ import annotations

from typing import Any

from lexiconsole.bulk.batch import BulkResult
from lexiconsole.errors import LexiconsoleError

__all__ = [
    "BulkError",
    "BulkItemsError",
    "BulkOperationCancelledError",
    "BulkSourceError",
    "BulkStopLossError",
    "BulkTimeoutError",
]


class BulkError(LexiconsoleError):
    """A bulk operation that did not go through all its items; `result` is what it came to until then."""

    def __init__(self, name: str, reason: str, result: BulkResult[Any]) -> None:
        self.name, self.reason, self.result = name, reason, result
        super().__init__(
            f"{name} {reason}; {result.succeeded:,} items succeeded and {result.failed:,} failed before that"
        )


class BulkOperationCancelledError(BulkError):
    """`cancel()` was called: batches that ran were finished, no others were begun."""

    def __init__(self, name: str, result: BulkResult[Any]) -> None:
        super().__init__(name, "was cancelled", result)


class BulkStopLossError(BulkError):
    """More items failed than the stop-loss allows. `before`: failed and all items that an earlier stop counted."""

    def __init__(self, name: str, result: BulkResult[Any], allowed: float, *, before: tuple[int, int] = (0, 0)) -> None:
        failed, items = result.failed - before[0], result.total - before[1]
        further = " further" if before[1] else ""
        reason = (
            f"was stopped because {failed / items * 100:.3g}% of {items:,}{further} items failed, "
            f"more than the {allowed * 100:g}% allowed"
        )
        first = f" (first: item {result.failures[0].index}, {result.failures[0].message})" if result.failures else ""
        super().__init__(name, reason + first, result)


class BulkTimeoutError(BulkError):
    """The operation's time was over."""

    def __init__(self, name: str, result: BulkResult[Any], seconds: float) -> None:
        super().__init__(name, f"did not end within {seconds:g} s", result)


class BulkSourceError(BulkError):
    """Reading the items failed."""

    def __init__(self, name: str, result: BulkResult[Any], fault: BaseException) -> None:
        super().__init__(name, f"could not read its items ({type(fault).__name__}: {fault})", result)
        self.__cause__ = fault


class BulkItemsError(BulkError):
    """All items were gone through, but some failed where all were wanted."""

    def __init__(self, name: str, result: BulkResult[Any]) -> None:
        some = "; ".join(f"item {failure.index}: {failure.message}" for failure in result.failures[:3])
        more = f" and {result.failed - 3:,} more" if result.failed > 3 else ""
        super().__init__(name, f"had items that failed ({some}{more})", result)
