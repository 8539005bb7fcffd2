"""Bulk operations: one operation over many items, in batches, with bounded concurrency and bounded memory."""

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
