"""A machine in memory: what an event does, in which order, and what is left when something fails on the way."""

from __future__ import annotations

import asyncio
import enum
from typing import Any

import pytest

from lexiconsole.contracts import StateMachineProtocol
from lexiconsole.durable.memory import run_in_memory
from lexiconsole.errors import HumanInputRequiredError
from lexiconsole.result import Err, Ok
from lexiconsole.state import (
    Change,
    MemoryStatePersistence,
    State,
    StateConcurrencyError,
    StateMachine,
    Transition,
    TransitionRefusedError,
)
from tests.state.making import Order


async def test_guard_then_exit_then_persist_then_enter_then_transition_hook() -> None:
    order = Order()

    class Kept(MemoryStatePersistence):
        async def save_transition(self, record: Any) -> None:
            order.calls.append(f"keep in {order.current_state}")
            await super().save_transition(record)

    order._persistence = Kept()
    assert await order.transition("confirm") == "confirmed"
    assert order.calls == [
        "can_confirm", "on_exit_pending", "keep in pending", "on_enter_confirmed", "on_transition pending confirmed",
    ]  # fmt: skip
    assert (order.current_state, order.version) == ("confirmed", 1)


async def test_hooks_that_are_declared_come_before_methods_and_each_is_called_once() -> None:
    calls: list[str] = []

    class Door(StateMachine):
        def closes(self) -> None:
            calls.append("closes")

        def on_enter_open(self) -> None:
            calls.append("method")

        states = (
            State("closed", on_exit=lambda: calls.append("exit")),
            State("open", on_enter=lambda change: calls.append(f"declared {change.target}")),
            State("sealed", final=True, on_enter=closes),
        )
        transitions = (
            Transition("open", "closed", "open", on_transition=lambda: calls.append("own")),
            Transition("seal", "open", "sealed", on_transition="closes"),
        )

        async def on_transition(self) -> None:
            calls.append("all")

    door = Door()
    await door.transition("open")
    assert calls == ["exit", "declared open", "method", "own", "all"]
    calls.clear()
    await door.transition("seal")
    assert calls == ["closes", "closes", "all"]


@pytest.mark.parametrize("failing", ["can_confirm", "on_exit_pending", "keep"])
async def test_a_failure_before_it_is_kept_leaves_the_machine_where_it_was(failing: str) -> None:
    class Broken(MemoryStatePersistence):
        async def save_transition(self, record: Any) -> None:
            raise ValueError("keep is down")

    order = Order(fails={failing}, persistence=Broken() if failing == "keep" else None, machine_id="o")
    with pytest.raises(ValueError, match="is down"):
        await order.transition("confirm")
    assert (order.current_state, order.version) == ("pending", 0)
    assert "on_enter_confirmed" not in order.calls


@pytest.mark.parametrize("failing", ["on_enter_confirmed", "on_transition pending confirmed"])
async def test_a_failure_afterwards_is_told_and_the_machine_has_moved(failing: str) -> None:
    order = Order(fails={failing})
    with pytest.raises(ValueError, match="is down"):
        await order.transition("confirm")
    assert (order.current_state, order.version) == ("confirmed", 1)


async def test_what_is_not_possible_is_refused_with_what_is() -> None:
    order = Order(machine_id="order-7")
    with pytest.raises(
        TransitionRefusedError,
        match=r"order-7 is in 'pending', where 'shipp' does nothing; did you mean 'ship'\? possible there: confirm, cancel",
    ):
        await order.transition("shipp")
    with pytest.raises(TransitionRefusedError, match=r"did you mean 'confirm'\? possible there: confirm, cancel"):
        await order.transition("confrim")
    await order.transition("cancel")
    assert order.is_final
    with pytest.raises(TransitionRefusedError, match="'cancelled', which is final; 'confirm' does nothing there"):
        await order.transition("confirm")


async def test_a_guard_that_says_no_is_named() -> None:
    order = Order(fails={"confirm"})
    with pytest.raises(TransitionRefusedError, match="and can_confirm does not allow 'confirm' now") as refused:
        await order.transition("confirm")
    assert refused.value.guard == "can_confirm" and order.calls == ["can_confirm"]


async def test_can_transition_is_a_plain_bool_from_table_and_sync_guards() -> None:
    order = Order(fails={"confirm"})
    assert order.can_transition("confirm") is True  # its guard is async: decided in `transition`
    assert order.can_transition("ship") is False
    assert order.can_transition("nothing") is False
    assert order.calls == []
    order.fails.clear()
    await order.transition("confirm")
    assert order.can_transition("ship") is True
    order.fails.add("can_ship")
    assert order.can_transition("ship") is False


