"""Group commit: what has queued up goes into one statement, and who comes alone takes the short way."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.errors import NotOwnedError
from lexiconsole.store import batch
from lexiconsole.store.conformance.stories import driven, new_run
from lexiconsole.store.connection import Connection
from lexiconsole.store.statements import statement
from tests.store.writing import opened

DONE = (Kind.DONE, "k", {"result": 1})


@pytest.fixture
async def journal(tmp_path):
    async with opened(tmp_path / "store.db") as journal:
        yield journal


@pytest.fixture
def statements(journal, monkeypatch):
    """How often each statement went to SQLite, by the name of its file."""
    names = {statement(name): name for name in ("append_one", "append_many", "create", "claim", "landed", "request")}
    names |= {batch.append_statement(2**n): "append" for n in range(11)}
    counted: Counter[str] = Counter()
    raw = type(journal._connection.raw)
    for method in ("_execute_fetchall",):
        original = getattr(raw, method)

        def counting(self, sql, values, original=original):
            counted[names.get(sql, "other")] += 1
            return original(self, sql, values)

        monkeypatch.setattr(raw, method, counting)
    execute = raw.execute

    def executing(self, sql, values=None):
        counted[names.get(sql, "other")] += 1
        return execute(self, sql, values)

    monkeypatch.setattr(raw, "execute", executing)
    send = Connection.send

    def sending(self, sql, values, landing):
        counted[names.get(sql, "other")] += 1
        send(self, sql, values, landing)

    monkeypatch.setattr(Connection, "send", sending)
    return counted


async def test_a_run_alone_commits_each_entry_by_itself(journal, statements):
    pen = await driven(journal)
    await pen.done(*"abcdef")
    assert statements["append_one"] == 6
    assert statements["append"] == 0


async def test_a_refused_run_does_not_put_others_on_the_long_way(journal, statements):
    lost, pen = await driven(journal, "lost"), await driven(journal)
    await lost.claimed(2)
    with pytest.raises(NotOwnedError):
        await lost.done("a")
    with pytest.raises(NotOwnedError):
        await lost.done("b")
    before = statements["append_one"]
    await pen.done(*"abc")
    assert (before, statements["append_one"], statements["append"]) == (1, 4, 0)


async def test_many_runs_share_their_commits(journal, statements):
    pens = [await driven(journal, f"r{n}") for n in range(200)]

    async def drive(pen):
        await pen.done(*"abcde")

    await asyncio.gather(*(drive(pen) for pen in pens))
    assert statements["append"] + statements["append_one"] <= 5 + 2


async def test_two_runs_commit_together_not_in_turn(journal, statements):
    pens = [await driven(journal, f"r{n}") for n in range(2)]
    await asyncio.gather(*(pen.done(*map(str, range(50))) for pen in pens))
    assert statements["append"] + statements["append_one"] <= 52


async def test_runs_that_are_made_together_share_a_commit(journal, statements):
    await asyncio.gather(*(journal.create(new_run(f"r{n}")) for n in range(100)))
    assert statements["create"] == 1


async def test_claims_that_come_together_share_a_commit(journal, statements):
    rows = [(await journal.create(new_run(f"r{n}")))[0] for n in range(50)]
    claimed = await asyncio.gather(*(journal.claim(row, 3) for row in rows))
    assert statements["claim"] == 1
    assert all(row is not None and row.owner == 3 for row in claimed)


async def test_a_commit_takes_no_more_than_its_measure(journal, statements, monkeypatch):
    monkeypatch.setattr(batch, "MOST_ENTRIES", 10)
    pens = [await driven(journal, f"r{n}") for n in range(100)]
    await asyncio.gather(*(pen.append(DONE) for pen in pens))
    assert statements["append"] == 10


async def test_big_values_do_not_pile_up_in_one_commit(journal, statements, monkeypatch):
    monkeypatch.setattr(batch, "MOST_CHARACTERS", 100_000)
    pens = [await driven(journal, f"r{n}") for n in range(20)]
    await asyncio.gather(*(pen.append((Kind.DONE, "k", {"result": "x" * 40_000})) for pen in pens))
    assert statements["append"] == 7


@pytest.mark.parametrize("measure", [1, 3, 7, 1000])
async def test_fences_hold_however_batches_are_cut(journal, monkeypatch, measure):
    """Every second run has a new owner; groups of three; the pipeline has several batches under way."""
    monkeypatch.setattr(batch, "MOST_ENTRIES", measure)
    pens = [await driven(journal, f"r{n}") for n in range(150)]
    for pen in pens[::2]:
        await pen.claimed(2)
    futures = [pen.append(DONE, DONE, DONE) for _ in range(3) for pen in pens]
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    for n, outcome in enumerate(outcomes):
        assert isinstance(outcome, NotOwnedError) if n % 150 % 2 == 0 else outcome is None
    assert await journal.check() == []
    for n, pen in enumerate(pens):
        assert (await pen.now()).seq == (1 if n % 2 == 0 else 10)


@pytest.mark.parametrize("count", [1, 2, 300])
async def test_what_is_asked_while_others_write_has_its_turn(journal, count):
    """New runs, claims and requests are not starved by runs that never stop writing."""
    pens = [await driven(journal, f"r{n}") for n in range(count)]
    stop = asyncio.Event()

    async def drive(pen):
        while not stop.is_set():
            await pen.append(DONE)

    driving = [asyncio.create_task(drive(pen)) for pen in pens]
    async with asyncio.timeout(20):
        row, _ = await journal.create(new_run("new"))
        assert await journal.claim(row, 2) is not None
        assert await journal.request(Request("new", RequestKind.PAUSE)) == 1
        await journal.rebuild()
    stop.set()
    await asyncio.gather(*driving)
    assert await journal.check() == []


async def test_an_act_sees_what_was_appended_before_it(journal):
    pen = await driven(journal)
    writing = [pen.append(DONE) for _ in range(50)]
    await journal.release(pen.run, 1)
    assert all(future.done() for future in writing)
    row = await pen.now()
    assert (row.seq, row.owner) == (51, None)


async def test_a_listener_sees_batches_in_the_order_they_lie_in_the_file(journal):
    heard = []
    journal.subscribe(heard.extend)
    pens = [await driven(journal, f"r{n}") for n in range(250)]
    await asyncio.gather(*(pen.done("a", "b") for pen in pens))
    assert heard == [entry for _, entry in await journal.tail(0, 10_000)]
