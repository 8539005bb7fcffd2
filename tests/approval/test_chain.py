"""Chains in memory: who is asked, when it is decided, and what an approver that fails comes to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lexiconsole.approval import (
    Approval,
    ApprovalChain,
    ApprovalDecision,
    ApprovalError,
    ApprovalLevel,
    ApprovalPolicy,
    ApprovalStep,
    RejectedError,
)
from lexiconsole.contracts import ApprovalProtocol
from lexiconsole.errors import DefinitionError, StepError
from lexiconsole.result import Err, Ok


class Panel:
    """Approvers that say what they are told to, and write down that they were asked."""

    def __init__(self, **says: Any) -> None:
        self.says, self.asked = says, list[str]()

    def step(self, name: str, condition: Any = None, **terms: Any) -> ApprovalStep:
        async def approver(subject: Any) -> Any:
            self.asked.append(name)
            says = self.says.get(name, True)
            says = says.pop(0) if isinstance(says, list) else says
            if isinstance(says, Exception):
                raise says
            return says

        return ApprovalStep(name, approver, condition, **terms)

    def level(self, name: str, members: str, policy: Any = ApprovalPolicy.ALL, **more: Any) -> ApprovalLevel:
        return ApprovalLevel(name, [self.step(one) for one in members.split()], policy, **more)


async def test_levels_in_order_each_step_once_and_the_result_says_who() -> None:
    panel = Panel(cfo=ApprovalDecision(True, "within budget"))
    chain = ApprovalChain([panel.level("team", "lead peer"), panel.step("cfo")], name="expense")
    result = await chain.execute({"amount": 5})
    assert isinstance(result, Ok) and isinstance(result.value, Approval)
    assert panel.asked == ["lead", "peer", "cfo"]
    assert str(result) == "approved: team (lead, peer), cfo (cfo)"
    assert [(vote.level, vote.seat, vote.reason) for vote in result.value.votes][-1] == ("cfo", "cfo", "within budget")


async def test_a_rejection_says_who_and_why_and_asks_nobody_further() -> None:
    panel = Panel(lead=ApprovalDecision(False, "too much"))
    result = await ApprovalChain([panel.level("team", "lead peer"), panel.step("cfo")], name="expense").execute({})
    assert isinstance(result, Err) and isinstance(result.error, RejectedError)
    assert str(result.error) == "expense was rejected at team by lead (too much)"
    assert result.error.level == "team" and "cfo" not in panel.asked


@pytest.mark.parametrize(
    ("policy", "says", "approved"),
    [
        ("all", "111", True), ("all", "110", False), ("any", "001", True), ("any", "000", False),
        ("majority", "011", True), ("majority", "100", False), (2, "101", True), (2, "001", False),
        (0.6, "110", True), (0.6, "100", False), (1.0, "111", True), (1.0, "011", False), (1, "010", True),
    ],
)  # fmt: skip
async def test_policies(policy: Any, says: str, approved: bool) -> None:
    panel = Panel(**{f"p{n}": one == "1" for n, one in enumerate(says)})
    chain = ApprovalChain([panel.level("l", "p0 p1 p2", policy)])
    assert await chain.approve({}) is approved


async def test_who_is_no_longer_needed_is_not_waited_for() -> None:
    drained = asyncio.Event()

    async def slow(subject: Any) -> bool:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        drained.set()
        return False

    level = ApprovalLevel("l", [ApprovalStep("quick", lambda s: True), ApprovalStep("slow", slow)], "any")  # type: ignore[arg-type]
    result = await ApprovalChain([level]).execute({})
    assert isinstance(result, Ok) and [vote.seat for vote in result.value.votes] == ["quick"]


async def test_conditions_leave_out_levels_and_steps() -> None:
    async def above_1000(claim: dict[str, int]) -> bool:
        return claim["amount"] > 1_000

    panel = Panel()
    chain = ApprovalChain(
        [
            panel.level("manager", "boss"),
            ApprovalLevel("finance", [panel.step("clerk"), panel.step("cfo", lambda claim: Ok(claim["amount"] > 10_000))], condition=above_1000),
        ]
    )  # fmt: skip
    for amount, asked in ((10, ["boss"]), (5_000, ["boss", "clerk"]), (20_000, ["boss", "clerk", "cfo"])):
        panel.asked.clear()
        assert await chain.approve({"amount": amount})
        assert panel.asked == asked
    result = await chain.execute({"amount": 10})
    assert [(one.level, one.outcome.value) for one in result.unwrap().levels] == [
        ("manager", "approved"),
        ("finance", "skipped"),
    ]


async def test_where_no_level_applies_the_result_says_so() -> None:
    chain = ApprovalChain([ApprovalLevel("l", [Panel().step("a")], condition=lambda s: False)])
    assert str(await chain.execute({})) == "approved: no level applied"


async def test_a_condition_that_fails_approves_nothing() -> None:
    chain = ApprovalChain([ApprovalLevel("l", [Panel().step("a")], condition=lambda s: s["amount"] > 1)])
    result = await chain.execute({})
    assert isinstance(result, Err) and isinstance(result.error, StepError) and "l/if: KeyError" in str(result.error)


@pytest.mark.parametrize("answer", [None, Ok(None)])
@pytest.mark.parametrize("of_step", [True, False])
async def test_a_condition_without_an_answer_leaves_nobody_out(answer: Any, of_step: bool) -> None:
    """A forgotten return would approve everything: nobody who was to decide would be asked."""
    panel, ask = Panel(), lambda subject: answer
    level = ApprovalLevel(
        "l", [panel.step("a", condition=ask)] if of_step else [panel.step("a")], condition=None if of_step else ask
    )
    result = await ApprovalChain([level]).execute({})
    assert isinstance(result, Err) and "the condition gave None; return True or False" in str(result.error)


@pytest.mark.parametrize("says", [None, 1, "yes", {}, ValueError("down"), Err("no answer")])
async def test_only_a_clear_yes_counts(says: Any) -> None:
    """A forgotten return, something truthy or an approver that is down is no vote."""
    panel = Panel(a=says)
    result = await ApprovalChain([panel.step("a")], name="c").execute({})
    assert isinstance(result, Err) and isinstance(result.error, ApprovalError)
    assert str(result.error).startswith("c is stuck at a: 1 approvals can not be reached without a (a/a: ")
    with pytest.raises(ApprovalError):
        await ApprovalChain([panel.step("a")]).approve({})


async def test_others_may_still_decide_when_one_fails() -> None:
    panel = Panel(a=ValueError("down"))
    assert await ApprovalChain([panel.level("l", "a b c", "majority")]).approve({})
    panel.says["b"] = False
    result = await ApprovalChain([panel.level("l", "a b c", "majority")]).execute({})
    assert isinstance(result, Err) and isinstance(result.error, ApprovalError)


async def test_an_approver_is_tried_again_as_often_as_it_may() -> None:
    panel = Panel(a=[ValueError("down"), ValueError("down"), True])
    assert await ApprovalChain([panel.step("a", max_retries=3, retry_delay=0.0)]).approve({})
    assert panel.asked == ["a", "a", "a"]


async def test_too_few_steps_that_apply_are_told_and_approve_nothing() -> None:
    level = ApprovalLevel("l", [Panel().step("a"), Panel().step("b", lambda s: False)], 2)
    result = await ApprovalChain([level], name="c").execute({})
    assert (
        str(result.unwrap_err())
        == "c is stuck at l: 2 approvals are needed, but only 1 of its steps apply to this subject"
    )


async def test_a_rejection_may_lead_back_to_a_level() -> None:
    panel = Panel(director=[False, True])
    chain = ApprovalChain([panel.step("lead"), panel.step("cfo"), panel.level("board", "director", back_to="cfo")])
    result = await chain.execute({})
    assert result.is_ok() and panel.asked == ["lead", "cfo", "director", "cfo", "director"]
    assert [(one.level, one.round, one.outcome.value) for one in result.unwrap().levels] == [
        ("lead", 1, "approved"), ("cfo", 1, "approved"), ("board", 1, "rejected"), ("cfo", 2, "approved"), ("board", 2, "approved"),
    ]  # fmt: skip


async def test_going_back_has_an_end() -> None:
    panel = Panel(b=False)
    chain = ApprovalChain([panel.step("a"), panel.level("l", "b", back_to="a")], max_rounds=2)
    assert isinstance((await chain.execute({})).unwrap_err(), RejectedError)
    assert panel.asked == ["a", "b", "a", "b"]


async def test_approvers_may_be_plain_functions_objects_or_chains() -> None:
    class Scorer:
        async def approve(self, subject: Any) -> bool:
            return bool(subject["score"] > 5)

    assert isinstance(Scorer(), ApprovalProtocol) and isinstance(ApprovalChain(), ApprovalProtocol)
    inner = ApprovalChain([ApprovalStep("scorer", Scorer())], name="inner")
    chain = ApprovalChain(
        [
            ApprovalStep("plain", lambda subject: subject["ok"]),
            ApprovalStep("none", lambda: True),
            ApprovalStep("inner", inner),
        ]
    )
    assert await chain.approve({"ok": True, "score": 9})
    assert not await chain.approve({"ok": True, "score": 1})
    assert not await chain.approve({"ok": False, "score": 9})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda p: ApprovalLevel("l", []), "the level l has no steps"),
        (lambda p: p.level("l", "a a"), "two steps named 'a'; nobody counts twice"),
        (lambda p: p.level("l", "a b", 3), "can never be approved: 3 approvals are needed, it has 2 steps"),
        (lambda p: p.level("l", "a b", 0), "0 is no policy"),
        (lambda p: p.level("l", "a b", -0.5), "is no policy"),
        (lambda p: p.level("l", "a b", 1.5), "a share above 0 and at most 1.0"),
        (lambda p: p.level("l", "a b", True), "True is no policy"),
        (lambda p: p.level("l", "a b", float("nan")), "nan is no policy"),
        (lambda p: p.level("l", "a b", "most"), "'most' is no policy; all, any, majority"),
        (lambda p: p.level("a/b", "a"), "is no name for an approval level"),
        (lambda p: p.step("a#2"), "is no name for an approval step"),
        (lambda p: p.step("if"), "can not be called 'if'"),
        (lambda p: p.step("a", max_retries=0), "max_retries counts all tries"),
        (lambda p: ApprovalStep("a", 7), "7 can not be asked"),
        (lambda p: ApprovalChain([p.step("a"), p.step("a")]), "two levels named 'a'"),
        (
            lambda p: ApprovalChain([p.step("first"), p.level("l", "a", back_to="fist")]),
            "no level before it; did you mean 'first'?",
        ),
        (
            lambda p: ApprovalChain([p.level("l", "a", back_to="m"), p.step("m")]),
            "leads back to 'm', which is no level before it",
        ),
        (lambda p: ApprovalChain(max_rounds=0), "must be at least 1, not 0"),
        (lambda p: ApprovalChain(["a"]), "'a' is no level"),
        (lambda p: ApprovalLevel("l", [str]), "<class 'str'> is no ApprovalStep"),
        (lambda p: ApprovalStep("a", lambda subject, other: True), "the approver needs 2 arguments"),
        (lambda p: ApprovalStep("a", str, condition=5), "a: the condition must be something to call, not 5"),
        (lambda p: ApprovalLevel("l", [p.step("a")], condition=5), "the level l: the condition must be something"),
        (lambda p: ApprovalStep(5, str), "5 is no name for an approval step"),
    ],
)
def test_what_can_never_work_is_refused_when_it_is_defined(make: Any, says: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        make(Panel())
    assert says in str(refused.value)


async def test_a_chain_without_levels_asks_nobody_and_is_an_error() -> None:
    with pytest.raises(DefinitionError, match="has no levels"):
        await ApprovalChain(name="c").execute({})


def test_the_picture_has_the_levels_with_their_steps() -> None:
    outline = ApprovalChain([Panel().step("lead"), Panel().level("board", "a b", back_to="lead")]).outline()
    assert [(n.key, n.parent, n.kind.value) for n in outline.nodes] == [
        ("lead", "", "approval"), ("lead/lead", "lead", "task"),
        ("board", "", "approval"), ("board/a", "board", "task"), ("board/b", "board", "task"),
    ]  # fmt: skip
    assert [(e.source, e.target, e.kind.value) for e in outline.edges] == [
        ("lead", "board", "next"),
        ("board", "lead", "loop"),
    ]
