"""What the store costs on disk: a step is small whatever the length of the run, and the log does not grow for ever."""

from __future__ import annotations

import asyncio

import pytest

from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.store.conformance.stories import driven
from tests.store.writing import opened


@pytest.mark.parametrize("steps", [1_000, 10_000, 50_000])
async def test_a_step_costs_at_most_130_bytes(tmp_path, steps):
    path = tmp_path / "store.db"
    async with opened(path) as journal:
        pen = await driven(journal)
    empty = path.stat().st_size
    async with opened(path) as journal:
        pen.journal = journal
        writing = []
        for begin in range(0, steps, 10):
            facts = [(Kind.DONE, f"step-{n:06}", {"result": {"n": n}}) for n in range(begin, begin + 10)]
            writing.append(pen.append(*facts))
        await asyncio.gather(*writing)
    assert (path.stat().st_size - empty) / steps <= 130


async def test_a_step_of_many_short_runs_costs_at_most_130_bytes(tmp_path):
    """Entries of many runs in turn, so that no page of the index is filled in order."""
    path = tmp_path / "store.db"
    async with opened(path) as journal:
        pens = [await driven(journal, f"run-{n}") for n in range(300)]
    empty = path.stat().st_size
    async with opened(path) as journal:
        for n in range(30):
            for pen in pens:
                pen.journal = journal
            await asyncio.gather(*(pen.append((Kind.DONE, f"step-{n:06}", {"result": {"n": n}})) for pen in pens))
    assert (path.stat().st_size - empty) / 9_000 <= 130


async def test_the_log_is_written_back_while_others_read(tmp_path):
    path = tmp_path / "store.db"
    async with opened(path) as journal, opened(path) as other:
        pen = await driven(journal)
        reading = asyncio.create_task(follow(other))
        largest = 0
        for _ in range(60):
            await pen.append(*[(Kind.DONE, "s", {"result": "x" * 4_000})] * 100)
            largest = max(largest, path.with_name("store.db-wal").stat().st_size)
        reading.cancel()
        written = 60 * 100 * 4_000
        assert largest < 0.9 * written
    assert not path.with_name("store.db-wal").exists()


async def follow(journal):
    position = 0
    while True:
        entries = await journal.tail(position, 50)
        position = entries[-1][0] if entries else position
        await journal.counts()


async def test_closing_one_of_two_leaves_a_short_log(tmp_path):
    path = tmp_path / "store.db"
    async with opened(path) as journal, opened(path) as other:
        await (await driven(journal)).done("a", "b")
        await journal.close()
        assert path.with_name("store.db-wal").stat().st_size == 0
        assert (await other.run("run")).seq == 3
