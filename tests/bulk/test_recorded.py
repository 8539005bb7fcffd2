"""A bulk operation as a recorded run: crashes, generations, retries after a durable pause, cancels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole import Batch, BulkOperation, BulkOperationConfig, Err
from lexiconsole.durable.context import Progress
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import RequestKind
from lexiconsole.errors import ReplayMismatchError
from lexiconsole.types import ModelKind, RunStatus
from tests.support import house


def defined(build: Callable[[], BulkOperation[Any, Any]]) -> Definition:
    return Definition("rows", ModelKind.BULK, lambda _: build(), input=Any)


def config(**terms: Any) -> BulkOperationConfig:
    return BulkOperationConfig(**{"retry_delay": 0.0, "timeout": None, **terms})


async def test_each_batch_is_one_step_and_the_result_says_what_became_of_all() -> None:
    async def work(x: int) -> Any:
        return Err("seven") if x == 7 else x

    terms = config(batch_size=4, max_concurrency=1, retry_attempts=1)
    async with house() as h:
        row = await h.run(defined(lambda: BulkOperation(work, terms, items=range(10))))
        assert row.status is RunStatus.COMPLETED
        batches = ["step.done batch/0", "step.done batch/1", "step.done batch/2"]
        assert await h.story(row) == ["decided terms", *batches, "dropped steer", "run.completed"]
        entries = await h.entries(row)
        outcome = next(e.data["result"] for e in entries if e.key == "batch/1")
        assert outcome["done"] == 3 and outcome["results"] is None, "results are not kept unless asked for"
        assert outcome["failures"] == [{"index": 7, "type": "Err", "message": "seven"}]
        result = entries[-1].data["result"]
        assert (result["total"], result["succeeded"], result["failed"]) == (10, 9, 1)
        assert result["failures"][0]["message"] == "seven" and result["metrics"]["success_rate"] == 0.9


async def test_results_are_kept_if_asked_for_and_typed() -> None:
    async def work(x: int) -> tuple[int, str]:
        return x, str(x)

    def build() -> BulkOperation[int, tuple[int, str]]:
        return BulkOperation(work, config(batch_size=2), items=range(5), keep_results=True, renew_every=2)

    async with house() as h:
        row = await h.run(defined(build))
        assert (await h.entries(row))[-1].data["result"]["results"] == [[x, str(x)] for x in range(5)]


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_after_a_crash_only_what_was_open_is_done_again(concurrency: int) -> None:
    seen: list[int] = []
    hang = asyncio.Event()

    async def work(items: list[int], batch: Batch) -> None:
        seen.extend(items)
        if batch.number == 5 and seen.count(items[0]) == 1:
            await hang.wait()

    def build() -> BulkOperation[int, None]:
        return BulkOperation(
            batch_processor=work, items=range(40), config=config(batch_size=4, max_concurrency=concurrency)
        )

    async with house() as h:
        row = await h.start(defined(build))
        while 20 not in seen:
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.COMPLETED
        assert set(seen) == set(range(40)) and seen.count(20) == 2
        assert len(seen) <= 40 + 4 * concurrency
        assert (await h.entries(row))[-1].data["result"]["succeeded"] == 40


async def test_it_renews_itself_and_carries_the_counts_and_the_cursor() -> None:
    opened: list[int] = []

    def items(cursor: int) -> Iterator[int]:
        opened.append(cursor)
        yield from range(cursor, 45)

    async def work(x: int) -> Any:
        return Err("bad") if x % 10 == 3 else x

    def build() -> BulkOperation[int, int]:
        terms = config(batch_size=5, max_concurrency=2, retry_attempts=1)
        return BulkOperation(work, terms, items=items, renew_every=3, total=lambda: 45)

    async with house() as h:
        row = await h.run(defined(build))
        assert row.status is RunStatus.COMPLETED and opened == [0, 15, 30, 45]
        entries = await h.entries(row)
        assert [e.kind for e in entries].count(EntryKind.RENEWED) == 3
        assert [e.key for e in entries].count("total") == 1, "what was counted is carried along"
        result = entries[-1].data["result"]
        assert (result["total"], result["failed"]) == (45, 5)
        assert [failure["index"] for failure in result["failures"]] == [3, 13, 23, 33, 43]
        assert result["metrics"]["batches"] == 9


async def test_failed_items_are_tried_again_after_a_pause_that_survives_a_crash() -> None:
    seen: list[int] = []

    async def work(x: int) -> Any:
        seen.append(x)
        return Err("busy") if x == 1 and seen.count(1) < 3 else x

    def build() -> BulkOperation[int, int]:
        terms = config(batch_size=3, max_concurrency=1, retry_attempts=3, retry_delay=3600.0)
        return BulkOperation(work, terms, items=range(3))

    async with house() as h:
        row = await h.start(defined(build))
        while seen != [0, 1, 2]:
            await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        while row.status is RunStatus.SLEEPING:
            await h.clock.advance(7200)
            row = await h.again(row)
        assert row.status is RunStatus.COMPLETED and seen == [0, 1, 2, 1, 1]
        story = [line for line in await h.story(row) if "sleeping" not in line]
        assert story == [
            "decided terms",
            "step.done batch/0",
            "woke batch/0#2/pause",
            "step.done batch/0#2",
            "woke batch/0#3/pause",
            "step.done batch/0#3",
            "dropped steer",
            "run.completed",
        ]


async def test_cancelled_it_finishes_what_runs() -> None:
    begun: list[int] = []
    go = asyncio.Event()

    async def work(items: list[int]) -> None:
        begun.extend(items)
        await go.wait()

    def build() -> BulkOperation[int, None]:
        return BulkOperation(batch_processor=work, items=range(50), config=config(batch_size=5, max_concurrency=2))

    async with house() as h:
        row = await h.start(defined(build))
        while len(begun) < 10:
            await asyncio.sleep(0)
        await h.ask(row, RequestKind.CANCEL)
        go.set()
        row = await h.settle(row)
        assert row.status is RunStatus.CANCELLED and begun == list(range(10))
        assert [line for line in await h.story(row) if "done" in line] == ["step.done batch/0", "step.done batch/1"]


async def test_cancelled_while_it_rests_it_does_not_try_again() -> None:
    seen: list[int] = []

    async def work(x: int) -> Any:
        seen.append(x)
        return Err("busy")

    def build() -> BulkOperation[int, int]:
        return BulkOperation(work, config(retry_attempts=3, retry_delay=3600.0), items=range(2))

    async with house() as h:
        row = await h.start(defined(build))
        while len(seen) < 2:
            await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        await h.ask(row, RequestKind.CANCEL)
        row = await h.settle(row)
        assert row.status is RunStatus.CANCELLED and seen == [0, 1]


async def test_stop_loss_fails_the_run_with_the_reason() -> None:
    def build() -> BulkOperation[int, Any]:
        terms = config(batch_size=10, max_concurrency=1, retry_attempts=1)
        return BulkOperation(lambda x: Err("bad"), terms, items=range(1000), stop_loss=0.1, stop_loss_after=20)

    async with house() as h:
        row = await h.run(defined(build))
        assert row.status is RunStatus.FAILED and "100% of 20 items failed" in row.error


async def test_a_batch_that_must_not_run_twice_is_in_doubt_after_a_crash() -> None:
    begun: list[int] = []
    never = asyncio.Event()  # held here: what waits for it outlives the crash in this process

    async def work(items: list[int]) -> None:
        begun.extend(items)
        await never.wait()

    def build() -> BulkOperation[int, None]:
        return BulkOperation(batch_processor=work, items=range(3), config=config(), idempotent=False)

    async with house() as h:
        row = await h.start(defined(build))
        while not begun:
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.DOUBTFUL and begun == [0, 1, 2]


async def test_a_blocking_processor_does_not_hold_the_loop() -> None:
    import threading

    names: set[str] = set()

    def work(x: int) -> int:
        names.add(threading.current_thread().name)
        return x

    async with house() as h:
        row = await h.run(defined(lambda: BulkOperation(work, config(), items=range(25))))
        assert row.status is RunStatus.COMPLETED and threading.current_thread().name not in names


async def test_progress_is_noted_for_whoever_watches() -> None:
    told: list[Progress] = []

    async with house() as h:
        h.bugs.progress = lambda run, event: told.append(event)  # type: ignore[method-assign]
        await h.run(defined(lambda: BulkOperation(lambda x: x, config(), items=range(25), name="rows")))
    assert told[-1] == Progress("rows", 25, 25)


@given(
    count=st.integers(0, 40),
    size=st.integers(1, 7),
    concurrency=st.integers(1, 4),
    renew=st.integers(1, 5),
    crashes=st.lists(st.integers(1, 60), max_size=4),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happens_every_item_is_counted_once(
    count: int, size: int, concurrency: int, renew: int, crashes: list[int]
) -> None:
    """Killed after so many items, again and again: marks like those of an import keep every item once."""
    marks: set[int] = set()
    rows: list[int] = []
    left = list(crashes)
    dead = asyncio.Event

    async def scenario() -> None:
        never = dead()

        async def work(items: list[int], batch: Batch) -> None:
            if batch.first in marks:
                return
            rows.extend(items)
            marks.add(batch.first)
            for _ in range(batch.number % 3):
                await asyncio.sleep(0)
            if left and len(rows) >= left[0]:
                left.pop(0)
                killed.set()
                await never.wait()

        def build() -> BulkOperation[int, None]:
            return BulkOperation(
                batch_processor=work,
                items=range(count),
                config=config(batch_size=size, max_concurrency=concurrency),
                renew_every=renew,
            )

        async with house() as h:
            killed = asyncio.Event()
            row = await h.start(defined(build))
            while True:
                drive = h.runtime.drives.get(row.id)
                if drive is not None:
                    waiting = {asyncio.ensure_future(killed.wait()), asyncio.ensure_future(asyncio.shield(drive.ended))}
                    _, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    for task in pending:
                        task.cancel()
                    await asyncio.sleep(0)
                if not killed.is_set():
                    break
                killed.clear()
                await h.crash()
                await h.take(row)
            row = await h.settle(row)
            assert row.status is RunStatus.COMPLETED
            result = (await h.entries(row))[-1].data["result"]
            assert (result["total"], result["succeeded"]) == (count, count)
        assert sorted(rows) == list(range(count))

    asyncio.run(scenario())


@pytest.mark.parametrize("renew_every", [1, 1000])
async def test_neither_a_crash_nor_a_new_generation_gives_it_new_time(renew_every: int) -> None:
    done: list[int] = []
    async with house() as h:

        async def takes_40(item: int) -> None:
            done.append(item)
            if done.count(item) == 1 and item == 1:
                await asyncio.Event().wait()
            await h.clock.sleep(40)

        def build() -> BulkOperation[int, None]:
            terms = config(batch_size=1, max_concurrency=1, timeout=100)
            return BulkOperation(takes_40, terms, items=range(9), renew_every=renew_every)

        async def reached() -> None:
            while 1 not in done:
                await asyncio.sleep(0)

        row = await h.start(defined(build))
        await h.clock.until(reached())
        await h.crash()
        await h.clock.advance(1_000)
        row = await h.again(row)
        assert row.status is RunStatus.FAILED and done == [0, 1, 1, 2]
        assert "100 s" in (await h.entries(row))[-1].data["error"]["message"]


async def test_items_that_can_not_be_read_again_after_a_crash_are_named_and_the_run_goes_on_once_they_can() -> None:
    gone, calls = [False], []

    def items(at: int) -> Iterator[int]:
        for n in range(at, 6):
            if gone[0] and n == 1:
                raise OSError("the file is gone")
            yield n

    async def work(item: int) -> None:
        calls.append(item)
        if item == 4 and calls.count(4) == 1:
            await asyncio.Event().wait()

    async with house() as h:
        terms = config(batch_size=1, max_concurrency=1)
        row = await h.start(defined(lambda: BulkOperation(work, terms, items=items, name="rows")))
        while 4 not in calls:
            await asyncio.sleep(0)
        await h.crash()
        gone[0] = True
        with pytest.raises(ReplayMismatchError, match=r"batch/1.*rows could not read its items .*the file is gone"):
            await h.again(row)
        assert (await h.row(row)).status is RunStatus.DOUBTFUL
        gone[0] = False
        await h.crash()
        assert (await h.again(row)).status is RunStatus.COMPLETED and calls == [0, 1, 2, 3, 4, 4, 5]
