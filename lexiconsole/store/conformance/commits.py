"""Commits: all or none, fenced by the epoch, in the order of the calls, and nobody harmed by a neighbour."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal
from lexiconsole.errors import NotOwnedError, StoreError, ValueNotStorableError
from lexiconsole.store.conformance.stories import AT, Case, Fact, Pen, driven, new_run

__all__ = ["CommitsConformance"]

DONE = EntryKind.DONE


class CommitsConformance(Case):
    async def test_another_epoch_writes_nothing(self, journal: Journal) -> None:
        old = await driven(journal)
        mine = await old.claimed(2)
        for stranger in (old, Pen(journal, mine.run)):
            stranger.epoch = 1 if stranger is old else 3
            with pytest.raises(NotOwnedError, match="run"):
                await stranger.append((DONE, "a", {}), (DONE, "b", {}))
        assert len(await journal.load(mine.run)) == 1
        await mine.done("mine")

    async def test_after_a_refusal_nothing_more_comes_in_under_that_epoch(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.done("a")
        pen.seq = 1
        with pytest.raises(NotOwnedError):
            await pen.append((DONE, "b", {}))
        pen.seq = 2
        with pytest.raises(NotOwnedError):
            await pen.append((DONE, "c", {}))
        again = await pen.claimed()
        await again.done("d")
        assert [e.key for e in await journal.load(pen.run)] == ["", "a", "d"]

    @pytest.mark.parametrize("seqs", [[2], [1], [4], [5, 6], [2, 3], [3, 5], [3, 3], [4, 3], [0], [-1]])
    async def test_entries_that_do_not_follow_on_are_refused_together(self, journal: Journal, seqs: list[int]) -> None:
        pen = await driven(journal)
        await pen.done("a")
        entries = [Entry("run", seq, AT, DONE, f"x{n}") for n, seq in enumerate(seqs)]
        with pytest.raises(NotOwnedError):
            await journal.append(pen.run, 1, entries)
        assert [e.key for e in await journal.load(pen.run)] == ["", "a"]
        assert await journal.check() == []

    @pytest.mark.parametrize("seqs", [[2], [3], [5], [4, 6], [3, 4]])
    async def test_what_was_appended_before_a_misfit_stays(self, journal: Journal, seqs: list[int]) -> None:
        pen = await driven(journal)
        first = pen.append((DONE, "a", {}), (DONE, "b", {}))
        misfit = journal.append(pen.run, 1, [Entry("run", seq, AT, DONE, "x") for seq in seqs])
        after = pen.append((DONE, "c", {}))
        await first
        for refused in (misfit, after):
            with pytest.raises(NotOwnedError):
                await refused
        assert [e.key for e in await journal.load(pen.run)] == ["", "a", "b"]

    @pytest.mark.parametrize("new_first", [True, False])
    async def test_two_epochs_at_once_and_only_the_new_one_writes(self, journal: Journal, new_first: bool) -> None:
        old = await driven(journal)
        new = await old.claimed(2)
        order = [new, old] if new_first else [old, new]
        futures = {pen.epoch: pen.append((DONE, f"epoch {pen.epoch}", {})) for pen in order}
        await futures[2]
        with pytest.raises(NotOwnedError):
            await futures[1]
        assert [e.key for e in await journal.load(new.run)] == ["", "epoch 2"]

    async def test_a_refused_run_harms_no_other(self, journal: Journal) -> None:
        pens = [await driven(journal, f"r{n}") for n in range(20)]
        for pen in pens[::5]:
            await pen.claimed(2)
        writing = [pen.append((DONE, "a", {}), (DONE, "b", {})) for pen in pens for _ in range(3)]
        outcomes = await asyncio.gather(*writing, return_exceptions=True)
        refused = [n // 3 for n, outcome in enumerate(outcomes) if isinstance(outcome, NotOwnedError)]
        assert refused == [n for n in range(0, 20, 5) for _ in range(3)]
        assert sum(outcome is None for outcome in outcomes) == 16 * 3
        for n, pen in enumerate(pens):
            assert [e.seq for e in await journal.load(pen.run)] == list(range(1, 2 if n % 5 == 0 else 8))

    async def test_futures_are_done_in_the_order_of_the_calls(self, journal: Journal) -> None:
        pens = [await driven(journal, f"r{n}") for n in range(10)]
        await pens[3].claimed(2)
        order: list[int] = []
        futures = []
        for n in range(100):
            future = pens[n % 10].append((DONE, "a", {}))
            future.add_done_callback(lambda _, n=n: order.append(n))  # type: ignore[misc]
            futures.append(future)
        await asyncio.gather(*futures, return_exceptions=True)
        assert order == sorted(order)
        assert len(order) == 100

    async def test_more_than_one_commit_can_hold(self, journal: Journal) -> None:
        pen, other = await driven(journal), await driven(journal, "other")
        facts: list[Fact] = [(DONE, f"s{n}", {"result": n}) for n in range(5_000)]
        big = pen.append(*facts)
        small = [other.append((DONE, "k", {})) for _ in range(5_000)]
        await asyncio.gather(big, *small)
        assert [e.data.get("result") for e in await journal.load(pen.run, after=1)] == list(range(5_000))
        assert [e.seq for e in await journal.load(other.run)] == list(range(1, 5_002))

    async def test_no_entries_are_no_fault(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.append()
        assert (await pen.now()).seq == 1

    async def test_whoever_stops_waiting_does_not_stop_the_writing(self, journal: Journal) -> None:
        pen = await driven(journal)

        async def write(key: str) -> None:
            await pen.append((DONE, key, {}))

        tasks = [asyncio.create_task(write(key)) for key in "abc"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await pen.done("d")
        assert [e.key for e in await journal.load(pen.run)] == ["", *"abcd"]

    async def test_a_refusal_that_nobody_waits_for_is_no_noise(self, journal: Journal) -> None:
        complaints: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
        pen = await driven(journal)
        await pen.claimed(2)
        pen.append((DONE, "a", {}))
        await driven(journal, "other")
        assert complaints == []

    @pytest.mark.parametrize(
        "entry",
        [
            Entry("run", 2, AT, DONE, "k", 0, {"result": float("nan")}),
            Entry("run", 2, AT, DONE, "k", 0, {"result": [float("-inf")]}),
            Entry("run", 2, AT, DONE, "k", 0, {"result": object()}),  # type: ignore[dict-item]
            Entry("run", 2, AT, DONE, "k\0", 0, {}),
            Entry("run", 2, AT, DONE, "k\udce9", 0, {}),
            Entry("run", 2, AT, DONE, "k", 0, {}, "\0"),
            Entry("run", 2, float("nan"), DONE, "k"),
            Entry("run", 2, float("inf"), DONE, "k"),
            Entry("run", 2, AT, EntryKind.PARKED, "", 0, {}),
            Entry("run", 2, AT, EntryKind.PARKED, "", 0, {"status": "running"}),
            Entry("run", 2, AT, EntryKind.PARKED, "", 0, {"status": "waiting", "on": [1]}),
            Entry("run", 2, AT, EntryKind.PARKED, "", 0, {"status": "waiting", "wake_at": "soon"}),
        ],
        ids=lambda entry: f"{entry.key!a}-{type(entry.data.get('result')).__name__}-{entry.by!a}",
    )
    async def test_what_can_not_be_kept_is_refused_alone(self, journal: Journal, entry: Entry) -> None:
        pen, other = await driven(journal), await driven(journal, "other")
        refused, kept = journal.append(pen.run, 1, [entry]), other.append((DONE, "a", {}))
        await kept
        with pytest.raises(ValueNotStorableError):
            await refused
        await pen.done("b")
        assert [e.key for e in await journal.load(pen.run)] == ["", "b"]

    @pytest.mark.parametrize(
        "bad", [{"data": {"input": float("nan")}}, {"name": "a\0"}, {"by": "\udce9"}, {"at": float("inf")}]
    )
    async def test_a_run_that_can_not_be_kept_is_refused_alone(self, journal: Journal, bad: dict[str, Any]) -> None:
        refused, kept = await asyncio.gather(
            journal.create(new_run("bad", **bad)), journal.create(new_run("good")), return_exceptions=True
        )
        assert isinstance(refused, ValueNotStorableError)
        assert not isinstance(kept, BaseException)
        assert [row.id for row in await journal.match("")] == ["good"]

    async def test_close_waits_for_what_was_appended(self, journal: Journal) -> None:
        pen = await driven(journal)
        futures = [pen.append((DONE, f"s{n}", {})) for n in range(100)]
        await journal.close()
        assert all(future.done() and future.exception() is None for future in futures)
        await journal.open()
        assert (await pen.now()).seq == 101

    async def test_a_closed_journal_says_so(self, journal: Journal) -> None:
        pen = await driven(journal)
        await journal.close()
        with pytest.raises(StoreError, match="not open"):
            await pen.append((DONE, "a", {}))
        with pytest.raises(StoreError, match="not open"):
            await journal.create(new_run("other"))
        await journal.close()
        await journal.open()
        assert (await pen.now()).seq == 1
