"""Random machines and events: as a run, taken up again after every entry of the journal, and called by hand: the same."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import OUTCOMES, Entry, EntryKind
from lexiconsole.durable.journal import RequestKind, RunRow
from lexiconsole.state import Change, State, StateMachine, Transition, TransitionRefusedError
from lexiconsole.types import ModelKind, RunStatus
from tests.replaying import resumed_from
from tests.support import House, house

NEVER = 99


@dataclass(frozen=True)
class Way:
    """An extra transition: its event, ends, the payload its guard refuses, and whether that guard is async."""

    event: str
    source: int
    target: int
    refuses: int
    waits: bool


@dataclass(frozen=True)
class Plan:
    """A chain of states with `next` between them, and extra ways. A hook of a kind fails at a payload of its own; the run
    renews itself after so many events.
    """

    states: int
    ways: tuple[Way, ...]
    exit_fails: int
    enter_fails: int
    renews: int = NEVER


ways = st.builds(
    Way,
    st.sampled_from(["next", "jump", "back"]),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
)
plans = st.builds(
    Plan,
    st.integers(2, 4),
    st.lists(ways, max_size=4, unique=True).map(tuple),
    st.integers(0, 5),
    st.sampled_from([NEVER, NEVER, 3]),
    st.sampled_from([NEVER, 1, 2, 3]),
)
events = st.lists(st.tuples(st.sampled_from(["next", "jump", "back", "nxet"]), st.integers(0, 3)), max_size=6)


def build(plan: Plan, calls: list[str]) -> StateMachine:
    last = plan.states - 1

    def guard(way: Way) -> Any:
        async def later(change: Change) -> bool:
            await asyncio.sleep(0)
            return bool(change.payload != way.refuses)

        return later if way.waits else lambda change: change.payload != way.refuses

    def hook(name: str, fails: int) -> Any:
        def call(change: Change) -> str:
            calls.append(f"{name} {change.event} {change.payload}")
            if change.payload == fails:
                raise ValueError(name)
            return name

        return call

    states = [
        State(
            f"s{n}",
            final=n == last,
            on_enter=hook(f"enter s{n}", plan.enter_fails),
            on_exit=None if n == last else hook(f"exit s{n}", plan.exit_fails),
        )
        for n in range(plan.states)
    ]
    extra = [
        Transition(way.event, f"s{way.source % last}", f"s{way.target % plan.states}", guard=guard(way))
        for way in plan.ways
    ]
    return type("Machine", (StateMachine,), {"RENEW_EVERY": plan.renews})(
        states=states, transitions=[*extra, *(Transition("next", f"s{n}", f"s{n + 1}") for n in range(last))]
    )


def define(plan: Plan, calls: list[str]) -> Definition:
    return Definition("machine", ModelKind.MACHINE, lambda _: build(plan, calls), input=Any)


async def by_hand(plan: Plan, given: list[tuple[str, int]]) -> tuple[Any, ...]:
    """What the machine comes to without a run: the hooks called, and state and version, or that a hook failed for good."""
    calls = ["enter s0  None"]
    machine = build(plan, calls)
    for event, payload in given:
        if machine.is_final:
            break
        version = machine.version
        try:
            await machine.transition(event, payload)
        except TransitionRefusedError:
            pass
        except ValueError:
            if machine.version != version:
                return calls, "failed"
    return calls, (machine.current_state, machine.version)


async def send(h: House, row: RunRow, given: list[tuple[str, int]]) -> RunRow:
    for event, payload in given:
        row = await h.row(row)
        if row.status.ended:
            break
        await h.ask(row, RequestKind.SIGNAL, event, payload=payload)
    return await h.settle(row)


def came_to(entries: list[Entry]) -> Any:
    if any(e.kind is EntryKind.FAILED for e in entries):
        return "failed"
    made = [e.data["value"] for e in entries if e.kind is EntryKind.DECIDED and "/" not in e.key]
    at = [e.key.split("#")[0] for e in entries if e.kind is EntryKind.DECIDED and "/" not in e.key]
    return (at[-1], made[-1]["version"])  # type: ignore[index,call-overload]


def told(entries: list[Entry]) -> list[tuple[str, Any]]:
    """The outcomes, without what names the run or is drawn by chance; a refusal that a failed run gave stays out."""
    run = entries[0].run_id
    return [
        (e.key, str({k: v for k, v in e.data.items() if k not in {"signal", "error"}}).replace(run, "RUN"))
        for e in entries
        if e.kind in OUTCOMES or e.kind is EntryKind.STEP_FAILED
    ]


async def check(plan: Plan, given: list[tuple[str, int]]) -> None:
    expected_calls, expected = await by_hand(plan, given)
    calls: list[str] = []
    async with house() as h:
        row = await h.run(define(plan, calls))
        row = await send(h, row, given)
        entries = await h.entries(row)
        assert (calls, came_to(entries)) == (expected_calls, expected)
        assert row.status in {RunStatus.WAITING, RunStatus.COMPLETED, RunStatus.FAILED}
        ending = entries[-1].kind
    for cut in range(1, len(entries)):
        prefix = entries[:cut]
        again: list[str] = []
        h = await resumed_from(prefix, define(plan, again))
        got = sum(e.kind is EntryKind.SIGNALLED for e in prefix)
        resumed = await h.again(row)
        resumed = await send(h, resumed, given[got:])
        after = await h.entries(resumed)
        assert (came_to(after), after[-1].kind) == (expected, ending), f"cut at {cut}"
        assert told(after) == told(entries), f"cut at {cut}"
        done = sum(e.kind in {EntryKind.DONE, EntryKind.STEP_FAILED} for e in prefix)
        assert again == expected_calls[done:], f"cut at {cut}"
        assert not h.bugs.seen
        await h.runtime.stop()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(plans, events)
def test_a_machine_comes_to_the_same_by_hand_as_a_run_and_taken_up_after_any_entry(
    plan: Plan, given: list[tuple[str, int]]
) -> None:
    asyncio.run(check(plan, given))


def test_the_harness_sees_what_it_should() -> None:
    """A refused event, a failed exit, a loop, a typing error and a final state, with one hook that fails at the end."""
    ways = (Way("jump", 0, 2, 1, waits=True), Way("back", 1, 0, 0, waits=False))
    given = [("jump", 1), ("nxet", 0), ("next", 2), ("next", 0), ("back", 1), ("next", 0), ("next", 0), ("next", 3)]
    asyncio.run(check(Plan(4, ways, exit_fails=2, enter_fails=3), given))
    asyncio.run(check(Plan(4, ways, exit_fails=2, enter_fails=3, renews=2), given))
    calls, end = asyncio.run(by_hand(Plan(4, ways, exit_fails=2, enter_fails=3), given))
    assert end == "failed" and calls[-1] == "enter s3 next 3"
