"""What durability costs: runs on the real store beside the bare commit rate of aiosqlite, measured in the same minute.

    python benchmarks/durable.py            a table; exits 1 when a figure misses its limit
    python benchmarks/durable.py --json     one JSON object per line
    python benchmarks/durable.py --profile one|many|recover     where the time goes

Every run is made, driven and recorded as the engine does it for anybody: SQLite with synchronous=FULL, no step of which
does anything. Figures are the best of three rounds, since a loaded machine only ever makes them worse.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import aiosqlite

from lexiconsole.durable.definition import Definition
from lexiconsole.durable.journal import RunRow
from lexiconsole.flow import workflow
from lexiconsole.runtime.engine import calm_collector
from lexiconsole.runtime.recovery import drive_what_waits
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.store import SqliteJournal
from lexiconsole.types import RunStatus

ROUNDS = 3
BARE_ROW = (
    "INSERT INTO t (run, seq, at, kind, key, attempt, data) VALUES (1, ?, 1.5, 'step.done', 'step-000001', 1, '1')"
)
PYTHON = sys.executable


@dataclass(frozen=True)
class Figure:
    """One line of the table; `limit` is what it must reach, `most` when less is better."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    most: bool = False
    beside: str = ""

    @property
    def good(self) -> bool:
        return self.limit is None or (self.value <= self.limit if self.most else self.value >= self.limit)


async def noop() -> int:
    return 1


async def broken() -> int:
    raise ValueError("no")


@workflow(name="steps", input=int)
async def steps(ctx: Any, count: int) -> int:
    """Does that many steps that do nothing."""
    for number in range(count):
        await ctx.step(f"step-{number:06d}", noop)
    return count


@workflow(name="fails", input=int)
async def fails(ctx: Any, count: int) -> int:
    """The same, and each of them raises."""
    for number in range(count):
        await ctx.step(f"step-{number:06d}", broken)
    return count


@workflow(name="stops_after", input=int)
async def stops_after(ctx: Any, count: int) -> int:
    """The same, and then it waits."""
    for number in range(count):
        await ctx.step(f"step-{number:06d}", noop)
    await ctx.receive("go", "go")
    await ctx.step("last", noop)
    return count


class Shelf:
    """The definitions, as the runtime asks for them."""

    known: ClassVar = {each.__definition__.name: each.__definition__ for each in (steps, fails, stops_after)}  # type: ignore[attr-defined]

    def find(self, name: str) -> Definition | None:
        return self.known.get(name)

    def names(self) -> frozenset[str]:
        return frozenset(self.known)

    def fingerprint(self, name: str) -> str:
        return "benchmark"


async def with_runtime(path: Path, body: Callable[[Runtime], Awaitable[float]]) -> float:
    journal = SqliteJournal(path)
    await journal.open()
    runtime = Runtime(journal, Shelf(), locks=path.parent / "locks")
    await runtime.owner()
    warm, _ = await runtime.create(
        Shelf.known["steps"], 1
    )  # what is imported and built once in a process counts for no run
    await runtime.drives[warm.id].ended
    calm_collector()  # as the engine does
    try:
        return await body(runtime)
    finally:
        await runtime.stop()
        await journal.close()


async def bare(path: Path, commits: int = 1000) -> float:
    """Commits per second of aiosqlite alone: one row each, the same columns, FULL, write-ahead log."""
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = FULL")
        await connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, run, seq, at, kind, key, attempt, data)")
        began = time.perf_counter()
        for number in range(commits):
            await connection.execute_fetchall(BARE_ROW, (number,))
        return commits / (time.perf_counter() - began)


async def drive(runtime: Runtime, name: str, count: int, runs: int) -> float:
    """Durable steps per second, from making the runs to the last ending on disk."""
    began = time.perf_counter()
    made = await asyncio.gather(*(runtime.create(Shelf.known[name], count) for _ in range(runs)))
    for row, _ in made:
        if (driven := runtime.drives.get(row.id)) is not None:
            fault = await driven.ended
            assert fault is None, fault
    took = time.perf_counter() - began
    counts = await runtime.journal.counts()
    assert counts.get(RunStatus.COMPLETED) == runs + 1, counts
    return runs * count / took


