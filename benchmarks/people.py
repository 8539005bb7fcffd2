"""What people wait for: the inbox with ten thousand claims in it, and what as many parked runs cost a process that idles.

    python benchmarks/people.py             a table; exits 1 when a figure misses its limit
    python benchmarks/people.py --runs 500  a smaller one

The claims are the bundled `expense_claim`, begun by the engine as anybody begins them, each waiting for its manager. Times
are of whole processes, the best of several, each beside `--help` of the same minute. Processor time is what is judged: a
loaded machine makes the other one worse.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import RunFilter
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.types import RunStatus

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
SECONDS, MEGABYTES = 0.3, 16.0  # the limits: more than --help, more than with an empty store


def fill(folder: Path, runs: int) -> None:
    """So many claims that wait for a manager; another process makes them, so that this one stays as it was."""
    subprocess.run([sys.executable, __file__, "--fill", str(runs)], cwd=folder, env=environment(), check=True)


def begin(runs: int) -> None:
    """Begins them here, many at once, and waits until all of them ask."""
    with Workspace.find() as workspace:
        claim = workspace.definition("expense_claim")
        workspace.start(claim.name, {"amount": 40})  # makes the store

        async def make(runtime: Runtime) -> None:
            turn = asyncio.Semaphore(256)

            async def one(number: int) -> None:
                async with turn:
                    await runtime.create(claim, {"amount": 40 + number % 900}, by="zoe", sender={})

            await asyncio.gather(*(one(number) for number in range(runs - 1)))

        workspace._look(make)  # noqa: SLF001 - faces have no way to begin thousands at once
        while len(workspace.tasks()) < runs:
            time.sleep(0.5)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def seconds(folder: Path, *words: str) -> tuple[float, float]:
    """Wall and processor time of one command, the best of several."""
    walls, cpus = [], []
    for _ in range(ROUNDS):
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "lexiconsole", *words],
            cwd=folder,
            env=environment(),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.perf_counter() - began)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(walls), min(cpus)


def idle(folder: Path) -> float:
    """Megabytes that a worker holds once it has looked around and has nothing to do."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "lexiconsole", "worker"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        before = -1.0
        while True:
            time.sleep(1.5)
            now = _megabytes(worker.pid)
            if now == before:
                return now
            before = now
    finally:
        worker.terminate()
        worker.wait()


def _megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024, 1)


def line(what: str, figure: float, unit: str, limit: float | None = None) -> bool:
    good = limit is None or figure <= limit
    beside = "" if limit is None else f"<= {limit:g} {unit}  {'reached' if good else 'MISSED'}"
    sys.stdout.write(f"{what:<56}{figure:>9.2f} {unit:<4}{beside}".rstrip() + "\n")
    sys.stdout.flush()
    return good


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--runs", type=int, default=10_000)
    wanted.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    given = wanted.parse_args()
    if given.fill:
        begin(given.fill)
        return 0
    runs = given.runs
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        empty, full = Path(scratch) / "empty", Path(scratch) / "full"
        for folder in (empty, full):
            folder.mkdir()
        fill(empty, 1)
        fill(full, runs)
        with Workspace.find(full) as workspace:
            waiting = len(workspace.runs(RunFilter(statuses=(RunStatus.WAITING,), limit=runs)))
        line("claims that wait for people", waiting, "")
        helped, helped_cpu = seconds(full, "--help")
        line("lexiconsole --help", helped, "s")
        for words in (["inbox"], ["inbox", "--mine", "--as", "ana"], ["inbox", "--all", "--json"]):
            wall, cpu = seconds(full, *words)
            limit = SECONDS if words == ["inbox"] else None
            line(f"  {' '.join(words)}, more than that", wall - helped, "s")
            good &= line("    of it processor time", cpu - helped_cpu, "s", limit)
        few, many = idle(empty), idle(full)
        line("an idle worker with one parked run", few, "MB")
        good &= line(f"  with {waiting:,}, more than that", many - few, "MB", MEGABYTES)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
