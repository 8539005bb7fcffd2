"""What a step costs in memory, per model, beside a bare await of the same function in the same run.

    python benchmarks/in_memory.py          a table; exits 1 when a figure misses its limit

CPU time, the best of several rounds: a loaded machine only ever makes figures worse. The bare await shows how fast the
machine is at this moment; the limits are for the machine of the issue, which needs about 0.1 µs for one.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable
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

STEPS = 2_000
ITEMS = 100_000
ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """Microseconds for one of something; `limit` is what it may take."""

    what: str
    micros: float
    limit: float | None = None


async def noop() -> None:
    pass


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


def pipeline(count: int = STEPS, timeout: float | None = None) -> Pipeline:
    return Pipeline("steps", [FunctionStep(f"s{n}", noop, timeout=timeout) for n in range(count)])


def saga(timeout: float | None = None) -> AbstractSaga[None]:
    made: AbstractSaga[None] = AbstractSaga()
    for number in range(STEPS):
        made.add_step(SagaStep(f"s{number}", noop, noop, timeout=timeout))
    return made


def graph(timeout: float | None = None) -> WorkflowEngine:
    builder = WorkflowBuilder()
    for number in range(STEPS):
        builder.add_node(f"n{number}", noop)
        if number:
            builder.add_edge(f"n{number - 1}", f"n{number}")
    return WorkflowEngine(builder, node_timeout=timeout)


def bulk(**terms: Any) -> Callable[[], Awaitable[Any]]:
    operation = BulkOperation(same, BulkOperationConfig(batch_size=100, **terms))

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


def main() -> int:
    found = asyncio.run(figures())
    for figure in found:
        limit = f"   at most {figure.limit:g}" if figure.limit is not None else ""
        missed = "   missed" if figure.limit is not None and figure.micros > figure.limit else ""
        print(f"{figure.what:<36}{figure.micros:9.2f} µs{limit}{missed}")
    return any(figure.limit is not None and figure.micros > figure.limit for figure in found)


if __name__ == "__main__":
    sys.exit(main())