async def recover(path: Path, count: int) -> float:
    """Seconds from claiming a run with that many recorded steps until its next step is done."""

    async def first(runtime: Runtime) -> float:
        row, _ = await runtime.create(Shelf.known["stops_after"], count, id="long")
        await runtime.drives[row.id].ended
        return 0.0

    async def second(runtime: Runtime) -> float:
        row = await runtime.journal.run("long")
        assert row is not None
        from lexiconsole.durable.journal import Request, RequestKind

        await runtime.journal.request(Request(row.id, RequestKind.SIGNAL, "go"))
        began = time.perf_counter()
        await drive_what_waits(runtime)
        await runtime.drives[row.id].ended
        took = time.perf_counter() - began
        ended = await runtime.journal.run("long")
        assert isinstance(ended, RunRow)
        assert ended.status is RunStatus.COMPLETED
        return took

    await with_runtime(path, first)
    return await with_runtime(path, second)


async def size(path: Path, count: int) -> float:
    """Bytes on disk that one more step takes, in a run that long."""

    async def fill(runtime: Runtime) -> float:
        return await drive(runtime, "steps", count, 1)

    await with_runtime(path, fill)
    return path.stat().st_size / count


def start_up(*arguments: str) -> float:
    """Milliseconds that a command takes more than `python -c pass`; the best of a few, one after the other."""

    def best(command: list[str]) -> float:
        times = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            times.append(time.perf_counter() - began)
        return min(times) * 1000

    return best([PYTHON, "-m", "lexiconsole", *arguments]) - best([PYTHON, "-c", "pass"])


async def measure(folder: Path) -> list[Figure]:
    rates: list[tuple[float, float]] = []
    raising: list[float] = []
    many: list[float] = []
    recovered: list[float] = []
    for number in range(ROUNDS):
        there = folder / str(number)
        there.mkdir()
        plain = await bare(there / "bare.db")
        rates.append((await with_runtime(there / "one.db", lambda r: drive(r, "steps", 1000, 1)), plain))
        raising.append(await with_runtime(there / "fails.db", lambda r: drive(r, "fails", 1000, 1)))
        many.append(await with_runtime(there / "many.db", lambda r: drive(r, "steps", 10, 1000)))
        recovered.append(await recover(there / "long.db", 10_000))
    small, large = await size(folder / "small.db", 2_000), await size(folder / "large.db", 20_000)
    one, plain = max(rates, key=lambda pair: pair[0] / pair[1])
    return [
        Figure("one run, 1,000 steps one after the other", one, "steps/s", beside=f"bare commits {plain:,.0f}/s"),
        Figure("… as a share of the bare commit rate", 100 * one / plain, "%", 70),
        Figure("one run, 1,000 steps that raise, with traceback", max(raising), "steps/s"),
        Figure("1,000 runs at once, 10 steps each", max(many), "steps/s", 20_000),
        Figure("a run with 10,000 recorded steps goes on in", 1000 * min(recovered), "ms", 300, most=True),
        Figure("a step on disk, run of 2,000", small, "bytes", 150, most=True),
        Figure("a step on disk, run of 20,000", large, "bytes", 150, most=True),
        Figure("--help, more than python -c pass", start_up("--help"), "ms", 200, most=True),
    ]


def table(figures: list[Figure]) -> str:
    lines = []
    for figure in figures:
        sign = "at most" if figure.most else "at least"
        limit = "" if figure.limit is None else f"{sign} {figure.limit:,.0f}"
        verdict = "" if figure.limit is None else ("reached" if figure.good else "MISSED")
        lines.append(
            f"{figure.what:<46}{figure.value:>10,.0f} {figure.unit:<8}{limit or figure.beside:<24}{verdict}".rstrip()
        )
    return "\n".join(lines)


async def profiled(what: str, folder: Path) -> None:
    import cProfile
    import pstats

    profile = cProfile.Profile()
    profile.enable()
    if what == "recover":
        await recover(folder / "p.db", 10_000)
    else:
        count, runs = (1000, 1) if what == "one" else (10, 1000)
        await with_runtime(folder / "p.db", lambda r: drive(r, "steps", count, runs))
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true")
    options.add_argument("--profile", choices=["one", "many", "recover"])
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.profile:
            asyncio.run(profiled(given.profile, Path(folder)))
            return 0
        figures = asyncio.run(measure(Path(folder)))
    for figure in figures if given.json else ():
        print(json.dumps({**asdict(figure), "good": figure.good}))
    if not given.json:
        print(table(figures))
    return 0 if all(figure.good for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
