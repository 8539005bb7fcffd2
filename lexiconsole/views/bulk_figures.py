"""What is known of a bulk operation at one moment: its figures, its items, why some failed, and what is on its way."""

from __future__ import annotations

from dataclasses import dataclass

from lexiconsole.types import Instant
from lexiconsole.views.words import StepState

__all__ = ["BulkItem", "BulkView", "Cause", "OpenBatch"]


@dataclass(frozen=True, slots=True)
class BulkItem:
    """One item. `index` is its place in the source, from 0; `seconds` and `tries` are those of its batch, as far as known."""

    index: int
    state: StepState
    type: str = ""
    message: str = ""
    batch: str = ""
    tries: int = 0
    seconds: float | None = None

    @property
    def error(self) -> str:
        if not self.message:
            return self.type
        return self.message if self.type in ("", "Err") else f"{self.type}: {self.message}"


@dataclass(frozen=True, slots=True)
class Cause:
    """Items that failed in the same way. `sample` is the first of them; `over_time` counts them along the run."""

    signature: str
    sample: BulkItem
    items: tuple[int, ...]
    over_time: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        return self.signature


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch that is known to be on its way: begun for longer than a moment, or resting before another try."""

    key: str
    items: int
    first: int
    attempt: int
    since: Instant
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class BulkView:
    """How it stands. Counts are of items, `total` None where nobody knew it beforehand; rates are items a second.

    `speed` and `faults` are counts in stretches of `stretch` seconds along the run. `rate` is that of the last
    batches, `peak` the highest that ever was. Percentiles are seconds of a batch.
    """

    total: int | None = None
    done: int = 0
    failed: int = 0
    excluded: int = 0
    retrying: int = 0
    running: int = 0
    batches: int = 0
    batch_size: int = 0
    concurrency: int | None = None
    limit: float | None = None
    hold: bool = False
    stop_loss: float | None = None
    stop_loss_after: int = 0
    speed: tuple[int, ...] = ()
    faults: tuple[int, ...] = ()
    stretch: float = 0.0
    rate: float = 0.0
    peak: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    began_at: Instant | None = None
    last_at: Instant | None = None
    causes: tuple[Cause, ...] = ()
    open: tuple[OpenBatch, ...] = ()
    ignored: str = ""

    @property
    def settled(self) -> int:
        return self.done + self.failed + self.excluded

    @property
    def queued(self) -> int | None:
        return None if self.total is None else max(0, self.total - self.settled - self.retrying - self.running)

    @property
    def share(self) -> float | None:
        """From 0 to 1, None while the total is not known."""
        return None if not self.total else min(1.0, self.settled / self.total)

    @property
    def eta(self) -> float | None:
        """Seconds at the present speed; None when that says nothing."""
        if self.total is None or self.rate <= 0 or self.settled >= self.total:
            return None
        return (self.total - self.settled) / self.rate

    @property
    def average(self) -> float:
        """Items a second from the first batch to the last; time in which nobody drove it counts."""
        if self.began_at is None or self.last_at is None or self.last_at <= self.began_at:
            return 0.0
        return self.settled / (self.last_at - self.began_at)

    @property
    def failed_share(self) -> float:
        return self.failed / self.settled if self.settled else 0.0
