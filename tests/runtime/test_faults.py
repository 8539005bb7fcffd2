"""Faults that were found by trying to lose or double a step, to make a run hang, or to make the journal lie."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RequestState
from lexiconsole.durable.policy import Backoff, OnUnknown, StepPolicy
from lexiconsole.durable.question import OnDue, Question, QuestionKind
from lexiconsole.durable.threads import Threads
from lexiconsole.errors import RunCancelled, StoreError
from lexiconsole.result import Err, Ok
from lexiconsole.runtime.settings import EngineSettings
from lexiconsole.runtime.taking import act
from lexiconsole.store.memory import MemoryJournal
from lexiconsole.types import RunStatus
from tests.runtime.test_driving import HANG, Calls
from tests.runtime.test_prefixes import resumed_from
from tests.support import define, house


async def turns(count: int = 30) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def called(calls: Calls, name: str) -> None:
    while name not in calls:
        await asyncio.sleep(0)


class Hanging:
    """A step that hangs until told to end."""

    def __init__(self, calls: Calls, name: str) -> None:
        self.calls, self.name, self.gate = calls, name, asyncio.Event()

    async def __call__(self) -> str:
        self.calls.append(self.name)
        await self.gate.wait()
        return self.name


# what a model does on its way out


async def test_a_model_that_is_put_down_starts_no_step_on_its_way_out() -> None:
    calls = Calls()
    hang = Hanging(calls, "a")

    async def flow(ctx: Context) -> Any:
        try:
            await ctx.step("a", hang)
        finally:
            await ctx.step("cleanup", calls.give("cleanup"))

    async with house() as h:
        row = await h.start(flow)
        await called(calls, "a")
        drive = h.runtime.drives[row.id]
        await asyncio.wait_for(h.runtime.stop(), 60)
        assert drive.task.done() and calls == ["a"]
        assert await h.story(row) == []


async def test_what_a_model_raises_while_it_is_put_down_is_no_ending() -> None:
    calls = Calls()
    hang = Hanging(calls, "a")

    async def flow(ctx: Context) -> Any:
        try:
            return await ctx.step("a", hang)
        except BaseException:
            raise ValueError("the connection closed") from None

    async with house() as h:
        row = await h.start(flow)
        await called(calls, "a")
        await h.runtime.stop()
        assert await h.story(row) == []
        hang.gate.set()
        h.runtime = h._new()
        assert (await h.again(row)).status is RunStatus.COMPLETED


async def test_a_parked_model_that_swallows_its_cancellation_is_gone_all_the_same() -> None:
    async def flow(ctx: Context) -> Any:
        for n in range(3):
            try:
                return Ok(await ctx.receive(f"go{n}", "go"))
            except BaseException:
                continue
        return None

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.WAITING
        await h.ask(row, RequestKind.SIGNAL, "go", payload=1)
        assert (await h.settle(row)).status is RunStatus.COMPLETED


class Stop(BaseException):
    """As pytest's own outcomes are."""


@pytest.mark.parametrize("fault", [KeyboardInterrupt, SystemExit, Stop])
@pytest.mark.parametrize("place", ["step", "beside", "thread", "pick", "model", "branch"])
async def test_no_exception_of_a_definition_ends_the_engine(place: str, fault: type[BaseException]) -> None:
    def bad() -> None:
        raise fault("out")

    async def abad() -> None:
        raise fault("out")

    async def good() -> None: ...

    async def flow(ctx: Context) -> Any:
        match place:
            case "step":
                return await ctx.step("a", abad)
            case "beside":
                return (await ctx.all([ctx.step("b", good), ctx.step("a", abad)]))[1]
            case "thread":
                return await ctx.step("a", bad)
            case "pick":
                return await ctx.choose("a", bad)
            case "branch":
                return await ctx.all([ctx.branch("b", abad)])
            case _:
                return bad()

    async with house() as h:
        row = await asyncio.wait_for(h.run(flow), 60)
        assert row.status is RunStatus.FAILED


# requests that race


