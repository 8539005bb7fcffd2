"""BulkRun: one execution of a bulk operation. `batches` is the whole of it."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
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
from lexiconsole.bulk.steering import Steering
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
    it tells of its progress. `hold`: a recorded one that comes to its end with failed items waits to be told about them.
    """

    stop_loss: float | None
    stop_loss_after: int
    max_failures: int
    renew_every: int
    tells: bool = True
    hold: bool = False


class BulkRun(Generic[T, R]):
    """`state` is where an earlier generation or an earlier execution stopped, as `state()` gave it.

    Without `collect`, results are handed out batch by batch and not kept for the end. Unless `one_by_one`, batches that
    were finished together may be given together.
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
        one_by_one: bool = True,
    ) -> None:
        state = state or {"batch": 0, "ahead": [], "batch_size": terms.batch_size, "total": total}
        self._terms = replace(terms, batch_size=state["batch_size"])
        self._ctx, self._name, self._limits = ctx, name, limits
        self._used_at_first = ctx.elapsed - state.get("used", 0.0)
        self._on_progress, self._checkpointed, self._note_again = on_progress, checkpointed, 0.0
        self._total: int | None = state["total"]
        self._ahead: set[int] = set(state["ahead"])
        self.tally: Tally[R] = Tally(
            limits.max_failures,
            keep_results=collect and terms.keep_results,
            keep_places=ctx.journaled,
            clock=lambda: ctx.elapsed,
        )
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
            one_by_one=one_by_one or on_progress is not None or checkpointed,
        )
        if (concurrency := state.get("concurrency")) is not None:
            self._window.concurrency = concurrency
        self._window.pace.rate = state.get("rate")
        self._steering = Steering(ctx) if ctx.journaled else None
        self._finish = False
        self._accepted = 0, 0
        self._lost = False
        if checkpointed and self._over():  # it was stopped for these, and somebody has it go on
            self._accepted = self.tally.failed, self.tally.items
        self._mind_losses()

    @property
    def cancelled(self) -> bool:
        return self._window.stopped

    def cancel(self) -> None:
        """No further batch is begun."""
        self._window.stopped = True

    async def batches(self) -> AsyncIterator[Sequence[BatchResult[R]]]:
        """Keeps the window filled and gives batches as they finish, until there are none left or a reason to stop.

        A recorded run begins a new generation every so many batches, so that a replay never goes far back.
        """
        try:
            while done := await self._next():
                self._take_in(done)
                yield done
                if self._window.spent and not self._must_stop:
                    if self._steering is not None:
                        self._steering.stop()
                    self._ctx.renew(self.state(results=True))
            if self._steering is not None:
                self._steering.stop()
        except RunCancelled:
            async with self._ctx.shielded():
                async for batch in self._window.drain():
                    self._take_in((batch,))
            raise
        finally:
            await self._source.close()

    async def _next(self) -> Sequence[BatchResult[R]]:
        while True:
            steering = self._steering
            beside = None if steering is None else steering.listening()
            came = await self._window.next(beside, more=not self._must_stop)
            if not came and came is not None and steering is not None and self._holds:
                await steering.listening(held=True)
                came = None
            if came is not None:
                return came
            await self._steer()

    @property
    def _holds(self) -> bool:
        """Whether somebody is to say what becomes of the items that failed."""
        at_rest = self.cancelled or self._window.late or self._window.fault is not None
        return self._limits.hold and bool(self.tally.failed) and not (self._finish or at_rest)

    async def _steer(self) -> None:
        """Does what the operator said."""
        assert self._steering is not None
        said = await self._steering.take()
        if said is None:
            return
        if said.concurrency is not None:
            self._window.concurrency = said.concurrency
        if said.rate is not None:
            self._window.pace.rate = said.rate or None
        self._finish = self._finish or said.finish
        if said.exclude is not None:
            excluded = await self._steering.agreed("exclude", self.tally.known(_named(said.exclude)))
            self.tally.take_back(excluded, excluded=True)
        if said.retry is not None:
            await self._try_again(self.tally.known(_named(said.retry)))
        if said.exclude is not None or said.retry is not None:
            self._lost = self._over()
        self._tell()

    async def _try_again(self, indices: list[int]) -> None:
        assert self._steering is not None
        if not indices or not self._source.can_look_back:
            why = "its items can only be gone through once" if indices else "none of these items failed"
            await self._steering.ignore(f"nothing is tried again: {why}")
            return
        try:
            items = await self._source.again(indices)
        except Exception as fault:
            await self._steering.ignore(f"nothing is tried again: the items could not be read ({fault})")
            return
        at = dict(zip(indices, items, strict=True))
        agreed = [index for index in await self._steering.agreed("retry", indices) if index in at]
        self.tally.take_back(agreed)
        self._window.reopen(agreed, [at[index] for index in agreed])

    def _over(self) -> bool:
        """Whether more failed than the stop-loss allows."""
        allowed = self._limits.stop_loss
        failed, items = self.tally.failed - self._accepted[0], self.tally.items - self._accepted[1]
        if allowed is None or items < self._limits.stop_loss_after or not items:
            return False
        return failed / items > allowed

    @property
    def _must_stop(self) -> bool:
        return self.cancelled or self._lost or self._window.late or self._window.fault is not None

    def _take_in(self, done: Sequence[BatchResult[R]]) -> None:
        """Those that finished together: none but the last has failures, so the stop-loss is judged once."""
        self.tally.add(done)
        if self._checkpointed:
            self._ahead.update(batch.number for batch in done)
        self._lost = self._lost or self._over()
        self._mind_losses()
        self._tell()

    def _mind_losses(self) -> None:
        """After a failure any batch may be the one that has the stop-loss judged."""
        if self._limits.stop_loss is not None and self.tally.failed:
            self._window.one_by_one = True

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
            return Err(BulkStopLossError(self._name, result, self._limits.stop_loss or 0.0, before=self._accepted))
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
            "concurrency": self._window.concurrency,
            "rate": self._window.pace.rate,
            "total": self._total,
            "used": self._ctx.elapsed - self._used_at_first if results else 0.0,
            "tally": self.tally.to_state(self._terms.results_type if results else None),
        }


def _named(items: list[int] | str) -> list[int] | None:
    return None if isinstance(items, str) else items
