"""BulkOperation: one operation over many items, in batches of which several run at once."""

from __future__ import annotations

import types
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Generic, TypeVar, cast

from lexiconsole.bulk.batch import BatchOutcome, BulkResult
from lexiconsole.bulk.checkpoint import BulkCheckpoint
from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.bulk.error import BulkError
from lexiconsole.bulk.execution import BulkExecution, Sink
from lexiconsole.bulk.metrics import BulkOperationMetrics
from lexiconsole.bulk.processing import per_batch, per_item, result_type
from lexiconsole.bulk.run import BulkRun, Limits
from lexiconsole.bulk.source import Items
from lexiconsole.bulk.window import Terms
from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.contracts.infra.resilience import CircuitBreakerProtocol
from lexiconsole.durable.calling import check_call
from lexiconsole.durable.context import Context, Progress, RunInfo
from lexiconsole.durable.memory import memory_context
from lexiconsole.durable.outline import NodeKind, Outline, OutlineNode
from lexiconsole.durable.policy import Backoff
from lexiconsole.errors import DefinitionError, RefusedError
from lexiconsole.result import Ok, Result
from lexiconsole.types import JsonObject, ModelKind

__all__ = ["BulkOperation"]

T = TypeVar("T")
R = TypeVar("R")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class BulkOperation(Generic[T, R]):
    """Give a `processor` of one item or a `batch_processor`, or derive a class and override `process`.

    Without a `config` it has DEFAULT_CONFIG, which an application sets from its `workflow:` section.
    `items` is where a run finds its items; `execute` takes others. `total` is how many there are, or a function that counts
    them, for whoever watches. `checkpoint` is a cache in which an execution in memory keeps where it stands.
    `stop_loss` is the share of failed items above which it stops, judged from `stop_loss_after` items on.
    `retry_items` tries failed items again, alone, in all `config.retry_attempts` times: by default with `processor` only;
    a batch processor that raises is tried again as a whole in any case. `keep_results` is by default true in memory only.
    `on_progress` is called after each batch, in memory only. `max_failures` failures are kept with their reason in the
    result; all are counted, and a recorded run can try all of them again.
    A recorded run renews itself every `renew_every` batches, and can be steered while it goes (see `bulk.steering`). With
    `hold_failures` it does not end, nor stop for its stop-loss, before somebody said what becomes of the failed items.
    """

    KIND: ClassVar[ModelKind] = ModelKind.BULK
    VERSION: ClassVar[int] = 1
    DEFAULT_CONFIG: ClassVar[BulkOperationConfig] = BulkOperationConfig()

    def __init__(
        self,
        processor: Callable[[T], Any] | None = None,
        config: BulkOperationConfig | None = None,
        *,
        batch_processor: Callable[..., Any] | None = None,
        items: Items[T] | None = None,
        total: int | Callable[[], Any] | None = None,
        checkpoint: CacheBackendProtocol | None = None,
        circuit_breaker: CircuitBreakerProtocol | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        stop_loss: float | None = None,
        stop_loss_after: int = 100,
        keep_results: bool | None = None,
        max_failures: int = 1000,
        renew_every: int = 1000,
        hold_failures: bool = False,
        retry_items: bool | None = None,
        idempotent: bool = True,
        name: str = "bulk",
    ) -> None:
        if processor is not None and batch_processor is not None:
            raise DefinitionError(f"{name}: give either a processor or a batch_processor")
        if stop_loss is not None and not (_is_number(stop_loss) and 0 <= stop_loss <= 1):
            raise DefinitionError(f"{name}: stop_loss is a share of the items, from 0 to 1, not {stop_loss!r}")
        for what, number, least in (
            ("stop_loss_after", stop_loss_after, 0),
            ("renew_every", renew_every, 1),
            ("max_failures", max_failures, 0),
            ("total", 0 if callable(total) or total is None else total, 0),
        ):
            if type(number) is not int or number < least:
                raise DefinitionError(f"{name}: {what} must be a whole number of at least {least}, not {number!r}")
        if not isinstance(config, BulkOperationConfig | None):
            raise DefinitionError(f"{name}: config must be a BulkOperationConfig, not {config!r}")
        if not isinstance(checkpoint, CacheBackendProtocol | None):
            raise DefinitionError(f"{name}: checkpoint must be a cache with get, set and delete, not {checkpoint!r}")
        if not isinstance(circuit_breaker, CircuitBreakerProtocol | None):
            raise DefinitionError(f"{name}: circuit_breaker must have a method call, not {circuit_breaker!r}")
        if on_progress is not None:
            check_call(name, "on_progress", on_progress)
        self.name, self.config = name, config or self.DEFAULT_CONFIG
        self._items, self._total, self._checkpoint, self._on_progress = items, total, checkpoint, on_progress
        self._limits = Limits(
            stop_loss, stop_loss_after, max_failures, renew_every, self.config.enable_progress_tracking, hold_failures
        )
        self._keep_results, self._idempotent = keep_results, idempotent
        if batch_processor is not None:
            check_call(name, "the batch_processor", batch_processor, most=2)
            self._call, self._retry_items = per_batch(batch_processor, circuit_breaker), bool(retry_items)
            self._result_type = result_type(batch_processor, of_batch=True)
        else:
            each = self.process if processor is None else processor
            check_call(name, "the processor", each)
            self._call, self._retry_items = per_item(each, circuit_breaker), retry_items is not False
            self._result_type = result_type(each, of_batch=False)
        self._run: BulkRun[T, R] | None = None
        self._cancelled = False

    def process(self, item: T) -> Any:
        """What is done with one item when no processor was given: overridden in a derived class, else nothing."""
        return item

    # as a run

    def outline(self) -> Outline:
        return Outline((OutlineNode("batch", NodeKind.BULK, label=self.name),))

    async def drive(self, ctx: Context) -> Result[BulkResult[R], BulkError]:
        """Works through its items, batch by batch, as a run."""
        if self._items is None:
            raise DefinitionError(f"{self.name} has no items; give BulkOperation(items=…) to run it as a workflow")
        return await self._carry(ctx, self._items, ctx.run.state, None)

    # in memory

    def execute(self, items: Items[T] | None = None, operation_id: str | None = None) -> BulkExecution[R]:
        """Await it for the `Result` of the whole, or iterate over it for the batches as they finish.

        With a checkpoint cache, an operation with the same id goes on where the last execution stopped; its result then
        counts all items, but holds the results of this execution only. One that its stop-loss had stopped is judged anew.
        """
        source = items if items is not None else self._items
        if source is None:
            raise DefinitionError(f"{self.name} was given no items")
        cache = self._checkpoint
        checkpoint = None if cache is None else BulkCheckpoint(cache, self.name, operation_id or "")
        run = RunInfo(operation_id or f"{self.name}-{uuid.uuid4().hex[:12]}", self.name, self.VERSION)
        self._cancelled, self._run = False, None

        async def start(sink: Sink[R] | None) -> Result[BulkResult[R], BulkError]:
            state = await checkpoint.load() if checkpoint is not None else None
            ended = await memory_context(run).drive(lambda ctx: self._carry(ctx, source, state, sink, checkpoint))
            if checkpoint is not None and isinstance(ended, Ok):
                await checkpoint.forget()
            return ended

        return BulkExecution(start)

    def cancel(self) -> None:
        """No further batch is begun; those that run are finished. The execution ends with BulkOperationCancelledError."""
        self._cancelled = True
        if self._run is not None:
            self._run.cancel()

    @property
    def metrics(self) -> BulkOperationMetrics:
        """Of the execution that is going on, or went on last."""
        return self._run.tally.metrics() if self._run is not None else BulkOperationMetrics()

    async def _carry(
        self,
        ctx: Context,
        items: Items[T],
        state: Any,
        sink: Sink[R] | None,
        checkpoint: BulkCheckpoint | None = None,
    ) -> Result[BulkResult[R], BulkError]:
        if not self.config.enabled:
            raise RefusedError(
                f"{self.name} was not started: bulk operations are switched off (workflow.enabled is false)"
            )
        total = None if state else await self._count(ctx, items)
        terms = self._terms(keep=not ctx.journaled if self._keep_results is None else self._keep_results)
        if ctx.journaled and not state:
            known = await ctx.choose("terms", lambda: self._told(terms, total))
            terms = replace(terms, batch_size=known["batch_size"])
        run: BulkRun[T, R] = BulkRun(
            ctx,
            self.name,
            items,
            terms,
            self._limits,
            state=state,
            total=total,
            on_progress=None if ctx.journaled else self._on_progress,
            checkpointed=checkpoint is not None,
            collect=sink is None,
            one_by_one=sink is not None,
        )
        if self._cancelled:
            run.cancel()
        self._run = run
        async for done in run.batches():
            if checkpoint is not None:
                await checkpoint.save(run.state(results=False))
            for batch in done if sink is not None else ():
                await sink(batch)  # type: ignore[misc]
        return run.ended(ctx.run.id)

    def _told(self, terms: Terms, total: int | None) -> JsonObject:
        """What the journal knows beforehand: whoever watches reckons with it, and batches stay the same ones after a crash
        even if their size was configured anew.
        """
        limits = self._limits
        return {
            "total": total,
            "batch_size": terms.batch_size,
            "concurrency": terms.concurrency,
            "attempts": terms.attempts,
            "stop_loss": limits.stop_loss,
            "stop_loss_after": limits.stop_loss_after,
            "hold": limits.hold,
        }

    def _terms(self, *, keep: bool) -> Terms:
        config = self.config
        return Terms(
            call=self._call,
            outcome_type=BatchOutcome.__class_getitem__(self._result_type),  # type: ignore[attr-defined]
            results_type=types.GenericAlias(list, (self._result_type,)),
            batch_size=config.batch_size,
            concurrency=config.max_concurrency,
            attempts=config.retry_attempts,
            backoff=Backoff(initial=config.retry_delay),
            retry_items=self._retry_items,
            keep_results=keep,
            idempotent=self._idempotent,
            seconds=config.timeout,
        )

    async def _count(self, ctx: Context, items: Any) -> int | None:
        """How many items there are, if that can be said beforehand. Counting is a step of its own: it may take a while."""
        if self._total is None:
            return len(items) if hasattr(items, "__len__") else None
        if isinstance(self._total, int):
            return self._total
        counted = await ctx.step("total", self._total, returns=int)
        return cast("int", counted.value) if isinstance(counted, Ok) else None