async def test_of_two_answers_at_once_the_second_is_refused() -> None:
    calls = Calls()
    hang = Hanging(calls, "a")

    async def flow(ctx: Context) -> Any:
        _, answer = await ctx.all([ctx.step("a", hang), ctx.ask("ok", Question("ok?"))])
        return Ok(answer)

    async with house() as h:
        row = await h.start(flow)
        await called(calls, "a")
        states = await asyncio.gather(*(h.ask(row, RequestKind.ANSWER, "ok", value=n) for n in (1, 2)))
        assert [s.state for s in states] == [RequestState.APPLIED, RequestState.REFUSED]
        hang.gate.set()
        await h.settle(row)
        assert (await h.story(row)).count("answered ok") == 1


async def test_a_second_cancel_is_refused_while_the_first_waits_for_its_turn() -> None:
    calls = Calls()
    hang = Hanging(calls, "a")

    async def flow(ctx: Context) -> Any:
        return await ctx.step("a", hang)

    async with house() as h:
        row = await h.start(flow)
        await called(calls, "a")
        await h.ask(row, RequestKind.CANCEL)
        assert (await h.ask(row, RequestKind.CANCEL)).state is RequestState.REFUSED
        hang.gate.set()
        assert (await h.settle(row)).status is RunStatus.CANCELLED


async def test_a_skipped_step_is_not_tried_again_when_its_pause_is_over() -> None:
    calls = Calls()
    policy = StepPolicy(attempts=5, backoff=Backoff(initial=20, jitter=0))

    async def flow(ctx: Context) -> Any:
        a = await ctx.step("a", calls.give("a", fail=9), policy=policy)
        await ctx.sleep("nap", timedelta(seconds=25))
        return a

    async with house() as h:
        row = await h.start(flow)
        await called(calls, "a")
        await turns()
        assert (await h.ask(row, RequestKind.SKIP, "a", result=1)).state is RequestState.APPLIED
        assert (await h.settle(row)).status is RunStatus.COMPLETED
        assert calls == ["a"]


@pytest.mark.parametrize(
    ("asked", "seconds", "story"),
    [
        (RequestKind.SKIP, 1000, ["skipped a", "step.done long", "run.completed"]),
        (RequestKind.CANCEL, 1, ["run.cancel", "step.done long", "step.failed a", "run.cancelled"]),
    ],
)
async def test_a_dropped_step_that_was_skipped_or_cancelled_is_not_tried_again_nor_waited_for(
    asked: RequestKind, seconds: int, story: list[str]
) -> None:
    calls, fails, goes_on = Calls(), asyncio.Event(), asyncio.Event()

    async def failing() -> None:
        calls.append("a")
        await fails.wait()
        raise ValueError("a is down")

    async def flow(ctx: Context) -> Any:
        a = ctx.step("a", failing, policy=StepPolicy(attempts=5, backoff=Backoff(initial=300, jitter=0)))
        await ctx.first({"a": a, "quick": ctx.step("quick", calls.give("quick"))})
        ctx.drop(a, "too late")
        await ctx.step("long", goes_on.wait)

    async with house() as h:
        row = await h.start(flow)
        await called(calls, "quick")
        await turns()
        fails.set()
        await turns()
        reply = await h.ask(row, asked, "a" if asked is RequestKind.SKIP else "")
        assert reply.state is RequestState.APPLIED
        await h.clock.advance(seconds)
        goes_on.set()
        await h.settle(row)
        assert calls.count("a") == 1 and (await h.story(row))[-len(story) :] == story


async def test_an_answered_question_leaves_no_timer_behind() -> None:
    async def flow(ctx: Context) -> Any:
        due = ctx.run.started_at + 20
        return Ok(await ctx.ask("ok", Question("ok?", due=due, default=0, has_default=True)))

    async with house() as h:
        row = await h.start(flow)
        await turns()
        await h.ask(row, RequestKind.ANSWER, "ok", value=1)
        await h.settle(row)
        await turns()
        left = [t for t in asyncio.all_tasks() if "_answer_itself" in repr(t) or "guard" in repr(t)]
        assert not left


