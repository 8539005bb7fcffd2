"""The disk is full, or fails: whoever waits is told, nothing acknowledged is lost, and the next opening goes on."""

from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest

from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.errors import StoreError
from lexiconsole.store.conformance.stories import Pen, driven, new_run
from tests.store.writing import child, opened, result

BIG = {"result": "x" * 20_000}


async def test_a_full_disk_is_told_to_all_who_wait_and_all_who_come(tmp_path):
    path = tmp_path / "store.db"
    async with opened(path) as journal:
        pens = [await driven(journal, f"r{n}") for n in range(5)]
        (pages,) = await journal._connection.one("PRAGMA page_count")
        await journal._connection.all(f"PRAGMA max_page_count = {pages + 100}")
        acknowledged = dict.fromkeys(range(5), 1)
        with pytest.raises(StoreError, match="can not grow: the disk is full; free some space"):
            for _ in range(1000):
                writing = [pen.append((Kind.DONE, "big", BIG)) for pen in pens]
                for n, future in enumerate(writing):
                    await future
                    acknowledged[n] = pens[n].seq
        outcomes = await asyncio.gather(*(pen.append((Kind.DONE, "small", {})) for pen in pens), return_exceptions=True)
        assert all(isinstance(outcome, StoreError) and "disk is full" in str(outcome) for outcome in outcomes)
        for call in (
            lambda: journal.create(new_run("more")),
            lambda: journal.claim(pens[0].run, 2),
            lambda: journal.beat(1, 1.0),
        ):
            with pytest.raises(StoreError, match="disk is full"):
                await call()
        assert (await pens[0].now()).seq >= 1  # reading goes on
    async with opened(path) as journal:
        assert await journal.check() == []
        for n, pen in enumerate(pens):
            row = await journal.run(pen.run.id)
            assert row is not None
            assert row.seq == acknowledged[n]
            await Pen(journal, row).done("again")


def test_a_file_that_may_not_grow(tmp_path):
    """A limit of the operating system, met in the log: an input/output error to SQLite."""
    path = tmp_path / "store.db"
    script = """
import asyncio, json, resource, signal, sys
from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.errors import StoreError
from lexiconsole.store import SqliteJournal
from lexiconsole.store.conformance.stories import driven

async def main(path):
    journal = SqliteJournal(path)
    await journal.open()
    pen = await driven(journal)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    acknowledged = 1
    try:
        while True:
            await pen.append((Kind.DONE, "big", {"result": "x" * 20_000}))
            acknowledged = pen.seq
    except StoreError as fault:
        print(json.dumps([acknowledged, str(fault)]))
    await journal.close()

asyncio.run(main(sys.argv[1]))
"""
    acknowledged, sentence = json.loads(result(child(script, path)))
    assert "disk" in sentence
    assert "start again" in sentence

    async def look() -> None:
        async with opened(path) as journal:
            row = await journal.run("run")
            assert row is not None
            assert row.seq == acknowledged > 10
            assert await journal.check() == []
            await (await Pen(journal, row).claimed()).done("again")

    asyncio.run(look())


@pytest.mark.parametrize("before", [0, 3])
async def test_a_fault_that_meets_one_entry_alone_is_told_and_stays(tmp_path, monkeypatch, before):
    class Broken:
        def execute(self, sql, values):
            raise sqlite3.OperationalError("unheard of")

    async with opened(tmp_path / "store.db") as journal:
        pen = await driven(journal)
        await pen.done(*"abc"[:before])
        monkeypatch.setattr(type(journal._connection.raw), "_conn", property(lambda self: Broken()))
        with pytest.raises(StoreError, match="unheard of"):
            await pen.append((Kind.DONE, "x", {}))
        monkeypatch.undo()
        with pytest.raises(StoreError, match="unheard of"):
            await pen.append((Kind.DONE, "y", {}))
        assert (await pen.now()).seq == 1 + before


@pytest.mark.parametrize("batch", [1, 50])
async def test_any_fault_of_the_writer_fails_everything_in_the_order_of_the_calls(tmp_path, monkeypatch, batch):
    async with opened(tmp_path / "store.db") as journal:
        pens = [await driven(journal, f"r{n}") for n in range(batch)]
        order: list[int] = []

        def broken(self, sql, parameters=None):
            raise sqlite3.OperationalError("unheard of")

        monkeypatch.setattr(type(journal._connection.raw), "execute", broken)
        futures = [pen.append((Kind.DONE, "a", {})) for pen in pens * 3]
        for n, future in enumerate(futures):
            future.add_done_callback(lambda _, n=n: order.append(n))
        made = journal.create(new_run("more"))
        outcomes = await asyncio.gather(*futures, made, return_exceptions=True)
        assert all(isinstance(outcome, StoreError) and "unheard of" in str(outcome) for outcome in outcomes)
        assert order == list(range(3 * batch))
        monkeypatch.undo()
        with pytest.raises(StoreError, match="unheard of"):
            await pens[0].done("a")
        assert await journal.check() == []
    async with opened(tmp_path / "store.db") as journal:
        assert (await journal.create(new_run("again")))[1]


async def test_a_fault_in_one_act_is_told_to_whoever_asked_for_it_alone(tmp_path):
    async with opened(tmp_path / "store.db") as journal:
        with pytest.raises(StoreError, match="no such table"):
            await journal._writing.act(lambda connection: connection.all("SELECT * FROM nowhere"))
        assert (await journal.create(new_run()))[1]


async def test_a_writer_that_is_cancelled_leaves_nobody_waiting(tmp_path):
    async with opened(tmp_path / "store.db") as journal:
        pen = await driven(journal)
        writing = [pen.append((Kind.DONE, f"s{n}", {})) for n in range(500)]
        await asyncio.sleep(0)
        journal._writing._task.cancel()
        outcomes = await asyncio.gather(*writing, return_exceptions=True)
        assert all(outcome is None or isinstance(outcome, StoreError) for outcome in outcomes)
        with pytest.raises(StoreError):
            await pen.done("more")
