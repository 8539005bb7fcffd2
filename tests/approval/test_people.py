"""A chain that asks people: who votes, what follows, and what is refused. Recorded runs, a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lexiconsole.approval import ApprovalChain, ApprovalLevel, ApprovalStep
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RequestState, RunRow
from lexiconsole.durable.question import shown_digest
from lexiconsole.runtime.taking import preview
from lexiconsole.types import ModelKind, RunStatus
from lexiconsole.views.inbox import task_of
from lexiconsole.views.telling import timeline
from tests.people import Staff
from tests.support import House, house

VOTE, DELEGATE, ASK_INFO = RequestKind.VOTE, RequestKind.DELEGATE, RequestKind.ASK_INFO
ESCALATE, WITHDRAW = RequestKind.ESCALATE, RequestKind.WITHDRAW

STAFF = {
    "eve": ["employee"],
    "mia": ["manager"],
    "max": ["manager"],
    "fay": ["finance"],
    "ann": ["director"],
    "bob": ["director"],
    "cid": ["director"],
    "dot": ["director"],
    "zed": ["auditor"],
}


def chain(*levels: ApprovalLevel | ApprovalStep, **more: Any) -> Definition:
    return Definition("claim", ModelKind.CHAIN, lambda _: ApprovalChain(levels, name="claim", **more), input=Any)


def directors(policy: Any = 2, **more: Any) -> ApprovalLevel:
    return ApprovalLevel("board", who=["role:director"], policy=policy, **more)


def staffed(**more: Any) -> Any:
    return house(people=Staff(STAFF, **more))


async def says(h: House, row: RunRow, by: str, verdict: str = "approve", key: str = "board", **data: Any) -> Request:
    reply = await h.ask(row, VOTE, key, by=by, verdict=verdict, **data)
    await h.settle(row)
    return reply


async def does(h: House, row: RunRow, kind: RequestKind, by: str, key: str = "board", **data: Any) -> Request:
    reply = await h.ask(row, kind, key, by=by, **data)
    await h.settle(row)
    return reply


async def last(h: House, row: RunRow) -> dict[str, Any]:
    return dict((await h.entries(row))[-1].data)


async def test_two_of_four_directors_approve_and_the_others_are_not_waited_for() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors()), {"amount": 5}, by="eve")
        assert row.status is RunStatus.WAITING and row.where == "board"
        task = (await h.journal.tasks())[0]
        assert task.data["ballot"]["seats"] == ["ann", "bob", "cid", "dot"] and task.data["ballot"]["needed"] == 2
        assert task.data["details"] == {"amount": 5}
        assert (await says(h, row, "bob", reason="fine")).state is RequestState.APPLIED
        assert (await h.row(row)).status is RunStatus.WAITING
        assert [act.by for act in (await h.journal.tasks())[0].acts] == ["bob"]
        assert (await says(h, row, "dot")).state is RequestState.APPLIED
        row = await h.row(row)
        assert row.status is RunStatus.COMPLETED
        assert await h.story(row) == [
            "decided board/seats",
            "asked board",
            "voted board",
            "answered board",
            "run.completed",
        ]
        votes = (await last(h, row))["result"]["levels"][0]["votes"]
        assert [(v["seat"], v["verdict"], v["reason"]) for v in votes] == [
            ("bob", "approve", "fine"),
            ("dot", "approve", ""),
        ]


async def test_levels_are_asked_one_after_the_other_and_a_rejection_ends_the_chain() -> None:
    async with staffed() as h:
        levels = [
            ApprovalLevel("manager", who=["role:manager"], policy="any"),
            ApprovalLevel("finance", who=["fay"], condition=lambda claim: claim["amount"] > 1000),
            directors(),
        ]
        row = await h.run(chain(*levels), {"amount": 2000}, by="eve")
        await says(h, row, "mia", key="manager")
        ballot = (await h.journal.tasks())[0].data["ballot"]
        assert [(level["name"], level["state"]) for level in ballot["levels"]] == [
            ("manager", "approved"), ("finance", "open"), ("board", "ahead"),
        ]  # fmt: skip
        assert ballot["then"] == {"approve": "board", "reject": ""}
        await says(h, row, "fay", "reject", key="finance", reason="no receipt")
        row = await h.row(row)
        assert row.status is RunStatus.FAILED
        error = (await last(h, row))["error"]
        assert (error["type"], error["message"]) == (
            "RejectedError",
            "claim was rejected at finance by fay (no receipt)",
        )


async def test_a_rejection_that_leads_back_asks_the_earlier_level_anew() -> None:
    async with staffed() as h:
        levels = [ApprovalLevel("manager", who=["mia"]), directors(policy="any", back_to="manager")]
        row = await h.run(chain(*levels), by="eve")
        await says(h, row, "mia", key="manager")
        for name in ("ann", "bob", "cid", "dot"):
            await says(h, row, name, "reject")
        row = await h.row(row)
        assert row.where == "manager#2"
        await says(h, row, "mia", key="manager#2")
        await says(h, row, "ann", key="board#2")
        assert (await h.row(row)).status is RunStatus.COMPLETED


async def test_more_information_is_asked_of_the_initiator_and_the_votes_are_kept() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors(policy=2)), by="eve")
        await says(h, row, "ann")
        reply = await does(h, row, ASK_INFO, "bob", question="which hotel?")
        assert reply.state is RequestState.APPLIED
        task = (await h.journal.tasks())[0]
        assert (task.key, task.data["who"], task.data["prompt"]) == (
            "board/info",
            ["eve"],
            "bob wants to know: which hotel?",
        )
        refused = await h.ask(row, RequestKind.ANSWER, "board/info", by="ann", value="the Ritz")
        assert refused.reply == "ann may not answer this; it is for eve"
        await h.settle(row)
        await h.ask(row, RequestKind.ANSWER, "board/info", by="eve", value="the Ritz")
        row = await h.settle(row)
        assert row.where == "board#2"
        ballot = (await h.journal.tasks())[0].data["ballot"]
        assert ballot["told"] == [{"by": "bob", "question": "which hotel?", "answer": "the Ritz"}]
        late = await says(h, row, "bob", key="board")
        assert late.reply == "board is decided already and asked again as board#2; nothing was changed"
        await says(h, row, "bob", key="board#2")
        assert (await h.row(row)).status is RunStatus.COMPLETED


async def test_the_initiator_withdraws_while_their_own_answer_is_waited_for_and_nobody_else_does() -> None:
    async with staffed(away={"eve": "zed"}) as h:
        row = await h.run(chain(directors(policy=2)), by="eve")
        await says(h, row, "ann")
        await does(h, row, ASK_INFO, "bob", question="which hotel?")
        for other in ("ann", "zed"):
            refused = await does(h, row, WITHDRAW, other, "board/info")
            assert refused.reply == f"{other} did not begin this; eve may withdraw it"
        [task] = await h.journal.tasks()
        verbs = {verb.kind: verb.why_not for verb in task_of(task, h.runtime.people, "eve").verbs}
        assert verbs[WITHDRAW] == ""
        reply = await does(h, row, WITHDRAW, "eve", "board/info", reason="lost the bill")
        assert reply.state is RequestState.APPLIED
        row = await h.row(row)
        assert row.status is RunStatus.FAILED
        error = (await last(h, row))["error"]
        assert error["message"] == "claim was withdrawn at board by eve (lost the bill)"
        assert [m.subject for m in timeline(await h.entries(row)) if m.by == "eve"][-1] == (
            "withdraw the request at board/info"
        )


async def test_a_vote_is_changed_or_taken_back_while_the_level_is_open() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors(policy=2)), by="eve")
        await says(h, row, "ann", "reject")
        await says(h, row, "ann", "approve")
        assert (await does(h, row, WITHDRAW, "ann")).state is RequestState.APPLIED
        await says(h, row, "bob")
        assert (await h.row(row)).status is RunStatus.WAITING
        await says(h, row, "ann")
        assert (await h.row(row)).status is RunStatus.COMPLETED


async def test_the_initiator_withdraws_the_whole_request() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors()), by="eve")
        await says(h, row, "ann")
        await does(h, row, WITHDRAW, "eve", reason="paid by the customer")
        row = await h.row(row)
        error = (await last(h, row))["error"]
        assert row.status is RunStatus.FAILED and error["type"] == "RejectedError"
        assert error["message"] == "claim was withdrawn at board by eve (paid by the customer)"


async def test_a_seat_is_handed_on_and_its_new_holder_votes_for_it() -> None:
    async with staffed() as h:
        level = ApprovalLevel("finance", who=["fay"], delegate_to=["role:manager"])
        row = await h.run(chain(level), by="eve")
        assert (await does(h, row, DELEGATE, "fay", "finance", to="mia")).state is RequestState.APPLIED
        assert (await says(h, row, "mia", key="finance")).state is RequestState.APPLIED
        row = await h.row(row)
        assert row.status is RunStatus.COMPLETED
        vote = (await last(h, row))["result"]["levels"][0]["votes"][0]
        assert (vote["seat"], vote["by"]) == ("fay", "mia")


async def test_who_held_a_seat_for_a_while_does_not_change_the_vote_when_it_is_over_but_may_take_it_back() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors(policy=2, delegate_to=["role:manager"])), by="eve")
        await does(h, row, DELEGATE, "ann", to="mia", until=h.clock.now() + 3600)
        assert (await says(h, row, "mia", "reject")).state is RequestState.APPLIED
        await h.clock.advance(3601)
        late = await says(h, row, "mia", "approve")
        assert late.reply == "mia has no say at board; it is for role:director"
        assert (await does(h, row, WITHDRAW, "mia")).state is RequestState.APPLIED
        assert (await says(h, row, "ann")).state is RequestState.APPLIED


async def test_what_is_no_data_is_shown_the_same_in_every_run() -> None:
    """Its address would be another one each time, and so would be the digest that a decision is bound to."""
    shown, subjects = [], [object(), object()]
    async with staffed() as h:
        for subject in subjects:
            (task,) = await h.journal.tasks(await h.run(chain(directors(), subject=subject), by="eve"))
            shown.append((task.data["details"], shown_digest(task.data, ())))
    assert shown[0] == shown[1] and shown[0][0] == "<object object>"


async def test_a_stand_in_decides_only_while_the_other_is_away() -> None:
    away = {"ann": "zed"}
    async with staffed(away=away) as h:
        row = await h.run(chain(directors(policy=2)), by="eve")
        assert (await says(h, row, "zed", "reject")).state is RequestState.APPLIED
        assert (await says(h, row, "zed", "approve")).state is RequestState.APPLIED, "changed while she is away"
        away.clear()
        assert (await says(h, row, "zed", "reject")).reply == "zed has no say at board; it is for role:director"


async def test_when_time_runs_out_it_is_escalated_once_even_if_the_process_died_meanwhile() -> None:
    async with staffed() as h:
        level = ApprovalLevel("finance", who=["fay"], due=3600, on_due="escalate", escalate_to=["role:director"])
        row = await h.run(chain(level), by="eve")
        assert row.status is RunStatus.WAITING and row.wake_at == h.clock.now() + 3600
        refused = await says(h, row, "ann", key="finance")
        assert refused.reply == "ann has no say at finance; it is for fay"
        await h.crash()
        await h.clock.advance(3601)
        row = await h.again(row)
        assert row.status is RunStatus.WAITING and row.wake_at is None
        refused = await says(h, row, "zed", key="finance")
        assert refused.reply == "zed has no say at finance; it is for fay, role:director"
        assert (await says(h, row, "ann", key="finance")).state is RequestState.APPLIED
        row = await h.row(row)
        assert row.status is RunStatus.COMPLETED
        assert [e.by for e in await h.entries(row) if e.kind is EntryKind.ESCALATED] == ["timeout"]


async def test_a_level_that_fails_when_time_runs_out_says_how_far_it_was() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors(due=60, on_due="fail")), by="eve")
        await says(h, row, "ann")
        await h.clock.advance(61)
        row = await h.again(row)
        assert row.status is RunStatus.FAILED
        said = (await last(h, row))["error"]["message"]
        assert said == "claim is stuck at board: nobody decided in time, 1 of 2 approvals were given"


async def test_a_clock_that_is_put_back_neither_escalates_twice_nor_early() -> None:
    async with staffed() as h:
        level = ApprovalLevel("finance", who=["fay"], due=3600, on_due="escalate", escalate_to=["role:director"])
        row = await h.run(chain(level), by="eve")
        h.clock.set_back(7200)
        row = await h.again(row)
        assert [e.kind for e in await h.entries(row) if e.kind is EntryKind.ESCALATED] == []
        await h.clock.advance(3600 + 7201)
        row = await h.again(row)
        h.clock.set_back(9000)
        row = await h.again(row)
        await h.clock.advance(9100)
        row = await h.again(row)
        assert len([e for e in await h.entries(row) if e.kind is EntryKind.ESCALATED]) == 1


async def test_automatic_approvers_are_asked_first_and_people_only_for_what_is_left_open() -> None:
    async with staffed() as h:
        rule = ApprovalStep("budget", lambda claim: claim["amount"] < 10)
        level = ApprovalLevel("finance", [rule], "all", who=["fay"])
        row = await h.run(chain(level), {"amount": 5}, by="eve")
        ballot = (await h.journal.tasks())[0].data["ballot"]
        assert ballot["floor"]["votes"] == [{"seat": "budget", "verdict": "approve"}]
        await says(h, row, "fay", key="finance")
        assert (await h.row(row)).status is RunStatus.COMPLETED
        row = await h.run(chain(level), {"amount": 50}, by="eve")
        assert row.status is RunStatus.FAILED, "nobody need be asked any more"


async def test_without_operators_one_vote_decides_and_says_what_is_not_enforced() -> None:
    async with house() as h:
        row = await h.run(chain(directors(policy=2)), by="me")
        ballot = (await h.journal.tasks())[0].data["ballot"]
        assert ballot["not_enforced"] == ["for role:director", "four-eyes", "2 approvals"]
        await says(h, row, "me")
        assert (await h.row(row)).status is RunStatus.COMPLETED


# who may not, and why

REFUSALS: list[tuple[str, Callable[..., Any], str]] = [
    ("wrong role", lambda h, row: says(h, row, "zed"), "zed has no say at board; it is for role:director"),
    ("own request", lambda h, row: says(h, row, "ann"), "ann began this and may not decide on it (four-eyes)"),
    ("no verdict", lambda h, row: says(h, row, "bob", "maybe"), "'maybe' is no verdict; a vote says approve or reject"),
    ("an answer", lambda h, row: does(h, row, RequestKind.ANSWER, "bob", value=1), "board is decided by votes: approve it, or reject it"),
    ("unknown task", lambda h, row: says(h, row, "bob", key="bord"), "there is no open question 'bord'; did you mean 'board'?"),
    ("stale", lambda h, row: says(h, row, "bob", expects=1), "board moved on"),
    ("asked anew", lambda h, row: says(h, row, "bob", asked=2), "board was asked anew since you looked (entry 3); look at it again"),
    ("nothing to withdraw", lambda h, row: does(h, row, WITHDRAW, "bob"), "bob has no vote at board to take back, and ann began it"),
    ("no question", lambda h, row: does(h, row, ASK_INFO, "bob", question=" "), "say what you want to know, as the question"),
    ("asks without a say", lambda h, row: does(h, row, ASK_INFO, "zed", question="?"), "zed has no say at board; it is for role:director"),
    ("nobody above", lambda h, row: does(h, row, ESCALATE, "bob"), "board has nobody to escalate to"),
    ("to the initiator", lambda h, row: does(h, row, DELEGATE, "bob", to="ann"), "ann began this and may not decide on it (four-eyes)"),
    ("to nobody", lambda h, row: does(h, row, DELEGATE, "bob", to="who"), "who is no operator; a seat is handed to somebody who is configured"),
    ("to another seat", lambda h, row: does(h, row, DELEGATE, "bob", to="cid"), "cid has a seat at board already, and nobody votes twice"),
    ("outside the roles", lambda h, row: does(h, row, DELEGATE, "bob", to="zed"), "zed shares no role with bob; delegation stays within the roles"),
    ("not one's own", lambda h, row: does(h, row, DELEGATE, "zed", to="fay"), "zed has no say at board; it is for role:director"),
    ("until yesterday", lambda h, row: does(h, row, DELEGATE, "bob", to="fay", until=5), "the seat can only be handed on until a time to come"),
    ("another's name", lambda h, row: does(h, row, VOTE, "bob", verdict="approve", **{"from": {"os_user": "zed"}}), "zed may not act for bob"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "said"), [pytest.param(act, said, id=name) for name, act, said in REFUSALS])
async def test_a_refused_act_says_why_and_changes_nothing(act: Callable[..., Any], said: str) -> None:
    async with staffed() as h:
        row = await h.run(chain(directors(delegate_to=[])), by="ann")
        reply = await act(h, row)
        assert reply.state is RequestState.REFUSED and said in reply.reply
        row = await h.row(row)
        assert row.status is RunStatus.WAITING
        assert [e.kind for e in await h.entries(row) if e.kind is EntryKind.VOTED] == []
        refused = [e for e in await h.entries(row) if e.kind is EntryKind.REFUSED]
        assert len(refused) == 1 and refused[0].by and refused[0].data["reason"] == reply.reply
        assert refused[0].data["target"] == reply.target


async def test_the_same_vote_again_is_told_that_it_is_so_already() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors()), by="eve")
        await says(h, row, "bob")
        assert (await says(h, row, "bob")).reply == "bob has approved board already; it stands, nothing was changed"
        assert (await h.row(row)).status is RunStatus.WAITING


async def test_a_vote_on_a_decided_level_is_refused() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors(policy="any"), ApprovalLevel("finance", who=["fay"])), by="eve")
        await says(h, row, "bob")
        assert (await says(h, row, "cid")).reply == "board is decided already; nothing was changed"
        assert (await h.row(row)).where == "finance"


async def test_delegation_goes_as_deep_as_the_level_says_and_no_seat_is_held_twice() -> None:
    async with staffed() as h:
        level = ApprovalLevel("pair", who=["fay", "mia"], delegate_to=["zed", "max", "bob"], delegation=1)
        row = await h.run(chain(level), by="eve")
        await does(h, row, DELEGATE, "fay", "pair", to="zed")
        assert (await does(h, row, DELEGATE, "mia", "pair", to="zed")).reply == (
            "zed decides for fay already, and nobody votes twice"
        )
        assert (await does(h, row, DELEGATE, "zed", "pair", to="max")).reply == (
            "the seat of fay was handed on 1 time, and no further"
        )
        assert (await does(h, row, DELEGATE, "fay", "pair", to="max")).state is RequestState.APPLIED, (
            "taken back, given on"
        )
        assert (await says(h, row, "zed", key="pair")).reply == "zed has no say at pair; it is for fay, mia"


async def test_a_stand_in_decides_for_somebody_absent_but_never_on_their_own_request() -> None:
    async with staffed(away={"fay": "mia"}) as h:
        row = await h.run(chain(ApprovalLevel("finance", who=["fay"])), by="mia")
        assert (await says(h, row, "mia", key="finance")).reply.endswith("(four-eyes)")
        other = await h.run(chain(ApprovalLevel("finance", who=["fay"])), by="eve")
        assert (await says(h, other, "mia", key="finance")).state is RequestState.APPLIED
        assert (await h.row(other)).status is RunStatus.COMPLETED


async def test_one_person_who_stands_in_for_a_colleague_at_the_same_level_has_one_vote() -> None:
    async with staffed(away={"ann": "bob"}) as h:
        row = await h.run(chain(ApprovalLevel("pair", who=["ann", "bob"], policy="all")), by="eve")
        await says(h, row, "bob", key="pair")
        assert (await says(h, row, "bob", key="pair")).state is RequestState.REFUSED
        assert (await h.row(row)).status is RunStatus.WAITING, "two people were asked for, and ann may come back"


async def test_a_level_without_enough_people_is_stuck_at_once_and_says_so() -> None:
    async with staffed() as h:
        row = await h.run(chain(ApprovalLevel("finance", who=["role:finance"], policy=2)), by="eve")
        assert row.status is RunStatus.FAILED
        said = (await last(h, row))["error"]["message"]
        assert said == "claim is stuck at finance: 2 approvals are needed, but only 1 may be given (fay)"


async def test_a_preview_knows_too_who_may_act_for_whom() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors(policy="any")), by="eve")
        await says(h, row, "ann")
        row = await h.row(row)
        request = Request(row.id, RequestKind.EDIT, "", {"value": 1, "from": {"os_user": "zed"}}, by="ann")
        assert (await preview(h.runtime, request)).refused == "zed may not act for ann"


async def test_a_fork_by_somebody_else_does_not_let_the_initiator_approve() -> None:
    async with staffed() as h:
        row = await h.run(chain(directors()), by="ann")
        await says(h, row, "bob")
        fork = await h.settle(await h.runtime.fork(await h.row(row), 4, by="cid"))
        assert (await says(h, fork, "ann")).reply.endswith("(four-eyes)")
        assert (await says(h, fork, "bob")).state is RequestState.APPLIED, (
            "what was voted on the origin does not count here"
        )
        assert (await h.row(fork)).status is RunStatus.WAITING