async def test_a_default_that_does_not_fit_its_form_is_told_when_it_is_asked() -> None:
    async def flow(ctx: Context) -> Any:
        await ctx.ask("n", Question("how many?", form=int, due=1.0, default="many", has_default=True))

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.FAILED and "many" not in await h.story(row)


# what was asked while nobody drove the run


@pytest.mark.parametrize("kind", [RequestKind.CANCEL, RequestKind.PAUSE])
async def test_a_run_that_is_taken_up_hears_of_a_cancel_or_pause_before_it_starts_another_step(
    kind: RequestKind,
) -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        await ctx.step("b", calls.give("b"))

    async with house() as h:
        row = await h.run(flow)
        entries = (await h.entries(row))[:2]
    calls.clear()
    h = await resumed_from(entries, flow)
    await h.journal.request(Request(row.id, kind, data={"reason": "no"}, by="ana"))
    row = await h.again(row)
    assert calls == []
    assert row.status is (RunStatus.CANCELLED if kind is RequestKind.CANCEL else RunStatus.PAUSED)
    assert (await h.journal.request_state(1)).state is RequestState.APPLIED
    await h.runtime.stop()


async def test_a_request_that_can_not_be_planned_is_refused_and_not_met_again() -> None:
    async def flow(ctx: Context) -> Any:
        raise ValueError("no")

    class Picky(int): ...

    async with house() as h:
        row = await h.run(flow)
        h.registry.set(define(flow))
        object.__setattr__(h.registry.definitions["flow"], "input", dict[str, int])
        object.__setattr__(h.registry.definitions["flow"], "build", lambda _: 1 / 0)
        state = await h.ask(row, RequestKind.RETRY)
        assert state.state is RequestState.REFUSED, state


async def test_a_recorded_step_that_is_awaited_late_is_not_called_again() -> None:
    """Its outcome was handed over in the replay; when it is awaited, something else is the only thing open."""
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        a, nap = ctx.step("a", calls.give("a")), ctx.sleep("nap", timedelta(seconds=1))
        await ctx.first({"a": a, "nap": nap})
        await ctx.step("c", calls.give("c"))
        await a
        return Ok(await nap)

    async with house() as h:
        row = await h.run(flow)
        entries = await h.entries(row)
    for cut in range(1, len(entries)):
        calls.clear()
        h = await resumed_from(entries[:cut], flow)
        assert (await h.again(row)).status is RunStatus.COMPLETED
        assert not {e.key for e in entries[:cut] if e.kind is EntryKind.DONE} & set(calls), cut
        await h.runtime.stop()


# retries


async def test_a_model_that_raises_something_of_its_own_can_be_retried() -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        raise ValueError("a fault of the definition")

    async def mended(ctx: Context) -> Any:
        return await ctx.step("a", calls.give("a", 1))

    async with house() as h:
        row = await h.run(define(flow, retries=1))
        assert row.status is RunStatus.FAILED
        h.registry.set(define(mended))
        state = await h.ask(row, RequestKind.RETRY)
        assert state.state is RequestState.APPLIED, state
        assert (await h.settle(row)).status is RunStatus.COMPLETED
        assert calls == ["a"]


async def test_a_doubt_that_was_failed_can_be_retried() -> None:
    calls = Calls()
    hang = Hanging(calls, "charge")

    async def flow(ctx: Context) -> Any:
        return await ctx.step("charge", hang, policy=StepPolicy(idempotent=False))

    async with house() as h:
        row = await h.start(flow)
        await called(calls, "charge")
        await h.crash()
        row = await h.again(row)
        await h.ask(row, RequestKind.RESOLVE, "charge", how="fail")
        assert (await h.settle(row)).status is RunStatus.FAILED
        hang.gate.set()
        await h.ask(row, RequestKind.RETRY)
        assert (await h.settle(row)).status is RunStatus.COMPLETED


