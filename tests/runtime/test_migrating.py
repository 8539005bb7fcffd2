"""A run of an older version goes on where its definition says how; what does not fit is refused before anything is written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.journal import RequestKind, RunFilter
from lexiconsole.durable.migration import Migration
from lexiconsole.durable.policy import Backoff, StepPolicy
from lexiconsole.durable.question import Question
from lexiconsole.durable.step import current_step
from lexiconsole.errors import RefusedError, WorkflowVersionMismatchError
from lexiconsole.runtime.live_runs import Fit, live_runs
from lexiconsole.runtime.migrating import migrate, plan_migration
from lexiconsole.types import RunStatus
from tests.support import House, define, house


class Calls(list[str]):
    def of(self, name: str) -> Any:
        async def call() -> str:
            self.append(name)
            return name

        return call


def first_version(calls: Calls) -> Any:
    async def flow(ctx: Context) -> Any:
        await ctx.step("reserve", calls.of("reserve"))
        await ctx.step("pay", calls.of("pay"))
        await ctx.step("log", calls.of("log"))
        answer = await ctx.ask("ok", Question("ok?"))
        await ctx.step("ship", calls.of("ship"))
        return answer

    return define(flow)


def second_version(calls: Calls, **migrations: Any) -> Any:
    async def flow(ctx: Context) -> Any:
        placed = await ctx.step("place", calls.of("place"))
        await ctx.step("reserve", calls.of("reserve"))
        await ctx.step("charge", calls.of("charge"))
        answer = await ctx.ask("approve", Question("approve?"))
        await ctx.step("pack", calls.of("pack"))
        await ctx.step("ship", calls.of("ship"))
        return [placed, answer.value if hasattr(answer, "value") else answer]

    return define(flow, version=2, migrations=migrations or {1: FITS})


FITS = Migration(
    renamed={"pay": "charge", "ok": "approve"}, dropped=["log"], added={"place": "by hand", "pack": "never needed"}
)


async def parked(home: House, calls: Calls) -> Any:
    row = await home.run(first_version(calls))
    assert row.status is RunStatus.WAITING
    calls.clear()
    return row


async def test_a_run_goes_on_under_the_next_version_with_keys_renamed_dropped_and_added() -> None:
    async with house() as home:
        calls = Calls()
        row = await parked(home, calls)
        home.registry.set(second_version(calls))
        with pytest.raises(WorkflowVersionMismatchError, match="lexiconsole migrate"):
            await home.take(row)
        plan = await plan_migration(home.runtime, row)
        assert plan.sentence == "the run goes on under version 2 (it is at 1)"
        assert plan.details == (
            "pay is now charge",
            "ok is now approve",
            "no longer counts: log was done (entry 4); what it did stays",
            "no longer counts: ok was asked (entry 5); what it did stays",
            "place counts as done",
        )
        assert (await home.row(row)).seq == row.seq, "looking writes nothing"
        await migrate(home.runtime, row, by="ana", reason="new shop")
        row = await home.settle(row)
        assert row.status is RunStatus.WAITING
        assert [task.key for task in await home.journal.tasks(row)] == ["approve"]
        [mark] = [e for e in await home.entries(row) if e.kind == "migrated"]
        assert (mark.by, mark.data["from"], mark.data["to"], mark.data["reason"]) == ("ana", 1, 2, "new shop")
        await home.crash()
        await home.ask(row, RequestKind.ANSWER, "approve", value="yes")
        row = await home.settle(row)
        assert row.status is RunStatus.COMPLETED
        assert calls == ["pack", "ship"], "nothing is done again; a step that it was not past is done"


async def test_a_migration_that_does_not_fit_is_refused_with_both_sides_and_nothing_is_written() -> None:
    async with house() as home:
        calls = Calls()
        row = await parked(home, calls)
        home.registry.set(second_version(calls))
        for migrations, reason in (
            ({1: Migration(renamed={"pay": "charge"}, added={"place": 1})}, "does not fit the run"),
            ({1: Migration(renamed={"pay": "reserve"})}, "of both 'reserve' and 'pay'"),
            ({2: Migration()}, "does not say how a run of version 1 goes on as 2"),
        ):
            definition = second_version(calls)
            object.__setattr__(definition, "migrations", migrations)
            home.registry.set(definition)
            with pytest.raises(RefusedError, match=reason):
                await migrate(home.runtime, row)
        assert (await home.row(row)).seq == row.seq
        assert calls == []


async def test_a_migrated_run_can_be_migrated_again_and_a_new_input_comes_along() -> None:
    async with house() as home:
        calls = Calls()
        row = await parked(home, calls)
        home.registry.set(second_version(calls))
        await migrate(home.runtime, row)
        await home.settle(row)

        async def third(ctx: Context) -> Any:
            await ctx.step("place", calls.of("place"))
            await ctx.step("reserve", calls.of("reserve"))
            await ctx.step("charge", calls.of("charge"))
            await ctx.ask("approve", Question("approve?"))
            return ctx.run.input

        chain = {1: FITS, 2: Migration(input=lambda given: {"was": given})}
        home.registry.set(define(third, version=3, migrations=chain))
        plan = await plan_migration(home.runtime, await home.row(row))
        assert plan.details == ("the input changes",)
        await migrate(home.runtime, await home.row(row))
        await home.settle(row)
        await home.crash()
        await home.ask(row, RequestKind.ANSWER, "approve", value="yes")
        row = await home.settle(row)
        assert (await home.entries(row))[-1].data["result"] == {"was": {}}
        assert calls == []


async def test_a_step_that_was_tried_under_its_old_name_is_called_again_with_the_same_idempotency_key() -> None:
    """Also twice renamed, and in a fork: whoever is paid must see that it is the same payment."""
    told: list[str] = []

    def paying(name: str, version: int, fails: bool, **more: Any) -> Any:
        async def call() -> None:
            step = current_step()
            assert step.key == name
            told.append(step.idempotency_key)
            if fails:
                raise ConnectionError

        policy = StepPolicy(attempts=9, backoff=Backoff(5000.0, maximum=5000.0))

        async def flow(ctx: Context) -> Any:
            await ctx.step(name, call, policy=policy)

        return define(flow, version=version, **more)

    async with house() as home:
        row = await home.run(paying("pay", 1, True))
        assert row.status is RunStatus.SLEEPING
        chain = {1: Migration(renamed={"pay": "charge"}), 2: Migration(renamed={"charge": "bill"})}
        for name, version in (("charge", 2), ("bill", 3)):
            home.registry.set(paying(name, version, True, migrations=chain))
            await migrate(home.runtime, await home.row(row))
            await home.settle(row)
        await home.crash()
        home.registry.set(paying("bill", 3, False, migrations=chain))
        await home.ask(row, RequestKind.RETRY, "bill")
        assert (await home.settle(row)).status is RunStatus.COMPLETED
        assert told == [f"{row.id}/pay"] * 2


async def test_a_new_step_under_a_name_that_another_had_before_has_an_idempotency_key_of_its_own() -> None:
    """Else whoever is paid takes the second payment for the first one."""
    told: list[tuple[str, str]] = []

    def paying(names: tuple[str, ...], version: int, fails: bool, **more: Any) -> Any:
        async def call() -> None:
            step = current_step()
            told.append((step.key, step.idempotency_key))
            if fails:
                raise ConnectionError

        policy = StepPolicy(attempts=9, backoff=Backoff(5000.0, maximum=5000.0))

        async def flow(ctx: Context) -> Any:
            for name in names:
                await ctx.step(name, call, policy=policy)

        return define(flow, version=version, **more)

    async with house() as home:
        row = await home.run(paying(("pay",), 1, True))
        home.registry.set(paying(("charge", "pay"), 2, False, migrations={1: Migration(renamed={"pay": "charge"})}))
        await migrate(home.runtime, await home.row(row))
        await home.settle(row)
        await home.ask(row, RequestKind.RETRY, "charge")
        assert (await home.settle(row)).status is RunStatus.COMPLETED
        assert told[1:] == [("charge", f"{row.id}/pay"), ("pay", f"{row.id}/pay~2")]


async def test_a_fork_of_a_migrated_run_knows_what_its_origin_began_under_the_old_name() -> None:
    told: list[str] = []

    def paying(name: str, version: int, **more: Any) -> Any:
        async def call() -> None:
            told.append(current_step().idempotency_key)
            await asyncio.Event().wait()

        async def flow(ctx: Context) -> Any:
            await ctx.step(name, call, policy=StepPolicy(idempotent=False))

        return define(flow, version=version, **more)

    async with house() as home:
        row = await home.start(paying("pay", 1))
        await home.clock.until(_until(lambda: bool(told)))
        await home.crash()
        row = await home.again(row)
        assert row.status is RunStatus.DOUBTFUL
        home.registry.set(paying("charge", 2, migrations={1: Migration(renamed={"pay": "charge"})}))
        await migrate(home.runtime, row)
        row = await home.settle(row)
        fork = await home.settle(await home.runtime.fork(row, row.seq))
        assert fork.status is RunStatus.DOUBTFUL
        for one in (row, fork):
            await home.ask(one, RequestKind.RESOLVE, "charge", how="again")
        await home.clock.until(_until(lambda: len(told) == 3))
        assert told == [f"{row.id}/pay"] * 3


async def test_a_fork_from_before_a_migration_is_refused_where_that_changes_how_its_entries_read() -> None:
    async with house() as home:
        calls = Calls()
        row = await parked(home, calls)
        home.registry.set(second_version(calls))
        await migrate(home.runtime, row)
        row = await home.settle(row)
        [mark] = [e.seq for e in await home.entries(row) if e.kind == "migrated"]
        with pytest.raises(
            RefusedError, match=f"are of version 1, and it was migrated to 2 in entry {mark}: fork it from"
        ):
            await home.runtime.fork(row, mark - 1)
        assert len(await home.journal.runs(RunFilter())) == 1
        fork = await home.settle(await home.runtime.fork(row, mark))
        assert fork.status is RunStatus.WAITING
        first = await home.settle(await home.runtime.fork(row, 1))
        assert (first.status, calls) == (RunStatus.WAITING, ["place", "reserve", "charge"]), "all of it is done anew"
        home.registry.set(first_version(calls))
        early = await home.settle(await home.runtime.fork(row, mark - 1))
        assert early.status is RunStatus.WAITING


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0)


def rounds(version: int, **more: Any) -> Any:
    """Asks, and begins a new generation after each answer until one is "stop"; gives the input it was made with."""

    async def flow(ctx: Context) -> Any:
        if await ctx.ask("ok", Question("go on?")) != "stop":
            ctx.renew((ctx.run.state or 0) + 1)
        return ctx.run.input

    return define(flow, version=version, **more)


WRAPPED = {1: Migration(input=lambda given: {"was": given})}


async def answered(home: House, row: Any, value: str) -> Any:
    await home.ask(row, RequestKind.ANSWER, "ok", value=value)
    return await home.settle(row)


@pytest.mark.parametrize("renewed_before", [True, False], ids=["renewed before", "renewed since"])
async def test_a_migrated_run_keeps_its_new_input_and_its_version_whenever_it_is_renewed(renewed_before: bool) -> None:
    async with house() as home:
        row = await home.run(rounds(1), "old")
        if renewed_before:
            row = await answered(home, row, "again")
            assert row.base > 1
        home.registry.set(rounds(2, migrations=WRAPPED))
        await migrate(home.runtime, row)
        row = await home.settle(row)
        if not renewed_before:
            row = await answered(home, row, "again")
            assert row.base > 1
        assert "nothing to migrate" in (await plan_migration(home.runtime, row)).refused
        (found,) = await live_runs(home.runtime)
        assert [(run.version, run.fit) for run in found.tried] == [(2, Fit.GOES_ON)]
        await home.crash()
        row = await answered(home, row, "stop")
        assert (await home.entries(row))[-1].data == {"result": {"was": "old"}}


async def test_a_fork_of_a_migrated_run_goes_on_with_the_input_it_was_given() -> None:
    async with house() as home:
        row = await home.run(rounds(1), "old")
        home.registry.set(rounds(2, migrations=WRAPPED))
        await migrate(home.runtime, row)
        row = await home.settle(row)
        same = await home.settle(await home.runtime.fork(row, row.seq))
        other = await home.settle(await home.runtime.fork(row, row.seq, [("", {"is": "new"})]))
        for fork, expected in ((same, {"was": "old"}), (other, {"is": "new"})):
            again = await home.settle(await home.runtime.fork(fork, fork.seq))
            for one in (fork, again):
                done = await answered(home, one, "stop")
                assert (await home.entries(done))[-1].data == {"result": expected}


async def test_a_run_that_ended_or_is_up_to_date_has_nothing_to_migrate() -> None:
    async with house() as home:
        calls = Calls()
        row = await parked(home, calls)
        assert "nothing to migrate" in (await plan_migration(home.runtime, row)).refused
        await home.ask(row, RequestKind.ANSWER, "ok", value=1)
        row = await home.settle(row)
        assert "has ended" in (await plan_migration(home.runtime, row)).refused


def test_parts_of_a_key_are_renamed_and_dropped_too() -> None:
    migration = Migration(renamed={"pay": "charge"}, dropped=["log"])
    assert migration.key("undo/pay") == "undo/charge"
    assert migration.key("pay#2") == "charge#2"
    assert migration.key("left/log#3") is None
    assert migration.key("payment") == "payment"
