"""Definitions, instances and the runner: versions, retries, going on; and what the catalogue makes of graphs."""

from __future__ import annotations

import operator
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.catalog.catalog import Catalog
from lexiconsole.durable.definition import definition_of
from lexiconsole.durable.outline import EdgeKind, NodeKind
from lexiconsole.errors import DefinitionError, RefusedError, UsageError, WorkflowVersionMismatchError
from lexiconsole.flow import execute, workflow
from lexiconsole.graph import (
    GraphError,
    HumanNode,
    SubworkflowNode,
    WorkflowBuilder,
    WorkflowDefinition,
    WorkflowEngine,
    WorkflowInstance,
    WorkflowRunner,
    WorkflowState,
)
from lexiconsole.pipeline import FunctionStep, Pipeline
from lexiconsole.result import Err, Ok
from lexiconsole.testing import JumpingClock
from lexiconsole.types import ModelKind
from tests.graph.making import chain, edges, logged


async def test_the_runner_goes_on_at_the_node_that_failed() -> None:
    calls: list[str] = []
    builder = WorkflowBuilder().add_node("a", logged(calls, {"a": 1})).add_node("b", logged(calls, fails=2))
    builder.add_node("c", logged(calls))
    clock = JumpingClock()
    runner = WorkflowRunner(edges(builder, "a > b > c"), retries=2, retry_delay=10, clock=clock)
    begin = clock.now()
    result = await clock.until(runner.run({"x": 0}))
    assert result.unwrap().final_state == {"x": 0, "a": 1} and calls == ["a", "b", "b", "b", "c"]
    assert 25 < clock.now() - begin < 35, "10 s, then 20 s, with a little chance"


async def test_the_runner_gives_up_after_its_retries_and_never_tries_a_person_again() -> None:
    calls: list[str] = []
    runner = WorkflowRunner(WorkflowBuilder().add_node("a", logged(calls, fails=9)), retries=2, retry_delay=0)
    assert isinstance((await runner.run()).unwrap_err(), GraphError) and len(calls) == 3
    runner = WorkflowRunner(WorkflowBuilder().add_node(HumanNode("ask")), retries=5, retry_delay=0)
    stopped = (await runner.run()).unwrap_err()
    assert (await runner.resume(stopped.checkpoint, {"yes": 1})).is_ok()


async def test_without_checkpoints_the_runner_begins_anew() -> None:
    calls: list[str] = []
    builder = WorkflowBuilder().add_node("a", logged(calls)).add_node("b", logged(calls, fails=1)).add_edge("a", "b")
    runner = WorkflowRunner(WorkflowEngine(builder, checkpoint_enabled=False), retries=1, retry_delay=0)
    assert (await runner.run()).is_ok() and calls == ["a", "b", "a", "b"]


async def test_a_pipeline_is_run_by_it_too() -> None:
    calls: list[int] = []

    def work() -> Any:
        calls.append(1)
        return Err("not yet") if len(calls) < 3 else "done"

    runner = WorkflowRunner(Pipeline("p", [FunctionStep("work", work)]), retries=2, retry_delay=0)
    assert (await runner.run({})).unwrap().value == "done"
    with pytest.raises(UsageError, match="Pipeline has no checkpoints to go on from"):
        await runner.resume("x")


def test_a_runner_without_sense_is_refused() -> None:
    with pytest.raises(UsageError):
        WorkflowRunner(chain("a", []), retries=-1)


async def test_an_instance_remembers_version_and_shape() -> None:
    definition = WorkflowDefinition("flow", lambda: chain("a > b", []), version=3)
    instance = WorkflowInstance.create(definition, id="one")
    assert (instance.id, instance.definition, instance.definition_version) == ("one", "flow", 3)
    instance.validate_definition_version(definition)
    with pytest.raises(WorkflowVersionMismatchError, match="is at version 4, the run was started under version 3"):
        instance.validate_definition_version(WorkflowDefinition("flow", chain("a > b", []), version=4))
    with pytest.raises(RefusedError, match="under the same version 3"):
        instance.validate_definition_version(WorkflowDefinition("flow", chain("a > c", []), version=3))
    with pytest.raises(RefusedError, match="is one of flow, not of other"):
        instance.validate_definition_version(WorkflowDefinition("other", chain("a > b", []), version=3))
    runner = WorkflowRunner(WorkflowDefinition("flow", chain("a > b", []), version=4))
    with pytest.raises(WorkflowVersionMismatchError):
        await runner.run({}, instance=instance)
    result = await WorkflowRunner(definition).run({}, instance=instance)
    assert result.unwrap().id == "one"


