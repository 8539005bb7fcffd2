"""Who drives a run: one process at a time, replaced at once when it dies, never by mistake."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.journal import RunRow
from lexiconsole.durable.policy import StepPolicy
from lexiconsole.errors import NotOwnedError
from lexiconsole.result import Ok
from lexiconsole.runtime.owner import Liveness, liveness
from lexiconsole.runtime.recovery import bury_the_dead, drive_what_waits
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.runtime.settings import EngineSettings
from lexiconsole.store import SqliteJournal
from lexiconsole.types import RunStatus
from tests.support import Bugs, Registry, define

CHILD = """
import asyncio, os, sys
from pathlib import Path
from lexiconsole.result import Ok
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.store import SqliteJournal
from tests.support import Bugs, Registry, define

async def hang():
    print("in the step", flush=True)
    if {fork}:
        if os.fork() == 0:
            import time
            time.sleep(60)
    await asyncio.sleep({seconds})

async def flow(ctx):
    await ctx.step("a", hang)
    return Ok("child")

async def main():
    folder = Path(sys.argv[1])
    journal = SqliteJournal(folder / "store.db")
    await journal.open()
    registry = Registry()
    registry.set(define(flow))
    runtime = Runtime(journal, registry, locks=folder / "locks", told=Bugs())
    row, _ = await runtime.create(registry.find("flow"), None, id="therun")
    print(await runtime.drives["therun"].ended, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
def children() -> Iterator[list[subprocess.Popen[str]]]:
    made: list[subprocess.Popen[str]] = []
    yield made
    for child in made:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGCONT)
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def child_in_a_step(folder: Path, made: list[subprocess.Popen[str]], *, fork: bool = False, seconds: float = 60) -> Any:
    code = textwrap.dedent(CHILD.format(fork=fork, seconds=seconds))
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=root,
    )
    made.append(child)
    assert child.stdout is not None
    assert select.select([child.stdout], [], [], 90)[0], "it never came to its step"
    assert child.stdout.readline() == "in the step\n"
    return child


