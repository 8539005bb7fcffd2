"""The reference documents on graphs: code blocks, tables and diagrams, each by its effect."""

# The blocks stand here as they stand in the documents.
# fmt: off
# ruff: noqa: I001
from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lexiconsole import contracts
from lexiconsole.durable.definition import definition_of
from lexiconsole.errors import DefinitionError, HumanInputRequiredError, WorkflowVersionMismatchError
from lexiconsole.flow import workflow
from lexiconsole.result import Err, Ok, Result
from lexiconsole.types import ModelKind
from lexiconsole import (
    AgentNode, GateNode, GraphError, HumanNode, LLMNode, SubworkflowNode, ToolNode, WorkflowCheckpoint, WorkflowDefinition,
    WorkflowEdge, WorkflowGraph, WorkflowInstance, WorkflowRunner, WorkflowState,
)

from lexiconsole import WorkflowBuilder, WorkflowEngine
from lexiconsole.graph.node import AbstractWorkflowNode, NodeType


class DocumentApprovalFlow:
    """`0-workflows-and-sagas.txt`. As printed it ends at "notify", which is no node: its end is "publish"."""

    def __init__(self, end: str) -> None:
        self._builder = WorkflowBuilder()
        self.end = end

    def build(self) -> WorkflowEngine:
        b = self._builder
        b.add_node("start", entry_point=True)
        b.add_node("validate")
        b.add_node("review")
        b.add_node("approve")
        b.add_node("reject")
        b.add_node("publish")
        b.add_gate("is_valid", condition=lambda s: s.get("valid", False))
        b.add_edge("start", "validate")
        b.add_edge("validate", "is_valid")
        b.add_edge("is_valid", "review")
        b.add_edge("is_valid", "reject")
        b.add_edge("review", "approve")
        b.add_edge("approve", "publish")
        b.set_entry("start")
        b.set_terminal(self.end)
        b.set_terminal("reject")
        return b.build()

    async def run(self, document: dict) -> Result[str, str]:
        return await self.build().execute(document)


async def test_the_document_approval_flow() -> None:
    valid = (await DocumentApprovalFlow("publish").run({"valid": True})).unwrap()
    assert valid.path == ("start", "validate", "is_valid", "review", "approve", "publish")
    assert (await DocumentApprovalFlow("publish").run({"title": "x"})).unwrap().ended_at == ("reject",)


async def test_the_terminal_that_does_not_exist_is_named() -> None:
    with pytest.raises(DefinitionError, match="terminal names 'notify', which is no node"):
        await DocumentApprovalFlow("notify").run({})


async def test_the_engine_supports_checkpointing() -> None:
    seen: list[str] = []
    builder = WorkflowBuilder().add_node("load", lambda s: seen.append("load") or {"text": s["doc_id"]})
    builder.add_node(HumanNode("approve", "Approve {text}?")).add_edge("load", "approve")
    my_workflow = builder.build()

    engine = WorkflowEngine(
        workflow=my_workflow,
        checkpoint_enabled=True,
        max_iterations=50,
        node_timeout=120.0,
    )
    result = await engine.execute({"doc_id": "DOC-001"})
    assert isinstance(result, Err) and isinstance(result.error, HumanInputRequiredError)
    last_checkpoint = engine.last_checkpoint
    assert last_checkpoint == result.error.checkpoint
    result = await engine.resume(last_checkpoint, {"approved": True})
    assert result.unwrap().final_state == {"doc_id": "DOC-001", "text": "DOC-001", "approved": True}
    assert seen == ["load"]


class ValidateNode(AbstractWorkflowNode):
    """`2-how-to.txt`."""

    name = "validate"
    node_type = NodeType.TASK

    async def execute(self, state: dict) -> dict:
        if "email" not in state:
            return {"valid": False}
        return {"valid": True}

class ProcessNode(AbstractWorkflowNode):
    name = "process"
    node_type = NodeType.TASK

    async def execute(self, state: dict) -> dict:
        return {"result": "processed"}


async def test_how_to_build_a_graph(capsys: pytest.CaptureFixture[str]) -> None:
    builder = WorkflowBuilder()
    builder.add_node(ValidateNode())
    builder.add_node(ProcessNode())
    builder.add_edge("validate", "process")

    engine = WorkflowEngine(builder.build())
    result = await engine.execute("validate", initial_state={"email": "a@b.com"})
    if result.is_ok():
        wf = result.unwrap()
        print(wf.final_state)
    assert capsys.readouterr().out == "{'email': 'a@b.com', 'valid': True, 'result': 'processed'}\n"


async def test_how_to_configure_a_graph() -> None:
    from lexiconsole.config import GraphConfig

    config = GraphConfig(
        enabled=True,
        checkpoint_enabled=True,   # persist state for resumption
        max_iterations=50,
        node_timeout=30.0,
        total_timeout=600.0,
        parallel_branches=True,
        max_parallel_branches=5,
    )
    assert WorkflowEngine(WorkflowBuilder().add_node("a"), config).config is config


