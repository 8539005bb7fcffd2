"""Somebody puts the machine's clock back: what is due waits for the clock, nothing is decided twice, nothing decided is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lexiconsole import ApprovalChain, ApprovalLevel, Context, Question
from lexiconsole.app.audit import verify
from lexiconsole.app.operators import Away, Operators, Person
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import OwnerRow, RequestKind, RequestState
from lexiconsole.durable.question import OnDue
from lexiconsole.runtime.owner import Liveness, Owner, liveness
from lexiconsole.testing import JumpingClock, MemoryJournal
from lexiconsole.types import ModelKind, RunStatus
from tests.people import Staff
from tests.support import House, house

HOUR, WEEK = 3600.0, 7 * 86_400.0
VOTE, DELEGATE, ANSWER = RequestKind.VOTE, RequestKind.DELEGATE, RequestKind.ANSWER


def settled(entries: list[Entry]) -> list[Any]:
    return [entry.data.get("value") for entry in entries if entry.kind is EntryKind.ANSWERED]


def later(h: House, seconds: float) -> None:
    """The time has come, without every heartbeat in between."""
    h.clock.set_back(-seconds)


async def says(h: House, row: Any, kind: RequestKind, by: str, key: str, **data: Any) -> Any:
    reply = await h.ask(row, kind, key, by=by, **data)
    await h.settle(row)
    return reply


@pytest.mark.parametrize("on_due", [OnDue.DEFAULT, OnDue.ESCALATE, OnDue.FAIL])
async def test_time_that_runs_out_runs_out_once_by_the_clock_as_it_then_is(on_due: OnDue) -> None:
    async def flow(ctx: Context) -> Any:
        question = Question(
            "ok?", due_in=HOUR, on_due=on_due, default=1, has_default=on_due is OnDue.DEFAULT, escalate_to=("ben",)
        )
        return await ctx.ask("ok", question)

    async with house() as h:
        row = await h.run(flow)
        h.clock.set_back(WEEK)
        row = await h.again(row)
        assert row.status is RunStatus.WAITING, "its hour is not over by the clock"
        assert [e.kind for e in await h.entries(row) if e.by == "timeout"] == []
        await h.crash()
        later(h, WEEK + HOUR + 1)
        row = await h.again(row)
        h.clock.set_back(WEEK)
        row = await h.again(row) if not row.status.ended else row
        acts = [e.kind for e in await h.entries(row) if e.by == "timeout"]
        assert acts == [EntryKind.ESCALATED if on_due is OnDue.ESCALATE else EntryKind.ANSWERED]


async def test_an_answer_counts_whatever_the_clock_says_and_the_times_are_those_of_the_clock() -> None:
    async def flow(ctx: Context) -> Any:
        return await ctx.ask("ok", Question("ok?", due_in=HOUR, default=1, has_default=True))

    async with house() as h:
        row = await h.run(flow)
        h.clock.set_back(WEEK)
        assert (await says(h, row, ANSWER, "ana", "ok", value=7)).state is RequestState.APPLIED
        entries = await h.entries(row)
        assert settled(entries) == [7] and (await h.row(row)).status is RunStatus.COMPLETED
        assert entries[-1].at < entries[0].at
        later(h, 2 * WEEK)
        assert settled(await h.entries(row)) == [7]


async def test_what_was_handed_on_for_a_time_is_so_by_the_clock_and_a_vote_cast_meanwhile_stays() -> None:
    staff = Staff({"zoe": [], "ana": ["manager"], "mia": ["support", "manager"], "bob": ["manager"]})
    level = ApprovalLevel("two", who=["ana", "bob"], policy=2)
    chain = Definition("c", ModelKind.CHAIN, lambda _: ApprovalChain([level], name="c"), input=Any)
    async with house(people=staff) as h:
        row = await h.run(chain, by="zoe")
        assert (await says(h, row, DELEGATE, "ana", "two", to="mia", until=h.clock.now() + HOUR)).state == "applied"
        later(h, 2 * HOUR)
        assert "mia has no say" in (await says(h, row, VOTE, "mia", "two", verdict="approve")).reply
        h.clock.set_back(1.5 * HOUR)
        assert (await says(h, row, VOTE, "mia", "two", verdict="approve")).state is RequestState.APPLIED
        later(h, WEEK)
        assert (await says(h, row, VOTE, "bob", "two", verdict="approve")).state is RequestState.APPLIED
        assert (await h.row(row)).status is RunStatus.COMPLETED


async def test_a_question_is_handed_on_until_its_time_is_over() -> None:
    async def flow(ctx: Context) -> Any:
        return await ctx.ask("ok", Question("ok?", who=("ana",)))

    async with house(people=Staff({"ana": [], "ben": []})) as h:
        row = await h.run(flow, by="ana")
        until = h.clock.now() + HOUR
        past = await says(h, row, DELEGATE, "ana", "ok", to="ben", until=h.clock.now() - 1)
        assert past.reply == "ok can only be handed on until a time to come"
        assert (await says(h, row, DELEGATE, "ana", "ok", to="ben", until=until)).state is RequestState.APPLIED
        later(h, 2 * HOUR)
        assert "ben may not answer this" in (await says(h, row, ANSWER, "ben", "ok", value=1)).reply
        h.clock.set_back(1.5 * HOUR)
        assert (await says(h, row, ANSWER, "ben", "ok", value=1)).state is RequestState.APPLIED


async def test_an_absence_is_one_by_the_clock_and_gives_nobody_a_second_vote() -> None:
    clock = JumpingClock()
    away = Away(clock.now() + HOUR, clock.now() + 2 * HOUR, "bob")
    people = Operators(
        {"zoe": Person(), "ana": Person(("ana",), ("m",), (), (away,)), "bob": Person(("bob",))}, clock.now
    )
    sender = {"from": {"os_user": "bob"}}
    level = ApprovalLevel("one", who=["role:m"], policy=1)
    chain = Definition("c", ModelKind.CHAIN, lambda _: ApprovalChain([level], name="c"), input=Any)
    async with house(people=people, clock=clock) as h:
        row = await h.run(chain, by="zoe")
        clock.set_back(-1.5 * HOUR)
        clock.set_back(HOUR)
        refused = await says(h, row, VOTE, "bob", "one", verdict="approve", **sender)
        assert "bob has no say at one" in refused.reply
        clock.set_back(-HOUR)
        assert (await says(h, row, VOTE, "bob", "one", verdict="approve", **sender)).state is RequestState.APPLIED
        assert (await h.row(row)).status is RunStatus.COMPLETED


async def test_a_timed_grant_is_taken_back_once_and_not_early() -> None:
    taken: list[str] = []

    async def flow(ctx: Context) -> None:
        await ctx.sleep("until", timedelta(hours=8))
        await ctx.step("revoke", lambda: taken.append("back"))

    async with house() as h:
        row = await h.run(flow)
        h.clock.set_back(WEEK)
        row = await h.again(row)
        assert (row.status, taken) == (RunStatus.SLEEPING, [])
        await h.crash()
        later(h, WEEK + 8 * HOUR + 1)
        row = await h.again(row)
        assert (row.status, taken) == (RunStatus.COMPLETED, ["back"])
        h.clock.set_back(WEEK)
        assert (await h.row(row)).status is RunStatus.COMPLETED and taken == ["back"]


async def test_the_chain_of_decisions_holds_and_says_where_the_clock_was_put_back() -> None:
    async def flow(ctx: Context) -> Any:
        return [await ctx.ask(key, Question("ok?")) for key in ("a", "b", "c")]

    async with house() as h:
        row = await h.run(flow)
        await says(h, row, ANSWER, "ana", "a", value=1)
        h.clock.set_back(WEEK)
        await says(h, row, ANSWER, "ana", "b", value=2)
        later(h, 60)
        await says(h, row, ANSWER, "ana", "c", value=3)
        found = await verify(h.journal)
        assert (found.sound, found.count, found.set_back) == (True, 3, (2,))
        assert "the clock was put back before entry 2" in found.sentence


async def test_a_living_process_is_not_taken_for_dead_when_the_clock_jumps_either_way(tmp_path: Path) -> None:
    """Its lock decides; where there are no locks, a sign of life that lies ahead is one."""
    journal, clock = MemoryJournal(), JumpingClock()
    await journal.open()
    owner = await Owner.register(journal, tmp_path, clock)
    for jump in (-WEEK, WEEK):
        now = clock.now() + jump
        assert liveness(owner.row, tmp_path, now, 30.0) in (Liveness.ALIVE, Liveness.STALLED), jump
    nowhere = OwnerRow(1, "elsewhere", 7, "", clock.now(), clock.now())
    assert liveness(nowhere, None, clock.now() - WEEK, 30.0) is Liveness.ALIVE
    owner.let_go()
    assert liveness(owner.row, tmp_path, clock.now() - WEEK, 30.0) is Liveness.DEAD