async def test_a_workflow_definition_is_a_definition() -> None:
    made = WorkflowDefinition("flow", lambda input: chain("a", [], a={"n": input["n"]}), version=2, about="It counts.")
    found = definition_of(made)
    assert found is not None
    assert (found.name, found.kind, found.version, found.about) == ("flow", ModelKind.GRAPH, 2, "It counts.")
    assert await execute(found, {"n": 4}) == Ok({"n": 4})


def test_the_catalogue_finds_graphs_both_ways(tmp_path: Path) -> None:
    (tmp_path / "flows.py").write_text(
        "from lexiconsole import WorkflowBuilder, WorkflowDefinition, workflow\n\n\n"
        "@workflow\ndef one() -> WorkflowBuilder:\n    'One node.'\n    return WorkflowBuilder('one').add_node('a')\n\n\n"
        "two = WorkflowDefinition('two', WorkflowBuilder().add_node('b'), about='Another.')\n"
    )
    catalog = Catalog.load([tmp_path])
    assert {d.name: (d.kind, d.source.line) for d in catalog.definitions} == {
        "one": (ModelKind.GRAPH, 4),
        "two": (ModelKind.GRAPH, 10),
    }
    assert catalog.problems == ()


def test_a_builder_that_can_not_work_is_refused_when_it_is_built() -> None:
    @workflow
    def bad() -> WorkflowBuilder:
        return WorkflowBuilder().add_node("a").add_edge("a", "b")

    found = definition_of(bad)
    assert found is not None
    with pytest.raises(DefinitionError, match="'b', which is no node"):
        found.outline()


def test_the_outline_has_kinds_labels_loops_and_what_is_inside() -> None:
    def is_good(state: Any) -> bool:
        return True

    inner = edges(WorkflowBuilder("inner").add_node("x").add_gate("g", is_good).add_node("y"), "x > g > y, g > x")
    builder = WorkflowBuilder().add_node("end").add_node("start").add_node(SubworkflowNode("sub", inner))
    builder.add_node(SubworkflowNode("other", "by name")).add_node(HumanNode("ask"))
    builder.add_gate("gate", is_good).set_entry("start")
    builder.add_edge("start", "sub").add_edge("sub", "gate").add_edge("gate", "end").add_edge("gate", "start")
    builder.add_edge("start", "ask", condition=is_good).add_edge("start", "other", otherwise=True)
    outline = builder.build().outline()
    assert outline.nodes[0].key == "start", "it begins where the graph begins"
    nodes = {node.key: (node.kind, node.parent, node.title) for node in outline.nodes}
    assert nodes["sub"] == (NodeKind.SUBFLOW, "", "sub")
    assert nodes["sub/g"] == (NodeKind.GATE, "sub", "g") and nodes["ask"][0] is NodeKind.HUMAN
    ways = {(e.source, e.target): (e.kind, e.label) for e in outline.edges}
    assert ways["gate", "end"] == (EdgeKind.TRUE, "") and ways["gate", "start"] == (EdgeKind.LOOP, "false")
    assert ways["sub/g", "sub/y"] == (EdgeKind.TRUE, "") and ways["sub/g", "sub/x"] == (EdgeKind.LOOP, "false")
    assert ways["start", "ask"] == (EdgeKind.NEXT, "is good") and ways["start", "other"] == (EdgeKind.NEXT, "otherwise")
    assert not any("other/" in key for key in nodes)


def test_the_keys_of_a_run_are_those_of_the_outline() -> None:
    inner = WorkflowBuilder("inner").add_node("next").add_node("z")
    builder = WorkflowBuilder().add_node(SubworkflowNode("sub", inner)).add_node("a")
    builder.add_edge("sub", "a", condition=lambda s: True)
    with pytest.raises(DefinitionError, match="give the inner node another name"):
        builder.build()


def test_the_state_merges_and_reduces_without_changing() -> None:
    state = WorkflowState({"n": 1, "log": ["a"]}, {"log": operator.add, "new": max})
    merged = state.merge({"n": 2, "log": ["b"], "new": 7})
    assert dict(merged) == {"n": 2, "log": ["a", "b"], "new": 7} and dict(state) == {"n": 1, "log": ["a"]}
    assert state.merge({}) is state and state.get("x", 5) == 5 and "n" in state and len(merged) == 3
    assert state.changes({"n": 1, "log": ["a"], "x": None}) == {"log": ["a"], "x": None}
    assert state.changes({"n": True}) == {"n": True}, "1 and True are not the same value"
