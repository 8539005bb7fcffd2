"""The engine tells, from outside and without waiting, what holds its loop; and it stops whatever its steps do."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.durable.policy import StepPolicy
from lexiconsole.runtime.engine import Engine
from lexiconsole.runtime.pulse import Held
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.store.memory import MemoryJournal
from tests.support import Registry, define


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def engine(registry: Registry) -> Iterator[Engine]:
    made = Engine(MemoryJournal(), lambda journal, engine: Runtime(journal, registry, told=engine), capture=False)
    made.start()
    yield made
    made.stop()


def start(engine: Engine, registry: Registry, body: Any) -> str:
    registry.set(define(body))
    row, _ = engine.call(lambda runtime: runtime.create(registry.definitions["flow"], None))
    return row.id


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Waits for a condition on another thread."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to that")


@pytest.mark.parametrize("inside", ["step", "step with a timeout", "branch", "decision", "workflow"])
def test_what_holds_the_loop_is_named(engine: Engine, registry: Registry, inside: str) -> None:
    gate = threading.Event()

    async def charge() -> None:
        gate.wait(100)

    async def flow(ctx: Any) -> None:
        await ctx.step("before", _nothing)
        match inside:
            case "step":
                await ctx.step("charge", charge)
            case "step with a timeout":
                await ctx.step("charge", charge, policy=StepPolicy(timeout=30))
            case "branch":
                await ctx.all([ctx.branch("left", lambda: _in_branch(ctx, charge)), ctx.step("other", _nothing)])
            case "decision":
                await ctx.choose("charge", lambda: gate.wait(100))
            case _:
                gate.wait(100)

    until(lambda: engine.held() is None)
    run = start(engine, registry, flow)
    wanted = run, {"branch": "left/charge", "workflow": ""}.get(inside, "charge"), "threading.py"

    def named() -> Held | None:
        """A busy machine may hold it before it comes there, and that is told as well."""
        now = engine.held()
        return now if now and (now.run_id, now.key, Path(now.where.rpartition(":")[0]).name) == wanted else None

    held = until(named)
    gate.set()
    assert held.seconds >= 0.25
    assert until(lambda: engine.held() is None)
    assert engine.pulse is not None
    assert engine.pulse.lag >= 0.25, "that it was late is still to be seen a moment later"


async def _in_branch(ctx: Any, call: Any) -> None:
    await ctx.step("charge", call)


async def _nothing() -> None: ...


def test_a_worker_thread_that_blocks_holds_nothing(engine: Engine, registry: Registry) -> None:
    gate, inside = threading.Event(), threading.Event()

    def charge() -> None:
        inside.set()
        gate.wait(100)

    async def flow(ctx: Any) -> None:
        await ctx.step("charge", charge)

    start(engine, registry, flow)
    assert inside.wait(60)
    pulse = engine.pulse
    assert pulse is not None
    due = pulse._due
    until(lambda: pulse._due > due + 0.4)  # it beats, on a busy machine as late as it likes
    until(lambda: engine.held() is None)
    assert engine.runtime is not None
    assert engine.runtime.threads.busy == 1
    gate.set()


def test_how_it_is_said() -> None:
    assert str(Held("r", "charge", 1.23)) == "step charge has held the loop for 1.2 s"
    assert str(Held("r", "", 2)) == "the workflow's own code has held the loop for 2.0 s"


@pytest.mark.parametrize("policy", [StepPolicy(), StepPolicy(timeout=60)])
def test_an_engine_stops_although_a_step_swallows_its_cancellation(
    registry: Registry, policy: StepPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lexiconsole.runtime.engine.PATIENCE", 0.2)
    monkeypatch.setattr("lexiconsole.runtime.runtime.PATIENCE", 0.2)
    inside = threading.Event()

    async def stubborn() -> None:
        while True:
            inside.set()
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue

    async def flow(ctx: Any) -> None:
        await ctx.all([ctx.step("stubborn", stubborn, policy=policy), ctx.step("other", _nothing)])

    journal = MemoryJournal()
    engine = Engine(journal, lambda journal, engine: Runtime(journal, registry, told=engine), capture=False)
    engine.start()
    start(engine, registry, flow)
    assert inside.wait(60)
    stopping = threading.Thread(target=engine.stop, daemon=True)
    stopping.start()
    stopping.join(60)
    assert not stopping.is_alive()
