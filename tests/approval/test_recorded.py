"""A chain as a recorded run: each approver is asked once, whatever crashes; and random chains from every prefix."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.approval import ApprovalChain, ApprovalDecision, ApprovalLevel, ApprovalStep, RejectedError
from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.journal import RequestKind, RunRow
from lexiconsole.flow import workflow
from lexiconsole.result import Ok
from lexiconsole.types import ModelKind, RunStatus
from tests.replaying import check_every_prefix
from tests.support import House, house


def defined(build: Any) -> Definition:
    return Definition("chain", ModelKind.CHAIN, build, input=Any)


async def told(h: House, row: RunRow) -> list[str]:
    """The story without starts: a step that a busy machine makes slow has one."""
    return [line for line in await h.story(row) if not line.startswith("step.started")]


def approver(name: str, calls: list[str], says: Any = True, turns: int = 0) -> Any:
    async def call(subject: Any) -> Any:
        calls.append(name)
        for _ in range(turns):
            await asyncio.sleep(0)
        if isinstance(says, Exception):
            raise says
        return says

    return call


async def test_every_level_is_in_the_journal_under_its_name() -> None:
    calls: list[str] = []

    def build(_: Any) -> ApprovalChain:
        lead = ApprovalStep("lead", approver("lead", calls, ApprovalDecision(True, "fine")))
        big = ApprovalLevel("board", [ApprovalStep("ceo", approver("ceo", calls))], condition=lambda s: s["amount"] > 9)
        return ApprovalChain([lead, big, ApprovalStep("cfo", lambda subject: subject["amount"] < 5)], name="claim")

    async with house() as h:
        row = await h.run(defined(build), {"amount": 3})
        assert row.status is RunStatus.COMPLETED
        assert await told(h, row) == [
            "decided board/if", "step.done lead/lead", "decided lead", "decided board", "step.done cfo/cfo", "decided cfo",
            "run.completed",
        ]  # fmt: skip
        facts = {e.key: e.data["value"] for e in await h.entries(row) if e.kind == "decided"}
        assert facts["lead"] == {"outcome": "approved", "needed": 1, "approved": {"lead": "fine"}}
        assert facts["board"] == {"outcome": "skipped"}
        result = (await h.entries(row))[-1].data["result"]
        assert [(level["level"], level["outcome"]) for level in result["levels"]] == [
            ("lead", "approved"),
            ("board", "skipped"),
            ("cfo", "approved"),
        ]


async def test_a_rejected_run_says_so_in_the_words_of_the_exit_code() -> None:
    async with house() as h:
        row = await h.run(
            defined(lambda _: ApprovalChain([ApprovalStep("a", lambda s: ApprovalDecision(False, "no"))], name="c"))
        )
        assert row.status is RunStatus.FAILED
        error = (await h.entries(row))[-1].data["error"]
        assert error["type"] == RejectedError.__name__ == "RejectedError"
        assert error["message"] == "c was rejected at a by a (no)"


async def test_a_chain_that_is_stuck_goes_on_when_the_approver_is_tried_again() -> None:
    calls: list[str] = []
    says: dict[str, Any] = {"b": ValueError("down")}

    def build(_: Any) -> ApprovalChain:
        return ApprovalChain(
            [ApprovalStep("a", approver("a", calls)), ApprovalStep("b", approver("b", calls, says.get("b", True)))]
        )

    async with house() as h:
        row = await h.run(defined(build))
        assert row.status is RunStatus.FAILED and (await h.entries(row))[-1].data["error"]["type"] == "ApprovalError"
        says.clear()
        h.registry.set(defined(build))
        await h.ask(row, RequestKind.RETRY, "b/b")
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and calls == ["a", "b", "b"]


async def test_a_crash_while_an_approver_thinks_asks_nobody_else_again() -> None:
    calls: list[str] = []
    hangs = asyncio.Event()

    async def slow(subject: Any) -> bool:
        calls.append("slow")
        if calls.count("slow") == 1:
            await hangs.wait()
        return True

    def build(_: Any) -> ApprovalChain:
        level = ApprovalLevel("l", [ApprovalStep("quick", approver("quick", calls)), ApprovalStep("slow", slow)])
        return ApprovalChain([level])

    async with house() as h:
        row = await h.start(defined(build))
        while len(calls) < 2:
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.COMPLETED and sorted(calls) == ["quick", "slow", "slow"]


async def test_a_builder_gets_the_typed_input_and_may_give_it_on_as_the_subject() -> None:
    @dataclass
    class Claim:
        amount: int

    @workflow(name="claims", input=Claim, example={"amount": 1})
    def claims(claim: Any) -> ApprovalChain:
        return ApprovalChain([ApprovalStep("small", lambda claim: claim.amount < 10)], subject=claim)

    definition = definition_of(claims)
    assert (
        definition is not None and definition.kind is ModelKind.CHAIN and definition.outline().nodes[0].key == "small"
    )
    async with house() as h:
        assert (await h.run(definition, {"amount": 9})).status is RunStatus.COMPLETED
        assert (await h.run(definition, {"amount": 10})).status is RunStatus.FAILED


@dataclass(frozen=True)
class Member:
    says: tuple[bool | None, ...]
    turns: int


members = st.builds(Member, st.tuples(*[st.sampled_from([True, True, False, None])] * 2), st.integers(0, 2))
plans = st.lists(
    st.tuples(
        st.lists(members, min_size=1, max_size=3),
        st.sampled_from(["all", "any", "majority", 1, 0.5]),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


def build_plan(plan: list[Any], calls: list[str]) -> ApprovalChain:
    """What a member says depends on the round it is asked in, as the keys of its calls tell."""

    def member(level: str, name: str, one: Member) -> ApprovalStep:
        async def call(subject: Any) -> bool:
            from lexiconsole.durable.step import current_step

            key = current_step().key
            calls.append(key)
            for _ in range(one.turns):
                await asyncio.sleep(0)
            says = one.says["#" in key]
            if says is None:
                raise ValueError("down")
            return says

        return ApprovalStep(name, call)

    levels = [
        ApprovalLevel(
            f"l{n}", [member(f"l{n}", f"m{i}", one) for i, one in enumerate(steps)], policy,
            condition=(lambda subject: False) if skipped and n else None, back_to="l0" if back else "",
        )
        for n, (steps, policy, back, skipped) in enumerate(plan)
    ]  # fmt: skip
    return ApprovalChain(levels, name="c", max_rounds=2)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans)
def test_a_chain_taken_up_after_any_entry_comes_to_the_same(plan: list[Any]) -> None:
    alone = all(len(steps) == 1 for steps, *_ in plan)
    asyncio.run(check_every_prefix(lambda calls: defined(lambda _: build_plan(plan, calls)), in_order=alone))


@settings(max_examples=60, deadline=None)
@given(plans)
def test_as_a_run_it_comes_to_the_same_as_in_memory(plan: list[Any]) -> None:
    async def both() -> None:
        plain = [[([Member(m.says, 0) for m in steps]), policy, back, skipped] for steps, policy, back, skipped in plan]
        here = await build_plan(plain, []).execute({})
        async with house() as h:
            row = await h.run(defined(lambda _: build_plan(plain, [])), {})
            data = (await h.entries(row))[-1].data
        if isinstance(here, Ok):
            assert row.status is RunStatus.COMPLETED
        else:
            assert data["error"]["type"] == type(here.error).__name__

    asyncio.run(both())
