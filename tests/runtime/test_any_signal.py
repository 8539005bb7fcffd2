"""Waiting for whatever signal comes next: what a state machine does."""

from __future__ import annotations

from typing import Any

from lexiconsole.durable.context import ANY_SIGNAL, Context
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.history import Signal
from lexiconsole.durable.journal import RequestKind
from lexiconsole.result import Ok
from tests.support import house


async def test_any_signal_comes_in_the_order_of_arrival_with_its_name() -> None:
    async def flow(ctx: Context) -> Any:
        await ctx.receive("go", "go")
        got = [await ctx.receive(f"n{i}", ANY_SIGNAL) for i in range(3)]
        assert all(isinstance(one, Signal) for one in got)
        return Ok([[one.name, one.payload] for one in got])

    async with house() as h:
        row = await h.run(flow)
        for name, payload in (("b", 1), ("a", 2), ("b", 3)):
            await h.ask(row, RequestKind.SIGNAL, name, payload=payload)
        await h.crash()
        await h.ask(row, RequestKind.SIGNAL, "go")
        row = await h.settle(row)
        assert (await h.entries(row))[-1].data == {"result": [["b", 1], ["a", 2], ["b", 3]]}
        forked = await h.settle(await h.runtime.fork(row, (await h.entries(row))[-2].seq))
        assert (await h.entries(forked))[-1].data == {"result": [["b", 1], ["a", 2], ["b", 3]]}


async def test_a_parked_run_says_which_names_mean_something_now() -> None:
    async def flow(ctx: Context) -> Any:
        return Ok((await ctx.receive("next", ANY_SIGNAL, expected=("yes", "no"))).name)

    async with house() as h:
        row = await h.run(flow)
        parked = next(e for e in await h.entries(row) if e.kind is EntryKind.PARKED)
        assert parked.data["signals"] == {"next": ["yes", "no"]}
        await h.ask(row, RequestKind.SIGNAL, "no")
        assert (await h.entries(await h.settle(row)))[-1].data == {"result": "no"}


async def test_signals_that_a_renewal_carries_are_told_apart_by_name() -> None:
    """Two with the same payload; after a crash the one that was received is not handed out again."""

    async def flow(ctx: Context) -> Any:
        if ctx.run.state is None:
            await ctx.receive("go", "go")
            ctx.renew("second")
        await ctx.receive("b", "b")
        await ctx.receive("wait", "wait")
        return Ok(await ctx.receive("a", "a"))

    async with house() as h:
        row = await h.run(flow)
        for name in ("a", "b", "go"):
            await h.ask(row, RequestKind.SIGNAL, name)
        row = await h.settle(row)
        await h.crash()
        await h.ask(row, RequestKind.SIGNAL, "wait")
        assert (await h.settle(row)).status == "completed"
