"""Time for one coroutine, with a timer for those only that wait."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from lexiconsole.durable.limit import OutOfTime, within

SOON = 0.001


async def at_once() -> str:
    return "done"


async def in_turns() -> str:
    for _ in range(3):
        await asyncio.sleep(0)
    return "done"


async def never() -> None:
    await asyncio.Event().wait()


async def test_what_ends_in_time_gives_its_value_and_leaves_no_timer_behind() -> None:
    assert [await within(60, at_once()), await within(60, in_turns())] == ["done", "done"]
    assert not [timer for timer in asyncio.get_running_loop()._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]


async def test_what_never_waits_makes_no_timer_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise AssertionError("a timer")

    monkeypatch.setattr(asyncio, "timeout_at", refuse)
    assert await within(60, at_once()) == "done"


async def test_what_takes_longer_is_cancelled_and_the_task_lives_on() -> None:
    with pytest.raises(OutOfTime) as late:
        await within(SOON, never())
    assert isinstance(late.value.cause, TimeoutError)
    task = asyncio.current_task()
    assert task is not None and task.cancelling() == 0
    await asyncio.sleep(0)


async def test_the_time_before_the_first_wait_counts() -> None:
    async def slow_start() -> None:
        end = time.monotonic() + 0.02
        while time.monotonic() < end:
            pass
        await asyncio.sleep(30)

    began = time.monotonic()
    with pytest.raises(OutOfTime):
        await within(0.01, slow_start())
    assert time.monotonic() - began < 10


async def test_what_it_makes_of_the_cancellation_is_told_with_the_reason() -> None:
    async def tidies() -> None:
        try:
            await never()
        except asyncio.CancelledError:
            raise ValueError("half done") from None

    with pytest.raises(OutOfTime) as late:
        await within(SOON, tidies())
    assert isinstance(late.value.cause, ValueError)


async def test_it_may_wait_again_while_it_tidies_up() -> None:
    tidied: list[str] = []

    async def tidies() -> None:
        try:
            await never()
        finally:
            await in_turns()
            tidied.append("yes")

    with pytest.raises(OutOfTime):
        await within(SOON, tidies())
    assert tidied == ["yes"]


async def test_a_value_given_in_spite_of_the_cancellation_counts() -> None:
    async def stubborn() -> str:
        try:
            await never()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
        return "done"

    assert await within(SOON, stubborn()) == "done"


async def test_its_own_timeout_is_its_own() -> None:
    async def impatient() -> None:
        async with asyncio.timeout(SOON):
            await never()

    with pytest.raises(TimeoutError):
        await within(60, impatient())


@pytest.mark.parametrize("turns", [0, 2])
async def test_a_cancellation_from_outside_passes_through(turns: int) -> None:
    task = asyncio.ensure_future(within(60, never()))
    await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_closing_it_closes_what_it_waits_for() -> None:
    closed: list[str] = []

    async def work() -> None:
        try:
            await never()
        except GeneratorExit:
            closed.append("yes")
            raise

    waiting = within(60, work())
    waiting.send(None)
    waiting.close()
    assert closed == ["yes"]