def stop_between_writes(child: subprocess.Popen[str], store: Path) -> None:
    """Who is stopped within a write holds the lock of the file for as long."""
    while True:
        child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED)
        with closing(sqlite3.connect(store, isolation_level=None, timeout=0)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                child.send_signal(signal.SIGCONT)
                continue
            db.execute("ROLLBACK")
            return


async def quick(ctx: Context) -> Any:
    async def done() -> None: ...

    await ctx.step("a", done)
    return Ok("here")


@asynccontextmanager
async def runtime_on(folder: Path, body: Any = quick, **settings: Any) -> AsyncIterator[Runtime]:
    journal = SqliteJournal(folder / "store.db")
    await journal.open()
    registry = Registry()
    registry.set(define(body))
    runtime = Runtime(
        journal, registry, locks=folder / "locks", told=Bugs(), settings=EngineSettings(**{"poll": 0.05, **settings})
    )
    try:
        yield runtime
    finally:
        await runtime.stop()
        await journal.close()


async def recover_until_ended(runtime: Runtime, *, take_over: bool = False, seconds: float = 60) -> RunRow:
    """The worker's loop, until the run has ended. Who is only stalled is not taken over by it unless told so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await bury_the_dead(runtime, take_over=take_over)
        await drive_what_waits(runtime)
        row = await runtime.journal.run("therun")
        assert row is not None
        if row.status.ended:
            return row
        await asyncio.sleep(runtime.settings.poll)
    raise AssertionError(f"still {row.status} after {seconds} s")


async def test_a_killed_owner_s_run_is_driven_again_within_a_second(
    tmp_path: Path, children: list[subprocess.Popen[str]]
) -> None:
    child = child_in_a_step(tmp_path, children)
    async with runtime_on(tmp_path) as runtime:
        assert await bury_the_dead(runtime, take_over=False) == 0, "it lives"
        assert await drive_what_waits(runtime) == []
        child.kill()
        child.wait()
        row = await recover_until_ended(runtime)
        assert row.status is RunStatus.COMPLETED


async def test_a_forked_child_that_lives_on_does_not_keep_the_dead_owner_alive(
    tmp_path: Path, children: list[subprocess.Popen[str]]
) -> None:
    child = child_in_a_step(tmp_path, children, fork=True)
    async with runtime_on(tmp_path) as runtime:
        child.kill()
        child.wait()
        await recover_until_ended(runtime)


async def test_a_stopped_owner_is_stalled_and_once_taken_over_writes_nothing_more(
    tmp_path: Path, children: list[subprocess.Popen[str]]
) -> None:
    child = child_in_a_step(tmp_path, children, seconds=2)
    async with runtime_on(tmp_path, stall_after=1.5) as runtime:
        stop_between_writes(child, tmp_path / "store.db")
        row = (await runtime.journal.owners())[0]
        assert liveness(row, runtime.locks, row.beat_at + 1.4, 1.5) is Liveness.ALIVE, "only silent for a moment"
        while liveness(row, runtime.locks, runtime.clock.now(), 1.5) is Liveness.ALIVE:
            await asyncio.sleep(0.05)
            row = (await runtime.journal.owners())[0]
        assert liveness(row, runtime.locks, runtime.clock.now(), 1.5) is Liveness.STALLED
        assert await bury_the_dead(runtime, take_over=False) == 0, "without being told, nobody takes it over"
        ended = await recover_until_ended(runtime, take_over=True)
        child.send_signal(signal.SIGCONT)
        assert child.stdout is not None
        line = child.stdout.readline()
        assert "driven by another process" in line, line
        entries = await runtime.journal.load(ended)
        assert [e.data.get("result") for e in entries if e.kind == "run.completed"] == ["here"]


async def test_two_runtimes_of_one_process_do_not_share_ownership(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def slow(ctx: Context) -> Any:
        await ctx.step("a", gate.wait)
        return Ok(None)

    async with runtime_on(tmp_path, slow) as first, runtime_on(tmp_path, slow) as second:
        row, _ = await first.create(first.definitions.find("flow"), None, id="therun")  # type: ignore[arg-type]
        await second.owner()
        assert await bury_the_dead(second, take_over=True) == 0
        assert await drive_what_waits(second) == []
        with pytest.raises(NotOwnedError):
            await second.claim(row)
        gate.set()
        assert await first.drives["therun"].ended is None


async def test_who_lost_a_run_is_fenced_and_its_step_is_not_recorded_twice(tmp_path: Path) -> None:
    gates = [asyncio.Event(), asyncio.Event()]
    calls: list[int] = []

    async def slow(ctx: Context) -> Any:
        async def step() -> int:
            calls.append(len(calls))
            mine = calls[-1]
            await gates[mine].wait()
            return mine

        return await ctx.step("a", step)

    async with runtime_on(tmp_path, slow) as first, runtime_on(tmp_path, slow) as second:
        await first.create(first.definitions.find("flow"), None, id="therun")  # type: ignore[arg-type]
        drive = first.drives["therun"]
        while not calls:
            await asyncio.sleep(0.01)
        assert first.number is not None
        await second.journal.retire(first.number)  # as if it had been taken for dead
        await drive_what_waits(second)
        while len(calls) < 2:
            await asyncio.sleep(0.01)
        gates[0].set()
        assert isinstance(await drive.ended, NotOwnedError)
        gates[1].set()
        await second.drives["therun"].ended
        entries = await second.journal.load(await second.reload(drive.row))
        assert [e.data.get("result") for e in entries if e.kind == "step.done"] == [1]


async def test_an_owner_that_was_asleep_asks_before_it_starts_another_step(tmp_path: Path) -> None:
    """It gave no sign of life for long; meanwhile another took the run. Its next step must not be called."""
    calls: list[str] = []
    gate = asyncio.Event()

    async def two(ctx: Context) -> Any:
        async def a() -> None:
            calls.append("a")

        async def b() -> None:
            calls.append("b")

        await ctx.step("a", a)
        await ctx.choose("wait", gate.wait)
        await ctx.step("b", b, policy=StepPolicy(idempotent=False))
        return Ok(None)

    async with runtime_on(tmp_path, two, stall_after=60) as first, runtime_on(tmp_path, two) as second:
        await first.create(first.definitions.find("flow"), None, id="therun")  # type: ignore[arg-type]
        drive = first.drives["therun"]
        while not calls:
            await asyncio.sleep(0.01)
        row = await second.reload(drive.row)
        assert first._owner is not None and first.number is not None
        first._owner.last_beat -= 1000
        await second.journal.retire(first.number)
        claimed = await second.journal.claim(await second.reload(row), (await second.owner()).number)
        assert claimed is not None
        gate.set()
        assert isinstance(await drive.ended, NotOwnedError)
        assert calls == ["a"]


async def test_a_clean_stop_gives_runs_back_at_once(tmp_path: Path) -> None:
    async def slow(ctx: Context) -> Any:
        await ctx.step("a", asyncio.Event().wait)

    async with runtime_on(tmp_path, slow) as first:
        await first.create(first.definitions.find("flow"), None, id="therun")  # type: ignore[arg-type]
        await asyncio.sleep(0)
    async with runtime_on(tmp_path) as second:
        assert await second.journal.owners() == []
        assert (await recover_until_ended(second)).status is RunStatus.COMPLETED


async def test_who_was_taken_for_dead_and_lives_is_among_the_owners_again(tmp_path: Path) -> None:
    """Nobody looks after the runs of an owner that is on no list: what it made next would be stuck for good once it died."""
    async with runtime_on(tmp_path) as first:
        before = (await first.owner()).number
        await first.journal.retire(before)
        assert first._owner is not None
        first._owner.last_beat -= 1000
        row, _ = await first.create(first.definitions.find("flow"), None, id="therun")  # type: ignore[arg-type]
        drive = first.drives["therun"]
        assert row.owner in {owner.number for owner in await first.journal.owners()}
        assert row.owner == first.number != before
        assert await drive.ended is None
