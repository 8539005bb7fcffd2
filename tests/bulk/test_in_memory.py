"""What a bulk operation does with its items, run in memory."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lexiconsole import (
    Batch,
    BulkError,
    BulkOperation,
    BulkOperationCancelledError,
    BulkOperationConfig,
    Err,
    ItemFailure,
    Ok,
    Progress,
    bulk_filter,
    bulk_map,
    bulk_reduce,
)
from lexiconsole.app.cache import MemoryCache
from lexiconsole.bulk import BulkItemsError, BulkSourceError, BulkStopLossError, BulkTimeoutError
from lexiconsole.contracts import BulkProcessorProtocol
from lexiconsole.durable.clock import SystemClock
from lexiconsole.errors import ContextMisuseError, DefinitionError, RefusedError
from tests.support import outlasting


def config(**terms: Any) -> BulkOperationConfig:
    return BulkOperationConfig(**{"retry_delay": 0.0, **terms})


async def double(x: int) -> int:
    return x * 2


async def some(count: int) -> AsyncIterator[int]:
    for n in range(count):
        yield n


@pytest.mark.parametrize("processor", [double, lambda x: x * 2, lambda x: double(x), lambda x: Ok(x * 2)])
@pytest.mark.parametrize("concurrency", [1, 5])
async def test_every_item_is_processed_and_results_are_in_order(processor: Any, concurrency: int) -> None:
    operation = BulkOperation[int, int](processor, config(batch_size=7, max_concurrency=concurrency))
    result = (await operation.execute(range(50))).unwrap()
    assert list(result.results) == [x * 2 for x in range(50)]
    assert (result.total, result.succeeded, result.failed, list(result.failures)) == (50, 50, 0, [])
    assert result.metrics.batches == 8 and isinstance(operation, BulkProcessorProtocol)


@pytest.mark.parametrize(
    "items",
    [
        [0, 1, 2, 3, 4],
        (0, 1, 2, 3, 4),
        range(5),
        iter(range(5)),
        some(5),
        lambda cursor: range(cursor, 5),
        lambda cursor: some(5),
    ],
)
async def test_items_may_come_from_anywhere(items: Any) -> None:
    result = (await BulkOperation(double, config(batch_size=2)).execute(items)).unwrap()
    assert list(result.results) == [0, 2, 4, 6, 8]


@given(
    count=st.integers(0, 60),
    size=st.integers(1, 13),
    concurrency=st.integers(1, 4),
    broken=st.dictionaries(st.integers(0, 59), st.integers(1, 4)),
)
@settings(deadline=None)
async def test_what_fails_is_tried_alone_and_what_succeeds_only_once(
    count: int, size: int, concurrency: int, broken: dict[int, int]
) -> None:
    """`broken` says how often an item fails; three tries in all."""
    tries: dict[int, int] = {}

    async def work(x: int) -> Any:
        tries[x] = tries.get(x, 0) + 1
        await asyncio.sleep(0)
        return Err(f"no {x}") if tries[x] <= broken.get(x, 0) else x * 2

    terms = config(batch_size=size, max_concurrency=concurrency, retry_attempts=3)
    result = (await BulkOperation(work, terms).execute(range(count))).unwrap()
    lost = [x for x in range(count) if broken.get(x, 0) >= 3]
    assert list(result.results) == [x * 2 for x in range(count) if x not in lost]
    assert list(result.failures) == [ItemFailure(x, "Err", f"no {x}") for x in lost]
    assert tries == {x: min(3, broken.get(x, 0) + 1) for x in range(count)}
    assert result.metrics.success_rate == pytest.approx(1 - len(lost) / count if count else 1)


async def test_at_most_so_many_batches_run_at_once() -> None:
    running = most = 0

    async def work(items: list[int]) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(5):
            await asyncio.sleep(0)
        running -= 1

    await BulkOperation(batch_processor=work, config=config(batch_size=1, max_concurrency=3)).execute(range(20))
    assert most == 3


async def test_a_batch_processor_gets_the_batch_and_says_what_became_of_each_item() -> None:
    seen: list[tuple[list[int], Batch]] = []

    def work(items: list[int], batch: Batch) -> list[Any]:
        seen.append((list(items), batch))
        return [ValueError("odd") if x % 2 else Ok(x) if x else x for x in items]

    result = (await BulkOperation(batch_processor=work, config=config(batch_size=3)).execute(range(5))).unwrap()
    seen.sort(key=lambda each: each[0])  # each batch has a thread, which has its turn when it has
    assert seen == [([0, 1, 2], Batch(0, 0)), ([3, 4], Batch(1, 3))]
    assert list(result.results) == [0, 2, 4]
    failures = sorted(result.failures, key=lambda each: each.index)
    assert failures == [ItemFailure(1, "ValueError", "odd"), ItemFailure(3, "ValueError", "odd")]


@pytest.mark.parametrize("wrong", ["raises", "err", "too few", "no list"])
async def test_a_batch_that_fails_is_tried_again_as_a_whole_then_its_items_have_failed(wrong: str) -> None:
    tries: list[int] = []

    async def work(items: list[int]) -> Any:
        tries.append(items[0])
        if items[0] == 2:
            if wrong == "raises":
                raise OSError("disk full")
            return {"err": Err("disk full"), "too few": [], "no list": 7}[wrong]
        return None

    terms = config(batch_size=2, retry_attempts=3, max_concurrency=1)
    result = (await BulkOperation(batch_processor=work, config=terms).execute(range(6))).unwrap()
    assert tries == [0, 2, 2, 2, 4]
    assert [failure.index for failure in result.failures] == [2, 3] and result.succeeded == 4
    assert result.metrics.retries == 2


async def test_batches_stream_as_they_finish_with_their_results() -> None:
    later = asyncio.Event()

    async def work(x: int) -> int:
        if x < 2:
            await later.wait()
        if x == 7:
            later.set()
        return x

    got = [
        (batch.number, batch.first, list(batch.results))
        async for batch in BulkOperation(work, config(batch_size=2, max_concurrency=4)).execute(range(8))
    ]
    assert got[-1] == (0, 0, [0, 1]) and sorted(got)[1] == (1, 2, [2, 3]) and len(got) == 4


async def test_whoever_does_not_take_batches_holds_the_operation_up() -> None:
    read = 0

    def source() -> Iterator[int]:
        nonlocal read
        while read < 1000:
            read += 1
            yield read

    stream = BulkOperation(double, config(batch_size=1, max_concurrency=2)).execute(source()).__aiter__()
    await anext(stream)
    for _ in range(200):
        await asyncio.sleep(0)
    assert read < 10
    await stream.aclose()  # type: ignore[attr-defined]


async def test_a_million_items_take_bounded_memory() -> None:
    """Scaled down for the test: the peak does not grow with the number of items."""

    async def peak(count: int) -> int:
        gc.collect()
        tracemalloc.start()
        async for _ in BulkOperation(double, config(batch_size=100)).execute(some(count)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    small, large = await peak(2_000), await peak(20_000)
    assert large - small < 18_000 * 10, "ten bytes an item would be too much already"


async def test_failures_are_counted_all_and_kept_up_to_a_limit() -> None:
    async def fails(x: int) -> Any:  # in turn: threads would end in any order
        return Err("no")

    operation = BulkOperation[int, Any](fails, config(retry_attempts=1), max_failures=15)
    result = (await operation.execute(range(100))).unwrap()
    assert result.failed == 100 and len(result.failures) == 15 and result.failures[0].index == 0


async def test_stop_loss_stops_when_too_large_a_share_has_failed() -> None:
    seen: list[int] = []

    def work(x: int) -> Any:
        seen.append(x)
        return Err("bad row") if x % 2 else x

    terms = config(batch_size=10, max_concurrency=1, retry_attempts=1)
    error = (await BulkOperation(work, terms, stop_loss=0.4, stop_loss_after=30).execute(range(1000))).unwrap_err()
    assert isinstance(error, BulkStopLossError) and len(seen) == 30
    assert "50% of 30 items failed" in str(error) and "bad row" in str(error) and error.result.succeeded == 15
    fine = await BulkOperation(work, terms, stop_loss=0.5, stop_loss_after=30).execute(range(100))
    assert fine.is_ok()


async def test_items_may_come_from_a_function_that_needs_no_argument() -> None:
    """Or whose only one is how a value is bound in a loop; it is passed over up to where an execution goes on."""

    async def rows() -> Any:
        for n in range(6):
            yield n

    cache, seen = MemoryCache(), list[int]()

    def work(x: int) -> int:
        seen.append(x)
        if x == 3 and len(seen) == 4:
            operation.cancel()
        return x

    operation = BulkOperation(work, config(batch_size=2, max_concurrency=1), checkpoint=cache)
    for items in (rows, lambda upto=6: range(upto)):
        seen.clear()
        assert (await operation.execute(items, "a")).is_err() and seen == [0, 1, 2, 3]
        assert (await operation.execute(items, "a")).unwrap().total == 6 and seen == [0, 1, 2, 3, 4, 5]


async def test_what_a_stop_loss_stopped_goes_on_once_the_cause_is_mended_and_is_stopped_anew_if_it_is_not() -> None:
    """The failures that stopped it are known; counted again, they would stop it after each further batch."""
    seen: list[int] = []
    broken = range(20, 30)

    def work(x: int) -> Any:
        seen.append(x)
        return Err("bad row") if x in broken or x >= 80 else x

    operation = BulkOperation(
        work,
        config(batch_size=10, max_concurrency=1, retry_attempts=1),
        stop_loss=0.2,
        stop_loss_after=10,
        checkpoint=MemoryCache(),
    )
    first = (await operation.execute(range(100), "nightly")).unwrap_err()
    assert "33.3% of 30 items" in str(first) and len(seen) == 30
    again = (await operation.execute(range(100), "nightly")).unwrap_err()
    assert "28.6% of 70 further items" in str(again) and seen == [*range(100)]
    assert again.result.failed == 30 and again.result.succeeded == 70


async def test_cancel_finishes_what_runs_and_begins_nothing_more() -> None:
    begun, ended = [], []
    operation: BulkOperation[int, int]

    async def work(x: int) -> int:
        begun.append(x)
        if x == 3:
            operation.cancel()
        await asyncio.sleep(0)
        ended.append(x)
        return x

    operation = BulkOperation(work, config(batch_size=1, max_concurrency=2))
    error = (await operation.execute(range(100))).unwrap_err()
    assert isinstance(error, BulkOperationCancelledError) and begun == ended and len(begun) < 8
    assert error.result.succeeded == len(begun)
    got = 0
    with pytest.raises(BulkOperationCancelledError):
        async for _ in operation.execute(range(100)):
            got += 1
    assert got
    early = operation.execute(range(100))
    operation.cancel()
    assert (await early).unwrap_err().result.total == 0


async def test_it_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(x: int) -> int:
        if x >= 4:
            monkeypatch.setattr(SystemClock, "monotonic", lambda _: 1e9)
            await outlasting(60)
        return x

    operation = BulkOperation(work, config(batch_size=2, timeout=60, retry_attempts=1))
    error = (await operation.execute(range(100))).unwrap_err()
    assert isinstance(error, BulkTimeoutError) and error.result.succeeded == 4 and "60 s" in str(error)


async def test_a_source_that_fails_ends_it_with_what_was_done() -> None:
    def broken() -> Iterator[int]:
        yield from range(5)
        raise OSError("cable")

    error = (await BulkOperation(double, config(batch_size=2)).execute(broken())).unwrap_err()
    assert isinstance(error, BulkSourceError) and "OSError: cable" in str(error)
    assert error.result.succeeded == 4, "the piece in which reading failed was not complete"
    not_items = (await BulkOperation(double).execute(7)).unwrap_err()  # type: ignore[arg-type]
    assert isinstance(not_items, BulkSourceError)


async def test_progress_is_told_after_each_batch() -> None:
    told: list[Progress] = []
    operation = BulkOperation(double, config(batch_size=4), on_progress=told.append, name="rows")
    await operation.execute(range(10))
    assert told == [Progress("rows", 4, 10), Progress("rows", 8, 10), Progress("rows", 10, 10)]
    assert operation.metrics.items == 10
    told.clear()
    await BulkOperation(double, config(enable_progress_tracking=False), on_progress=told.append).execute(range(10))
    assert told == []


async def test_the_total_may_be_a_number_or_counted() -> None:
    for total in (3, lambda: 3):
        told: list[Progress] = []
        await BulkOperation(double, config(), total=total, on_progress=told.append).execute(iter(range(3)))
        assert told[-1].total == 3


class Breaker:
    """Opens after two failures in a row."""

    def __init__(self) -> None:
        self.failures = 0

    async def call(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        if self.failures >= 2:
            raise ConnectionError("circuit open")
        try:
            value = await func(*args, **kwargs)
        except Exception:
            self.failures += 1
            raise
        self.failures = 0
        return value


@pytest.mark.parametrize("fault", [Err("down"), ValueError("down")])
async def test_a_circuit_breaker_sees_errs_and_exceptions(fault: Any) -> None:
    calls: list[int] = []

    def work(x: int) -> Any:
        calls.append(x)
        if isinstance(fault, Err):
            return fault
        raise fault

    terms = config(retry_attempts=1, max_concurrency=1, batch_size=1)
    result = (await BulkOperation(work, terms, circuit_breaker=Breaker()).execute(range(5))).unwrap()
    assert calls == [0, 1]
    assert [failure.message for failure in result.failures] == ["down"] * 2 + ["circuit open"] * 3
    calls.clear()
    whole = BulkOperation(batch_processor=lambda items: work(items[0]), config=terms, circuit_breaker=Breaker())
    assert (await whole.execute(range(5))).unwrap().failed == 5 and calls == [0, 1]


class KilledError(BaseException):
    """The process ends here."""


class Cache(dict[str, Any]):
    async def get(self, key: str, default: Any = None) -> Any:  # type: ignore[override]
        return dict.get(self, key, default)

    async def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        import json

        self[key] = json.loads(json.dumps(value))

    async def delete(self, key: str) -> None:
        self.pop(key, None)


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_with_checkpoints_it_goes_on_with_the_batches_that_were_not_done(concurrency: int) -> None:
    cache, seen = Cache(), []
    dies = [True]

    async def work(x: int) -> int:
        seen.append(x)
        if x == 11 and dies:
            dies.clear()
            raise KilledError
        await asyncio.sleep(0)
        return x

    def operation() -> BulkOperation[int, int]:
        return BulkOperation(work, config(batch_size=3, max_concurrency=concurrency), checkpoint=cache, name="rows")

    task = asyncio.ensure_future(operation().execute(range(30), operation_id="op-1"))  # type: ignore[arg-type]
    with pytest.raises(KilledError):
        await asyncio.wait({task})
        task.result()
    done_before = cache["lexiconsole:bulk:rows:op-1"]["tally"]["succeeded"]
    first = list(seen)
    seen.clear()
    result = (await operation().execute(range(30), operation_id="op-1")).unwrap()
    assert result.total == result.succeeded == 30 and len(seen) == 30 - done_before < 30
    assert set(first) | set(seen) == set(range(30))
    assert cache == {} and len(result.results) == len(seen)


async def test_checkpoints_need_an_id() -> None:
    with pytest.raises(DefinitionError, match="operation_id"):
        BulkOperation(double, checkpoint=Cache()).execute([1])


async def test_the_everyday_uses() -> None:
    assert await bulk_map(range(25), double) == Ok([x * 2 for x in range(25)])
    assert await bulk_filter(range(25), lambda x: x % 3 == 0) == Ok(list(range(0, 25, 3)))
    assert await bulk_reduce(range(25), lambda total, x: total + x, 0) == Ok(300)
    assert await bulk_reduce("abc", lambda text, x: text + x, "") == Ok("abc")
    error = (await bulk_map([1, 0], lambda x: 1 // x, config=config())).unwrap_err()
    assert isinstance(error, BulkItemsError) and "item 1: integer division or modulo by zero" in str(error)
    assert (await bulk_filter([1, 0], lambda x: 1 // x, config=config())).is_err()
    assert isinstance((await bulk_reduce([1, 0, 5], lambda a, x: a // x, 9, config=config())).unwrap_err(), BulkError)


async def test_a_fold_that_fails_once_is_folded_anew_from_the_batch() -> None:
    fails = [1]

    def add(total: int, x: int) -> int:
        if x == 13 and fails:
            fails.clear()
            raise ValueError("once")
        return total + x

    assert await bulk_reduce(range(25), add, 0, config=config()) == Ok(300)


async def test_a_derived_class_says_what_is_done_with_an_item() -> None:
    class Shout(BulkOperation[str, str]):
        def process(self, item: str) -> str:
            return item.upper()

    assert list((await Shout().execute(["a", "b"])).unwrap().results) == ["A", "B"]
    assert list((await BulkOperation[str, str](config=config()).execute(["a"])).unwrap().results) == ["a"]


@pytest.mark.parametrize(
    "terms",
    [
        {"processor": double, "batch_processor": double},
        *({"stop_loss": odd} for odd in (1.5, "x", True)),
        *({"stop_loss_after": odd} for odd in (-1, "x")),
        {"renew_every": 0},
        {"max_failures": -1},
        {"max_failures": 1.5},
        {"total": -1},
        {"on_progress": 3},
        {"checkpoint": 3},
        {"circuit_breaker": 3},
    ],
)
def test_terms_without_sense_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match=str(next(iter(terms)))):
        BulkOperation(**terms)


def test_an_application_sets_the_default_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BulkOperation, "DEFAULT_CONFIG", config(batch_size=77))
    assert BulkOperation(double).config.batch_size == 77


async def test_misuse_is_named() -> None:
    with pytest.raises(DefinitionError, match="no items"):
        BulkOperation(double).execute()
    execution = BulkOperation(double).execute([1])
    await execution
    with pytest.raises(ContextMisuseError, match="used already"):
        await execution
    with pytest.raises(RefusedError, match="switched off"):
        await BulkOperation(double, config(enabled=False)).execute([1])


async def test_leaving_the_stream_early_stops_it() -> None:
    seen: list[int] = []

    async def work(x: int) -> int:
        seen.append(x)
        return x

    stream = BulkOperation(work, config(batch_size=1, max_concurrency=1)).execute(some(1000)).__aiter__()
    async for _ in stream:
        break
    await stream.aclose()  # type: ignore[attr-defined]
    count = len(seen)
    await asyncio.sleep(0)
    assert len(seen) == count < 10


async def test_a_processor_that_begins_to_wait_late_loses_no_concurrency_after_its_first_wait() -> None:
    """Batches that never wait are done one by one, without a task each; one that does brings the others back."""
    running = most = 0

    async def work(x: int) -> int:
        nonlocal running, most
        if x >= 60:
            running += 1
            most = max(most, running)
            for _ in range(5):
                await asyncio.sleep(0)
            running -= 1
        return x

    operation = BulkOperation(work, BulkOperationConfig(batch_size=1, max_concurrency=4))
    assert (await operation.execute(range(100))).unwrap().results == list(range(100))
    assert most == 4


async def test_an_exception_that_a_processor_gives_back_is_a_value_beside_others_that_fail() -> None:
    async def work(x: int) -> Any:
        if x == 1:
            raise KeyError("one")
        return ValueError("kept") if x == 2 else Err("three") if x == 3 else Ok(x)

    config = BulkOperationConfig(batch_size=5, retry_attempts=1)
    whole = (await BulkOperation(work, config).execute(range(5))).unwrap()
    assert [failure.index for failure in whole.failures] == [1, 3]
    assert [whole.results[0], str(whole.results[1]), whole.results[2]] == [0, "kept", 4]


@pytest.mark.parametrize("concurrency", [1, 5])
async def test_a_plain_function_that_now_and_then_gives_something_to_wait_for_is_called_once_for_each_item(
    concurrency: int,
) -> None:
    called: list[int] = []

    async def fails(item: int) -> int:
        raise ValueError(f"not {item}")

    def process(item: int) -> Any:
        called.append(item)
        return fails(item) if item == 8 else double(item) if item % 2 else item * 2

    terms = config(batch_size=5, max_concurrency=concurrency, retry_attempts=1, timeout=None)
    result = (await BulkOperation[int, int](process, terms).execute(range(300))).unwrap()
    assert sorted(called) == list(range(300))
    assert list(result.results) == [n * 2 for n in range(300) if n != 8]
    assert [(failure.index, failure.message) for failure in result.failures] == [(8, "not 8")]


async def test_batches_that_never_wait_fail_and_are_retried_like_any_other() -> None:
    tried: dict[int, int] = {}

    async def process(item: int) -> int:
        tried[item] = tried.get(item, 0) + 1
        if item % 50 == 0 and tried[item] < 3:
            raise ValueError("not yet")
        return item

    result = (await BulkOperation[int, int](process, config(batch_size=7)).execute(range(700))).unwrap()
    assert list(result.results) == list(range(700)) and result.failed == 0
    assert {item: count for item, count in tried.items() if count > 1} == dict.fromkeys(range(0, 700, 50), 3)
    assert result.metrics.retries == 2 * len({item // 7 for item in range(0, 700, 50)})
