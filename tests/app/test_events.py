"""Bus and hooks: who hears what, in which order, what a fault harms; and the events that workflows really bring about."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from lexiconsole import (
    AbstractSaga,
    Application,
    BulkOperation,
    BulkOperationConfig,
    Err,
    FunctionStep,
    GraphConfig,
    Pipeline,
    SagaStep,
    State,
    StateMachine,
    Transition,
    WorkflowBuilder,
    WorkflowModule,
    execute,
    workflow,
)
from lexiconsole.app.bus import EventBus
from lexiconsole.app.hooks import POINTS, HookRegistry
from lexiconsole.contracts import events as e
from lexiconsole.contracts.events import EventBusProtocol, HookRegistryProtocol
from lexiconsole.durable import watching
from lexiconsole.durable.context import RunInfo
from lexiconsole.durable.live import LiveContext
from lexiconsole.durable.memory import memory_context
from lexiconsole.errors import DefinitionError, NotFoundError
from lexiconsole.types import RunStatus


@dataclass
class Placed:
    order: str


class Paid(Placed): ...


# the bus by itself


async def test_handlers_hear_of_their_class_and_its_subclasses_in_order():
    bus, heard = EventBus(), []
    bus.on(Placed, lambda event: heard.append(("placed", event.order)))
    bus.subscribe(Paid, lambda event: heard.append(("paid", event.order)))
    await bus.publish(Paid("1"))
    await bus.publish(Placed("2"))
    await bus.publish("something else")
    assert heard == [("placed", "1"), ("paid", "1"), ("placed", "2")]


async def test_who_stopped_listening_hears_nothing_more():
    bus, heard = EventBus(), []
    stop = bus.on(str, heard.append)
    assert bus.heard
    await bus.publish("a")
    stop()
    stop()
    await bus.publish("b")
    assert heard == ["a"]
    assert not bus.heard


async def test_emitted_events_reach_async_handlers_one_after_the_other():
    bus, heard = EventBus(), []

    async def slowly(event: int) -> None:
        await asyncio.sleep(0)
        heard.append(event)

    bus.on(int, slowly)
    bus.on(int, lambda event: slowly(event * 10))
    for number in (1, 2, 3):
        bus.emit(number)
    assert heard == []
    await bus.idle()
    assert heard == [1, 10, 2, 20, 3, 30]
    await bus.close()


async def test_a_handler_may_publish():
    bus, heard = EventBus(), []

    async def relay(event: str) -> None:
        await bus.publish(len(event))

    bus.on(str, relay)
    bus.on(int, heard.append)
    bus.emit("four")
    await bus.idle()
    assert heard == [4]
    await bus.close()


async def test_a_handler_that_fails_harms_nobody_and_is_logged_and_nothing_is_printed(caplog, capfd):
    bus, heard = EventBus(), []

    async def fails(event: str) -> None:
        raise ValueError("late")

    bus.on(str, lambda event: 1 / 0)
    bus.on(str, fails)
    bus.on(str, heard.append)
    with caplog.at_level(logging.ERROR, "lexiconsole.app"):
        await bus.publish("a")
        bus.emit("b")
        await bus.idle()
    assert heard == ["a", "b"]
    assert [type(fault) for _, fault in bus.faults] == [ZeroDivisionError, ValueError, ZeroDivisionError, ValueError]
    assert "a handler of str failed: ValueError: late" in caplog.text
    assert capfd.readouterr() == ("", "")
    await bus.close()


async def test_a_handler_whose_work_was_cancelled_harms_nobody_either():
    bus, heard = EventBus(), []

    async def waits_for_what_was_cancelled(event: str) -> None:
        raise asyncio.CancelledError

    bus.on(str, waits_for_what_was_cancelled)
    bus.on(str, heard.append)
    await bus.publish("a")
    bus.emit("b")
    bus.emit("c")
    await asyncio.wait_for(bus.close(), 60)
    assert heard == ["a", "b", "c"]
    assert [event for event, _ in bus.faults] == ["a", "b", "c"]


def test_what_makes_no_sense_is_refused():
    bus = EventBus()
    for arguments in ({}, {"handler": print, "start": "x"}, {"handler": print, "input": str}):
        with pytest.raises(DefinitionError):
            bus.on(str, **arguments)
    with pytest.raises(DefinitionError, match="starts no workflows"):
        bus.on(str, start="x")


def test_they_are_what_the_contracts_say():
    assert isinstance(EventBus(), EventBusProtocol)
    assert isinstance(HookRegistry(), HookRegistryProtocol)


def test_an_unknown_hook_point_is_told_with_the_nearest():
    with pytest.raises(NotFoundError, match=r"did you mean 'step\.failed'"):
        HookRegistry().register("step.fail", print)


def test_every_event_has_a_hook_point():
    told = {getattr(e, name) for name in e.__all__ if name.endswith("Event")} - {e.WorkflowEvent, e.StepEvent}
    assert told == set(POINTS.values()) - {e.WorkflowEvent}


# what workflows tell


class Booking(AbstractSaga[str]):
    def __init__(self) -> None:
        super().__init__()
        self.add_step(SagaStep("room", self.room, self.leave))
        self.add_step(SagaStep("pay", self.pay))

    async def room(self) -> str:
        return "12"

    async def leave(self) -> None: ...

    async def pay(self) -> Any:
        return Err("no money")


booking = workflow(name="booking")(Booking)


@workflow(name="hello")
async def hello(ctx: Any, input: dict[str, Any]) -> Any:
    return await ctx.step("greet", lambda: f"hello {input.get('order', 'you')}")


def told(events: list[Any]) -> list[str]:
    """Each event as its name, with its key."""
    return [
        type(event).__name__.removesuffix("Event") + (f" {event.key}" if hasattr(event, "key") else "")
        for event in events
    ]


SAGA = [
    "WorkflowStarted", "StepStarted room", "StepCompleted room", "StepStarted pay", "StepFailed pay",
    "CompensationStarted room", "CompensationCompleted room", "WorkflowCompensated",
]  # fmt: skip


@pytest.fixture
async def app():
    async with Application.boot(modules=[WorkflowModule.stub(workflows=[booking, hello])]) as app:
        yield app


@pytest.fixture
def heard(app) -> list[Any]:
    events: list[Any] = []
    app.bus.on(e.WorkflowEvent, events.append)
    return events


async def test_a_saga_in_memory_tells_of_itself(app, heard):
    hooked: list[Any] = []
    app.hooks.register("*", hooked.append)
    saga = Booking()
    await saga.execute()
    assert told(heard) == SAGA
    assert hooked == heard
    assert {event.run_id for event in heard} == {saga.get_id()}
    assert heard[-1].undone == ("room",)
    assert heard[4].error.message == "no money"
    assert not any(event.journaled for event in heard)


async def test_a_recorded_saga_tells_the_same(app, heard):
    row = await app.runs.start("booking")
    row = await app.runs.settle(row)
    await app.runs.told()
    assert row.status is RunStatus.COMPENSATED
    assert told(heard) == SAGA
    assert {(event.run_id, event.workflow, event.journaled) for event in heard} == {(row.id, "booking", True)}
    assert heard[-1].undone == ("room",)
    assert heard[4].error["message"] == "no money"


async def test_who_listens_to_failures_hears_of_compensations_too(app):
    failed: list[Any] = []
    app.hooks.register("workflow.failed", failed.append)
    await Booking().execute()
    assert told(failed) == ["WorkflowCompensated"]


async def test_every_model_in_memory_tells_of_itself(app, heard):
    await Pipeline("p", [FunctionStep("one", lambda: 1)]).execute()
    await BulkOperation(processor=lambda item: item).execute([1, 2])
    await WorkflowBuilder("g").add_node("a", lambda: {"x": 1}).build().execute({})
    await execute(hello, {})
    by_run: dict[str, list[Any]] = {}
    for event in heard:
        by_run.setdefault(event.run_id, []).append(event)
    assert [told(events)[0] for events in by_run.values()] == ["WorkflowStarted"] * 4
    assert [told(events)[-1] for events in by_run.values()] == ["WorkflowCompleted"] * 4
    assert [events[0].workflow for events in by_run.values()] == ["p", "bulk", "g", "hello"]
    assert told(next(iter(by_run.values()))) == [
        "WorkflowStarted",
        "StepStarted one",
        "StepCompleted one",
        "WorkflowCompleted",
    ]


async def test_two_executions_of_one_pipeline_have_ids_of_their_own(app, heard):
    pipeline = Pipeline("p", [FunctionStep("one", lambda: 1)])
    await asyncio.gather(pipeline.execute(), pipeline.execute())
    assert len({event.run_id for event in heard}) == 2


class Door(StateMachine):
    states = ("closed", "open", State("gone", final=True))
    transitions = (Transition("push", "closed", "open"), Transition("burn", "open", "gone"))


async def test_a_state_machine_tells_of_its_transitions(app, heard):
    door = Door(machine_id="front")
    await door.transition("push")
    (event,) = heard
    assert (event.run_id, event.event, event.from_state, event.to_state) == ("front", "push", "closed", "open")


async def test_a_recorded_state_machine_tells_of_them_too():
    events: list[Any] = []
    door = workflow(name="door")(Door)
    async with Application.boot(modules=[WorkflowModule.stub(workflows=[door])]) as app:
        app.bus.on(e.StateTransitionedEvent, events.append)
        row = await app.runs.settle(await app.runs.start("door"))
        assert row.status is RunStatus.WAITING
        for name in ("push", "burn"):
            await app.runs.signal(row, name)
            row = await app.runs.settle(row)
        assert row.status is RunStatus.COMPLETED
    assert [(event.event, event.from_state, event.to_state) for event in events] == [
        ("push", "closed", "open"),
        ("burn", "open", "gone"),
    ]
    assert {(event.run_id, event.workflow, event.journaled) for event in events} == {(row.id, "door", True)}


async def test_a_retried_step_starts_once_and_ends_once(app, heard):
    tries: list[int] = []

    def at_third() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("not yet")
        return 1

    await Pipeline("p", [FunctionStep("one", at_third, max_retries=3, retry_delay=0)]).execute()
    assert told(heard)[1:3] == ["StepStarted one", "StepCompleted one"]
    assert heard[2].attempt == 3


async def test_a_saga_whose_task_is_cancelled_is_told_once_as_cancelled():
    """Without a saga store it is undone on the way out, as a later part of the same run."""
    heard: list[Any] = []
    plain = WorkflowModule.configure(BulkOperationConfig(), graph=GraphConfig())

    class Waits(Booking):
        async def pay(self) -> Any:
            await asyncio.Event().wait()

    async with Application.boot(modules=[plain]) as app:
        app.bus.on(e.WorkflowEvent, heard.append)
        task = asyncio.create_task(Waits().execute())
        while "StepStarted pay" not in told(heard):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    said = told(heard)
    assert said.count("WorkflowStarted") == 1
    assert said.count("WorkflowCancelled") == 1
    assert "WorkflowCompleted" not in said
    assert said[-1] == "CompensationCompleted room"


# events start workflows


async def test_an_event_starts_a_workflow_with_its_fields(app):
    done: list[Any] = []
    app.bus.on(e.WorkflowCompletedEvent, done.append)
    app.bus.on(Placed, start="hello")
    await app.bus.publish(Placed("A-1"))
    await until(lambda: done)
    assert (done[0].workflow, done[0].result) == ("hello", "hello A-1")


class Order(BaseModel):
    number: str


async def test_the_input_and_the_id_can_be_made_of_the_event_and_the_same_id_is_the_same_run(app):
    started: list[Any] = []
    app.bus.on(e.WorkflowStartedEvent, started.append)
    app.bus.on(
        Order, start="hello", input=lambda order: {"order": order.number}, id=lambda order: f"order-{order.number}"
    )
    for _ in range(2):
        await app.bus.publish(Order(number="7"))
    await app.runs.settle("order-7")
    await app.runs.told()
    assert [(event.run_id, event.input) for event in started] == [("order-7", {"order": "7"})]


async def test_a_workflow_may_start_another_but_never_itself(app):
    started: list[str] = []
    app.bus.on(e.WorkflowStartedEvent, lambda event: started.append(event.workflow))
    app.bus.on(e.WorkflowEvent, start="hello", input=lambda event: {})
    await app.runs.settle(await app.runs.start("hello", {}))
    await app.runs.told()
    await app.bus.idle()
    assert started == ["hello"]


async def test_an_unknown_workflow_is_a_fault_of_the_handler_not_of_the_publisher(app):
    app.bus.on(Placed, start="helo")
    await app.bus.publish(Placed("1"))
    ((_, fault),) = app.bus.faults
    assert "did you mean 'hello'" in str(fault)


async def until(holds: Any) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.005)


# what it costs


async def test_while_nobody_listens_executions_are_not_watched():
    assert not watching.watched()
    assert type(memory_context(RunInfo("r", "d"))) is LiveContext
    async with Application.boot(modules=[WorkflowModule.stub()]):
        assert watching.watched()
    assert not watching.watched()


async def test_events_of_other_threads_reach_the_applications_own(app, heard):
    await asyncio.to_thread(lambda: asyncio.run(Pipeline("elsewhere", [FunctionStep("one", lambda: 1)]).execute()))
    await until(lambda: len(heard) == 4)
    assert {event.workflow for event in heard} == {"elsewhere"}
