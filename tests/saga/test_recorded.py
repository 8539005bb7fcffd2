"""A saga as a recorded run: crashes, cancels, doubts, and operators who repair."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from lexiconsole.contracts import SagaStep
from lexiconsole.durable.journal import RequestKind
from lexiconsole.types import RunStatus
from tests.saga.making import ALWAYS, Trip, World, defined
from tests.support import house


async def test_a_failed_saga_ends_compensated_and_tells_what_was_undone() -> None:
    world = World()
    build = defined(lambda: Trip(world.step("a"), world.step("b"), world.step("c", fails=ALWAYS)))
    async with house() as h:
        row = await h.run(build)
        assert row.status is RunStatus.COMPENSATED
        assert await h.story(row) == [
            "step.done a",
            "step.done b",
            "step.failed c",
            "step.started undo/b",
            "step.done undo/b",
            "step.started undo/a",
            "step.done undo/a",
            "run.compensated",
        ]
        assert (await h.entries(row))[-1].data["undone"] == ["undo/b", "undo/a"]


async def test_with_nothing_to_undo_it_has_just_failed() -> None:
    world = World()
    async with house() as h:
        row = await h.run(defined(lambda: Trip(world.step("a", fails=ALWAYS))))
        assert row.status is RunStatus.FAILED


async def test_a_compensation_that_gave_up_is_asked_about_and_tried_again() -> None:
    world = World()
    build = defined(lambda: Trip(world.step("a"), world.step("b", undo_fails=2), world.step("c", fails=ALWAYS)))
    async with house() as h:
        row = await h.run(build)
        assert row.status is RunStatus.DOUBTFUL
        assert [task.key for task in await h.journal.tasks()] == ["repair/b"]
        assert world.calls == ["a", "b", "c", "undo b", "undo a"]
        await h.ask(row, RequestKind.ANSWER, "repair/b", value={"how": "again"})
        row = await h.settle(row)
        assert row.status is RunStatus.DOUBTFUL
        assert [task.key for task in await h.journal.tasks()] == ["repair/b#2"]
        await h.ask(row, RequestKind.ANSWER, "repair/b#2", value={"how": "again", "reason": "it is back"})
        row = await h.settle(row)
        assert row.status is RunStatus.COMPENSATED and world.calls.count("undo b") == 3
        assert (await h.entries(row))[-1].data["undone"] == ["undo/a", "undo/b#3"]


@pytest.mark.parametrize(("how", "status"), [("done", RunStatus.COMPENSATED), ("skip", RunStatus.FAILED)])
async def test_an_operator_may_undo_by_hand_or_leave_it(how: str, status: RunStatus) -> None:
    world = World()
    build = defined(lambda: Trip(world.step("a", undo_fails=ALWAYS), world.step("b", fails=ALWAYS)))
    async with house() as h:
        row = await h.run(build)
        await h.ask(row, RequestKind.ANSWER, "repair/a", value={"how": how, "reason": "called the bank"})
        row = await h.settle(row)
        assert row.status is status and world.calls.count("undo a") == 1
        if how == "skip":
            assert "left as it is: called the bank" in (await h.entries(row))[-1].data["error"]["message"]


async def test_all_repairs_are_asked_for_at_once_and_answered_in_any_order() -> None:
    world = World()
    build = defined(
        lambda: Trip(world.step("a", undo_fails=1), world.step("b", undo_fails=1), world.step("c", fails=ALWAYS))
    )
    async with house() as h:
        row = await h.run(build)
        assert {task.key for task in await h.journal.tasks()} == {"repair/a", "repair/b"}
        for name in ("a", "b"):
            await h.ask(row, RequestKind.ANSWER, f"repair/{name}", value={"how": "again"})
            row = await h.settle(row)
        assert row.status is RunStatus.COMPENSATED
        assert world.calls[-2:] == ["undo a", "undo b"]


async def test_an_unknown_step_without_a_safe_compensation_is_in_doubt_and_then_goes_on() -> None:
    async def hangs() -> str:
        await asyncio.Event().wait()
        return ""

    world = World()
    step = SagaStep("b", hangs, world.act("undo b"), timeout=0.01, idempotent=False)
    async with house() as h:
        row = await h.run(defined(lambda: Trip(world.step("a"), step, world.step("c"))))
        assert row.status is RunStatus.DOUBTFUL
        await h.ask(row, RequestKind.RESOLVE, "b", how="done", result="seen at the bank")
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and world.calls == ["a", "c"]


async def test_past_the_pivot_an_operator_is_asked_until_it_goes_forward() -> None:
    world = World()
    build = defined(
        lambda: Trip(world.step("a"), world.step("b", pivot=True), world.step("c", fails=1), world.step("d", fails=9))
    )
    async with house() as h:
        row = await h.run(build)
        assert row.status is RunStatus.DOUBTFUL and "undo a" not in world.calls
        await h.ask(row, RequestKind.ANSWER, "repair/c", value={"how": "again"})
        row = await h.settle(row)
        await h.ask(row, RequestKind.ANSWER, "repair/d", value={"how": "done", "result": "by hand"})
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert world.calls == ["a", "b", "c", "c", "d"]
        assert (await h.entries(row))[-1].data == {"result": "by hand"}


async def test_cancelled_while_a_step_runs_it_waits_for_it_and_undoes_it_too() -> None:
    world, go = World(), asyncio.Event()

    async def slow() -> str:
        world.calls.append("slow")
        await go.wait()
        return "slow-1"

    got: list[Any] = []
    step = SagaStep("slow", slow, lambda result: got.append(result))
    async with house() as h:
        row = await h.start(defined(lambda: Trip(world.step("a"), step, world.step("c"))))
        while "slow" not in world.calls:
            await asyncio.sleep(0)
        await h.ask(row, RequestKind.CANCEL, reason="customer called")
        go.set()
        row = await h.settle(row)
        assert row.status is RunStatus.CANCELLED
        assert got == ["slow-1"] and world.calls == ["a", "slow", "undo a"]
        assert (await h.entries(row))[-1].data["undone"] == ["undo/slow", "undo/a"]


async def test_cancelled_past_the_pivot_it_is_carried_on_to_the_end() -> None:
    world, go = World(), asyncio.Event()

    async def slow() -> str:
        world.calls.append("slow")
        await go.wait()
        return "slow-1"

    async with house() as h:
        row = await h.start(defined(lambda: Trip(world.step("a"), world.step("b", pivot=True), SagaStep("slow", slow))))
        while "slow" not in world.calls:
            await asyncio.sleep(0)
        await h.ask(row, RequestKind.CANCEL)
        go.set()
        row = await h.settle(row)
        assert world.calls == ["a", "b", "slow"] and row.status is RunStatus.COMPLETED


async def test_a_crash_in_the_middle_of_the_rollback_goes_on_there() -> None:
    world, hangs = World(), asyncio.Event()

    async def undo_b() -> None:
        world.calls.append("undo b")
        if world.calls.count("undo b") == 1:
            await hangs.wait()

    build = defined(
        lambda: Trip(
            world.step("a"), SagaStep("b", world.act("b"), undo_b), world.step("c"), world.step("d", fails=ALWAYS)
        )
    )
    async with house() as h:
        row = await h.start(build)
        while "undo b" not in world.calls:
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.COMPENSATED
        assert world.calls == ["a", "b", "c", "d", "undo c", "undo b", "undo b", "undo a"]


async def test_a_crash_in_a_compensation_that_must_not_run_twice_is_asked_about() -> None:
    world, hangs = World(), asyncio.Event()

    async def undo_a() -> None:
        world.calls.append("undo a")
        await hangs.wait()

    step = SagaStep("a", world.act("a"), undo_a, idempotent=False)
    async with house() as h:
        row = await h.start(defined(lambda: Trip(step, world.step("b", fails=ALWAYS))))
        while "undo a" not in world.calls:
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.DOUBTFUL and world.calls.count("undo a") == 1


async def test_the_decoded_result_reaches_the_compensation_after_a_crash() -> None:
    world, got, hangs = World(), [], asyncio.Event()

    def book() -> date:
        return date(2026, 1, 2)

    async def fails() -> None:
        world.calls.append("fails")
        if world.calls.count("fails") == 1:
            await hangs.wait()
        raise ValueError("no")

    build = defined(
        lambda: Trip(SagaStep("book", book, lambda day: got.append(day)), SagaStep("fails", fails, read_only=True))
    )
    async with house() as h:
        row = await h.start(build)
        while "fails" not in world.calls:
            await asyncio.sleep(0)
        await h.crash()
        assert (await h.again(row)).status is RunStatus.COMPENSATED and got == [date(2026, 1, 2)]
