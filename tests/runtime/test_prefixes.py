"""Any run, cut off after any entry, goes on: no recorded step is called again, nothing is asked differently."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.durable.context import Context
from lexiconsole.durable.entry import OUTCOMES, Entry, EntryKind
from lexiconsole.durable.journal import NewRun
from lexiconsole.durable.policy import Backoff, StepPolicy
from lexiconsole.result import Ok
from lexiconsole.store.memory import MemoryJournal
from lexiconsole.types import RunStatus
from tests.support import House, define, house

NO_WAIT = Backoff(initial=0, jitter=0)


@dataclass(frozen=True)
class Node:
    """A piece of a program. `turns` is how many turns of the loop its steps take, so that races come out in all ways."""

    kind: str
    turns: int = 0
    inner: tuple[Node, ...] = ()


leaves = st.builds(Node, st.sampled_from(["step", "choose", "failing", "flaky", "nap"]), st.integers(0, 4))
programs = st.recursive(
    leaves,
    lambda inner: st.builds(
        Node,
        st.sampled_from(["sequence", "all", "race"]),
        st.integers(0, 2),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=9,
)


def interpret(program: Node, calls: Counter[str]) -> Callable[[Context], Awaitable[Any]]:
    """The program as a workflow. What it returns depends only on what its steps gave it, in the order it saw them."""

    def call(key: str, node: Node) -> Callable[[], Awaitable[Any]]:
        async def run() -> Any:
            calls[key] += 1
            for _ in range(node.turns):
                await asyncio.sleep(0)
            if node.kind == "failing" or (node.kind == "flaky" and calls[key] % 2):
                raise ValueError(key)
            return [key, node.turns]

        return run

    async def go(ctx: Context, node: Node, path: str, seen: list[Any]) -> Any:
        if node.kind in ("step", "failing", "flaky"):
            policy = StepPolicy(attempts=2 if node.kind == "flaky" else 1, backoff=NO_WAIT)
            result = await ctx.step(path, call(path, node), policy=policy)
            seen.append(path)
            return result.is_ok()
        if node.kind == "choose":
            value = await ctx.choose(path, lambda: node.turns % 2 == 0)
            seen.append([path, value])
            return value
        if node.kind == "nap":
            await ctx.sleep(path, 0.0)
            return None
        if node.kind == "sequence":
            return [await go(ctx, inner, f"{path}.{n}", seen) for n, inner in enumerate(node.inner)]

        def body(inner: Node) -> Callable[[], Awaitable[Any]]:
            return lambda: go(ctx, inner, "x", seen)

        branches = [ctx.branch(f"{path}.{n}", body(inner)) for n, inner in enumerate(node.inner)]
        if node.kind == "all":
            return await ctx.all(branches)
        won = await ctx.first(dict(enumerate(branches)))
        for branch in branches:
            ctx.drop(branch, "too late")
        return [won, await ctx.step(f"{path}.after", call(f"{path}.after", Node("step")))]

    async def flow(ctx: Context) -> Any:
        seen: list[Any] = []
        await go(ctx, program, "p", seen)
        return Ok(seen)

    return flow


async def resumed_from(entries: list[Entry], flow: Any) -> House:
    """A house whose store holds just these entries of a run, left behind by a process that died."""
    journal = MemoryJournal()
    await journal.open()
    h = House(journal)
    owner = await journal.register("elsewhere", 1, "", 0.0)
    row, _ = await journal.create(
        NewRun(entries[0].run_id, "flow", "workflow", 1, entries[0].at, entries[0].data, owner=owner.number)
    )
    if entries[1:]:
        await journal.append(row, row.epoch, entries[1:])
    await journal.retire(owner.number)
    h.registry.set(define(flow))
    return h


async def check(program: Node) -> None:
    async with house() as h:
        row = await h.run(interpret(program, Counter()))
        assert row.status is RunStatus.COMPLETED, row.error
        entries = await h.entries(row)
    for cut in range(1, len(entries)):
        calls: Counter[str] = Counter()
        h = await resumed_from(entries[:cut], interpret(program, calls))
        again = await h.again(row)
        assert again.status is RunStatus.COMPLETED, (cut, again.error)
        after = await h.entries(again)
        assert after[:cut] == entries[:cut]
        settled = {e.key for e in entries[:cut] if e.kind in OUTCOMES}
        assert not settled & set(calls), f"called again although recorded: {settled & set(calls)}"
        assert max(Counter(e.key for e in after if e.kind in OUTCOMES).values(), default=1) == 1
        if cut == len(entries) - 1:
            assert after[-1].data == entries[-1].data, "a full replay sees everything in the same order"
        assert not h.bugs.seen
        await h.runtime.stop()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs)
def test_every_prefix_of_a_random_program_goes_on(program: Node) -> None:
    asyncio.run(check(program))


@settings(max_examples=30, deadline=None)
@given(programs)
def test_a_replay_of_everything_writes_only_the_ending(program: Node) -> None:
    """With all outcomes there, the definition is asked for nothing new."""

    async def scenario() -> None:
        async with house() as h:
            row = await h.run(interpret(program, Counter()))
            entries = await h.entries(row)
        h = await resumed_from(entries[:-1], interpret(program, Counter()))
        again = await h.again(row)
        new = [e for e in (await h.entries(again))[len(entries) - 1 :] if e.kind is not EntryKind.OWNED]
        assert [e.kind for e in new] == [EntryKind.COMPLETED]
        await h.runtime.stop()

    asyncio.run(scenario())