def test_the_table_of_node_types() -> None:
    graph = WorkflowBuilder().add_node("a").build()
    assert {type(node).__name__: node.node_type.name for node in (
        AgentNode("n", str), GateNode("n"), HumanNode("n"), LLMNode("n"), ToolNode("n", str), SubworkflowNode("n", graph),
    )} == {
        "AgentNode": "AGENT", "GateNode": "GATE", "HumanNode": "HUMAN", "LLMNode": "LLM", "ToolNode": "TOOL",
        "SubworkflowNode": "SUBWORKFLOW",
    }
    assert AbstractWorkflowNode.node_type is NodeType.CUSTOM


async def test_edges_route_conditionally_and_several_active_ones_run_in_parallel() -> None:
    both = asyncio.Barrier(2)
    builder = WorkflowBuilder().add_node("a").add_node("b", both.wait).add_node("c", both.wait).add_node("d", lambda: 1 / 0)
    builder.add_edge(WorkflowEdge("a", "b", is_active=lambda state: state["go"]))
    builder.add_edge("a", "c").add_edge(WorkflowEdge("a", "d", is_active=lambda state: not state["go"]))
    assert (await builder.build().execute({"go": True})).unwrap().path[0] == "a"


async def test_the_sequence_diagram_step_by_step() -> None:
    """Instance stamps the version; the engine merges each output, stops at the person, goes on with the response."""
    states: list[dict[str, Any]] = []

    def note(name: str) -> Any:
        return lambda state: states.append(dict(state)) or {name: len(states)}

    def build() -> WorkflowBuilder:
        builder = WorkflowBuilder().add_node("first", note("first")).add_node("second", note("second"))
        builder.add_node(HumanNode("human")).add_node("last", note("last"))
        for source, target in (("first", "second"), ("second", "human"), ("human", "last")):
            builder.add_edge(source, target)
        return builder

    definition = WorkflowDefinition("diagram", build, version=2)
    instance = WorkflowInstance.create(definition)
    assert instance.definition_version == 2 and instance.definition == "diagram"
    runner = WorkflowRunner(definition)
    stopped = (await runner.run({"input": "x"}, instance=instance)).unwrap_err()
    assert isinstance(stopped, HumanInputRequiredError) and isinstance(stopped.checkpoint, WorkflowCheckpoint)
    assert stopped.checkpoint.id == instance.id
    ended = await runner.resume(stopped.checkpoint, {"response": "y"}, instance=instance)
    assert ended.unwrap().final_state == {"input": "x", "first": 1, "second": 2, "response": "y", "last": 3}
    assert states == [{"input": "x"}, {"input": "x", "first": 1}, {"input": "x", "first": 1, "second": 2, "response": "y"}]
    instance.validate_definition_version(definition)
    with pytest.raises(WorkflowVersionMismatchError):
        instance.validate_definition_version(WorkflowDefinition("diagram", build, version=3))


async def test_the_two_ends_of_the_diagram_ok_and_err() -> None:
    assert isinstance(await WorkflowBuilder().add_node("a").build().execute({}), Ok)
    error = (await WorkflowBuilder().add_node("a", lambda: 1 / 0).build().execute({})).unwrap_err()
    assert isinstance(error, GraphError) and (error.node, error.cause.type) == ("a", "ZeroDivisionError")


def test_the_state_of_the_diagram() -> None:
    state = WorkflowState({"a": 1})
    assert dict(state.merge({"b": 2})) == {"a": 1, "b": 2} and dict(state) == {"a": 1}


def test_the_table_of_protocols() -> None:
    builder = WorkflowBuilder().add_node(ValidateNode())
    for thing, protocol in (
        (builder, contracts.WorkflowGraphProtocol),
        (ValidateNode(), contracts.WorkflowNodeProtocol),
        (WorkflowEngine(builder), contracts.ExecutionProtocol),
        (builder.build(), contracts.ExecutionProtocol),
    ):
        assert isinstance(thing, protocol), (thing, protocol)


@pytest.mark.parametrize("returns", [WorkflowBuilder, WorkflowGraph, WorkflowEngine])
async def test_a_custom_node_in_what_workflow_decorates(returns: Any) -> None:
    """The table of extension points: "Subclass AbstractWorkflowNode, implement execute()"."""

    class SlackNotifyNode(AbstractWorkflowNode):
        name = "slack"

        async def execute(self, state: dict) -> dict:
            return {"told": state["text"]}

    def announce(input: dict[str, Any]) -> Any:
        builder = WorkflowBuilder("announce").add_node(SlackNotifyNode())
        return {WorkflowBuilder: builder, WorkflowGraph: builder.build(), WorkflowEngine: WorkflowEngine(builder)}[returns]

    announce.__annotations__["return"] = returns
    definition = definition_of(workflow(name="announce")(announce))
    assert definition is not None and definition.kind is ModelKind.GRAPH
    assert [node.key for node in definition.outline().nodes] == ["slack"]
    from lexiconsole import execute

    assert await execute(definition, {"text": "hi"}) == Ok({"text": "hi", "told": "hi"})
