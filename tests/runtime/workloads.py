"""The runs of the explorer, one of each thing that a run can wait for. Their steps tell when they are at work."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from lexiconsole.durable.context import Context
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.migration import Migration
from lexiconsole.durable.policy import Backoff, StepPolicy, StepRole
from lexiconsole.durable.question import Question
from lexiconsole.durable.step import current_step
from lexiconsole.errors import RunCancelled
from lexiconsole.result import Err, Ok
from tests.support import define

_TWICE = StepPolicy(attempts=3, backoff=Backoff(initial=0.2))
_ONCE = StepPolicy(idempotent=False)


class Bench:
    """Where steps work: how often each is at work at one time, and which were at work twice."""

    def __init__(self) -> None:
        self.at_work: Counter[tuple[str, str]] = Counter()
        self.began: Counter[tuple[str, str]] = Counter()
        self.twice: list[tuple[str, str]] = []

    def step(self, seconds: float = 0.2, fails: int = 0) -> Any:
        """A step that takes so long, and fails the first few times."""

        async def work() -> str:
            info = current_step()
            address = info.run_id, info.key
            self.at_work[address] += 1
            self.began[address] += 1
            if self.at_work[address] > 1:
                self.twice.append(address)
            try:
                await asyncio.sleep(seconds)
                if self.began[address] <= fails:
                    raise OSError("not yet")
            finally:
                self.at_work[address] -= 1
            return "done"

        return work

    def definitions(self) -> list[Definition]:
        return [
            define(self._plain, name="plain"),
            define(self._asks, name="asks"),
            define(self._hears, name="hears"),
            define(self._family, name="family"),
            define(self._wide, name="wide"),
            define(self._fails, name="fails", retries=2),
            define(self._undoes, name="undoes"),
            define(self._renews, name="renews"),
            define(self._late, name="late", timeout=3.0),
        ]

    def newer(self) -> Definition:
        """`plain` of the next version: its step `b` has another name there."""
        return define(self._plain_2, name="plain", version=2, migrations={1: Migration(renamed={"b": "c"})})

    async def _plain(self, ctx: Context) -> Any:
        await ctx.step("a", self.step())
        await ctx.sleep("rest", ctx.run.started_at + 1.5)
        await ctx.step("b", self.step(0.3), policy=_ONCE)
        return Ok("plain")

    async def _plain_2(self, ctx: Context) -> Any:
        await ctx.step("a", self.step())
        await ctx.sleep("rest", ctx.run.started_at + 1.5)
        await ctx.step("c", self.step(0.3), policy=_ONCE)
        return Ok("plain")

    async def _asks(self, ctx: Context) -> Any:
        await ctx.step("a", self.step())
        await ctx.ask("q", Question("how many?"))
        await ctx.step("b", self.step())
        return Ok("asked")

    async def _hears(self, ctx: Context) -> Any:
        for turn in range(3):
            await ctx.receive(f"r{turn}", "news")
            await ctx.step(f"s{turn}", self.step(0.005))
        return Ok("heard")

    async def _family(self, ctx: Context) -> Any:
        elder = ctx.child("elder", "asks")
        younger = ctx.child("younger", "plain")
        await ctx.all([younger, elder])
        third = ctx.child("third", "hears")
        timer = ctx.sleep("enough", ctx.run.started_at + 8)
        won = await ctx.first({"third": third, "timer": timer})
        if won == "timer":
            ctx.drop(third, "it took too long")
        else:
            ctx.drop(timer, "it is there")
        return Ok(won)

    async def _wide(self, ctx: Context) -> Any:
        async def left() -> Any:
            await ctx.receive("in", "news")
            return await ctx.step("l", self.step(0.05))

        async def right() -> Any:
            await ctx.step("r", self.step(0.1))
            await ctx.ask("q", Question("well?"))

        await ctx.all([ctx.branch("left", left), ctx.branch("right", right), ctx.step("beside", self.step(0.6))])
        return Ok("wide")

    async def _fails(self, ctx: Context) -> Any:
        tried = await ctx.step("try", self.step(0.01, fails=2), policy=_TWICE)
        (await ctx.step("again", self.step(0.02, fails=2))).unwrap()
        return tried

    async def _undoes(self, ctx: Context) -> Any:
        try:
            await ctx.step("pay", self.step(0.05), policy=_ONCE)
            await ctx.receive("go", "news")
            await ctx.step("ship", self.step(0.2))
        except RunCancelled as why:
            async with ctx.shielded():
                await ctx.step("undo/pay", self.step(0.05), role=StepRole.COMPENSATION)
            return Err(str(why))
        return Ok("paid")

    async def _renews(self, ctx: Context) -> Any:
        rounds = int(ctx.run.state or 0)
        await ctx.receive("r", "news")
        await ctx.step("s", self.step(0.01))
        if rounds < 2:
            ctx.renew(rounds + 1)
        return Ok(rounds)

    async def _late(self, ctx: Context) -> Any:
        await ctx.step("a", self.step(0.5))
        await ctx.ask("q", Question("in time?"))
        return Ok("in time")
