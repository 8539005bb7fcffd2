"""The journal beside what SQLite and aiosqlite can do at best, measured in the same run.

    python benchmarks/journal.py [--folder DIR] [--rounds N]

Prints one table. The physical limit is one bare row per commit through aiosqlite, with the same durability and in the same
folder. It and what is compared with it take turns, a hundred commits each, because disks and machines have moods; the
figures are medians over all turns.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

import aiosqlite

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import NewRun, RunRow
from lexiconsole.store import SqliteJournal
from lexiconsole.store.connection import Durability

SYNCHRONOUS = {"full": "FULL", "process": "NORMAL"}
INSERT = "INSERT INTO t (run, seq, data) VALUES (?, ?, ?)"
VALUES = (1, 1, '{"result":{"n":123}}')
TURN = 100

Commits: TypeAlias = Callable[[], Awaitable[None]]
"""Does a hundred commits, one after the other."""


async def table(path: Path, durability: Durability, stack: AsyncExitStack, **terms: object) -> aiosqlite.Connection:
    db = await stack.enter_async_context(aiosqlite.connect(path, **terms))
    await db.execute_fetchall("PRAGMA journal_mode = WAL")
    await db.execute_fetchall(f"PRAGMA synchronous = {SYNCHRONOUS[durability]}")
    await db.execute_fetchall("CREATE TABLE t (id INTEGER PRIMARY KEY, run INTEGER, seq INTEGER, data TEXT)")
    return db


async def bare(path: Path, durability: Durability, stack: AsyncExitStack) -> Commits:
    """One-row inserts through aiosqlite alone, each its own transaction in one trip to its thread."""
    db = await table(path, durability, stack, isolation_level=None)

    async def commits() -> None:
        for _ in range(TURN):
            await db.execute_fetchall(INSERT, VALUES)

    return commits


async def documented(path: Path, durability: Durability, stack: AsyncExitStack) -> Commits:
    """The same as aiosqlite's documentation does it: execute, then commit."""
    db = await table(path, durability, stack)

    async def commits() -> None:
        for _ in range(TURN):
            await db.execute(INSERT, VALUES)
            await db.commit()

    return commits


def step(run: RunRow, seq: int) -> Entry:
    return Entry(run.id, seq, time.time(), EntryKind.DONE, f"step-{seq:06}", 1, {"result": {"n": seq}})


async def opened(path: Path, durability: Durability, stack: AsyncExitStack) -> SqliteJournal:
    journal = SqliteJournal(path, durability=durability)
    await journal.open()
    stack.push_async_callback(journal.close)
    return journal


async def new_run(journal: SqliteJournal, run_id: str) -> RunRow:
    made = NewRun(run_id, "bench", "workflow", 1, time.time(), {"input": {"n": 1}}, owner=1)
    return (await journal.create(made))[0]


async def one_run(path: Path, durability: Durability, stack: AsyncExitStack) -> Commits:
    """Entries of one run that waits for each."""
    journal = await opened(path, durability, stack)
    run = await new_run(journal, "one")
    seq = 1

    async def commits() -> None:
        nonlocal seq
        for _ in range(TURN):
            seq += 1
            await journal.append(run, 1, [step(run, seq)])

    return commits


async def in_turns(contestants: Sequence[Commits], rounds: int) -> list[float]:
    """Commits per second of each: the median of its turns."""
    rates: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds * 10):
        for contestant, found in zip(contestants, rates, strict=True):
            begin = time.perf_counter()
            await contestant()
            found.append(TURN / (time.perf_counter() - begin))
    return [statistics.median(found) for found in rates]


async def many_runs(path: Path, durability: Durability, runs: int, entries: int) -> tuple[float, float]:
    """Runs made per second, and entries per second of all of them, each run waiting for each of its entries."""
    async with AsyncExitStack() as stack:
        journal = await opened(path, durability, stack)
        begin = time.perf_counter()
        made = await asyncio.gather(*(new_run(journal, f"run-{n}") for n in range(runs)))
        creating = runs / (time.perf_counter() - begin)
        heard: list[Entry] = []
        journal.subscribe(heard.extend)

        async def drive(run: RunRow) -> None:
            for seq in range(2, entries + 2):
                await journal.append(run, 1, [step(run, seq)])

        begin = time.perf_counter()
        await asyncio.gather(*(drive(run) for run in made))
        rate = runs * entries / (time.perf_counter() - begin)
        assert len(heard) == runs * entries
        return creating, rate


async def size(path: Path, count: int) -> float:
    """Bytes on disk for each step of one run of `count` steps."""
    async with AsyncExitStack() as stack:
        run = await new_run(await opened(path, "process", stack), "one")
    before = path.stat().st_size
    async with AsyncExitStack() as stack:
        journal = await opened(path, "process", stack)
        for begin in range(2, count + 2, 10):
            await asyncio.gather(*(journal.append(run, 1, [step(run, seq)]) for seq in range(begin, begin + 10)))
    return (path.stat().st_size - before) / count


async def recovery(path: Path, count: int) -> float:
    """Milliseconds until a run's entries are in memory again, from opening the file."""
    async with AsyncExitStack() as stack:
        begin = time.perf_counter()
        journal = await opened(path, "full", stack)
        run = await journal.run("one")
        assert run is not None
        entries = await journal.load(run)
        spent = (time.perf_counter() - begin) * 1000
        assert len(entries) == count + 1
        return spent


def line(what: str, measured: str, peer: str = "", share: str = "") -> None:
    print(f"{what:<52} {measured:>12}   {peer:<44} {share:>6}")


async def commit_rates(folder: Path, durability: Durability, rounds: int) -> None:
    async with AsyncExitStack() as stack:
        makers = (bare, documented, one_run)
        contestants = [await make(folder / f"{make.__name__}-{durability}.db", durability, stack) for make in makers]
        limit, shown, rate = await in_turns(contestants, rounds)
    what = f"one run, entries one by one ({durability})"
    line(what, f"{rate:,.0f}/s", f"bare autocommit {limit:,.0f}/s", f"{rate / limit:.0%}")
    line("", "", f"execute and commit {shown:,.0f}/s", f"{rate / shown:.0%}")
    many = [await many_runs(folder / f"many-{durability}-{n}.db", durability, 1_000, 10) for n in range(rounds)]
    creating, rate = (statistics.median(found) for found in zip(*many, strict=True))
    what = f"1,000 runs at once, 10 entries each ({durability})"
    line(what, f"{rate:,.0f}/s", f"bare autocommit {limit:,.0f}/s", f"{rate / limit:.0%}")
    line(f"1,000 runs made at once ({durability})", f"{creating:,.0f}/s")


async def main(folder: Path, rounds: int) -> None:
    line("", "lexiconsole", "beside it")
    await commit_rates(folder, "full", rounds)
    await commit_rates(folder, "process", rounds)
    for count in (1_000, 10_000, 100_000):
        line(f"a step of a run of {count:,}", f"{await size(folder / f'size-{count}.db', count):,.0f} bytes")
    line("opening the file and loading 10,000 entries", f"{await recovery(folder / 'size-10000.db', 10_000):,.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the files are made; a temporary folder by default")
    parser.add_argument("--rounds", type=int, default=5, help="ten turns each; more for a calmer median (5)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        asyncio.run(main(Path(name), given.rounds))
