"""A machine as a recorded run: it waits for events, through crashes, until a final state."""

from __future__ import annotations

import asyncio
from typing import Any

from lexiconsole.durable.definition import definition_of
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import RequestKind, RunRow
from lexiconsole.flow import workflow
from lexiconsole.state import MemoryStatePersistence
from lexiconsole.types import ModelKind, RunStatus
from tests.state.making import Order, defined
from tests.support import House, house


async def told(h: House, row: RunRow) -> list[str]:
    """The story without starts: a step that a busy machine makes slow has one."""
    return [line for line in await h.story(row) if not line.startswith("step.started")]


async def send(h: House, row: RunRow, *events: str, payload: Any = None) -> RunRow:
    for event in events:
        await h.ask(row, RequestKind.SIGNAL, event, payload=payload)
    return await h.settle(row)


async def test_it_waits_for_events_until_a_final_state() -> None:
    calls: list[str] = []
    async with house() as h:
        row = await h.run(defined(lambda: Order(calls)))
        assert row.status is RunStatus.WAITING
        parked = (await h.entries(row))[-1]
        assert parked.kind is EntryKind.PARKED and parked.data["signals"] == {"event": ["confirm", "cancel"]}
        row = await send(h, row, "confirm", payload={"by": "ada"})
        assert row.status is RunStatus.WAITING
        row = await send(h, row, "ship")
        assert row.status is RunStatus.COMPLETED
        assert await told(h, row) == [
            "decided pending",
            "step.done start/on_enter_pending",
            "signalled",
            "received event",
            "decided event/can_confirm",
            "step.done event/on_exit_pending",
            "decided confirmed",
            "step.done event/on_enter_confirmed",
            "step.done event/on_transition",
            "signalled",
            "received event#2",
            "decided event#2/can_ship",
            "decided shipped",
            "step.done event#2/on_enter_shipped",
            "step.done event#2/on_transition",
            "run.completed",
        ]
        entries = {e.key: e.data for e in await h.entries(row)}
        assert entries["pending"] == {"value": {"state": "pending", "version": 0}}
        assert entries["confirmed"] == {"value": {"event": "confirm", "from": "pending", "version": 1}}
        assert entries["event/on_enter_confirmed"] == {"result": "confirm {'by': 'ada'}"}
        assert (await h.entries(row))[-1].data == {"result": {"state": "shipped", "version": 2}}
        assert calls == [
            "on_enter_pending", "can_confirm", "on_exit_pending", "on_enter_confirmed",
            "on_transition pending confirmed", "can_ship", "on_enter_shipped", "on_transition confirmed shipped",
        ]  # fmt: skip


async def test_events_that_change_nothing_are_left_in_the_journal_with_the_reason() -> None:
    async with house() as h:
        row = await h.run(defined(lambda: Order(fails={"on_exit_pending"})))
        row = await send(h, row, "ship", "cnacel", "confirm")
        assert row.status is RunStatus.WAITING
        ignored = {e.key: e.data["value"] for e in await h.entries(row) if e.key.endswith("/ignored")}
        run = row.id
        assert ignored == {
            "event/ignored": f"{run} is in 'pending', where 'ship' does nothing; possible there: confirm, cancel",
            "event#2/ignored": f"{run} is in 'pending', where 'cnacel' does nothing; did you mean 'cancel'? possible there: confirm, cancel",
            "event#3/ignored": f"{run} stays in 'pending', 'confirm' did not succeed: event#3/on_exit_pending: ValueError: on_exit_pending is down",
        }


async def test_a_guard_that_refuses_or_raises_is_asked_once_and_remembered() -> None:
    calls: list[str] = []
    fails = {"confirm"}
    async with house() as h:
        row = await h.run(defined(lambda: Order(calls, fails=fails)))
        row = await send(h, row, "confirm")
        fails.clear()
        fails.add("can_confirm")
        row = await send(h, row, "confirm")
        fails.clear()
        await h.crash()
        row = await send(h, row, "confirm", "ship")
        assert row.status is RunStatus.COMPLETED
        ignored = [e.data["value"] for e in await h.entries(row) if e.key.endswith("/ignored")]
        assert "can_confirm does not allow 'confirm' now" in ignored[0]
        assert "ValueError: can_confirm is down" in ignored[1]
        assert calls.count("can_confirm") == 3


async def test_events_are_taken_in_the_order_in_which_they_came() -> None:
    """`ship` comes before it is possible: it is ignored, and not kept for later."""
    async with house() as h:
        row = await h.run(defined(Order))
        await h.crash()
        row = await send(h, row, "ship", "confirm")
        assert row.status is RunStatus.WAITING
        story = [f"{e.key} {e.data['value'].get('event')}" for e in await h.entries(row) if e.key == "confirmed"]
        assert story == ["confirmed confirm"]


