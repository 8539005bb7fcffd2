"""Bulk operations: one operation over many items, in batches, with bounded concurrency and bounded memory.

Names are imported when they are first used: settings and screens need a few of these modules, not all.
"""

from typing import TYPE_CHECKING

from lexiconsole.late import late

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

__getattr__ = late(
    __name__,
    {
        "lexiconsole.bulk.batch": "Batch BatchResult BulkResult ItemFailure",
        "lexiconsole.bulk.breaker": "PurgatoryBreaker",
        "lexiconsole.bulk.config": "BulkOperationConfig",
        "lexiconsole.bulk.error": "BulkError BulkItemsError BulkOperationCancelledError BulkSourceError BulkStopLossError BulkTimeoutError",
        "lexiconsole.bulk.functions": "bulk_filter bulk_map bulk_reduce",
        "lexiconsole.bulk.metrics": "BulkOperationMetrics",
        "lexiconsole.bulk.operation": "BulkOperation",
    },
)
