"""The journal beside what SQLite and aiosqlite can do at best, measured in the same run.

    python benchmarks/journal.py [--folder DIR] [--rounds N]

Prints one table. The physical limit is one bare row per commit through aiosqlite, with the same durability and in the
same folder; it is measured before and after each figure that it is compared with, because disks have moods.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosqlite

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import NewRun, RunRow
from lexiconsole.store import SqliteJournal
from lexiconsole.store.connection import Durability

SYNCHRONOUS = {"full": "FULL", "process": "NORMAL"}


async def bare(path: Path, durability: Durability, count: int) -> float:
    """Commits per second of one-row inserts, one after the other, through aiosqlite alone."""
    async with aiosqlite.connect(path, isolation_level=None) as db:
        await db.execute_fetchall("PRAGMA journal_mode = WAL")
        await db.execute_fetchall(f"PRAGMA synchronous = {SYNCHRONOUS[durability]}")
        await db.execute_fetchall("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, run INTEGER, seq INTEGER, data TEXT)")
        begin = time.perf_counter()
        for seq in range(count):
            values = (1, seq, '{"result":{"n":123}}')
            await db.execute_fetchall("INSERT INTO t (run, seq, data) VALUES (?, ?, ?)", values)
        return count / (time.perf_counter() - begin)


def step(run: RunRow, seq: int) -> Entry:
    return Entry(run.id, seq, time.time(), EntryKind.DONE, f"step-{seq:06}", 1, {"result": {"n": seq}})


async def new_run(journal: SqliteJournal, run_id: str) -> RunRow:
    made = NewRun(run_id, "bench", "workflow", 1, time.time(), {"input": {"n": 1}}, owner=1)
    return (await journal.create(made))[0]


async def one_run(path: Path, durability: Durability, count: int) -> float:
    """Entries per second of one run that waits for each."""
    journal = SqliteJournal(path, durability=durability)
    await journal.open()
    run = await new_run(journal, "one")
    begin = time.perf_counter()
    for seq in range(2, count + 2):
        await journal.append(run, 1, [step(run, seq)])
    rate = count / (time.perf_counter() - begin)
    await journal.close()
    return rate


async def many_runs(path: Path, durability: Durability, runs: int, entries: int) -> tuple[float, float]:
    """Runs made per second, and entries per second of all of them, each run waiting for each of its entries."""
    journal = SqliteJournal(path, durability=durability)
    await journal.open()
    heard = 0

    def listen(batch: object) -> None:
        nonlocal heard
        heard += len(batch)  # type: ignore[arg-type]

    begin = time.perf_counter()
    made = await asyncio.gather(*(new_run(journal, f"run-{n}") for n in range(runs)))
    creating = runs / (time.perf_counter() - begin)
    journal.subscribe(listen)

    async def drive(run: RunRow) -> None:
        for seq in range(2, entries + 2):
            await journal.append(run, 1, [step(run, seq)])

    begin = time.perf_counter()
    await asyncio.gather(*(drive(run) for run in made))
    rate = runs * entries / (time.perf_counter() - begin)
    assert heard == runs * entries
    await journal.close()
    return creating, rate


async def size(path: Path, count: int) -> float:
    """Bytes on disk for each step of one run of `count` steps, committed one by one."""
    journal = SqliteJournal(path, durability="process")
    await journal.open()
    run = await new_run(journal, "one")
    await journal.close()
    before = path.stat().st_size
    await journal.open()
    for begin in range(2, count + 2, 10):
        await asyncio.gather(*(journal.append(run, 1, [step(run, seq)]) for seq in range(begin, begin + 10)))
    await journal.close()
    return (path.stat().st_size - before) / count


async def recovery(path: Path, count: int) -> float:
    """Milliseconds until a run's entries are in memory again, from opening the file."""
    begin = time.perf_counter()
    journal = SqliteJournal(path)
    await journal.open()
    run = await journal.run("one")
    assert run is not None
    entries = await journal.load(run)
    spent = (time.perf_counter() - begin) * 1000
    assert len(entries) == count + 1
    await journal.close()
    return spent


async def beside(folder: Path, durability: Durability, rounds: int, measure: Callable[[Path], Awaitable[float]]) -> tuple[float, float]:
    """Medians of the bare rate and of the measured one, taken in turn."""
    limits, rates = [], []
    for n in range(rounds):
        limits.append(await bare(folder / f"bare-{durability}-{n}.db", durability, 1_000))
        rates.append(await measure(folder / f"journal-{durability}-{n}.db"))
    return statistics.median(limits), statistics.median(rates)


def line(what: str, measured: str, peer: str, share: str = "") -> None:
    print(f"{what:<58} {measured:>16} {peer:>28} {share:>8}")


async def main(folder: Path, rounds: int) -> None:
    line("", "lexiconsole", "beside it", "")
    for durability in ("full", "process"):
        limit, rate = await beside(folder, durability, rounds, lambda path, d=durability: one_run(path, d, 1_000))  # type: ignore[misc]
        what = f"one run, 1,000 entries one by one ({durability})"
        line(what, f"{rate:,.0f}/s", f"bare commits {limit:,.0f}/s", f"{rate / limit:.0%}")
        made, many = [], []
        for n in range(rounds):
            creating, entries = await many_runs(folder / f"many-{durability}-{n}.db", durability, 1_000, 10)
            made.append(creating)
            many.append(entries)
        rate = statistics.median(many)
        what = f"1,000 runs at once, 10 entries each ({durability})"
        line(what, f"{rate:,.0f}/s", f"bare commits {limit:,.0f}/s", f"{rate / limit:.0%}")
        line(f"1,000 runs made at once ({durability})", f"{statistics.median(made):,.0f}/s", "", "")
    for count in (1_000, 10_000, 100_000):
        path = folder / f"size-{count}.db"
        line(f"a step of a run of {count:,}", f"{await size(path, count):,.0f} bytes", "", "")
        if count == 10_000:
            line("opening the file and loading 10,000 entries", f"{await recovery(path, count):,.0f} ms", "", "")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the files are made; a temporary folder by default")
    parser.add_argument("--rounds", type=int, default=5, help="each figure is the median of so many (5)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        asyncio.run(main(Path(name), given.rounds))