async def test_a_hook_that_fails_after_the_transition_fails_the_run_and_a_retry_goes_on_there() -> None:
    calls: list[str] = []
    fails = {"on_enter_confirmed"}
    async with house() as h:
        row = await h.run(defined(lambda: Order(calls, fails=fails)))
        row = await send(h, row, "confirm")
        assert row.status is RunStatus.FAILED
        assert (await h.entries(row))[-1].data["error"]["key"] == "event/on_enter_confirmed"
        fails.clear()
        await h.ask(row, RequestKind.RETRY)
        row = await h.settle(row)
        assert row.status is RunStatus.WAITING
        assert calls.count("can_confirm") == calls.count("on_exit_pending") == 1
        assert calls.count("on_enter_confirmed") == 2
        assert (await send(h, row, "ship")).status is RunStatus.COMPLETED


async def test_states_that_are_entered_again_are_numbered() -> None:
    async with house() as h:
        row = await h.run(defined(Order))
        row = await send(h, row, "confirm", "reopen", "confirm", "ship")
        keys = [e.key for e in await h.entries(row) if e.kind is EntryKind.DECIDED and "/" not in e.key]
        assert keys == ["pending", "confirmed", "pending#2", "confirmed#2", "shipped"]


async def test_it_renews_itself_and_loses_neither_state_nor_events() -> None:
    class Short(Order):
        RENEW_EVERY = 4

    calls: list[str] = []
    async with house() as h:
        row = await h.run(defined(lambda: Short(calls)))
        row = await send(h, row, *(["confirm", "reopen", "nonsense"] * 5))
        entries = await h.entries(row)
        assert row.status is RunStatus.WAITING and not [e for e in entries if e.kind is EntryKind.FAILED]
        assert calls.count("on_enter_pending") == 1 + 5 and calls.count("on_enter_confirmed") == 5
        await h.crash()
        row = await send(h, row, "confirm", "ship")
        assert (await h.entries(row))[-1].data == {"result": {"state": "shipped", "version": 12}}
        assert calls.count("on_enter_pending") == 6


async def test_cancelled_while_it_waits() -> None:
    async with house() as h:
        row = await h.run(defined(Order))
        await h.ask(row, RequestKind.CANCEL, reason="no need")
        assert (await h.settle(row)).status is RunStatus.CANCELLED


async def test_a_crash_in_a_hook_calls_it_again_and_nothing_before_it() -> None:
    calls: list[str] = []

    class Slow(Order):
        async def on_enter_confirmed(self) -> None:  # type: ignore[override]
            self.called("on_enter_confirmed")
            if self.calls.count("on_enter_confirmed") == 1:
                await asyncio.Event().wait()

    async with house() as h:
        row = await h.run(defined(lambda: Slow(calls)))
        await h.ask(row, RequestKind.SIGNAL, "confirm")
        while "on_enter_confirmed" not in calls:
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.WAITING
        assert [calls.count(name) for name in ("can_confirm", "on_exit_pending", "on_enter_confirmed")] == [1, 1, 2]


async def test_with_persistence_each_transition_is_in_the_table_once() -> None:
    """Also when the process dies between the table's commit and the journal's."""
    kept = MemoryStatePersistence()
    saved = asyncio.Event()

    class Stuck(MemoryStatePersistence):
        async def save_transition(self, record: Any) -> None:
            await kept.save_transition(record)
            saved.set()
            await asyncio.Event().wait()

    async with house() as h:
        row = await h.run(defined(lambda: Order(persistence=Stuck())))
        await h.ask(row, RequestKind.SIGNAL, "confirm")
        await saved.wait()
        await h.crash()
        h.registry.set(defined(lambda: Order(persistence=kept)))
        row = await send(h, row, "ship")
        assert row.status is RunStatus.COMPLETED
        assert [(one.version, one.to_state) for one in await kept.history(row.id)] == [(1, "confirmed"), (2, "shipped")]


async def test_a_driven_machine_is_not_moved_by_hand() -> None:
    class Impatient(Order):
        async def on_enter_confirmed(self) -> None:  # type: ignore[override]
            await self.transition("ship")

    async with house() as h:
        row = await h.run(defined(Impatient))
        row = await send(h, row, "confirm")
        assert row.status is RunStatus.FAILED
        assert "send it the signal 'ship'" in (await h.entries(row))[-1].data["error"]["message"]


def test_workflow_makes_a_definition_of_a_machine() -> None:
    @workflow(name="orders")
    class Defined(Order):
        """Orders."""

        def __init__(self) -> None:
            super().__init__()

    definition = definition_of(Defined)
    assert definition is not None and definition.kind is ModelKind.MACHINE and definition.input is None
    assert [node.key for node in definition.outline().nodes] == ["pending", "confirmed", "shipped", "cancelled"]

    @workflow
    def built(input: dict[str, str]) -> Order:
        return Order(name=input["name"])

    made = definition_of(built)
    assert made is not None and made.kind is ModelKind.MACHINE and made.build({"name": "x"}).name == "x"  # type: ignore[attr-defined]
