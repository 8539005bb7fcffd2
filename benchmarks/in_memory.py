"""What a step costs in memory, per model, when it succeeds and when it raises, beside a bare await in the same run.

    python benchmarks/in_memory.py          two tables; exits 1 when a figure misses its limit

CPU time, the best of several rounds: a loaded machine only ever makes figures worse. The bare await shows how fast the
machine is at this moment; the limits are for the machine of the issue, which needs about 0.1 µs for one.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lexiconsole import (
    AbstractSaga,
    BulkOperation,
    BulkOperationConfig,
    FunctionStep,
    Pipeline,
    SagaStep,
    State,
    StateMachine,
    Transition,
    WorkflowBuilder,
    WorkflowEngine,
    memory_context,
)

Does = Callable[..., Awaitable[None]]

STEPS = 2_000
ITEMS = 100_000
ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """Microseconds for one of something; `limit` is what it may take."""

    what: str
    micros: float
    limit: float | None = None


@dataclass(frozen=True)
class Pair:
    """Microseconds for one that succeeds and for one that raises, which may take `limit`."""

    what: str
    succeeds: float
    raises: float
    limit: float | None = None


async def noop() -> None:
    pass


async def broken(*_: Any) -> None:
    raise ValueError("no")


async def same(item: int) -> int:
    return item


async def cost(run: Callable[[], Awaitable[Any]], count: int) -> float:
    rounds = []
    for _ in range(ROUNDS):
        gc.collect()
        begin = time.process_time()
        await run()
        rounds.append((time.process_time() - begin) / count * 1e6)
    return min(rounds)


async def bare() -> None:
    for _ in range(STEPS):
        await noop()


async def context() -> None:
    async def body(ctx: Any) -> None:
        for number in range(STEPS):
            await ctx.step(f"s{number}", noop)

    await memory_context().drive(body)


async def bare_raise() -> None:
    for _ in range(STEPS):
        with suppress(ValueError):
            await broken()


def pipeline(count: int = STEPS, timeout: float | None = None, does: Does = noop, tries: int = 1) -> Pipeline:
    steps = [FunctionStep(f"s{n}", does, timeout=timeout, max_retries=tries, retry_delay=0) for n in range(count)]
    return Pipeline("steps", steps, fail_fast=False)


def saga(timeout: float | None = None) -> AbstractSaga[None]:
    made: AbstractSaga[None] = AbstractSaga()
    for number in range(STEPS):
        made.add_step(SagaStep(f"s{number}", noop, noop, timeout=timeout))
    return made


def group(does: Does) -> AbstractSaga[None]:
    made: AbstractSaga[None] = AbstractSaga()
    made.add_parallel(*(SagaStep(f"s{number}", does, noop) for number in range(STEPS)), name="group")
    return made


def sagas(does: Does) -> Callable[[], Awaitable[Any]]:
    async def run() -> None:
        for _ in range(STEPS):
            made: AbstractSaga[None] = AbstractSaga()
            made.add_step(SagaStep("done", noop, noop))
            made.add_step(SagaStep("last", does, noop))
            await made.execute()

    return run


def graphs(does: Does) -> Callable[[], Awaitable[Any]]:
    engine = WorkflowEngine(WorkflowBuilder().add_node("one", does), node_timeout=None)

    async def run() -> None:
        for _ in range(STEPS):
            await engine.execute({})

    return run


def graph(timeout: float | None = None) -> WorkflowEngine:
    builder = WorkflowBuilder()
    for number in range(STEPS):
        builder.add_node(f"n{number}", noop)
        if number:
            builder.add_edge(f"n{number - 1}", f"n{number}")
    return WorkflowEngine(builder, node_timeout=timeout)


def bulk(does: Callable[[int], Awaitable[Any]] = same, **terms: Any) -> Callable[[], Awaitable[Any]]:
    operation = BulkOperation(does, BulkOperationConfig(batch_size=100, **terms))

    async def run() -> None:
        await operation.execute(range(ITEMS))

    return run


def building(count: int) -> Callable[[], Awaitable[Any]]:
    async def build() -> None:
        assert len(pipeline(count).steps) == count

    return build


class Door(StateMachine):
    """It opens and shuts."""

    states = (State("shut"), State("open"), State("gone", final=True))
    transitions = (
        Transition("open", "shut", "open"),
        Transition("shut", "open", "shut"),
        Transition("remove", ("shut", "open"), "gone"),
    )


class GuardedDoor(Door):
    async def can_open(self) -> bool:
        return True

    async def on_enter_open(self) -> None:
        pass


class StuckDoor(Door):
    async def on_exit_shut(self) -> None:
        await broken()


class FreeDoor(Door):
    async def on_exit_shut(self) -> None:
        await noop()


def openings(kind: type[StateMachine]) -> Callable[[], Awaitable[Any]]:
    """Every one begins at the shut door."""

    async def events() -> None:
        door = kind()
        for _ in range(STEPS):
            door.place("door", "shut", 0)
            with suppress(ValueError):
                await door.transition("open")

    return events


def machine(kind: type[StateMachine]) -> Callable[[], Awaitable[Any]]:
    async def events() -> None:
        door = kind()
        for _ in range(STEPS // 2):
            await door.transition("open")
            await door.transition("shut")

    return events


async def figures() -> list[Figure]:
    return [
        Figure("bare await", await cost(bare, STEPS)),
        Figure("step of the context alone", await cost(context, STEPS)),
        Figure("pipeline step", await cost(pipeline().execute, STEPS), 8),
        Figure("pipeline step with a timeout", await cost(pipeline(timeout=5).execute, STEPS), 12),
        Figure("saga step", await cost(saga().execute, STEPS), 8),
        Figure("saga step with a timeout", await cost(saga(timeout=5).execute, STEPS), 12),
        Figure("graph node", await cost(graph().execute, STEPS), 15),
        Figure("graph node with a timeout", await cost(graph(timeout=5).execute, STEPS), 20),
        Figure("state transition", await cost(machine(Door), STEPS), 4),
        Figure("state transition, every other guarded", await cost(machine(GuardedDoor), STEPS)),
        Figure("bulk item, batches of 100", await cost(bulk(timeout=None), ITEMS), 0.3),
        Figure("bulk item, one batch at a time", await cost(bulk(timeout=None, max_concurrency=1), ITEMS)),
        Figure("bulk item, with the default timeout", await cost(bulk(), ITEMS)),
        Figure("building a step, 1,000 of them", await cost(building(1_000), 1_000)),
        Figure("building a step, 10,000 of them", await cost(building(10_000), 10_000)),
    ]


async def pairs() -> list[Pair]:
    """A step that raises may take what one with a time limit may, for Python itself takes a part of it; one that raises
    three times may take what three take that succeed.
    """

    async def pair(
        what: str, make: Callable[..., Any], good: Any, count: int = STEPS, limit: float | None = None
    ) -> Pair:
        bad = {noop: broken, same: broken, FreeDoor: StuckDoor}[good]
        return Pair(what, await cost(make(good), count), await cost(make(bad), count), limit)

    alone = Pair("bare await; with `suppress` around it", await cost(bare, STEPS), await cost(bare_raise, STEPS))
    once = await pair("pipeline step", lambda does: pipeline(does=does).execute, noop, limit=12)
    return [
        alone,
        once,
        await pair(
            "pipeline step, three tries",
            lambda does: pipeline(does=does, tries=3).execute,
            noop,
            limit=round(3 * once.succeeds, 1),
        ),
        await pair("saga step of a group", lambda does: group(does).execute, noop),
        await pair("saga of two steps, undone", sagas, noop),
        await pair("graph of one node, with checkpoint", graphs, noop),
        await pair("state transition with a hook", openings, FreeDoor),
        await pair("bulk item", lambda does: bulk(does, timeout=None, retry_attempts=1), same, ITEMS, 3),
    ]


def main() -> int:
    found = asyncio.run(figures())
    compared = asyncio.run(pairs())
    for figure in found:
        limit = f"   at most {figure.limit:g}" if figure.limit is not None else ""
        missed = "   missed" if figure.limit is not None and figure.micros > figure.limit else ""
        print(f"{figure.what:<36}{figure.micros:9.2f} µs{limit}{missed}")
    print(f"\n{'':<38}{'succeeds':>10}{'raises':>12}")
    for each in compared:
        limit = f"   at most {each.limit:g}" if each.limit is not None else ""
        missed = "   missed" if each.limit is not None and each.raises > each.limit else ""
        print(f"{each.what:<38}{each.succeeds:7.2f} µs{each.raises:9.2f} µs{limit}{missed}")
    late = [each for each in compared if each.limit is not None and each.raises > each.limit]
    return bool(late) or any(figure.limit is not None and figure.micros > figure.limit for figure in found)


if __name__ == "__main__":
    sys.exit(main())