async def test_a_retry_after_the_first_failure_dropped_the_rest_tries_what_failed_and_what_was_dropped() -> None:
    calls = Calls()
    gate = asyncio.Event()

    async def slow() -> str:
        calls.append("b")
        if calls.count("b") == 1:
            await gate.wait()
            raise ValueError("the other one closed the connection")
        return "b"

    async def flow(ctx: Context) -> Any:
        a, b = ctx.step("a", calls.give("a", "a", fail=1)), ctx.step("b", slow)
        await ctx.first({"a": a, "b": b})
        got = await a
        if got.is_err():
            ctx.drop(b, "the other one failed")
            return got
        return await b

    async with house() as h:
        row = await h.start(flow)
        await called(calls, "b")
        await turns()
        gate.set()
        assert (await h.settle(row)).status is RunStatus.FAILED
        await h.ask(row, RequestKind.RETRY)
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED, await h.story(row)
        assert calls == ["a", "b", "a", "b"]


async def test_a_skip_of_a_failed_step_with_a_result_of_another_type_is_refused() -> None:
    async def count() -> int:
        raise ValueError("no")

    async def flow(ctx: Context) -> Any:
        return await ctx.step("count", count)

    async with house() as h:
        row = await h.run(flow)
        state = await h.ask(row, RequestKind.SKIP, "count", result="many")
        assert state.state is RequestState.REFUSED
        assert (await h.row(row)).status is RunStatus.FAILED


async def test_a_question_withdrawn_by_a_cancel_is_asked_again_after_a_retry() -> None:
    async def flow(ctx: Context) -> Any:
        return Ok(await ctx.ask("ok", Question("ok?")))

    async with house() as h:
        row = await h.run(flow)
        await h.ask(row, RequestKind.CANCEL)
        assert (await h.settle(row)).status is RunStatus.CANCELLED
        await h.ask(row, RequestKind.RETRY)
        row = await h.settle(row)
        assert row.status is RunStatus.WAITING and len(await h.journal.tasks(row)) == 1
        await h.ask(row, RequestKind.ANSWER, "ok", value=1)
        assert (await h.settle(row)).status is RunStatus.COMPLETED


async def test_a_run_whose_time_is_over_is_not_tried_again_by_itself_but_an_operator_can() -> None:
    calls = Calls()
    slow = [HANG, HANG]

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        return Ok(await ctx.sleep("nap", timedelta(seconds=slow.pop() if slow else 1)))

    async with house() as h:
        row = await h.run(define(flow, timeout=10.0, retries=3))
        while row.status is not RunStatus.FAILED:
            await h.clock.advance(11)
            row = await h.again(row)
        assert (await h.story(row)).count("retried") == 0
        await h.ask(row, RequestKind.RETRY)
        slow.clear()
        row = await h.settle(row)
        assert (await h.story(row)).count("run.cancel") == 1


@pytest.mark.parametrize("renewals", [1, 2])
async def test_the_time_that_an_operator_s_retry_gave_a_run_outlasts_its_renewals(renewals: int) -> None:
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        if ctx.run.generation == 0:
            (await ctx.step("a", calls.give("a", fail=1))).unwrap()
        if ctx.run.generation < renewals:
            ctx.renew(1)
        await ctx.receive("go", "go")
        return Ok(1)

    async with house() as h:
        row = await h.run(define(flow, timeout=100.0))
        await h.clock.advance(150)
        retried_at = h.clock.now()
        await h.ask(row, RequestKind.RETRY)
        row = await asyncio.wait_for(h.settle(row), 60)
        assert (row.status, row.wake_at) == (RunStatus.WAITING, retried_at + 100)
        await h.crash()
        row = await h.again(row)
        assert (row.status, row.wake_at) == (RunStatus.WAITING, retried_at + 100), await h.story(row)
        await h.ask(row, RequestKind.SIGNAL, "go")
        assert (await h.settle(row)).status is RunStatus.COMPLETED


