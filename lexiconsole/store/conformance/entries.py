"""Runs and entries: made once, written all or none, read back as they were."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.errors import NotFoundError, NotOwnedError, StoreError, ValueNotStorableError
from lexiconsole.store.conformance.stories import AT, Case, Pen, driven, new_run
from lexiconsole.types import RunStatus

__all__ = ["EntriesConformance"]

DONE = EntryKind.DONE

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**80,
    0.1,
    1e308,
    5e-324,
    "",
    "grün, 日本語, 🙂",
    "a \x00 in the middle",
    "half a pair: \udce9",
    "quotes \" ' \\ and lines\n\r\t\x1b[31m",
    [],
    {},
    [[[[]]]],
    {"": {"a": [1, {"b": None}]}},
    "x" * 100_000,
]


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


class EntriesConformance(Case):
    async def test_a_run_that_nobody_drives_is_pending(self, journal: Journal) -> None:
        row, new = await journal.create(new_run(by="ada", parent="p", parent_key="child", fingerprint="f"))
        assert new
        assert (row.id, row.name, row.kind, row.version) == ("run", "order", "workflow", 1)
        assert (row.status, row.owner, row.epoch) == (RunStatus.PENDING, None, 0)
        assert (row.seq, row.base, row.created_at, row.changed_at, row.by) == (1, 1, AT, AT, "ada")
        assert (row.parent, row.parent_key, row.fingerprint) == ("p", "child", "f")
        assert await journal.run("run") == row

    async def test_a_run_made_by_its_driver_is_running_under_epoch_1(self, journal: Journal) -> None:
        row, _ = await journal.create(new_run(owner=7))
        assert (row.status, row.owner, row.epoch) == (RunStatus.RUNNING, 7, 1)
        assert await journal.run("run") == row

    async def test_the_first_entry_says_that_the_run_was_made(self, journal: Journal) -> None:
        row, _ = await journal.create(new_run(by="ada", data={"input": VALUES}))
        first = Entry("run", 1, AT, EntryKind.CREATED, data={"input": VALUES}, by="ada")
        assert await journal.load(row) == [first]

    async def test_an_id_is_taken_once_and_the_second_call_writes_nothing(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.done("a")
        head = await journal.head()
        row, new = await journal.create(new_run(name="another", owner=9))
        assert not new
        assert row == await pen.now()
        assert row.name == "order"
        assert await journal.head() == head

    async def test_of_calls_that_arrive_together_one_makes_the_run(self, journal: Journal) -> None:
        made = await asyncio.gather(*(journal.create(new_run(f"r{n % 3}", by=str(n))) for n in range(9)))
        assert [new for _, new in made] == [True] * 3 + [False] * 6
        assert [row.by for row, _ in made] == ["0", "1", "2"] * 3
        assert await journal.head() == 3

    async def test_an_outline_is_kept_under_its_digest(self, journal: Journal) -> None:
        outline = Outline.sequence([OutlineNode("a", label="first"), OutlineNode("b")])
        row, _ = await journal.create(new_run(outline=outline))
        await journal.create(new_run("other", outline=outline))
        assert await journal.outline(row.digest) == outline
        assert await journal.outline("unknown") is None

    async def test_an_unknown_run_is_none(self, journal: Journal) -> None:
        assert await journal.run("nobody") is None

    @pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
    async def test_a_value_comes_back_as_it_was(self, journal: Journal, value: Any) -> None:
        pen = await driven(journal)
        await pen.append((DONE, "a", {"result": value, "also": [value]}))
        assert (await journal.load(pen.run))[1].data == {"result": value, "also": [value]}

    async def test_nesting_comes_back_or_is_refused_but_harms_nobody(self, journal: Journal) -> None:
        for levels in (100, 190, 250, 500, 2_000, 100_000):
            pen, other = await driven(journal, f"deep{levels}"), await driven(journal, f"other{levels}")
            writing = pen.append((DONE, "a", {"result": deep(levels)}))
            await other.done("b")
            try:
                await writing
            except ValueNotStorableError:
                assert levels > 190
                continue
            assert (await journal.load(pen.run))[1].data == {"result": deep(levels)}

    async def test_what_is_empty_comes_back_empty(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.append((DONE, "", {}))
        assert (await journal.load(pen.run))[1] == Entry("run", 2, AT + 2, DONE)

    async def test_every_field_of_an_entry_comes_back(self, journal: Journal) -> None:
        pen = await driven(journal)
        entry = Entry("run", 2, AT + 0.1, EntryKind.ANSWERED, "grün/🙂 'x'#2", 7, {"value": 1}, "ada ö")
        await journal.append(pen.run, 1, [entry])
        assert (await journal.load(pen.run))[1] == entry
        assert await journal.tail(1) == [(2, entry)]

    async def test_instants_come_back_bit_for_bit(self, journal: Journal) -> None:
        chance = random.Random(1)
        pen = await driven(journal)
        instants = [chance.uniform(0, 2e9) for _ in range(300)] + [0.1, 0.0, 1e-9, 253402300799.9999, AT]
        entries = [Entry("run", seq, at, DONE, "k") for seq, at in enumerate(instants, 2)]
        await journal.append(pen.run, 1, entries)
        assert [entry.at for entry in await journal.load(pen.run, after=1)] == instants

    async def test_a_park_and_a_question_keep_their_instants_bit_for_bit(self, journal: Journal) -> None:
        chance = random.Random(2)
        for n in range(30):
            at = chance.uniform(1e9, 2e9)
            pen = await driven(journal, f"r{n}", at=at)
            await pen.append((EntryKind.ASKED, "q", {"due": at}), (EntryKind.PARKED, "", {"status": "waiting", "wake_at": at}))
            row = await pen.now()
            assert (row.created_at, row.wake_at) == (at, at)
            assert [task.due for task in await journal.tasks(row)] == [at]

    async def test_a_part_of_the_entries_can_be_read(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.done(*"abcde")
        assert [e.seq for e in await journal.load(pen.run, after=2)] == [3, 4, 5, 6]
        assert [e.seq for e in await journal.load(pen.run, upto=2)] == [1, 2]
        assert [e.seq for e in await journal.load(pen.run, after=2, upto=4)] == [3, 4]
        assert await journal.load(pen.run, after=6) == []
        assert await journal.load(pen.run, upto=0) == []

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

    async def test_two_epochs_at_once_and_only_the_new_one_writes(self, journal: Journal) -> None:
        old = await driven(journal)
        new = await old.claimed(2)
        for first, second in ((old, new), (new, old)):
            ours, theirs = Pen(journal, await new.now()), Pen(journal, await new.now())
            theirs.epoch = 1
            before = len(await journal.load(new.run))
            futures = {pen: pen.append((DONE, str(pen.epoch), {})) for pen in ((theirs, ours) if first is old else (ours, theirs))}
            await futures[ours]
            with pytest.raises(NotOwnedError):
                await futures[theirs]
            assert [e.key for e in await journal.load(new.run)][before:] == ["2"]
            del second

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
        big = pen.append(*((DONE, f"s{n}", {"result": n}) for n in range(5_000)))
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
        ids=repr,
    )
    async def test_what_can_not_be_kept_is_refused_alone(self, journal: Journal, entry: Entry) -> None:
        pen, other = await driven(journal), await driven(journal, "other")
        refused, kept = journal.append(pen.run, 1, [entry]), other.append((DONE, "a", {}))
        await kept
        with pytest.raises(ValueNotStorableError):
            await refused
        await pen.done("b")
        assert [e.key for e in await journal.load(pen.run)] == ["", "b"]

    @pytest.mark.parametrize("bad", [{"data": {"input": float("nan")}}, {"name": "a\0"}, {"by": "\udce9"}, {"at": float("inf")}])
    async def test_a_run_that_can_not_be_kept_is_refused_alone(self, journal: Journal, bad: dict[str, Any]) -> None:
        refused, kept = await asyncio.gather(
            journal.create(new_run("bad", **bad)), journal.create(new_run("good")), return_exceptions=True
        )
        assert isinstance(refused, ValueNotStorableError)
        assert not isinstance(kept, BaseException)
        assert [row.id for row in await journal.match("")] == ["good"]

    async def test_every_entry_has_a_place_in_the_whole_store(self, journal: Journal) -> None:
        assert (await journal.head(), await journal.tail(0)) == (0, [])
        a, b = await driven(journal, "a"), await driven(journal, "b")
        await a.done("x")
        await b.done("y", "z")
        whole = await journal.tail(0)
        assert [(e.run_id, e.seq) for _, e in whole] == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("b", 3)]
        positions = [position for position, _ in whole]
        assert positions == sorted(set(positions))
        assert await journal.head() == positions[-1]
        assert await journal.tail(positions[1], 2) == whole[2:4]
        assert await journal.tail(positions[-1]) == []

    async def test_listeners_hear_what_was_committed_once_and_in_order(self, journal: Journal) -> None:
        heard: list[Entry] = []
        stop = journal.subscribe(heard.extend)
        pens = [await driven(journal, f"r{n}") for n in range(3)]
        await pens[1].claimed(2)
        await asyncio.gather(*(pen.append((DONE, "a", {})) for pen in pens for _ in range(4)), return_exceptions=True)
        assert heard == [entry for _, entry in await journal.tail(0)]
        stop()
        stop()
        await pens[0].done("unheard")
        assert len(heard) == 3 + 8

    async def test_a_listener_hears_before_the_writer_goes_on(self, journal: Journal) -> None:
        heard: list[Entry] = []
        journal.subscribe(heard.extend)
        pen = await driven(journal)
        assert len(heard) == 1
        await pen.done("a")
        assert heard[-1].key == "a"

    async def test_a_listener_that_fails_harms_nobody(self, journal: Journal) -> None:
        heard: list[Entry] = []

        def fail(_: object) -> None:
            raise RuntimeError("a face broke")

        journal.subscribe(fail)
        journal.subscribe(heard.extend)
        pen = await driven(journal)
        await pen.done("a", "b")
        assert [entry.key for entry in heard] == ["", "a", "b"]

    async def test_a_listener_may_stop_itself_and_write(self, journal: Journal) -> None:
        pen = await driven(journal)
        heard: list[str] = []

        def once(entries: Any) -> None:
            stop()
            heard.extend(entry.key for entry in entries)
            later.append(pen.append((DONE, "from inside", {})))

        later: list[asyncio.Future[None]] = []
        stop = journal.subscribe(once)
        await pen.done("a")
        await later[0]
        assert heard == ["a"]
        assert (await pen.now()).seq == 3

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

    async def test_a_fork_shares_the_entries_of_its_origin(self, journal: Journal) -> None:
        origin = await driven(journal, "origin", data={"input": 1})
        await origin.done("a", "b", "c")
        heard: list[Entry] = []
        journal.subscribe(heard.extend)
        row, new = await journal.create(
            new_run("fork", origin="origin", origin_seq=3, at=AT + 50, data={"input": 2, "origin": {"run": "origin"}})
        )
        assert new
        entries = await journal.load(row)
        assert entries[0] == Entry("fork", 1, AT + 50, EntryKind.CREATED, data={"input": 2, "origin": {"run": "origin"}})
        assert [(e.run_id, e.seq, e.at, e.key) for e in entries[1:]] == [("fork", 2, AT + 2, "a"), ("fork", 3, AT + 3, "b")]
        assert (row.seq, row.origin, row.origin_seq, row.status) == (3, "origin", 3, RunStatus.PENDING)
        assert row.changed_at == AT + 50
        assert heard == entries
        assert await journal.run("fork") == row
        assert (await origin.now()).seq == 4

    async def test_a_fork_can_be_driven_at_once_and_be_forked(self, journal: Journal) -> None:
        origin = await driven(journal, "origin")
        await origin.done("a", "b")
        fork = await driven(journal, "fork", origin="origin", origin_seq=2, owner=3)
        assert (fork.run.owner, fork.run.epoch, fork.run.seq, fork.run.status) == (3, 1, 2, RunStatus.RUNNING)
        await fork.done("other")
        again = await driven(journal, "again", origin="fork", origin_seq=3)
        assert [e.key for e in await journal.load(again.run)] == ["", "a", "other"]

    @pytest.mark.parametrize("origin_seq", [0, 1])
    async def test_a_fork_from_the_beginning_shares_nothing(self, journal: Journal, origin_seq: int) -> None:
        await (await driven(journal, "origin")).done("a")
        fork = await driven(journal, "fork", origin="origin", origin_seq=origin_seq)
        await fork.done("b")
        assert [e.key for e in await journal.load(fork.run)] == ["", "b"]

    async def test_a_fork_of_what_does_not_exist_makes_no_run(self, journal: Journal) -> None:
        await (await driven(journal, "origin")).done("a")
        with pytest.raises(NotFoundError, match="nobody"):
            await journal.create(new_run("fork", origin="nobody", origin_seq=1))
        with pytest.raises(NotFoundError, match="origin#3"):
            await journal.create(new_run("fork", origin="origin", origin_seq=3))
        assert await journal.run("fork") is None
        assert await journal.head() == 2
