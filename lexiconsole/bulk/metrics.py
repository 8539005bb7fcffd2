"""How fast a bulk operation went, in bounded memory however many items there were."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor as _floor
from math import log2 as _log2

__all__ = ["BulkOperationMetrics", "Durations"]

STEPS = 16
"""Buckets for each doubling of a duration; a percentile is right to about two percent."""


@dataclass(frozen=True, slots=True)
class BulkOperationMetrics:
    """Counts are of items, except `batches` and `retries` (further tries of batches). Percentiles are seconds per batch.

    `success_rate` is a share from 0 to 1, `throughput` items per second.
    `seconds` is how long the operation was driven; time in which no process drove it is not counted.
    """

    items: int = 0
    succeeded: int = 0
    failed: int = 0
    batches: int = 0
    retries: int = 0
    seconds: float = 0.0
    success_rate: float = 1.0
    throughput: float = 0.0
    p50: float = 0.0
    p90: float = 0.0
    p95: float = 0.0
    p99: float = 0.0


class Durations:
    """A histogram of seconds with logarithmic buckets."""

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self.counts: dict[int, int] = dict(counts or {})

    def add(self, seconds: float) -> None:
        bucket = _floor(_log2(max(1e-07, seconds)) * STEPS)
        self.counts[bucket] = self.counts.get(bucket, 0) + 1

    def percentile(self, share: float) -> float:
        """Seconds that this share (0 to 1) of the durations does not exceed; 0 without any."""
        wanted = math.ceil(share * sum(self.counts.values()))
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= wanted:
                return float(2 ** ((bucket + 0.5) / STEPS))
        return 0.0
