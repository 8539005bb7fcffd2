"""Runs on a journal: what is done once stays done, whatever happens to the process."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.journal import Request, RequestKind, RequestState
from lexiconsole.durable.policy import Backoff, OnUnknown, StepPolicy, StepRole
from lexiconsole.durable.question import Question
from lexiconsole.errors import ReplayMismatchError, RunCancelled, StepError, WorkflowVersionMismatchError
from lexiconsole.result import Err, Ok, Result
from lexiconsole.runtime.taking import preview
from lexiconsole.types import RunStatus
from tests.support import House, define, house

HANG = 3600.0


class Calls(list[str]):
    """Remembers what was really called."""

    def give(self, name: str, value: Any = None, *, fail: int = 0) -> Any:
        async def call() -> Any:
            self.append(name)
            if self.count(name) <= fail:
                raise ValueError(f"{name} is down")
            return value

        return call


async def test_completes_and_keeps_each_outcome() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Result[int, StepError]:
        a = await ctx.step("a", calls.give("a", 1))
        b = await ctx.step("b", calls.give("b", 2))
        return Ok(a.unwrap() + b.unwrap())

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.COMPLETED
        assert await h.story(row) == ["step.done a", "step.done b", "run.completed"]
        assert (await h.entries(row))[-1].data == {"result": 3}


async def test_a_crash_in_a_step_repeats_only_that_step() -> None:
    calls, stop = Calls(), asyncio.Event()

    async def b() -> str:
        calls.append("b")
        if calls.count("b") == 1:
            await stop.wait()
        return "b"

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        return await ctx.step("b", b)

    async with house() as h:
        row = await h.start(flow)
        while "b" not in calls:
            await asyncio.sleep(0)
        await h.crash()
        assert (await h.again(row)).status is RunStatus.COMPLETED
        assert calls == ["a", "b", "b"]


async def test_a_decision_is_made_once_even_if_it_raised() -> None:
    calls = Calls()

    def pick() -> bool:
        calls.append("pick")
        raise KeyError("amount")

    async def flow(ctx: Context) -> Any:
        with pytest.raises(StepError, match="KeyError"):
            await ctx.choose("big", pick)
        await ctx.receive("go", "go")
        return Ok("raised")

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.WAITING
        await h.ask(row, RequestKind.SIGNAL, "go")
        assert (await h.settle(row)).status is RunStatus.COMPLETED
        assert calls == ["pick"]


async def test_first_gives_the_same_one_on_replay() -> None:
    """The slower of two wins live; a replay with both recorded must not turn it round."""
    gate = asyncio.Event()

    async def slow() -> str:
        await gate.wait()
        return "slow"

    async def quick() -> str:
        return "quick"

    async def flow(ctx: Context) -> Any:
        a, b = ctx.step("a", slow), ctx.step("b", quick)
        won = await ctx.first({"a": a, "b": b})
        gate.set()
        rest = await ctx.all([a, b])
        await ctx.receive("go", "go")
        return Ok([won, [r.unwrap() for r in rest]])

    async with house() as h:
        row = await h.run(flow)
        await h.ask(row, RequestKind.SIGNAL, "go")
        row = await h.settle(row)
        assert (await h.entries(row))[-1].data["result"] == ["b", ["slow", "quick"]]


async def test_branches_see_outcomes_in_the_same_order_on_replay() -> None:
    """Two branches that share a list interleave the same way after a crash."""
    seen: list[str] = []
    gates = {name: asyncio.Event() for name in ("x1", "y1", "x2", "y2")}

    def call(name: str) -> Any:
        async def wait() -> str:
            await gates[name].wait()
            return name

        return wait

    async def flow(ctx: Context) -> Any:
        seen.clear()

        async def side(letter: str) -> None:
            for n in (1, 2):
                await ctx.step(f"s{n}", call(f"{letter}{n}"))
                seen.append(f"{letter}{n}")

        both = [ctx.branch(letter, lambda letter=letter: side(letter)) for letter in "xy"]
        await ctx.all(both)
        await ctx.receive("go", "go")
        return Ok(list(seen))

    async with house() as h:
        row = await h.start(flow)
        for name in ("y1", "y2", "x1", "x2"):
            gates[name].set()
            while name not in seen:
                await asyncio.sleep(0)
        row = await h.settle(row)
        await h.ask(row, RequestKind.SIGNAL, "go")
        row = await h.settle(row)
        assert (await h.entries(row))[-1].data["result"] == ["y1", "y2", "x1", "x2"]


async def test_retries_are_entries_and_their_pause_is_durable() -> None:
    calls = Calls()
    policy = StepPolicy(attempts=3, backoff=Backoff(initial=600, jitter=0))

    async def flow(ctx: Context) -> Any:
        return await ctx.step("a", calls.give("a", "ok", fail=2), policy=policy)

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.SLEEPING
        assert row.wake_at == pytest.approx(h.clock.now() + 600)
        await h.clock.advance(601)
        row = await h.again(row)
        assert row.status is RunStatus.SLEEPING and calls == ["a", "a"]
        await h.clock.advance(1200)
        assert (await h.again(row)).status is RunStatus.COMPLETED
        assert await h.story(row) == ["step.attempt_failed a", "step.attempt_failed a", "step.done a", "run.completed"]


async def test_not_idempotent_and_killed_is_in_doubt_until_an_operator_says() -> None:
    calls, hang = Calls(), asyncio.Event()

    async def charge() -> str:
        calls.append("charge")
        await hang.wait()
        return "ch_1"

    async def flow(ctx: Context) -> Any:
        return await ctx.step("charge", charge, policy=StepPolicy(idempotent=False, attempts=3))

    async with house() as h:
        row = await h.start(flow)
        while not calls:
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.DOUBTFUL and row.where == "charge"
        assert calls == ["charge"], "never a guess: it is not called again"
        state = await h.ask(row, RequestKind.RESOLVE, "charge", how="done", result="ch_9", reason="seen in the ledger")
        assert state.state is RequestState.APPLIED
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert (await h.entries(row))[-1].data == {"result": "ch_9"}
        assert calls == ["charge"]


@pytest.mark.parametrize(("how", "status", "count"), [("again", RunStatus.COMPLETED, 2), ("fail", RunStatus.FAILED, 1)])
async def test_a_doubt_run_again_or_failed(how: str, status: RunStatus, count: int) -> None:
    calls, hang = Calls(), asyncio.Event()

    async def charge() -> str:
        calls.append("charge")
        await hang.wait()
        return "ch_1"

    async def flow(ctx: Context) -> Any:
        return await ctx.step("charge", charge, policy=StepPolicy(idempotent=False))

    async with house() as h:
        row = await h.start(flow)
        while not calls:
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        hang.set()
        await h.ask(row, RequestKind.RESOLVE, "charge", how=how)
        row = await h.settle(row)
        assert row.status is status and len(calls) == count


async def test_a_timeout_of_what_is_not_idempotent_is_in_doubt_and_never_retried() -> None:
    calls = Calls()

    async def charge() -> None:
        calls.append("charge")
        await asyncio.sleep(HANG)

    async def flow(ctx: Context) -> Any:
        return await ctx.step("charge", charge, policy=StepPolicy(idempotent=False, attempts=5, timeout=0.01))

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.DOUBTFUL and calls == ["charge"]


async def test_an_unknown_outcome_may_be_handed_to_the_model_instead() -> None:
    async def hang() -> None:
        await asyncio.sleep(HANG)

    async def flow(ctx: Context) -> Any:
        policy = StepPolicy(idempotent=False, timeout=0.01, on_unknown=OnUnknown.FAIL)
        result = await ctx.step("charge", hang, policy=policy)
        return Ok(result.unwrap_err().unknown)

    async with house() as h:
        row = await h.run(flow)
        assert (await h.entries(row))[-1].data == {"result": True}


async def test_cancel_in_flight_drains_the_step_and_compensates() -> None:
    """The charge is under way when the cancel comes: it ends, and is undone."""
    calls, gate = Calls(), asyncio.Event()

    async def charge() -> str:
        calls.append("charge")
        await gate.wait()
        return "ch_1"

    async def flow(ctx: Context) -> Any:
        work = ctx.step("charge", charge)
        try:
            await work
        except RunCancelled:
            async with ctx.shielded():
                result = await work
                if result.is_ok():
                    await ctx.step("undo/charge", calls.give("refund"), role=StepRole.COMPENSATION)
            raise

    async with house() as h:
        row = await h.start(flow)
        while not calls:
            await asyncio.sleep(0)
        await h.ask(row, RequestKind.CANCEL, reason="customer called")
        gate.set()
        row = await h.settle(row)
        assert row.status is RunStatus.CANCELLED
        assert calls == ["charge", "refund"]
        assert await h.story(row) == [
            "run.cancel", "step.done charge", "step.started undo/charge", "step.done undo/charge", "run.cancelled",
        ]  # fmt: skip


async def test_the_preview_of_a_cancel_of_what_is_being_undone_promises_no_other_end() -> None:
    gate = asyncio.Event()

    async def flow(ctx: Context) -> Any:
        result = await ctx.step("a", Calls().give("a", fail=9))
        await ctx.step("undo/a", gate.wait, role=StepRole.COMPENSATION)
        return result

    async with house() as h:
        row = await h.start(flow)
        while (await h.row(row)).status is not RunStatus.COMPENSATING:
            await asyncio.sleep(0)
        plan = await preview(h.runtime, Request(row.id, RequestKind.CANCEL))
        assert plan.sentence == "what it did is being undone already; that goes on to its end"
        gate.set()
        assert (await h.settle(row)).status is RunStatus.COMPENSATED


async def test_cancel_then_crash_takes_the_same_way_on_replay() -> None:
    calls, gate, refund = Calls(), asyncio.Event(), asyncio.Event()

    async def charge() -> str:
        calls.append("charge")
        await gate.wait()
        return "ch_1"

    async def undo() -> None:
        calls.append("refund")
        if calls.count("refund") == 1:
            await refund.wait()

    async def flow(ctx: Context) -> Any:
        work = ctx.step("charge", charge)
        try:
            await work
        except RunCancelled:
            async with ctx.shielded():
                assert (await work).is_ok()
                await ctx.step("undo/charge", undo, role=StepRole.COMPENSATION)
            raise

    async with house() as h:
        row = await h.start(flow)
        while not calls:
            await asyncio.sleep(0)
        await h.ask(row, RequestKind.CANCEL)
        gate.set()
        while "refund" not in calls:
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.CANCELLED and calls == ["charge", "refund", "refund"]


async def test_a_step_that_outlasts_the_drain_after_a_cancel_has_an_unknown_outcome() -> None:
    async def charge() -> None:
        await asyncio.sleep(HANG)

    got: list[StepError] = []

    async def flow(ctx: Context) -> Any:
        work = ctx.step("charge", charge)
        try:
            await work
        except RunCancelled:
            async with ctx.shielded():
                got.append((await work).unwrap_err())
            raise

    async with house() as h:
        row = await h.start(flow)
        await asyncio.sleep(0)
        await h.ask(row, RequestKind.CANCEL)
        row = await h.settle(row)
        assert row.status is RunStatus.CANCELLED and got[0].unknown


async def test_a_run_cancelled_while_it_waits_withdraws_its_question() -> None:
    async def flow(ctx: Context) -> Any:
        await ctx.ask("ok", Question("fine?"))

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.WAITING and len(await h.journal.tasks()) == 1
        await h.ask(row, RequestKind.CANCEL)
        assert (await h.settle(row)).status is RunStatus.CANCELLED
        assert await h.journal.tasks() == []


async def test_an_answer_wakes_a_parked_run_and_steps_before_it_do_not_run_again() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        answer = await ctx.ask("ok", Question("fine?", form=bool))
        await ctx.step("b", calls.give("b"))
        return Ok(answer)

    async with house() as h:
        row = await h.run(flow)
        assert not h.runtime.drives, "it left memory"
        await h.crash()
        refused = await h.ask(row, RequestKind.ANSWER, "ok", value="perhaps")
        assert refused.state is RequestState.REFUSED and "does not fit" in refused.reply
        row = await h.settle(row)
        assert row.status is RunStatus.WAITING
        await h.ask(row, RequestKind.ANSWER, "ok", value=True)
        row = await h.settle(row)
        assert (await h.entries(row))[-1].data == {"result": True}
        assert calls == ["a", "b"]
        late = await h.ask(row, RequestKind.ANSWER, "ok", value=True)
        assert late.state is RequestState.REFUSED


async def test_an_act_bound_to_a_revision_is_refused_when_its_target_moved_on() -> None:
    async def flow(ctx: Context) -> Any:
        return Ok(await ctx.ask("ok", Question("fine?")))

    async with house() as h:
        row = await h.run(flow)
        seen = next(e.seq for e in await h.entries(row) if e.key == "ok")
        refused = await h.ask(row, RequestKind.ANSWER, "ok", value=1, expects=seen - 1)
        assert refused.state is RequestState.REFUSED and "moved on" in refused.reply
        applied = await h.ask(await h.settle(row), RequestKind.ANSWER, "ok", value=1, expects=seen)
        assert applied.state is RequestState.APPLIED
        assert (await h.settle(row)).status is RunStatus.COMPLETED


async def test_signals_are_kept_until_somebody_receives_them_in_their_order() -> None:
    async def flow(ctx: Context) -> Any:
        await ctx.receive("start", "start")
        return Ok([await ctx.receive(f"n{i}", "n") for i in range(2)])

    async with house() as h:
        row = await h.run(flow)
        for n in (1, 2):
            await h.ask(row, RequestKind.SIGNAL, "n", payload=n)
        row = await h.settle(row)
        assert row.status is RunStatus.WAITING
        await h.crash()
        await h.ask(row, RequestKind.SIGNAL, "start")
        row = await h.settle(row)
        assert (await h.entries(row))[-1].data == {"result": [1, 2]}


async def test_durable_sleep_survives_and_counts_from_its_first_start() -> None:
    async def flow(ctx: Context) -> Any:
        await ctx.sleep("nap", timedelta(hours=1))
        return Ok("rested")

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.SLEEPING
        due = row.wake_at
        await h.crash()
        await h.clock.advance(1800)
        row = await h.again(row)
        assert row.wake_at == due
        await h.clock.advance(1801)
        assert (await h.again(row)).status is RunStatus.COMPLETED


async def test_pause_starts_nothing_and_resume_goes_on() -> None:
    calls, gate = Calls(), asyncio.Event()

    async def a() -> None:
        calls.append("a")
        await gate.wait()

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", a)
        await ctx.step("b", calls.give("b"))
        return Ok(None)

    async with house() as h:
        row = await h.start(flow)
        while not calls:
            await asyncio.sleep(0)
        await h.ask(row, RequestKind.PAUSE)
        gate.set()
        row = await h.settle(row)
        assert row.status is RunStatus.PAUSED and calls == ["a"]
        await h.ask(row, RequestKind.RESUME)
        assert (await h.settle(row)).status is RunStatus.COMPLETED
        assert calls == ["a", "b"]


async def test_retry_goes_on_from_the_failed_step_and_keeps_what_succeeded() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        result = await ctx.step("b", calls.give("b", fail=1))
        if result.is_err():
            await ctx.step("apologise", calls.give("apologise"))
            return result
        await ctx.step("c", calls.give("c"))
        return result

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.FAILED and row.where == "b"
        await h.ask(row, RequestKind.RETRY)
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert calls == ["a", "b", "apologise", "b", "c"]
        retried = next(e for e in await h.entries(row) if e.kind == "retried")
        kinds = {e.seq: f"{e.kind} {e.key}".strip() for e in await h.entries(row)}
        assert {kinds[seq] for seq in retried.data["voids"]} == {"step.failed b", "step.done apologise", "run.failed"}
        assert retried.by == "ana"
        await h.crash()
        assert (await h.row(row)).status is RunStatus.COMPLETED


async def test_a_run_that_unwraps_a_failed_step_says_what_went_wrong_in_the_step() -> None:
    async def flow(ctx: Context) -> Any:
        return (await ctx.step("a", Calls().give("a", fail=9))).unwrap()

    async with house() as h:
        row = await h.run(flow)
        assert (row.status, row.where, row.error) == (RunStatus.FAILED, "a", "ValueError: a is down")


async def test_a_run_that_ends_in_a_group_of_errors_says_what_each_of_them_is() -> None:
    async def flow(ctx: Context) -> None:
        raise ExceptionGroup("two", [ValueError("a is down"), TypeError("b")])

    async with house() as h:
        assert (await h.run(flow)).error == "ExceptionGroup: two: ValueError: a is down; TypeError: b"


async def test_retry_is_refused_once_compensation_has_begun() -> None:
    async def flow(ctx: Context) -> Any:
        result = await ctx.step("a", Calls().give("a", fail=9))
        await ctx.step("undo/a", Calls().give("undo"), role=StepRole.COMPENSATION)
        return result

    async with house() as h:
        row = await h.run(flow)
        refused = await h.ask(row, RequestKind.RETRY)
        assert refused.state is RequestState.REFUSED and "fork" in refused.reply
        assert (await h.row(row)).seq == row.seq, "nothing was written"


async def test_skip_gives_the_failed_step_a_result() -> None:
    async def flow(ctx: Context) -> Any:
        result: Result[int, StepError] = await ctx.step("a", Calls().give("a", fail=9))
        return result

    async with house() as h:
        row = await h.run(flow)
        await h.ask(row, RequestKind.SKIP, "a", result=7, reason="done by phone")
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert (await h.entries(row))[-1].data == {"result": 7}


async def test_edit_of_a_recorded_result_then_retry_uses_it() -> None:
    async def check(amount: int) -> int:
        if amount > 10:
            raise ValueError("too much")
        return amount

    calls = Calls()

    async def flow(ctx: Context) -> Any:
        amount = (await ctx.step("amount", calls.give("amount", 99))).unwrap()
        return await ctx.step("check", lambda: check(amount))

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.FAILED
        await h.ask(row, RequestKind.EDIT, "amount", value=5)
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert (await h.entries(row))[-1].data == {"result": 5}
        assert calls == ["amount"]


async def test_a_changed_definition_goes_on_where_the_journal_fits() -> None:
    calls = Calls()

    async def before(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        await ctx.receive("go", "go")

    async def after(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        await ctx.receive("go", "go")
        await ctx.step("new", calls.give("new"))
        return Ok(None)

    async with house() as h:
        row = await h.run(before)
        h.registry.set(define(after))
        await h.ask(row, RequestKind.SIGNAL, "go")
        assert (await h.settle(row)).status is RunStatus.COMPLETED
        assert calls == ["a", "new"]


async def test_a_changed_definition_stops_at_the_step_that_differs_with_both_sides_and_runs_nothing() -> None:
    calls = Calls()

    async def before(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        await ctx.receive("go", "go")

    async def after(ctx: Context) -> Any:
        await ctx.step("first", calls.give("first"))
        await ctx.step("a", calls.give("a"))
        await ctx.receive("go", "go")

    async with house() as h:
        row = await h.run(before)
        h.registry.set(define(after))
        with pytest.raises(ReplayMismatchError) as fault:
            await h.again(row)
        assert fault.value.key == "a" and "first" in fault.value.asked
        row = await h.row(row)
        assert row.status is RunStatus.DOUBTFUL and row.where == "a"
        assert calls == ["a"]
        h.registry.set(define(before))
        await h.ask(row, RequestKind.SIGNAL, "go")
        assert (await h.settle(row)).status is RunStatus.COMPLETED, "put back, it goes on"


async def test_a_cancel_of_a_run_that_no_definition_fits_is_on_record_with_who_and_from_where() -> None:
    async with house() as h:
        row = await h.run(lambda ctx: ctx.receive("go", "go"))
        h.registry.set(define(lambda ctx: ctx.sleep("go", 1e12)))
        await h.crash()
        with suppress(ReplayMismatchError):
            await h.ask(row, RequestKind.CANCEL, reason="stuck", **{"from": {"os_user": "ana"}})
            await h.settle(row)
        assert (await h.row(row)).status is RunStatus.CANCELLED
        await _is_on_record(h, "stuck")


async def test_a_cancel_ends_what_fits_no_definition_at_the_first_time_of_asking() -> None:
    """It is written before the model goes on; that the model then does not fit must not leave the run in doubt, being cancelled."""
    calls = Calls()

    def flow(name: str) -> Any:
        async def body(ctx: Context) -> None:
            await ctx.step(name, calls.give(name))
            await ctx.receive("go", "go")

        return body

    async with house() as h:
        row = await h.run(flow("a"))
        h.registry.set(define(flow("b")))
        await h.ask(row, RequestKind.CANCEL, reason="stuck", **{"from": {"os_user": "ana"}})
        with suppress(ReplayMismatchError):
            await h.settle(row)
        now = await h.row(row)
        assert (now.status, now.error, calls) == (RunStatus.CANCELLED, "stuck", ["a"])


async def _is_on_record(h: House, reason: str) -> None:
    link = (await h.journal.audit())[-1].entry
    assert link.kind in ("run.cancelled", "run.cancel")
    assert (link.by, link.data["reason"], link.data["from"]) == ("ana", reason, {"os_user": "ana"})


async def test_another_version_is_refused_before_anything_runs() -> None:
    async def flow(ctx: Context) -> Any:
        await ctx.receive("go", "go")

    async with house() as h:
        row = await h.run(define(flow, version=1))
        h.registry.set(define(flow, version=2))
        with pytest.raises(WorkflowVersionMismatchError):
            await h.take(row)
        assert (await h.row(row)).seq == row.seq
        await h.ask(row, RequestKind.CANCEL, reason="old", **{"from": {"os_user": "ana"}})
        assert (await h.row(row)).status is RunStatus.CANCELLED, "it can still be cancelled"
        await _is_on_record(h, "old")


async def test_fork_takes_over_the_prefix_and_its_idempotency_keys() -> None:
    calls = Calls()
    keys: dict[str, list[str]] = {}

    def call(name: str) -> Any:
        async def run() -> str:
            from lexiconsole.durable.step import current_step

            keys.setdefault(name, []).append(current_step().idempotency_key)
            calls.append(name)
            return name

        return run

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", call("a"))
        await ctx.step("b", call("b"))
        return Ok(ctx.idempotency_key("a"))

    async with house() as h:
        row = await h.run(flow)
        fork = await h.runtime.fork(row, 2, by="ana")
        fork = await h.settle(fork)
        assert fork.status is RunStatus.COMPLETED and fork.origin == row.id
        assert calls == ["a", "b", "b"]
        assert (await h.entries(fork))[-1].data["result"] == f"{row.id}/a"
        assert keys["b"] == [f"{row.id}/b", f"{fork.id}/b"]


async def test_a_fork_leaves_the_effects_of_its_origin_alone_unless_told() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        result = await ctx.step("b", calls.give("b", fail=9))
        await ctx.step("undo/a", calls.give("undo a"), role=StepRole.COMPENSATION)
        return result

    async with house() as h:
        row = await h.run(flow)
        assert calls == ["a", "b", "undo a"]
        await h.settle(await h.runtime.fork(row, 2))
        assert calls.count("undo a") == 1
        await h.settle(await h.runtime.fork(row, 2, compensate=True))
        assert calls.count("undo a") == 2


async def test_renew_begins_a_new_generation_and_old_entries_are_not_replayed() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        n = ctx.run.state or 0
        await ctx.step("work", calls.give(f"work {n}"))
        if n < 3:
            ctx.renew(n + 1)
        await ctx.receive("go", "go")
        return Ok(n)

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.WAITING and row.base > 1
        await h.crash()
        await h.ask(row, RequestKind.SIGNAL, "go")
        row = await h.settle(row)
        assert (await h.entries(row))[-1].data == {"result": 3}
        assert calls == ["work 0", "work 1", "work 2", "work 3"]


async def test_child_runs_have_a_life_of_their_own() -> None:
    async def inner(ctx: Context) -> Any:
        return Ok(await ctx.ask("ok", Question("fine?")))

    async def outer(ctx: Context) -> Any:
        result = await ctx.child("inner", "inner")
        return Ok(["inner said", result.unwrap()])

    async with house() as h:
        h.registry.set(define(inner, name="inner"))
        row = await h.run(outer)
        assert row.status is RunStatus.WAITING
        task = (await h.journal.tasks())[0]
        await h.crash()
        child = await h.journal.run(task.run_id)
        await h.ask(child, RequestKind.ANSWER, "ok", value="yes")
        await h.settle(child)
        row = await h.again(row)
        assert (await h.entries(row))[-1].data == {"result": ["inner said", "yes"]}


@pytest.mark.parametrize("crashed", [False, True])
async def test_a_retry_reaches_a_step_whose_run_it_takes_up_before_it_rests_again(crashed: bool) -> None:
    """The run left memory until the next attempt; the request is done in the turn in which it is live again."""
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        policy = StepPolicy(attempts=2, backoff=Backoff(5000.0, maximum=5000.0))
        return await ctx.step("pay", calls.give("pay", fail=1), policy=policy)

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.SLEEPING
        began = h.clock.now()
        if crashed:
            await h.crash()
        await h.ask(row, RequestKind.RETRY, "pay")
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert await h.story(row) == ["step.attempt_failed pay", "retried pay", "step.done pay", "run.completed"]
        assert h.clock.now() - began < 60


async def test_a_model_that_tidies_up_withdraws_no_child_run_when_it_is_only_put_down() -> None:
    """It leaves memory while it waits, and its `finally` runs: the journal knows of no drop, so the child goes on."""

    async def inner(ctx: Context) -> Any:
        return await ctx.ask("ok", Question("fine?"))

    async def outer(ctx: Context) -> Any:
        child, timer = ctx.child("inner", "inner"), ctx.sleep("late", timedelta(hours=2))
        try:
            return await ctx.first({"answered": child, "late": timer})
        finally:
            ctx.drop(child, "nobody waits for it")
            ctx.drop(timer, "nobody waits for it")

    async with house() as h:
        h.registry.set(define(inner, name="inner"))
        row = await h.run(outer)
        [task] = await h.journal.tasks()
        child = await h.settle(await h.journal.run(task.run_id))
        assert [(await h.row(one)).status for one in (row, child)] == [RunStatus.WAITING, RunStatus.WAITING]
        assert "run.cancel" not in await h.story(child)
        assert await h.journal.requests(run=child) == []
        await h.ask(child, RequestKind.ANSWER, "ok", value="yes")
        await h.settle(child)
        row = await h.again(row)
        assert (await h.entries(row))[-1].data == {"result": "answered"}


async def test_the_same_key_twice_is_an_error_that_names_it() -> None:
    async def flow(ctx: Context) -> Any:
        await ctx.step("a", Calls().give("a"))
        await ctx.step("a", Calls().give("a"))

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.FAILED and "'a' is used twice" in row.error


async def test_a_context_call_from_another_task_names_branch_and_all() -> None:
    async def flow(ctx: Context) -> Any:
        async def elsewhere() -> None:
            await ctx.step("a", Calls().give("a"))

        await asyncio.create_task(elsewhere())

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.FAILED and "ctx.branch()" in row.error and "ctx.all()" in row.error


async def test_returning_with_something_open_is_an_error() -> None:
    async def flow(ctx: Context) -> Any:
        ctx.sleep("nap", timedelta(hours=1))
        return Ok(None)

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.FAILED and "'nap' was open" in row.error


async def test_a_dropped_step_is_drained_and_its_result_discarded() -> None:
    gate = asyncio.Event()

    async def slow() -> str:
        await gate.wait()
        return "late"

    async def flow(ctx: Context) -> Any:
        slow_one, quick_one = ctx.step("slow", slow), ctx.step("quick", Calls().give("quick", "q"))
        await ctx.first({"slow": slow_one, "quick": quick_one})
        ctx.drop(slow_one, "too late")
        return Ok("done")

    async with house() as h:
        row = await h.start(flow)
        for _ in range(50):
            await asyncio.sleep(0)
        assert (await h.row(row)).status is RunStatus.RUNNING, "it waits for what it began"
        gate.set()
        row = await h.settle(row)
        assert await h.story(row) == ["step.done quick", "dropped slow", "step.done slow", "run.completed"]


async def test_a_value_json_can_not_carry_fails_the_step_with_type_and_field() -> None:
    async def give() -> Any:
        return {"when": {1, 2}}

    async def flow(ctx: Context) -> Any:
        return await ctx.step("a", give)

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.FAILED
        assert "set" in row.error and "a.when" in (await h.story(row))[0] + row.error


async def test_values_come_back_as_the_annotated_type_live_and_replayed() -> None:
    kinds: list[type] = []

    async def give() -> tuple[date, int]:
        return (date(2026, 1, 2), 3)

    async def flow(ctx: Context) -> Any:
        value = (await ctx.step("a", give)).unwrap()
        kinds.append(type(value))
        assert value == (date(2026, 1, 2), 3)
        await ctx.receive("go", "go")
        return Ok(None)

    async with house() as h:
        row = await h.run(flow)
        await h.ask(row, RequestKind.SIGNAL, "go")
        assert (await h.settle(row)).status is RunStatus.COMPLETED
        assert kinds == [tuple, tuple]


async def test_the_run_s_own_time_runs_out_durably() -> None:
    async def flow(ctx: Context) -> Any:
        await ctx.receive("go", "go")

    async with house() as h:
        row = await h.run(define(flow, timeout=100.0))
        assert row.status is RunStatus.WAITING and row.wake_at == row.created_at + 100
        await h.crash()
        await h.clock.advance(101)
        row = await h.again(row)
        assert row.status is RunStatus.FAILED and "time is over" in row.error


async def test_a_workflow_with_retries_tries_again_and_keeps_what_succeeded() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        return await ctx.step("b", calls.give("b", fail=2))

    async with house() as h:
        row = await h.run(define(flow, retries=2))
        assert row.status is RunStatus.COMPLETED and calls == ["a", "b", "b", "b"]


async def test_the_same_id_again_is_the_same_run() -> None:
    async def flow(ctx: Context) -> Any:
        return Ok(1)

    async with house() as h:
        definition = define(flow)
        row = await h.run(definition, {"x": 1}, id="mine")
        again, created = await h.runtime.create(definition, {"x": 1}, id="mine")
        assert again.id == row.id and not created


def test_err_is_the_failure_of_the_run() -> None:
    """An Err that a model returns is what the run failed with."""

    async def scenario() -> None:
        async def flow(ctx: Context) -> Any:
            return Err("no rooms")

        async with house() as h:
            row = await h.run(flow)
            assert row.status is RunStatus.FAILED and "no rooms" in row.error

    asyncio.run(scenario())


async def test_an_edit_of_the_failed_step_s_result_stands_instead_of_the_failure() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        return await ctx.step("a", calls.give("a", fail=9))

    async with house() as h:
        row = await h.run(flow)
        await h.ask(row, RequestKind.EDIT, "a", value=7)
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert (await h.entries(row))[-1].data == {"result": 7}
        assert calls == ["a"]


@pytest.mark.parametrize(("fail", "status"), [(0, RunStatus.COMPENSATED), (9, RunStatus.FAILED)])
async def test_a_plain_workflow_that_undid_all_it_did_is_compensated(fail: int, status: RunStatus) -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        await ctx.step("undo/a", calls.give("undo a"), role=StepRole.COMPENSATION)
        await ctx.step("undo/b", calls.give("undo b", fail=fail), role=StepRole.COMPENSATION)
        return Err("no good")

    async with house() as h:
        assert (await h.run(flow)).status is status


async def test_a_retry_of_a_cancelled_run_asks_again_what_was_withdrawn_before_the_step_failed() -> None:
    """Else it waits for an answer to a question that nobody is shown. The branch is still being taken down when the step fails."""
    over = asyncio.Event()

    async def fails_once() -> None:
        if not over.is_set():
            await over.wait()
            raise OSError("cut off")

    async def flow(ctx: Context) -> Any:
        async def asks() -> Any:
            return await ctx.ask("q", Question("well?"))

        await ctx.all([ctx.branch("left", asks), ctx.step("a", fails_once)])
        return Ok("both")

    async with house() as h:
        row = await h.start(flow)
        await h.clock.advance(0)
        await h.ask(row, RequestKind.CANCEL)
        over.set()
        assert (await h.settle(row)).status is RunStatus.CANCELLED
        await h.ask(row, RequestKind.RETRY)
        assert (await h.settle(row)).where == "left/q"
        await h.ask(row, RequestKind.ANSWER, "left/q", value=1)
        assert (await h.settle(row)).status is RunStatus.COMPLETED


async def test_a_cancel_on_its_way_to_the_disk_is_not_set_aside_by_an_automatic_retry() -> None:
    over, gate, calls = asyncio.Event(), asyncio.Event(), Calls()

    async def fails() -> None:
        calls.append("a")
        await over.wait()
        raise OSError("down")

    async def flow(ctx: Context) -> Any:
        return (await ctx.step("a", fails)).unwrap()

    async with house() as h:
        append = h.journal.append

        async def later(written: asyncio.Future[None]) -> None:
            await written
            await gate.wait()

        def held(run: Any, epoch: int, entries: Any) -> asyncio.Future[None]:
            written = append(run, epoch, entries)
            return asyncio.ensure_future(later(written)) if entries[0].kind == "run.cancel" else written

        h.journal.append = held
        row = await h.start(define(flow, retries=2))
        await h.clock.advance(0)
        asking = asyncio.ensure_future(h.ask(row, RequestKind.CANCEL))
        await h.clock.advance(0)
        over.set()
        await h.clock.advance(0)
        gate.set()
        assert (await asking).state is RequestState.APPLIED
        assert (await h.settle(row)).status is RunStatus.FAILED, (
            "it had failed by then, and nothing goes on behind a cancel"
        )
        assert calls == ["a"]
