"""A bulk operation comes to the same in memory, where many batches may be one step, as in a recorded run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole import Batch, BulkOperation, BulkOperationConfig, Context, Err, Progress, current_step
from lexiconsole.bulk import BulkError, BulkOperationCancelledError, BulkTimeoutError
from lexiconsole.bulk.batch import BulkResult
from lexiconsole.bulk.span import LONGEST
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.watching import watch
from lexiconsole.types import ModelKind
from tests.support import house


@dataclass(frozen=True)
class Plan:
    """What an operation is and what happens in it. `faults` says how often an item fails, by its place."""

    count: int
    size: int
    concurrency: int
    attempts: int
    whole: bool
    """One call for a batch, which raises; else one for an item."""
    raises: bool
    kind: str
    """How the processor is written: async, sync, or a plain function that gives something to wait for."""
    waits: frozenset[int]
    faults: dict[int, int]
    stop_loss: float | None
    source: str
    breaks_at: int | None
    timeout: float | None

    @property
    def deterministic(self) -> bool:
        """Whether batches can not finish in another order."""
        return self.concurrency == 1


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(0, 60))
    places = st.integers(0, 60)
    concurrency = draw(st.integers(1, 3))
    return Plan(
        count,
        draw(st.integers(1, 4)),
        concurrency,
        draw(st.integers(1, 3)),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.sampled_from(["async", "sync", "gives"])),
        draw(st.frozensets(places, max_size=3)),
        draw(st.dictionaries(places, st.integers(1, 3), max_size=4)),
        draw(st.sampled_from([None, None, 0.0, 0.2])) if concurrency == 1 else None,
        draw(st.sampled_from(["range", "async", "opened"])),
        draw(st.none() | places) if concurrency == 1 else None,
        draw(st.sampled_from([None, 1000.0])),
    )


@dataclass
class Done:
    """Everything that the user's own code saw."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    told: list[Progress] = field(default_factory=list)


def operation(plan: Plan, done: Done, *, kind: type[BulkOperation[int, Any]] = BulkOperation, **more: Any) -> Any:
    left = dict(plan.faults)

    def begin(items: list[int], *of: int) -> Any:
        here = current_step()
        done.calls.append((tuple(items), here.key, here.attempt, here.idempotency_key.split("/", 1)[1], *of))
        for item in items:
            if left.get(item, 0):
                left[item] -= 1
                if plan.raises:
                    raise ValueError(f"no {item}")
                return Err(f"no {item}")
        return None

    async def one(x: int) -> Any:
        fault = begin([x])
        if x in plan.waits:
            await asyncio.sleep(0)
        return fault or x * 2

    def one_sync(x: int) -> Any:
        return begin([x]) or x * 2

    async def whole(items: list[int], batch: Batch) -> Any:
        fault = begin(items, *batch)
        if plan.waits & set(items):
            await asyncio.sleep(0)
        return fault or [x * 2 for x in items]

    def whole_sync(items: list[int], batch: Batch) -> Any:
        return begin(items, *batch) or [x * 2 for x in items]

    ways: dict[tuple[bool, str], Callable[..., Any]] = {
        (False, "async"): one,
        (False, "sync"): one_sync,
        (False, "gives"): lambda x: one(x),
        (True, "async"): whole,
        (True, "sync"): whole_sync,
        (True, "gives"): lambda items, batch: whole(items, batch),
    }
    terms = BulkOperationConfig(
        batch_size=plan.size,
        max_concurrency=plan.concurrency,
        retry_attempts=plan.attempts,
        retry_delay=0.0,
        timeout=plan.timeout,
    )
    more = {"keep_results": True, "stop_loss": plan.stop_loss, "stop_loss_after": 5, "name": "rows"} | more
    way = ways[plan.whole, plan.kind]
    given: dict[str, Any] = {"batch_processor": way} if plan.whole else {"processor": way}
    return kind(config=terms, items=source(plan), **given, **more)


def source(plan: Plan) -> Any:
    def items(cursor: int = 0) -> Iterator[int]:
        for item in range(cursor, plan.count):
            if item == plan.breaks_at:
                raise OSError("cable")
            yield item

    async def later(cursor: int) -> AsyncIterator[int]:
        for item in items(cursor):
            yield item

    return {"range": items(), "async": later, "opened": items}[plan.source]


