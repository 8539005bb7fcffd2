"""A state in which a person is asked which event shall come; a signal from outside may be quicker."""

from __future__ import annotations

from typing import Any

import pytest

from lexiconsole.durable.definition import Definition
from lexiconsole.durable.journal import RequestKind, RequestState
from lexiconsole.state import State, StateMachine, Transition
from lexiconsole.types import ModelKind, RunStatus
from tests.people import Staff
from tests.support import house


class Ticket(StateMachine):
    states = (State("open", ask="Close it, or reopen?", who=["role:agent"]), State("closed", final=True))
    transitions = (Transition("close", "open", "closed"), Transition("keep", "open", "open"))


MACHINE = Definition("ticket", ModelKind.MACHINE, lambda _: Ticket(), input=Any)


@pytest.mark.parametrize("crash", [False, True])
async def test_a_person_chooses_the_event(crash: bool) -> None:
    async with house(people=Staff({"ann": ["agent"], "zed": []})) as h:
        row = await h.run(MACHINE)
        task = (await h.journal.tasks())[0]
        assert task.key == "event/choice" and task.data["form"]["properties"]["event"]["enum"] == ["close", "keep"]
        reply = await h.ask(row, RequestKind.ANSWER, "event/choice", by="zed", value={"event": "close"})
        assert reply.state is RequestState.REFUSED
        await h.settle(row)
        await h.ask(row, RequestKind.ANSWER, "event/choice", by="ann", value={"event": "keep"})
        row = await h.settle(row)
        assert row.status is RunStatus.WAITING
        if crash:
            await h.crash()
        await h.ask(row, RequestKind.ANSWER, "event#2/choice", by="ann", value={"event": "close", "payload": 7})
        assert (await h.settle(row)).status is RunStatus.COMPLETED


async def test_a_signal_that_comes_first_withdraws_the_question() -> None:
    async with house() as h:
        row = await h.run(MACHINE)
        await h.ask(row, RequestKind.SIGNAL, "close")
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and await h.journal.tasks() == []


async def test_an_event_that_means_nothing_there_is_refused_and_the_question_stays_open() -> None:
    async with house() as h:
        row = await h.run(MACHINE)
        reply = await h.ask(row, RequestKind.ANSWER, "event/choice", value={"event": "explode"})
        assert "event: 'explode' is not one of ['close', 'keep']" in reply.reply
        assert (await h.settle(row)).status is RunStatus.WAITING
