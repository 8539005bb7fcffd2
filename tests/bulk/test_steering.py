"""A recorded operation that is steered while it goes: each word is in the journal, in its place, and a replay obeys it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lexiconsole import Batch, BulkOperation, BulkOperationConfig, Err
from lexiconsole.bulk.pace import Pace
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import RequestKind
from lexiconsole.types import ModelKind, RunStatus
from tests.support import House, house


def defined(build: Callable[[], BulkOperation[Any, Any]]) -> Definition:
    return Definition("rows", ModelKind.BULK, lambda _: build(), input=Any)


def config(**terms: Any) -> BulkOperationConfig:
    return BulkOperationConfig(**{"retry_delay": 0.0, "timeout": None, "retry_attempts": 1, "batch_size": 2, **terms})


async def steer(h: House, row: Any, **payload: Any) -> None:
    await h.ask(row, RequestKind.SIGNAL, "steer", payload=payload)


async def result(h: House, row: Any) -> Any:
    return (await h.entries(row))[-1].data["result"]


async def until(true: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if true():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come to that")


def odd_ones_fail(broken: set[int], **more: Any) -> Callable[[], BulkOperation[int, int]]:
    async def work(x: int) -> Any:
        return Err(f"{x} is broken") if x in broken else x

    return lambda: BulkOperation(work, config(), items=range(10), hold_failures=True, **more)


async def test_with_failures_it_waits_to_be_told_and_tries_those_again_that_it_is_told_to() -> None:
    broken = {3, 4, 9}
    async with house() as h:
        row = await h.run(defined(odd_ones_fail(broken)))
        assert row.status is RunStatus.WAITING
        broken.clear()
        await steer(h, row, retry=[3, 9])
        row = await h.settle(row)
        assert row.status is RunStatus.WAITING, "item 4 is still undecided"
        await steer(h, row, exclude="all")
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        told = await result(h, row)
        assert (told["total"], told["succeeded"], told["failed"], told["excluded"]) == (10, 9, 0, 1)
        again = next(e for e in await h.entries(row) if e.key == "again/1")
        assert again.data["result"]["done"] == 2


async def test_all_that_failed_are_tried_again_also_those_that_the_result_has_no_room_for() -> None:
    """Over renewals too. With a thousand kept, the rest of a cause stayed failed after it was said to be tried again."""
    broken = {0, 1, 4, 5, 6, 9}
    async with house() as h:
        row = await h.run(defined(odd_ones_fail(broken, max_failures=1, renew_every=2)))
        assert row.status is RunStatus.WAITING
        await steer(h, row, exclude=[6])
        row = await h.settle(row)
        broken.clear()
        await steer(h, row, retry="all")
        row = await h.settle(row)
        told = await result(h, row)
        assert (told["succeeded"], told["failed"], told["excluded"]) == (9, 0, 1)


async def test_finish_ends_it_with_the_failures_it_has() -> None:
    async with house() as h:
        row = await h.run(defined(odd_ones_fail({1})))
        await steer(h, row, finish=True)
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and (await result(h, row))["failed"] == 1


async def test_after_a_crash_what_was_said_still_holds() -> None:
    broken = {3, 4}
    async with house() as h:
        row = await h.run(defined(odd_ones_fail(broken)))
        await steer(h, row, exclude=[3])
        await h.settle(row)
        await h.crash()
        await steer(h, row, exclude=[4])
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert (await result(h, row))["excluded"] == 2


@pytest.mark.parametrize("renew_every", [1, 1000])
async def test_how_long_it_took_counts_what_was_done_before_a_crash_and_not_the_time_it_waited(
    renew_every: int,
) -> None:
    """The process that ended it took its own seconds for all: 73,599 items a second."""
    async with house() as h:

        async def takes_ten(x: int) -> Any:
            await h.clock.sleep(10)
            return Err("no") if x == 2 else x

        def build() -> BulkOperation[int, int]:
            terms = config(max_concurrency=1, batch_size=1)
            return BulkOperation(takes_ten, terms, items=range(4), hold_failures=True, renew_every=renew_every)

        row = await h.run(defined(build))
        await h.crash()
        await h.clock.advance(1_000)
        await steer(h, row, finish=True)
        row = await h.settle(row)
        metrics = (await result(h, row))["metrics"]
        assert (metrics["seconds"], metrics["throughput"]) == (pytest.approx(40), pytest.approx(0.1))


async def test_a_stop_loss_holds_it_and_excluding_lets_it_go_on() -> None:
    seen: list[int] = []

    async def work(x: int) -> Any:
        seen.append(x)
        return Err("no") if x < 4 else x

    def build() -> BulkOperation[int, int]:
        terms = config(max_concurrency=1)
        return BulkOperation(work, terms, items=range(20), stop_loss=0.5, stop_loss_after=4, hold_failures=True)

    async with house() as h:
        row = await h.run(defined(build))
        assert row.status is RunStatus.WAITING and max(seen) == 3
        await steer(h, row, exclude="all")
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and seen == list(range(20))
        assert (await result(h, row))["excluded"] == 4


async def test_without_hold_a_stop_loss_still_fails_the_run() -> None:
    async with house() as h:
        build = lambda: BulkOperation(
            batch_processor=lambda _: Err("no"), config=config(), items=range(20), stop_loss=0.5, stop_loss_after=4
        )
        row = await h.run(defined(build))
        assert row.status is RunStatus.FAILED and "more than the 50% allowed" in row.error


async def test_concurrency_changes_while_it_goes_and_stays_over_a_renewal() -> None:
    gate, running, most = asyncio.Event(), 0, 0

    async def work(items: list[int], batch: Batch) -> None:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        await gate.wait()
        running -= 1

    def build() -> BulkOperation[int, None]:
        terms = config(max_concurrency=1)
        return BulkOperation(batch_processor=work, items=range(40), config=terms, renew_every=8)

    async with house() as h:
        row = await h.start(defined(build))
        await until(lambda: running == 1)
        await steer(h, row, concurrency=3)
        await until(lambda: running == 3)
        gate.set()
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and most == 3
        renewed = [e for e in await h.entries(row) if e.kind is EntryKind.RENEWED]
        assert renewed and all(e.data["state"]["concurrency"] == 3 for e in renewed)


async def test_what_can_not_be_understood_changes_nothing_and_the_journal_says_why() -> None:
    async with house() as h:
        row = await h.run(defined(odd_ones_fail({1})))
        await steer(h, row, concurrency=0)
        row = await h.settle(row)
        assert row.status is RunStatus.WAITING
        ignored = next(e for e in await h.entries(row) if e.key.endswith("/ignored"))
        assert "concurrency" in str(ignored.data["value"])


async def test_items_that_can_only_be_gone_through_once_are_not_tried_again() -> None:
    async def work(x: int) -> Any:
        return Err("no")

    async with house() as h:
        row = await h.run(defined(lambda: BulkOperation(work, config(), items=iter(range(4)), hold_failures=True)))
        await steer(h, row, retry="all")
        row = await h.settle(row)
        ignored = next(e for e in await h.entries(row) if e.key.endswith("/ignored"))
        assert "only be gone through once" in str(ignored.data["value"])
        assert row.status is RunStatus.WAITING


async def test_items_are_read_anew_from_a_function_at_their_places() -> None:
    broken, opened = {2, 3, 8}, []

    def items(cursor: int) -> Iterator[int]:
        opened.append(cursor)
        yield from range(cursor, 10)

    async def work(x: int) -> Any:
        return Err("no") if x in broken else x

    async with house() as h:
        row = await h.run(defined(lambda: BulkOperation(work, config(), items=items, hold_failures=True)))
        broken.clear()
        opened.clear()
        await steer(h, row, retry="all")
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and {2, 8} <= set(opened)


async def test_batches_keep_their_size_over_a_crash_whatever_is_configured_then() -> None:
    seen: list[list[int]] = []
    hang = asyncio.Event()

    async def work(items: list[int]) -> None:
        seen.append(items)
        if items[0] == 4 and not hang.is_set():
            await hang.wait()

    def build(size: int) -> Definition:
        terms = config(batch_size=size, max_concurrency=1)
        return defined(lambda: BulkOperation(batch_processor=work, items=range(8), config=terms))

    async with house() as h:
        row = await h.start(build(4))
        await until(lambda: [4, 5, 6, 7] in seen)
        await h.crash()
        hang.set()
        row = await h.again(row, build(3))
        assert row.status is RunStatus.COMPLETED
        assert seen == [[0, 1, 2, 3], [4, 5, 6, 7], [4, 5, 6, 7]]


def test_a_pace_gives_each_batch_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lexiconsole.bulk.pace.time.monotonic", lambda: 100.0)
    pace = Pace()
    pace.rate = 10.0
    assert [pace.reserve(5) for _ in range(3)] == [0.0, 0.5, 1.0]
    assert pace.kept(len, 1, in_loop=True) is not len
    pace.rate = None
    assert pace.kept(len, 1, in_loop=True) is len
