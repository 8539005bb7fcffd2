"""Every field of `workflow:` and `workflow.graph:` has its effect, in memory and recorded: what each comes to under two values."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lexiconsole import BulkOperation, BulkOperationConfig, FunctionStep, Pipeline, WorkflowBuilder
from lexiconsole.app.defaults import install_defaults, refuse_what_is_switched_off
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.memory import run_in_memory
from lexiconsole.errors import RefusedError
from lexiconsole.graph.config import GraphConfig
from lexiconsole.types import ModelKind
from tests.graph.making import edges
from tests.support import house

Execute = Callable[[Callable[[], Any], ModelKind], Awaitable[Any]]


async def batches(execute: Execute) -> Any:
    """How many items a batch processor is given at once."""
    sizes: list[int] = []
    await execute(lambda: BulkOperation(batch_processor=lambda items: sizes.append(len(items)), items=range(8)), BULK)
    return max(sizes)


async def at_once(execute: Execute) -> Any:
    """How many batches of one item run at the same time, or nodes of a graph."""
    most = MostAtOnce()
    await execute(lambda: BulkOperation(most.work, BulkOperation.DEFAULT_CONFIG, items=range(60)), BULK)
    return most.most


async def branches(execute: Execute) -> Any:
    most = MostAtOnce()

    def build() -> Any:
        builder = WorkflowBuilder().add_node("start")
        for name in ("a", "b", "c"):
            builder.add_node(name, most.work)
        return edges(builder, "start > a, start > b, start > c").build()

    await execute(build, GRAPH)
    return most.most


class MostAtOnce:
    def __init__(self) -> None:
        self.now = self.most = 0

    async def work(self, _: Any) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(100):  # turns of the loop, not time, in which a busy machine may begin no other
            await asyncio.sleep(0)
        self.now -= 1


async def late(execute: Execute) -> Any:
    """Whether a bulk operation, a pipeline, a node or a graph that hangs is ended."""
    ended = await execute(lambda: BulkOperation(hangs, items=[1]), BULK)
    return "failed=1" in ended or "were over" in ended


async def pipeline_late(execute: Execute) -> Any:
    ended = await execute(lambda: Pipeline(steps=[FunctionStep("a", hangs)]), ModelKind.PIPELINE)
    return "were over" in ended or "no answer" in ended


async def node_late(execute: Execute) -> Any:
    return "no answer" in await execute(lambda: WorkflowBuilder().add_node("a", hangs).build(), GRAPH)


async def graph_late(execute: Execute) -> Any:
    ended = await execute(lambda: WorkflowBuilder().add_node("a", hangs).build(), GRAPH)
    return "were over" in ended or "no answer" in ended


async def hangs(_: Any = None) -> None:
    await asyncio.sleep(0.3)


async def tries(execute: Execute) -> Any:
    """How often an item that fails is tried."""
    tried: list[int] = []

    async def fails(item: int) -> None:
        tried.append(item)
        raise ValueError("no")

    await execute(lambda: BulkOperation(fails, items=[1]), BULK)
    return len(tried)


async def pauses(execute: Execute) -> Any:
    """Whether there is a pause before the second try, by the clock of the loop or of the run; of some items the quickest counts."""
    tried: dict[int, list[float]] = {}

    async def fails(item: int) -> None:
        tried.setdefault(item, []).append(execute.now())  # type: ignore[attr-defined]
        raise ValueError("no")

    await execute(lambda: BulkOperation(fails, items=range(4)), BULK)
    return min(second - first for first, second, *_ in tried.values()) > 0.02


async def told(execute: Execute) -> Any:
    notes: list[Any] = []

    def build() -> Any:
        return BulkOperation(hangs_not, items=[1], on_progress=notes.append)

    await execute(build, BULK)
    return bool(notes or execute.notes)  # type: ignore[attr-defined]


async def hangs_not(_: Any) -> None: ...


async def refused(execute: Execute) -> Any:
    return "switched off" in await execute(lambda: BulkOperation(hangs_not, items=[1]), BULK)


async def graph_refused(execute: Execute) -> Any:
    return "switched off" in await execute(lambda: WorkflowBuilder().add_node("a", hangs_not).build(), GRAPH)


async def visits(execute: Execute) -> Any:
    """How often a loop without an end goes round."""
    seen: list[int] = []
    builder = (
        WorkflowBuilder().add_node("a", lambda: seen.append(1)).add_node("b").add_edge("a", "b").add_edge("b", "a")
    )
    await execute(builder.build, GRAPH)
    return len(seen)


async def keeps(execute: Execute) -> Any:
    """Whether an execution that failed has a checkpoint; a recorded run has its journal in any case."""
    graph = WorkflowBuilder().add_node("a", lambda: 1 // 0).build()
    error: Any = (await graph.execute({})).unwrap_err()
    return error.checkpoint is not None


BULK, GRAPH = ModelKind.BULK, ModelKind.GRAPH
WORKFLOW = {
    "enabled": (refused, {False: True, True: False}),
    "batch_size": (batches, {2: 2, 5: 5}),
    "max_concurrency": (at_once, {1: 1, 3: 3}),
    "timeout": (late, {0.05: True, None: False}),
    "retry_attempts": (tries, {1: 1, 4: 4}),
    "retry_delay": (pauses, {0: False, 0.05: True}),
    "enable_progress_tracking": (told, {True: True, False: False}),
    "pipeline_timeout": (pipeline_late, {0.05: True, None: False}),
}
GRAPHS = {
    "enabled": (graph_refused, {False: True, True: False}),
    "max_iterations": (visits, {2: 2, 7: 7}),
    "node_timeout": (node_late, {0.05: True, None: False}),
    "total_timeout": (graph_late, {0.05: True, None: False}),
    "checkpoint_enabled": (keeps, {True: True, False: False}),
    "parallel_branches": (branches, {True: 3, False: 1}),
    "max_parallel_branches": (branches, {1: 1, 2: 2}),
}
QUICK = {"retry_delay": 0.0, "batch_size": 1}


def test_the_tables_name_every_field() -> None:
    assert set(WORKFLOW) == set(BulkOperationConfig.model_fields)
    assert set(GRAPHS) == set(GraphConfig.model_fields)


class InMemory:
    notes: tuple[Any, ...] = ()

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def __call__(self, build: Callable[[], Any], kind: ModelKind) -> str:
        model = build()
        try:
            return repr(await (model.execute() if kind is not GRAPH else model.execute({})))
        except RefusedError as fault:
            return str(fault)


class Recorded:
    def __init__(self, terms: BulkOperationConfig, graph: GraphConfig) -> None:
        self.terms, self.graph = terms, graph
        self.notes: list[Any] = []
        self.house: Any = None

    def now(self) -> float:
        return float(self.house.clock.now())

    async def __call__(self, build: Callable[[], Any], kind: ModelKind) -> str:
        definition = Definition("it", kind, lambda _: build(), input=Any)
        try:
            refuse_what_is_switched_off(definition, self.terms, self.graph)
        except RefusedError as fault:
            return str(fault)
        async with house() as self.house:
            self.house.bugs.progress = lambda _, event: self.notes.append(event)
            row = await self.house.run(definition, {})
            ended = (await self.house.entries(row))[-1].data
            return f"{row.status} {ended} failed={(ended.get('result') or {}).get('failed')}"


def rows() -> list[Any]:
    return [
        pytest.param(section, field, value, effect, id=f"{section}-{field}-{value}")
        for section, table in (("workflow", WORKFLOW), ("graph", GRAPHS))
        for field, (_, effects) in table.items()
        for value, effect in effects.items()
    ]


@pytest.mark.parametrize("where", ["in memory", "recorded"])
@pytest.mark.parametrize(("section", "field", "value", "effect"), rows())
async def test_a_field_has_its_effect(section: str, field: str, value: Any, effect: Any, where: str) -> None:
    of_bulk = {**QUICK, field: value} if section == "workflow" else QUICK
    terms = BulkOperationConfig(**of_bulk)
    graph = GraphConfig(**({field: value} if section == "graph" else {}))
    probe = (WORKFLOW if section == "workflow" else GRAPHS)[field][0]
    take_away = install_defaults(terms, graph)
    try:
        execute: Any = InMemory() if where == "in memory" else Recorded(terms, graph)
        assert await probe(execute) == effect
    finally:
        take_away()


async def test_a_model_in_memory_runs_on_the_installed_terms_too() -> None:
    take_away = install_defaults(BulkOperationConfig(batch_size=3), GraphConfig())
    try:
        sizes: list[int] = []
        await run_in_memory(BulkOperation(batch_processor=lambda items: sizes.append(len(items)), items=range(6)))
        assert sizes == [3, 3]
    finally:
        take_away()
