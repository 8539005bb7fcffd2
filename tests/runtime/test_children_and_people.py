"""Child runs where operators are configured: the engine withdraws them in nobody's name, and nobody else can in its."""

from __future__ import annotations

from typing import Any

import pytest

from lexiconsole.app.operators import Operators
from lexiconsole.app.sections import Operator
from lexiconsole.durable.context import Context
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RequestState
from lexiconsole.durable.question import Question
from lexiconsole.runtime.taking import act
from lexiconsole.types import RunStatus
from tests.support import House, define, house

PEOPLE = Operators({"ann": Operator(users=("ann",))}, lambda: 0.0)


async def parent(ctx: Context) -> Any:
    return await ctx.child("inner", "inner")


async def inner(ctx: Context) -> Any:
    return await ctx.ask("ok", Question("go on?"))


async def waiting_family(h: House) -> tuple[Any, Any]:
    """A parent and its child, which waits for somebody."""
    h.registry.set(define(inner, name="inner"))
    row = await h.run(parent, by="ann")
    [task] = await h.journal.tasks()
    return row, await h.settle(await h.journal.run(task.run_id))


async def test_a_cancel_reaches_the_child_runs_too() -> None:
    async with house(people=PEOPLE) as h:
        row, child = await waiting_family(h)
        await h.ask(row, RequestKind.CANCEL, by="ann", **{"from": {"os_user": "ann"}})
        await h.settle(row)
        await h.settle(child)
        assert (await h.row(child)).status is RunStatus.CANCELLED
        assert (await h.row(row)).status is RunStatus.CANCELLED


@pytest.mark.parametrize("data", [{}, {"withdrawn_by": "nobody"}])
async def test_nobody_cancels_a_child_run_in_the_name_of_the_engine(data: dict[str, Any]) -> None:
    async with house(people=PEOPLE) as h:
        _, child = await waiting_family(h)
        told = await h.clock.until(act(h.runtime, Request(child.id, RequestKind.CANCEL, data=data)))
        assert told.state is RequestState.REFUSED
        assert EntryKind.CANCEL not in [e.kind for e in await h.entries(child)]