async def test_a_step_s_retry_ahead_of_time_gives_its_run_as_much_time_with_and_without_a_crash_after_it() -> None:
    calls = Calls()
    policy = StepPolicy(attempts=2, backoff=Backoff(initial=50, jitter=0))

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a", fail=1), policy=policy)
        await ctx.receive("go", "go")

    async with house() as h:
        row = await h.start(define(flow, timeout=100.0))
        await called(calls, "a")
        await h.clock.advance(40)
        retried_at = h.clock.now()
        await h.ask(row, RequestKind.RETRY, "a")
        row = await h.settle(row)
        assert row.wake_at == retried_at + 100, await h.story(row)
        await h.crash()
        assert (await h.again(row)).wake_at == retried_at + 100


async def test_a_cancelled_run_whose_time_is_over_too_is_cancelled_once_and_can_park() -> None:
    async def flow(ctx: Context) -> Any:
        try:
            await ctx.receive("go", "go")
        except RunCancelled:
            async with ctx.shielded():
                await ctx.ask("repair/x", Question("what now?", kind=QuestionKind.REPAIR))
            raise

    async with house() as h:
        row = await h.run(define(flow, timeout=10.0))
        await h.ask(row, RequestKind.CANCEL)
        row = await h.settle(row)
        assert row.status is RunStatus.DOUBTFUL and row.wake_at is None
        await h.clock.advance(60)
        row = await asyncio.wait_for(h.again(row), 60)
        assert row.status is RunStatus.DOUBTFUL
        assert (await h.story(row)).count("run.cancel") == 1


# outcomes nobody knows


async def test_a_step_that_was_never_begun_is_not_in_doubt_when_it_fails() -> None:
    """Its intent would be on disk."""
    calls = Calls()

    async def flow(ctx: Context) -> Any:
        return await ctx.step("charge", calls.give("charge", fail=1), policy=StepPolicy(idempotent=False))

    async with house() as h:
        row = await h.run(flow)
        entries = (await h.entries(row))[:1]
    calls.clear()
    h = await resumed_from(entries, flow)
    assert (await h.again(row)).status is RunStatus.FAILED
    await h.runtime.stop()


async def test_a_timed_out_step_that_turns_its_cancellation_into_an_error_has_an_unknown_outcome() -> None:
    calls = Calls()

    async def charge() -> None:
        calls.append("charge")
        try:
            await asyncio.sleep(HANG)
        except asyncio.CancelledError:
            raise ConnectionError("closed") from None

    async def flow(ctx: Context) -> Any:
        return await ctx.step("charge", charge, policy=StepPolicy(idempotent=False, attempts=3, timeout=0.01))

    async with house() as h:
        row = await h.run(flow)
        assert row.status is RunStatus.DOUBTFUL and calls == ["charge"]


async def test_an_interrupted_step_that_turns_its_cancellation_into_an_error_has_an_unknown_outcome() -> None:
    calls = Calls()
    got: list[Any] = []

    async def charge() -> None:
        calls.append("charge")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError("closed") from None

    async def flow(ctx: Context) -> Any:
        work = ctx.step("charge", charge, policy=StepPolicy(attempts=3, on_unknown=OnUnknown.FAIL))
        try:
            await work
        except RunCancelled:
            async with ctx.shielded():
                got.append(await work)
            raise

    async with house() as h:
        row = await h.start(flow)
        await called(calls, "charge")
        await h.ask(row, RequestKind.CANCEL)
        assert (await h.settle(row)).status is RunStatus.CANCELLED
        assert got[0].error.unknown and calls == ["charge"]


async def test_a_secret_in_an_err_is_masked() -> None:
    async def flow(ctx: Context) -> Any:
        return await ctx.step("login", lambda: Err({"user": "ana", "password": "hunter2"}))

    async with house(settings=EngineSettings(secrets=("password",))) as h:
        row = await h.run(flow)
        assert "hunter2" not in repr(await h.entries(row))


# threads


