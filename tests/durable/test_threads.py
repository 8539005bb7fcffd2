"""Worker threads for what is not async."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from contextvars import ContextVar
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from lexiconsole.durable.threads import Threads
from lexiconsole.testing import JumpingClock

where: ContextVar[str] = ContextVar("where", default="nowhere")


async def test_a_call_sees_the_context_it_was_made_in() -> None:
    where.set("here")
    assert await Threads().run(where.get) == "here"


@pytest.mark.parametrize("fault", [ValueError, SystemExit, KeyboardInterrupt])
async def test_what_a_call_raises_comes_out_of_its_future_and_the_thread_lives(fault: type[BaseException]) -> None:
    threads = Threads(limit=1)

    def bad() -> None:
        raise fault("no")

    running = threads.run(bad)
    await asyncio.wait({running})
    assert type(running.exception()) is fault
    assert await threads.run(lambda: 1) == 1


async def test_stop_iteration_does_not_vanish() -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await Threads().run(lambda: next(iter(())))


async def test_a_coroutine_that_a_call_made_too_late_is_closed() -> None:
    """Else Python warns of one that was never awaited, at any later moment."""
    threads, inside, gate, made = Threads(limit=1), threading.Event(), threading.Event(), []

    async def work() -> None: ...

    def late() -> Any:
        inside.set()
        gate.wait(60)
        made.append(work())
        return made[0]

    call = threads.run(late)
    while not inside.is_set():
        await asyncio.sleep(0.001)
    call.cancel()
    gate.set()
    await threads.run(lambda: None)
    assert inspect.getcoroutinestate(made[0]) == inspect.CORO_CLOSED


async def test_calls_beyond_the_limit_wait_their_turn() -> None:
    threads, gate, seen = Threads(limit=2), threading.Event(), []
    waiting = [threads.run(gate.wait) for _ in range(2)]
    third = threads.run(lambda: seen.append(gate.is_set()))
    gate.set()
    await asyncio.gather(*waiting, third)
    assert seen == [True]


async def test_a_thread_is_kept_for_the_next_call() -> None:
    threads = Threads()
    first = await threads.run(threading.get_ident)
    while not threads._idle:
        await asyncio.sleep(0)
    assert await threads.run(threading.get_ident) == first


async def test_a_thread_that_is_idle_for_long_ends_and_another_is_made_when_it_is_needed() -> None:
    threads = Threads(limit=2, idle_for=0.05)
    first = await threads.run(threading.current_thread)
    first.join(10)
    assert not first.is_alive()
    assert threads.busy == 0
    assert await threads.run(threading.current_thread) is not first


async def test_the_clock_of_tests_jumps_to_no_limit_while_a_call_is_under_way() -> None:
    """Else what is not async would run out of time wherever a busy machine lets it wait; what hangs is not waited for."""
    clock, free = JumpingClock(), threading.Event()

    async def first(wait: float) -> bool:
        call = Threads().run(lambda: free.wait(wait))
        limit = asyncio.ensure_future(clock.sleep(300))
        done, _ = await asyncio.wait({call, limit}, return_when=asyncio.FIRST_COMPLETED)
        return call in done

    assert await clock.until(first(0.02))
    assert not await clock.until(first(60))
    free.set()


async def test_a_machine_that_is_busy_elsewhere_takes_no_time_from_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many seconds went by: where the thread has no turn, who looks for it has few as well. A run came to another end."""
    clock, free, ages = JumpingClock(), threading.Event(), count(3600, 3600)
    monkeypatch.setattr("lexiconsole.testing.time", SimpleNamespace(monotonic=lambda: time.monotonic() + next(ages)))

    async def first() -> bool:
        call = Threads().run(lambda: free.wait(60))
        limit = asyncio.ensure_future(clock.sleep(300))
        turns = asyncio.ensure_future(some_turns())
        done, _ = await asyncio.wait({call, limit}, return_when=asyncio.FIRST_COMPLETED)
        await turns
        return call in done

    async def some_turns() -> None:
        for _ in range(500):  # of the loop: about twenty looks
            await asyncio.sleep(0)
        free.set()

    assert await clock.until(first())
