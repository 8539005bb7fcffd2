"""Bulk operations: one operation over many items, in batches, with bounded concurrency and bounded memory.

Names are imported when they are first used: settings and screens need a few of these modules, not all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lexiconsole.bulk.batch import Batch, BatchResult, BulkResult, ItemFailure
    from lexiconsole.bulk.breaker import PurgatoryBreaker
    from lexiconsole.bulk.config import BulkOperationConfig
    from lexiconsole.bulk.error import (
        BulkError,
        BulkItemsError,
        BulkOperationCancelledError,
        BulkSourceError,
        BulkStopLossError,
        BulkTimeoutError,
    )
    from lexiconsole.bulk.functions import bulk_filter, bulk_map, bulk_reduce
    from lexiconsole.bulk.metrics import BulkOperationMetrics
    from lexiconsole.bulk.operation import BulkOperation

__all__ = [
    "Batch",
    "BatchResult",
    "BulkError",
    "BulkItemsError",
    "BulkOperation",
    "BulkOperationCancelledError",
    "BulkOperationConfig",
    "BulkOperationMetrics",
    "BulkResult",
    "BulkSourceError",
    "BulkStopLossError",
    "BulkTimeoutError",
    "ItemFailure",
    "PurgatoryBreaker",
    "bulk_filter",
    "bulk_map",
    "bulk_reduce",
]

_HOMES = {
    "Batch": "lexiconsole.bulk.batch",
    "BatchResult": "lexiconsole.bulk.batch",
    "BulkResult": "lexiconsole.bulk.batch",
    "ItemFailure": "lexiconsole.bulk.batch",
    "PurgatoryBreaker": "lexiconsole.bulk.breaker",
    "BulkOperationConfig": "lexiconsole.bulk.config",
    "BulkError": "lexiconsole.bulk.error",
    "BulkItemsError": "lexiconsole.bulk.error",
    "BulkOperationCancelledError": "lexiconsole.bulk.error",
    "BulkSourceError": "lexiconsole.bulk.error",
    "BulkStopLossError": "lexiconsole.bulk.error",
    "BulkTimeoutError": "lexiconsole.bulk.error",
    "bulk_filter": "lexiconsole.bulk.functions",
    "bulk_map": "lexiconsole.bulk.functions",
    "bulk_reduce": "lexiconsole.bulk.functions",
    "BulkOperationMetrics": "lexiconsole.bulk.metrics",
    "BulkOperation": "lexiconsole.bulk.operation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value