def figures(result: BulkResult[Any]) -> dict[str, Any]:
    metrics = result.metrics
    return {
        "counts": (result.total, result.succeeded, result.failed),
        "failures": [(f.index, f.type, f.message) for f in result.failures],
        "results": list(result.results),
        "metrics": (metrics.items, metrics.succeeded, metrics.failed, metrics.batches, metrics.retries),
    }


def outcome(ended: Any) -> tuple[dict[str, Any], tuple[str, str] | None]:
    if ended.is_ok():
        return figures(ended.value), None
    return figures(ended.error.result), (type(ended.error).__name__, str(ended.error))


async def in_memory(plan: Plan, **more: Any) -> tuple[Any, Done]:
    done = Done()
    return outcome(await operation(plan, done, **more).execute()), done


async def recorded(plan: Plan) -> tuple[Any, Done]:
    done = Done()
    made = operation(plan, done, kind=Listening)
    async with house() as h:
        await h.run(Definition("rows", ModelKind.BULK, lambda _: made, input=Any))
    return outcome(made.ended), done


class Listening(BulkOperation[int, Any]):
    """Keeps what it came to, with everything that the journal leaves out."""

    ended: Any = None

    async def drive(self, ctx: Context) -> Any:
        self.ended = await super().drive(ctx)
        return self.ended


@given(plan=plans())
@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
async def test_results_failures_metrics_and_errors_are_those_of_a_recorded_run(plan: Plan) -> None:
    """Also what the processor finds around it: keys, attempts, idempotency keys, the batch. One at a time, in that order."""
    arranged = (lambda calls: calls) if plan.deterministic else sorted
    (came, light), (known, durable) = await in_memory(plan), await recorded(plan)
    assert came == known
    assert arranged(light.calls) == arranged(durable.calls)
    stop = watch(Silent())
    try:
        watched, seen = await in_memory(plan)
    finally:
        stop()
    assert watched == came and arranged(seen.calls) == arranged(light.calls)


@given(plan=plans())
@settings(deadline=None, max_examples=60)
async def test_progress_is_told_batch_by_batch_and_streams_the_same(plan: Plan) -> None:
    """Whoever wants to hear of each batch hears of each, and what he hears adds up to the whole."""
    told: list[Progress] = []
    came, _ = await in_memory(plan)
    again, _ = await in_memory(plan, on_progress=told.append)
    assert again == came
    assert len(told) == came[0]["metrics"][3]
    if told:
        assert (told[-1].done, told[-1].failed) == (came[0]["counts"][0], came[0]["counts"][2])
    streamed: list[Any] = []
    try:
        async for batch in operation(plan, Done()).execute():
            streamed.append(batch)  # noqa: PERF401 - those before a fault count
        fault = None
    except BulkError as stopped:
        fault = (type(stopped).__name__, str(stopped))
    assert fault == came[1]
    in_order = sorted(streamed, key=lambda batch: batch.number)
    assert [value for batch in in_order for value in batch.results] == came[0]["results"]
    assert sorted(f.index for batch in in_order for f in batch.failures) == [f[0] for f in came[0]["failures"]]


class Silent:
    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


def many(processor: Any, **terms: Any) -> BulkOperation[int, Any]:
    return BulkOperation(processor, BulkOperationConfig(batch_size=10, **{"timeout": None, **terms}))


async def test_cancel_from_inside_ends_it_with_that_batch_however_fast_they_go() -> None:
    done: list[int] = []

    async def work(x: int) -> int:
        done.append(x)
        if x == 1234:
            endless.cancel()
        return x

    endless = many(work)
    error = (await endless.execute(range(1_000_000))).unwrap_err()
    assert isinstance(error, BulkOperationCancelledError)
    assert error.result.succeeded == len(done) == 1240 and list(error.result.results) == list(range(1240))


async def test_batches_that_never_wait_let_others_have_the_event_loop() -> None:
    """Else nobody could cancel them from outside, and the first Ctrl-C would not reach them."""
    endless = many(same)
    later = asyncio.get_running_loop().call_later(2 * LONGEST, endless.cancel)
    error = (await endless.execute(iter(int, 1))).unwrap_err()
    later.cancel()
    assert isinstance(error, BulkOperationCancelledError)


async def test_its_time_is_over_also_when_nothing_ever_waits() -> None:
    error = (await many(same, timeout=0.05).execute(iter(int, 1))).unwrap_err()
    assert isinstance(error, BulkTimeoutError)


async def same(x: int) -> int:
    return x