async def test_a_guard_that_turns_out_to_be_async_leaves_no_coroutine_behind() -> None:
    async def later() -> bool:
        return False

    machine = StateMachine(
        states=["a", State("b", final=True)], transitions=[Transition("go", "a", "b", guard=lambda: later())]
    )
    assert machine.can_transition("go") is True
    assert await machine.allowed_events() == []


async def test_allowed_events_asks_every_guard() -> None:
    assert await Order().allowed_events() == ["confirm", "cancel"]
    assert await Order(fails={"confirm"}).allowed_events() == ["cancel"]
    assert await Order(fails={"can_confirm"}).allowed_events() == ["cancel"]


async def test_the_first_way_whose_guard_holds_is_taken() -> None:
    class Exam(StateMachine):
        states = ("written", State("passed", final=True), State("failed", final=True), State("oral", final=True))
        transitions = (
            Transition("mark", "written", "passed", guard=lambda change: change.payload >= 60),
            Transition("mark", "written", "oral", guard="close"),
            Transition("mark", "written", "failed"),
        )

        async def close(self, change: Change) -> bool:
            return change.payload >= 50

    for points, state in ((75, "passed"), (55, "oral"), (10, "failed")):
        assert await Exam().transition("mark", points) == state


async def test_guards_and_hooks_may_give_results() -> None:
    gives: list[Any] = [Ok(False), Err("no idea"), Err(KeyError("x")), Ok(True)]
    machine = StateMachine(
        states=["a", State("b", final=True)], transitions=[Transition("go", "a", "b", guard=lambda: gives.pop(0))]
    )
    with pytest.raises(TransitionRefusedError):
        await machine.transition("go")
    with pytest.raises(Exception, match="no idea"):
        await machine.transition("go")
    with pytest.raises(KeyError):
        await machine.transition("go")
    assert await machine.transition("go") == "b"


async def test_of_two_tasks_on_one_machine_the_slower_is_told() -> None:
    order = Order()

    async def can_confirm(self: Any = None) -> bool:
        await asyncio.sleep(0)
        return True

    order.can_confirm = can_confirm  # type: ignore[method-assign]
    told = await asyncio.gather(order.transition("confirm"), order.transition("cancel"), return_exceptions=True)
    assert isinstance(told[0], StateConcurrencyError) and told[1] == "cancelled"
    assert "began at version 0, version 1 was found" in str(told[0])
    assert (order.current_state, order.version) == ("cancelled", 1)


async def test_of_many_tasks_only_one_wins() -> None:
    order = Order()
    told = await asyncio.gather(*(order.transition("confirm") for _ in range(20)), return_exceptions=True)
    assert told.count("confirmed") == 1
    assert all(isinstance(one, (StateConcurrencyError, TransitionRefusedError)) for one in told if one != "confirmed")
    assert order.version == 1 and order.calls.count("on_enter_confirmed") == 1


async def test_a_hook_may_go_on_to_the_next_state() -> None:
    class Chained(Order):
        async def on_enter_confirmed(self) -> None:  # type: ignore[override]
            await self.transition("ship")

    order = Chained()
    assert await order.transition("confirm") == "confirmed"
    assert (order.current_state, order.version) == ("shipped", 2)


async def test_a_cancelled_task_leaves_the_machine_where_it_was() -> None:
    class Slow(Order):
        async def on_exit_pending(self) -> None:
            await asyncio.Event().wait()

    order = Slow()
    task = asyncio.create_task(order.transition("confirm"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (order.current_state, order.version) == ("pending", 0)


async def test_states_and_events_may_be_enums() -> None:
    class Light(enum.StrEnum):
        RED = "red"
        GREEN = "green"

    class Event(enum.StrEnum):
        GO = "go"
        HALT = "halt"

    light = StateMachine(
        states=list(Light),
        transitions=[Transition(Event.GO, Light.RED, Light.GREEN), Transition(Event.HALT, Light.GREEN, Light.RED)],
    )
    assert await light.transition(Event.GO) == Light.GREEN
    assert type(light.current_state) is str and light.current_state == "green"


def test_it_is_what_the_protocol_says() -> None:
    assert isinstance(Order(), StateMachineProtocol)


async def test_as_a_run_in_memory_it_says_that_nobody_can_send_an_event() -> None:
    with pytest.raises(HumanInputRequiredError, match="one of the events confirm, cancel"):
        await run_in_memory(Order())
