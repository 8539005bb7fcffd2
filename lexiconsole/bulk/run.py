"""BulkRun: one execution of a bulk operation. `batches` is the whole of it."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from lexiconsole.bulk.batch import BatchResult, BulkResult
from lexiconsole.bulk.error import (
    BulkError,
    BulkOperationCancelledError,
    BulkSourceError,
    BulkStopLossError,
    BulkTimeoutError,
)
from lexiconsole.bulk.source import Items, Source
from lexiconsole.bulk.tally import Tally
from lexiconsole.bulk.window import Terms, Window
from lexiconsole.durable.context import Context, Progress
from lexiconsole.errors import RunCancelled
from lexiconsole.result import Err, Ok, Result
from lexiconsole.types import JsonObject

__all__ = ["BulkRun", "Limits"]

T = TypeVar("T")
R = TypeVar("R")

BETWEEN_NOTES = 0.05
"""Seconds: a progress bar needs no more, and a note costs as much as a few items."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When an operation stops early, how much it remembers, after how many batches it renews itself, and whether
    it tells of its progress.
    """

    stop_loss: float | None
    stop_loss_after: int
    max_failures: int
    renew_every: int
    tells: bool = True


class BulkRun(Generic[T, R]):
    """`state` is where an earlier generation or an earlier execution stopped, as `state()` gave it.

    Without `collect`, results are handed out batch by batch and not kept for the end.
    """

    def __init__(
        self,
        ctx: Context,
        name: str,
        items: Items[T],
        terms: Terms,
        limits: Limits,
        *,
        state: Mapping[str, Any] | None = None,
        total: int | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        checkpointed: bool = False,
        collect: bool = True,
    ) -> None:
        state = state or {"batch": 0, "ahead": [], "batch_size": terms.batch_size, "total": total}
        self._terms = replace(terms, batch_size=state["batch_size"])
        self._ctx, self._name, self._limits = ctx, name, limits
        self._used_at_first = ctx.elapsed - state.get("used", 0.0)
        self._on_progress, self._checkpointed, self._note_again = on_progress, checkpointed, 0.0
        self._total: int | None = state["total"]
        self._ahead: set[int] = set(state["ahead"])
        self.tally: Tally[R] = Tally(limits.max_failures, keep_results=collect and terms.keep_results)
        if "tally" in state:
            self.tally.restore(state["tally"], terms.results_type)
        self._source = Source(items, state["batch"] * self._terms.batch_size)
        self._window: Window[T, R] = Window(
            ctx,
            self._source,
            self._terms,
            number=state["batch"],
            done_ahead=self._ahead,
            limit=limits.renew_every if ctx.journaled else math.inf,
            used=state.get("used", 0.0),
        )
        self.cancelled = False
        self._lost = False

    async def batches(self) -> AsyncIterator[BatchResult[R]]:
        """Keeps the window filled and gives each batch as it finishes, until there are none left or a reason to stop.

        A recorded run begins a new generation every so many batches, so that a replay never goes far back.
        """
        try:
            while (batch := await self._window.next(more=not self._must_stop)) is not None:
                self._take_in(batch)
                yield batch
                if self._window.spent and not self._must_stop:
                    self._ctx.renew(self.state(results=True))
        except RunCancelled:
            async with self._ctx.shielded():
                async for batch in self._window.drain():
                    self._take_in(batch)
            raise
        finally:
            await self._source.close()

    @property
    def _must_stop(self) -> bool:
        return self.cancelled or self._lost or self._window.late or self._window.fault is not None

    def _take_in(self, batch: BatchResult[R]) -> None:
        self.tally.add(batch)
        if self._checkpointed:
            self._ahead.add(batch.number)
        allowed = self._limits.stop_loss
        if allowed is not None and self.tally.items >= self._limits.stop_loss_after:
            self._lost = self._lost or self.tally.failed_share > allowed
        self._tell()

    def _tell(self, *, last: bool = False) -> None:
        """Tells a callback after each batch; whoever watches often enough for the eye."""
        if not self._limits.tells:
            return
        now = time.monotonic()
        if self._on_progress is None and now < self._note_again and not last:
            return
        progress = Progress(self._name, self.tally.items, self._total, self.tally.failed)
        if self._on_progress is not None and not last:
            self._on_progress(progress)
        if now >= self._note_again or last:
            self._note_again = now + BETWEEN_NOTES
            self._ctx.note(progress)

    def ended(self, operation_id: str) -> Result[BulkResult[R], BulkError]:
        """What it came to, once `batches` is through."""
        self._tell(last=True)
        result = self.tally.result(operation_id)
        if self._lost:
            return Err(BulkStopLossError(self._name, result, self._limits.stop_loss or 0.0))
        if self._window.fault is not None:
            return Err(BulkSourceError(self._name, result, self._window.fault))
        if self.cancelled:
            return Err(BulkOperationCancelledError(self._name, result))
        if self._window.late and not self._window.exhausted:
            return Err(BulkTimeoutError(self._name, result, self._terms.seconds or 0.0))
        return Ok(result)

    def state(self, *, results: bool) -> JsonObject:
        """Where it stands: everything below `batch` is done, and beyond it the batches in `ahead`."""
        cursor = self._window.cursor
        self._ahead = {number for number in self._ahead if number > cursor}
        return {
            "batch": cursor,
            "ahead": [*sorted(self._ahead)],
            "batch_size": self._terms.batch_size,
            "total": self._total,
            "used": self._ctx.elapsed - self._used_at_first if results else 0.0,
            "tally": self.tally.to_state(self._terms.results_type if results else None),
        }