async def test_two_calls_at_once_do_not_wait_for_the_same_idle_thread() -> None:
    threads = Threads()
    await threads.run(lambda: None)
    while not threads._idle:
        await asyncio.sleep(0)
    both = threading.Barrier(2, timeout=60)
    await asyncio.gather(threads.run(both.wait), threads.run(both.wait))


async def test_a_call_that_nobody_waits_for_any_more_is_not_begun() -> None:
    threads, gate, calls = Threads(limit=1), threading.Event(), Calls()
    first = threads.run(gate.wait)
    second = threads.run(lambda: calls.append("b"))
    second.cancel()
    gate.set()
    await first
    await threads.run(lambda: None)
    assert calls == []


# signals, renewal


class Slow(MemoryJournal):
    """Acknowledges appends only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()

    def append(self, run: Any, epoch: int, entries: Any) -> asyncio.Future[None]:
        inner = super().append(run, epoch, entries)

        async def later() -> None:
            await inner
            await self.gate.wait()

        return asyncio.ensure_future(later())


async def test_a_signal_taken_by_a_receive_that_lost_is_there_for_the_next() -> None:
    calls = Calls()
    journal = Slow()
    hang = Hanging(calls, "a")

    async def flow(ctx: Context) -> Any:
        a, r = ctx.step("a", hang), ctx.receive("r", "go")
        await ctx.first({"a": a, "r": r})
        ctx.drop(r, "too late")
        await a
        return Ok(await ctx.receive("r2", "go"))

    async with house(journal) as h:
        row = await h.start(flow)
        await called(calls, "a")
        await turns()
        journal.gate.clear()
        hang.gate.set()
        await turns()
        asked = asyncio.ensure_future(h.ask(row, RequestKind.SIGNAL, "go", payload=7))
        await turns()
        journal.gate.set()
        await asked
        row = await asyncio.wait_for(h.settle(row), 60)
        assert row.status is RunStatus.COMPLETED, await h.story(row)
        assert (await h.entries(row))[-1].data == {"result": 7}


@pytest.mark.parametrize("kind", [RequestKind.SIGNAL, RequestKind.CANCEL, RequestKind.PAUSE])
async def test_nothing_that_comes_in_during_a_renewal_is_lost(kind: RequestKind) -> None:
    calls = Calls()
    journal = Slow()
    hang = Hanging(calls, "a")

    async def flow(ctx: Context) -> Any:
        if ctx.run.generation == 0:
            await ctx.step("a", hang)
            ctx.renew(1)
        if kind is RequestKind.SIGNAL:
            return Ok(await ctx.receive("r", "go"))
        return await ctx.step("b", calls.give("b"))

    async with house(journal) as h:
        row = await h.start(flow)
        await called(calls, "a")
        journal.gate.clear()
        asked = asyncio.ensure_future(act(h.runtime, Request(row.id, kind, "go", {"payload": 7}, by="ana")))
        await turns()
        hang.gate.set()
        await turns()
        journal.gate.set()
        await asked
        row = await asyncio.wait_for(h.settle(row), 60)
        wanted = {"signal": RunStatus.COMPLETED, "cancel": RunStatus.CANCELLED, "pause": RunStatus.PAUSED}
        assert row.status is wanted[kind.value], await h.story(row)
        assert "b" not in calls


@pytest.mark.parametrize("what", ["an answer", "a skip"])
async def test_what_somebody_is_just_doing_comes_before_what_happens_by_the_clock(what: str) -> None:
    """Nobody is called in for what was answered in time, and a step that was skipped is not tried once more."""
    calls = Calls()
    journal = Slow()
    policy = StepPolicy(attempts=2, backoff=Backoff(initial=10, jitter=0))
    question = Question("ok?", due_in=10, on_due=OnDue.ESCALATE, escalate_to=("boss",))

    async def flow(ctx: Context) -> Any:
        if what == "a skip":
            return await ctx.step("a", calls.give("a", fail=1), policy=policy)
        return Ok(await ctx.ask("a", question))

    async with house(journal) as h:
        row = await h.start(flow)
        await turns()
        assert (await h.story(row))[0] in ("asked a", "step.attempt_failed a")
        journal.gate.clear()
        kind = RequestKind.SKIP if what == "a skip" else RequestKind.ANSWER
        asked = asyncio.ensure_future(
            act(h.runtime, Request(row.id, kind, "a", {"value": 1, "result": 1}, by="ana", at=h.clock.now()))
        )
        await turns()
        await h.clock.advance(11)
        await turns()
        journal.gate.set()
        await asked
        row = await asyncio.wait_for(h.settle(row), 60)
        story = await h.story(row)
        assert row.status is RunStatus.COMPLETED and len(calls) <= 1, story
        assert story[1:] in (["answered a", "run.completed"], ["skipped a", "run.completed"])


# faults of the store


class Failing(MemoryJournal):
    """Fails the n-th append, and all after it, as a full disk does."""

    def __init__(self, at: int, fault: Any = None) -> None:
        super().__init__()
        self.left, self.fault = at, fault

    def append(self, run: Any, epoch: int, entries: Any) -> asyncio.Future[None]:
        self.left -= 1
        if self.left >= 0:
            return super().append(run, epoch, entries)
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failed.set_exception(StoreError("the disk is full"))
        failed.exception()
        return failed


@pytest.mark.parametrize("at", range(16))
async def test_a_store_that_fails_at_any_write_leaves_a_run_that_goes_on(at: int) -> None:
    calls = Calls()
    policy = StepPolicy(attempts=2, backoff=Backoff(initial=1, jitter=0))

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", calls.give("a"))
        await ctx.choose("c", lambda: True)
        await ctx.step("flaky", calls.give("flaky", fail=1), policy=policy)
        await ctx.sleep("nap", timedelta(seconds=1))
        await ctx.step("pay", calls.give("pay"), policy=StepPolicy(idempotent=False))
        await ctx.all([ctx.step("x", calls.give("x")), ctx.branch("y", lambda: ctx.step("y", calls.give("y")))])
        await ctx.first({"ok": ctx.ask("ok", Question("ok?", due=1.0, default=1, has_default=True))})
        return Ok(1)

    journal = Failing(at)
    async with house(journal) as h:
        try:
            row = await asyncio.wait_for(h.run(flow), 60)
        except StoreError:
            row = (await journal.runs(_all()))[0]
            assert not row.status.ended
        entries = await h.entries(row)
        assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
        done = {e.key for e in entries if e.kind is EntryKind.DONE}
        before = list(calls)
        journal.left = 1000
        if not row.status.ended:
            row = await asyncio.wait_for(h.again(row), 60)
        if row.status is RunStatus.DOUBTFUL:
            await h.ask(row, RequestKind.RESOLVE, "pay", how="again")
            row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED, (row, await h.story(row))
        assert not done & set(calls[len(before) :])


async def test_a_run_whose_parking_can_not_be_written_is_put_down_and_whoever_follows_it_is_told() -> None:
    async def flow(ctx: Context) -> Any:
        return await ctx.ask("ok", Question("ok?"))

    journal = Failing(1)
    async with house(journal) as h:
        with pytest.raises(StoreError, match="the disk is full"):
            await asyncio.wait_for(h.run(flow), 60)
        assert not h.runtime.drives
        journal.left = 1000
        row = await asyncio.wait_for(h.again((await journal.runs(_all()))[0]), 60)
        assert row.status is RunStatus.WAITING


async def test_a_doubtful_parking_that_can_not_be_written_is_told_too() -> None:
    journal = Failing(1000)
    async with house(journal) as h:
        row = await h.run(lambda ctx: ctx.ask("ok", Question("ok?")))
        await h.crash()
        journal.left = 1
        with pytest.raises(StoreError, match="the disk is full"):
            await asyncio.wait_for(h.again(row, lambda ctx: ctx.sleep("ok", timedelta(days=1))), 60)


def _all() -> Any:
    from lexiconsole.durable.journal import RunFilter

    return RunFilter()
