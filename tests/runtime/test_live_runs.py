"""Whether live runs can go on with definitions that were changed under them: each is tried, none is touched."""

from __future__ import annotations

from typing import Any

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.migration import Migration
from lexiconsole.durable.question import Question
from lexiconsole.errors import ReplayMismatchError
from lexiconsole.runtime.live_runs import Fit, live_runs
from lexiconsole.types import RunStatus
from tests.support import House, define, house


def flow_of(*keys: str, ask: str = "ok") -> Any:
    async def flow(ctx: Context) -> Any:
        for key in keys:
            await ctx.step(key, lambda: 1)
        answer = await ctx.ask(ask, Question("ok?"))
        await ctx.step("ship", lambda: 2)
        return answer

    return flow


async def one(home: House) -> Any:
    (found,) = await live_runs(home.runtime)
    return found


async def test_a_definition_edited_around_what_is_done_lets_its_runs_go_on() -> None:
    async with house() as home:
        row = await home.run(define(flow_of("reserve")))
        assert row.status is RunStatus.WAITING
        found = await one(home)
        assert [(run.id, run.fit, run.why) for run in found.tried] == [(row.id, Fit.GOES_ON, "")]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (flow_of("reserve", "charge"), "charge"),
        (flow_of("book"), "'reserve'"),
        (flow_of("reserve", ask="sure"), "'ok'"),
    ],
    ids=["a step before where it stands", "a step of another name", "a question of another name"],
)
async def test_a_definition_that_does_not_ask_for_what_is_recorded_is_told(changed: Any, why: str) -> None:
    async with house() as home:
        row = await home.run(define(flow_of("reserve")))
        home.registry.set(define(changed))
        (run,) = (await one(home)).tried
        assert run.fit is Fit.STUCK
        assert why in run.why
        assert (await home.runtime.reload(row)).seq == row.seq
        await home.crash()
        with pytest.raises(ReplayMismatchError, match="can not go on"):
            await home.again(row)  # what was told is what happens


async def test_another_version_needs_a_migration_and_one_that_fits() -> None:
    async with house() as home:
        await home.run(define(flow_of("reserve")))
        home.registry.set(define(flow_of("book"), version=2))
        found = await one(home)
        assert (found.version, found.tried[0].version, found.tried[0].fit) == (2, 1, Fit.STUCK)
        assert "does not say how a run of version 1 goes on as 2" in found.tried[0].why
        home.registry.set(define(flow_of("book"), version=2, migrations={1: Migration(renamed={"reserve": "book"})}))
        assert (await one(home)).tried[0].fit is Fit.MIGRATES


async def test_runs_that_ended_do_not_count_and_of_many_the_newest_are_tried() -> None:
    async def flow(ctx: Context) -> Any:
        return await ctx.step("done", lambda: 1)

    async with house() as home:
        await home.run(define(flow))
        assert await live_runs(home.runtime) == []
        for _ in range(4):
            await home.run(define(flow_of("reserve")))
        (found,) = await live_runs(home.runtime, 3)
        assert (len(found.tried), found.untried) == (3, 1)


async def test_a_definition_that_is_gone_is_told() -> None:
    async with house() as home:
        row = await home.run(define(flow_of("reserve")))
        del home.registry.definitions[row.name]
        (run,) = (await one(home)).tried
        assert (run.fit, run.why) == (Fit.STUCK, f"there is no definition {row.name} any more")
