"""What nobody knows is asked about, also when nobody waits for it any more; and what an operator said stays said."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.journal import Request, RequestKind, RequestState
from lexiconsole.durable.policy import StepPolicy, StepRole
from lexiconsole.durable.question import Question
from lexiconsole.durable.step import current_step
from lexiconsole.errors import StepError
from lexiconsole.result import Err
from lexiconsole.runtime.settings import EngineSettings
from lexiconsole.runtime.taking import preview
from lexiconsole.types import RunStatus
from lexiconsole.views.telling import timeline
from tests.support import House, define, house

ONCE_ONLY = StepPolicy(idempotent=False)


class Charge:
    """An effect that must not be repeated. `calls` counts; it hangs while `hangs`."""

    def __init__(self) -> None:
        self.calls = 0
        self.hangs = True
        self.inside = asyncio.Event()

    async def __call__(self) -> str:
        self.calls += 1
        self.inside.set()
        if self.hangs:
            await asyncio.Event().wait()
        return "charged"


async def test_who_took_a_run_up_after_a_crash_is_told() -> None:
    charge = Charge()

    async def flow(ctx: Context) -> Any:
        await ctx.step("before", _nothing)
        return await ctx.step("charge", charge)

    async with house() as h:
        row = await h.start(flow)
        await h.clock.until(charge.inside.wait())
        await h.crash()
        charge.hangs = False
        row = await h.again(row, flow)
        told = next(one for one in timeline(await h.entries(row)) if one.subject == "taken up again")
        assert told.text == f"by process {os.getpid()} on {socket.gethostname()}"


def dropping(charge: Charge) -> Any:
    async def flow(ctx: Context) -> str:
        charging = ctx.step("charge", charge, policy=ONCE_ONLY)
        await ctx.first({"charge": charging, "enough": ctx.step("enough", _nothing)})
        ctx.drop(charging, "too slow")
        await ctx.step("after", _nothing)
        return "went on"

    return flow


async def _nothing() -> None: ...


async def dropped_then_killed(home: House, charge: Charge) -> Any:
    row = await home.start(dropping(charge))
    await home.clock.until(charge.inside.wait())
    while "step.done after" not in await home.story(row):
        await asyncio.sleep(0)
    await home.crash()
    return await home.again(row)


async def test_a_dropped_step_that_a_crash_hit_is_in_doubt_until_an_operator_says() -> None:
    async with house() as home:
        charge = Charge()
        row = await dropped_then_killed(home, charge)
        assert row.status is RunStatus.DOUBTFUL
        assert "step.doubted charge" in await home.story(row)
        odd = await home.ask(row, RequestKind.RESOLVE, "charge", how="maybe")
        assert odd.reply == "'maybe' decides nothing; it is done again, counts as done, or counts as failed"
        reply = await home.ask(row, RequestKind.RESOLVE, "charge", how="done", result="charged")
        assert reply.state is RequestState.APPLIED
        assert (await home.settle(row)).status is RunStatus.COMPLETED
        assert charge.calls == 1


async def test_the_doubt_of_a_dropped_step_outlasts_another_crash_and_can_be_tried_again() -> None:
    async with house() as home:
        charge = Charge()
        row = await dropped_then_killed(home, charge)
        await home.crash()
        assert (await home.again(row)).status is RunStatus.DOUBTFUL
        charge.hangs = False
        await home.ask(row, RequestKind.RESOLVE, "charge", how="again")
        assert (await home.settle(row)).status is RunStatus.COMPLETED
        assert charge.calls == 2
        story = await home.story(row)
        assert story.count("step.doubted charge") == 1


async def test_a_dropped_step_whose_time_runs_out_is_in_doubt_live_too() -> None:
    async with house() as home:
        charge = Charge()

        async def flow(ctx: Context) -> None:
            charging = ctx.step("charge", charge, policy=StepPolicy(idempotent=False, timeout=0.05))
            await ctx.first({"charge": charging, "enough": ctx.step("enough", _nothing)})
            ctx.drop(charging, "too slow")

        row = await home.start(flow)
        drive = home.runtime.drives[row.id]
        await asyncio.wait_for(asyncio.shield(drive.ended), 60)
        row = await home.row(row)
        assert (row.status, row.where) == (RunStatus.DOUBTFUL, "charge")
        await home.ask(row, RequestKind.RESOLVE, "charge", how="fail")
        assert (await home.settle(row)).status is RunStatus.COMPLETED


@pytest.mark.parametrize("crash", [False, True])
async def test_after_run_it_again_a_failure_is_a_failure_whether_live_or_replayed(crash: bool) -> None:
    """The operator found that it had not happened, so a later failure has no unknown outcome behind it."""
    async with house() as home:
        charge = Charge()
        seen: list[Any] = []

        async def work() -> str:
            await charge()
            raise ValueError("declined")

        async def flow(ctx: Context) -> None:
            outcome = await ctx.step("charge", work, policy=ONCE_ONLY)
            seen.append(outcome)

        row = await home.start(flow)
        await home.clock.until(charge.inside.wait())
        await home.crash()
        assert (await home.again(row)).status is RunStatus.DOUBTFUL
        charge.hangs = False
        if crash:
            await home.runtime.submit(_again(row.id))
            await home.crash()
            await home.again(row)
        else:
            await home.ask(row, RequestKind.RESOLVE, "charge", how="again")
        assert (await home.settle(row)).status is RunStatus.COMPLETED
        assert isinstance(seen[-1], Err)
        assert isinstance(seen[-1].error, StepError)
        assert not seen[-1].error.unknown


def _again(id: str) -> Any:

    return Request(id, RequestKind.RESOLVE, "charge", {"how": "again"}, by="ana")


async def test_a_default_answer_waits_for_its_time_although_the_clock_was_set_back() -> None:
    async with house(settings=EngineSettings(park_after=10_000)) as home:

        async def flow(ctx: Context) -> Any:
            due = await ctx.now() + 60
            return await ctx.ask("ok", Question("ok?", due=due, default="yes", has_default=True))

        row = await home.start(flow)
        began = home.clock.now()
        for _ in range(20):
            await asyncio.sleep(0)
        home.clock.set_back(3600)
        row = await home.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert home.clock.now() >= began + 60


async def test_what_was_asked_of_a_run_is_not_kept_in_memory_for_ever() -> None:
    async with house() as home:

        async def flow(ctx: Context) -> None:
            for number in range(20):
                await ctx.receive(f"r{number}", "go")
            await ctx.receive("end", "never")

        row = await home.start(flow)
        for _ in range(20):
            await home.ask(row, RequestKind.SIGNAL, "go")
        drive = home.runtime.drives.get(row.id)
        assert drive is None or not drive.doing


async def forked_in_mid_charge(home: House, charge: Charge, seen: list[str]) -> Any:
    """A run that was killed while it charged, and a fork of it from that moment on."""

    async def work() -> str:
        seen.append(current_step().idempotency_key)
        return await charge()

    async def flow(ctx: Context) -> Any:
        await ctx.step("reserve", _nothing)
        charged = await ctx.step("charge", work, policy=ONCE_ONLY)
        if ctx.run.input == "fail":
            await ctx.step("undo/charge", _undo(seen), role=StepRole.COMPENSATION)
        return charged

    row = await home.start(flow, "fail")
    await home.clock.until(charge.inside.wait())
    await home.crash()
    home.registry.set(define(flow))
    row = await home.row(row)
    return row, await home.settle(await home.runtime.fork(row, row.seq))


def _undo(seen: list[str]) -> Any:
    async def undo() -> None:
        seen.append("undone")

    return undo


async def test_a_fork_does_not_send_again_what_its_origin_had_begun_but_asks() -> None:
    async with house() as home:
        charge, seen = Charge(), list[str]()
        row, fork = await forked_in_mid_charge(home, charge, seen)
        assert (fork.status, fork.where) == (RunStatus.DOUBTFUL, "charge")
        assert charge.calls == 1
        [doubt] = [e for e in await home.entries(fork) if e.kind == "step.doubted"]
        assert doubt.data["why"] == "the run this one was forked from had begun it"
        charge.hangs = False
        await home.ask(fork, RequestKind.RESOLVE, "charge", how="again")
        assert (await home.settle(fork)).status is RunStatus.COMPLETED
        assert seen == [f"{row.id}/charge", f"{row.id}/charge", "undone"], "one key, so that whoever is asked can tell"


@pytest.mark.parametrize("crash", [False, True])
async def test_what_the_origin_turns_out_to_have_done_is_left_to_it(crash: bool) -> None:
    async with house() as home:
        seen: list[str] = []
        _, fork = await forked_in_mid_charge(home, Charge(), seen)
        await home.ask(fork, RequestKind.RESOLVE, "charge", how="done", result="charged")
        if crash:
            await home.crash()
            await home.again(fork)
        assert (await home.settle(fork)).status is RunStatus.COMPLETED
        assert "undone" not in seen


async def test_a_doubt_goes_along_with_a_fork_of_a_fork() -> None:
    async with house() as home:
        charge = Charge()
        _, fork = await forked_in_mid_charge(home, charge, [])
        grandchild = await home.settle(await home.runtime.fork(fork, (await home.row(fork)).seq))
        assert (grandchild.status, grandchild.where) == (RunStatus.DOUBTFUL, "charge")
        assert charge.calls == 1


async def test_one_retry_tries_again_everything_that_failed_side_by_side() -> None:
    async with house() as home:
        calls: list[str] = []
        broken = {"a", "b"}

        def call(name: str) -> Any:
            async def run() -> str:
                calls.append(name)
                if name in broken:
                    raise ValueError(f"no {name}")
                return name

            return run

        async def flow(ctx: Context) -> Any:
            await ctx.step("optional", call("optional"))  # its failure was dealt with
            both = await ctx.all([ctx.step("a", call("a")), ctx.step("b", call("b")), ctx.step("c", call("c"))])
            return next((outcome for outcome in both if isinstance(outcome, Err)), both[0])

        broken.add("optional")
        row = await home.run(flow)
        assert row.status is RunStatus.FAILED
        broken.clear()
        calls.clear()
        plan = await preview(home.runtime, Request(row.id, RequestKind.RETRY))
        assert plan.sentence == "b and a are tried again"
        await home.ask(row, RequestKind.RETRY)
        assert (await home.settle(row)).status is RunStatus.COMPLETED
        assert sorted(calls) == ["a", "b"]


async def test_the_preview_of_a_parked_run_says_what_would_be_refused() -> None:
    async with house() as home:
        charge = Charge()

        async def work() -> int:
            await charge()
            return 1

        async def flow(ctx: Context) -> None:
            await ctx.step("charge", work, policy=ONCE_ONLY, returns=int)

        row = await home.start(flow)
        await home.clock.until(charge.inside.wait())
        await home.crash()
        row = await home.again(row)
        assert (row.status, row.owner) == (RunStatus.DOUBTFUL, None)

        async def look(target: str, **data: Any) -> Any:
            return await preview(home.runtime, Request(row.id, RequestKind.RESOLVE, target, data))

        assert (await look("charge", how="done", result=7)).sentence == "charge counts as done"
        assert "does not fit" in (await look("charge", how="done", result="seven")).refused
        assert "did you mean 'charge'" in (await look("chrage", how="again")).refused
        assert "not paused" in (await preview(home.runtime, Request(row.id, RequestKind.RESUME))).refused
        home.registry.set(define(flow, version=2))
        assert "version 2" in (await look("charge", how="again")).refused
        assert (await home.row(row)).seq == row.seq
        assert charge.calls == 1
