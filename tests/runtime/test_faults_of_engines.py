"""Faults that were found around the engine's thread: hanging starts, polls that die, blocked stops."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.errors import StoreError
from lexiconsole.result import Ok
from lexiconsole.runtime import engine as engines
from lexiconsole.runtime.engine import Engine
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.store.memory import MemoryJournal
from lexiconsole.types import RunStatus
from tests.support import Registry, define


def engine_of(registry: Registry, journal: MemoryJournal | None = None) -> Engine:
    return Engine(
        journal or MemoryJournal(), lambda journal, told: Runtime(journal, registry, told=told), capture=False
    )


def test_an_engine_that_can_not_be_built_says_so_instead_of_hanging() -> None:
    def build(journal: Any, told: Any) -> Runtime:
        raise RuntimeError("no place for locks")

    engine = Engine(MemoryJournal(), build, capture=False)
    found: list[BaseException] = []

    def start() -> None:
        try:
            engine.start()
        except RuntimeError as fault:
            found.append(fault)

    thread = threading.Thread(target=start, daemon=True)
    thread.start()
    thread.join(60)
    assert str(found[0]) == "no place for locks"


def test_what_is_asked_in_the_last_moment_of_an_engine_is_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that reads while the console is closed would wait for ever for a loop that has had its last turn."""
    let_go, late = engines._let_go, []

    async def then_somebody_asks() -> None:
        await let_go()
        if asyncio.get_running_loop() is engine.loop:  # another test's engine may be ending still
            late.append(engine.begin(lambda runtime: runtime.journal.owners()))

    monkeypatch.setattr(engines, "_let_go", then_somebody_asks)
    engine = engine_of(Registry())
    engine.start()
    engine.stop()
    assert late[0].cancelled()
    with pytest.raises(RuntimeError, match="is not running"):
        engine.call(lambda runtime: runtime.journal.owners())


def test_the_poll_goes_on_after_a_fault_of_the_store() -> None:
    class Fails(MemoryJournal):
        left = 2

        async def requests(self, owner: int | None = None, run: Any = None) -> list[Request]:
            if owner is not None and self.left:
                self.left -= 1
                raise StoreError("busy")
            return await super().requests(owner, run)

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", lambda: gate.wait(60))
        return Ok(await ctx.receive("r", "go"))

    gate, registry, journal = threading.Event(), Registry(), Fails()
    registry.set(define(flow))
    engine = engine_of(registry, journal)
    engine.start()
    try:
        row, _ = engine.call(lambda runtime: runtime.create(registry.definitions["flow"], None))
        engine.call(lambda runtime: journal.request(Request(row.id, RequestKind.SIGNAL, "go", {"payload": 1})))

        async def served(runtime: Runtime) -> None:
            async with asyncio.timeout(40):
                while await journal.requests():
                    await asyncio.sleep(0.01)

        engine.call(served)
    finally:
        gate.set()
        engine.stop()


@pytest.mark.parametrize("kind", ["async", "thread"])
def test_an_engine_stops_while_steps_run_and_leaves_runs_that_can_be_resumed(kind: str) -> None:
    began, gate = threading.Event(), threading.Event()

    async def hang() -> None:
        began.set()
        await asyncio.Event().wait()

    def block() -> None:
        began.set()
        gate.wait(60)

    async def flow(ctx: Context) -> Any:
        return await ctx.step("a", hang if kind == "async" else block)

    registry, journal = Registry(), MemoryJournal()
    registry.set(define(flow))
    engine = engine_of(registry, journal)
    engine.start()
    row, _ = engine.call(lambda runtime: runtime.create(registry.definitions["flow"], None))
    assert began.wait(60)
    engine.stop()
    gate.set()
    kept = journal._runs[row.id].listed()
    assert kept.owner is None and kept.status is RunStatus.RUNNING
