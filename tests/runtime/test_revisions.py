"""Acts bound to what somebody saw: an edit to the run as it stood, every other act to its own target."""

from __future__ import annotations

import asyncio
from typing import Any

from lexiconsole.durable.context import Context
from lexiconsole.durable.journal import RequestKind
from tests.support import house


async def test_an_edit_of_a_run_that_is_on_its_way_is_refused_for_that_and_not_as_out_of_date() -> None:
    """Its revision is that of the run, which a look at the step alone would never find."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await go.wait()

    async def flow(ctx: Context) -> Any:
        await ctx.step("a", lambda: 1)
        await ctx.step("b", lambda: 2)
        await ctx.step("slow", slow)

    async with house() as h:
        row = await h.start(flow)
        await h.clock.until(begun.wait())
        seen = (await h.row(row)).seq
        refused = await h.ask(row, RequestKind.EDIT, "a", value=5, expects=seen)
        assert refused.reply == "the run is on its way; pause it first, then edit"
        late = await h.ask(row, RequestKind.EDIT, "a", value=5, expects=1)
        assert late.reply.startswith(f"run {row.id} moved on: you saw revision 1, it is at ")
        go.set()
        await h.settle(row)
