"""The future of an append: a future like any other, whose waiting task may go on at once."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar, copy_context

import pytest

from lexiconsole.store.written import Written

WHO: ContextVar[str] = ContextVar("who", default="nobody")


def made() -> Written:
    return Written(loop=asyncio.get_running_loop())


async def waiting(written: Written, heard: list[str], name: str = "task") -> asyncio.Task[None]:
    async def wait() -> None:
        WHO.set(name)
        try:
            await written
            heard.append(WHO.get())
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise
        except OSError as fault:
            heard.append(str(fault))

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    return task


async def told(written: Written, heard: list[str]) -> list[str]:
    """What was heard when `tell` came back; it is called as the writer calls it, outside of any task."""
    called: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    def tell() -> None:
        written.tell()
        called.set_result(list(heard))

    asyncio.get_running_loop().call_soon(tell)
    return await called


async def test_who_waits_goes_on_before_tell_comes_back_and_in_its_own_context() -> None:
    heard: list[str] = []
    written = made()
    task = await waiting(written, heard)
    assert await told(written, heard) == ["task"]
    assert written.done()
    assert task.done()
    assert WHO.get() == "nobody"


async def test_a_second_task_that_waits_hears_of_it_too() -> None:
    heard: list[str] = []
    written = made()
    tasks = [await waiting(written, heard, name) for name in ("one", "two")]
    assert await told(written, heard) == ["one"]
    await asyncio.wait(tasks)
    assert heard == ["one", "two"]


async def test_callbacks_and_collective_waits_work_as_with_any_future() -> None:
    heard: list[str] = []
    written, other = made(), made()
    written.add_done_callback(lambda _: heard.append("called back"))
    both = asyncio.gather(asyncio.wait_for(written, 60), asyncio.shield(other))
    await asyncio.sleep(0)
    await told(written, heard)
    await told(other, heard)
    assert await both == [None, None]
    assert heard == ["called back"]


async def test_one_that_is_told_before_anybody_waits_holds_nobody_up() -> None:
    written = made()
    await told(written, [])
    await written
    assert written.result() is None


async def test_a_task_that_waits_can_be_cancelled() -> None:
    heard: list[str] = []
    written = made()
    task = await waiting(written, heard)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == ["cancelled"]
    assert written.cancelled()


async def test_a_fault_and_a_plain_result_reach_who_waits() -> None:
    heard: list[str] = []
    failed, plain = made(), made()
    tasks = [await waiting(failed, heard), await waiting(plain, heard)]
    failed.set_exception(OSError("the disk is full"))
    plain.set_result(None)
    await asyncio.wait(tasks)
    assert heard == ["the disk is full", "task"]


async def test_a_callback_that_was_taken_away_is_not_called() -> None:
    heard: list[str] = []
    written = made()

    def call_back(_: object) -> None:
        heard.append("called back")

    written.add_done_callback(call_back, context=copy_context())
    assert written.remove_done_callback(call_back) == 1
    await told(written, heard)
    assert heard == []
