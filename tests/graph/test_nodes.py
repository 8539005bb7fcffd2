"""The kinds of nodes: what each takes from the state and puts into it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from lexiconsole.contracts import (
    AgentProtocol,
    ChatCompletionProtocol,
    ChatMessage,
    ChatReply,
    SagaStep,
    ToolProtocol,
    WorkflowNodeProtocol,
)
from lexiconsole.durable.definition import Definition
from lexiconsole.errors import DefinitionError
from lexiconsole.graph import (
    AbstractWorkflowNode,
    AgentNode,
    ApprovalNode,
    GateNode,
    HumanNode,
    LLMNode,
    NodeType,
    SubworkflowNode,
    ToolNode,
    WorkflowBuilder,
    WorkflowEngine,
)
from lexiconsole.pipeline import FunctionStep, Pipeline
from lexiconsole.result import Err, Ok
from lexiconsole.saga import AbstractSaga
from lexiconsole.types import ModelKind, RunStatus
from tests.graph.making import chain, defined, logged
from tests.support import house


class Search:
    name = "search"

    async def execute(self, input: Any) -> Any:
        return [f"found {input}"]


class Writer:
    async def run(self, input: Any) -> Any:
        return f"about {input}"


class Chat:
    """A language model that says what it was told to say."""

    def __init__(self, *says: str) -> None:
        self.says, self.heard = list(says), []  # type: ignore[var-annotated]

    async def complete(self, messages: Sequence[ChatMessage], **terms: Any) -> ChatReply:
        self.heard.append((list(messages), terms))
        if not self.says:
            raise ConnectionError("the model is away")
        return ChatReply(self.says.pop(0))


async def final(node: AbstractWorkflowNode, state: Any = None) -> Mapping[str, Any]:
    result = await WorkflowEngine(WorkflowBuilder().add_node(node)).execute(state)
    return result.unwrap().final_state if isinstance(result, Ok) else {"failed": str(result.error)}


@pytest.mark.parametrize(
    ("node", "node_type", "state", "after"),
    [
        (ToolNode("t", Search(), output_key="hits"), NodeType.TOOL, {"input": "x"}, {"hits": ["found x"]}),
        (ToolNode(tool=Search()), NodeType.TOOL, {"input": "x"}, {"search": ["found x"]}),
        (ToolNode("t", str.upper, input_key="q"), NodeType.TOOL, {"q": "x"}, {"t": "X"}),
        (AgentNode("a", Writer(), output_key="text"), NodeType.AGENT, {"input": "x"}, {"text": "about x"}),
        (AgentNode("a", lambda x: {"said": x}), NodeType.AGENT, {"input": "x"}, {"said": "x"}),
        (ApprovalNode("a", lambda x: x > 3), NodeType.APPROVAL, {"input": 5}, {"a": True}),
        (LLMNode("l", Chat("hello"), "say {input}"), NodeType.LLM, {"input": "x"}, {"l": "hello"}),
        (LLMNode("l", Chat("hello"), input_key="q", output_key="text"), NodeType.LLM, {"q": "x"}, {"text": "hello"}),
        (GateNode("g", lambda s: True), NodeType.GATE, {"input": "x"}, {}),
        (SubworkflowNode("s", chain("a", [], a={"a": 1})), NodeType.SUBWORKFLOW, {"input": 1}, {"a": 1}),
        (SubworkflowNode("s", chain("a", [], a={"a": 1}), output_key="o"), NodeType.SUBWORKFLOW, {}, {"o": {"a": 1}}),
        (SubworkflowNode("s", chain("a", []), input_key="i", output_key="o"), NodeType.SUBWORKFLOW, {"i": {"x": 1}}, {"o": {"x": 1}}),
    ],
)  # fmt: skip
async def test_the_table_of_node_types(
    node: Any, node_type: NodeType, state: dict[str, Any], after: dict[str, Any]
) -> None:
    assert node.node_type is node_type and isinstance(node, WorkflowNodeProtocol)
    assert await final(node, state) == state | after


def test_stand_ins_keep_the_protocols() -> None:
    assert isinstance(Search(), ToolProtocol) and isinstance(Writer(), AgentProtocol)
    assert isinstance(Chat(), ChatCompletionProtocol)


@pytest.mark.parametrize(
    "node",
    [
        ToolNode("t", lambda x: 1 / 0),
        AgentNode("t", lambda x: Err("no idea")),
        LLMNode("t", Chat(), "{input}"),
        LLMNode("t", None, "{input}"),
        LLMNode("t", Chat("x"), "{nothing}"),
        SubworkflowNode("t", WorkflowBuilder().add_node("a", lambda: 1 / 0)),
        SubworkflowNode("t", Pipeline("p", [FunctionStep("a", lambda: 1 / 0)])),
    ],
)
async def test_a_tool_agent_model_or_sub_workflow_that_fails_fails_the_node(node: Any) -> None:
    """Never an error text in the state."""
    result = await WorkflowEngine(WorkflowBuilder().add_node(node)).execute({"input": 1})
    assert isinstance(result, Err) and result.error.node == "t" and dict(result.error.state) == {"input": 1}


async def test_what_a_node_takes_from_the_state_must_be_there() -> None:
    assert (
        "t takes its input from 'input', which the state does not have; it has a"
        in (await final(ToolNode("t", str), {"a": 1}))["failed"]
    )


async def test_what_is_sent_to_a_model() -> None:
    chat = Chat("yes")
    node = LLMNode(
        "l", chat, "Is {a} {input}?", system=lambda s: f"{len(s)} facts", input_key="b", temperature=0, max_tokens=5
    )
    assert (await final(node, {"a": "it", "b": "so"}))["l"] == "yes"
    assert chat.heard == [
        (
            [ChatMessage("system", "2 facts"), ChatMessage("user", "Is it so?")],
            {"schema": None, "temperature": 0, "max_tokens": 5},
        )
    ]


class Verdict(BaseModel):
    priority: Literal["low", "high"]


async def test_a_model_gives_what_its_type_says_or_is_asked_again() -> None:
    chat = Chat("well…", '{"priority": "huge"}', '{"priority": "high"}')
    node = LLMNode("l", chat, "?", output_type=Verdict, output_key="verdict", max_retries=3, retry_delay=0)
    assert await final(node) == {"verdict": Verdict(priority="high")}
    assert chat.heard[0][1]["schema"] == Verdict.model_json_schema() and len(chat.heard) == 3
    told = await final(LLMNode("l", Chat('{"priority": "huge"}'), "?", output_type=Verdict))
    assert "the model's answer does not fit: priority: Input should be 'low' or 'high'" in told["failed"]


async def test_without_a_model_a_rule_decides() -> None:
    def rule(state: Any) -> Verdict:
        return Verdict(priority="low")

    for model in (None, lambda: None):
        node = LLMNode("l", model, "?", output_type=Verdict, output_key="v", fallback=rule)
        assert await final(node) == {"v": Verdict(priority="low")}
    chat = Chat('{"priority": "high"}')
    assert await final(LLMNode("l", lambda: chat, "?", output_type=Verdict, output_key="v", fallback=rule)) == {
        "v": Verdict(priority="high")
    }


async def test_a_model_that_fails_is_not_replaced_by_the_rule() -> None:
    assert "the model is away" in (await final(LLMNode("l", Chat(), "?", fallback=lambda s: "rule")))["failed"]


def trip(calls: list[str], *, fails: bool = False) -> AbstractSaga[str]:
    class Trip(AbstractSaga[str]):
        def __init__(self) -> None:
            super().__init__()
            self.add_step(SagaStep("hotel", lambda: calls.append("hotel"), lambda: calls.append("undo hotel")))
            self.add_step(SagaStep("flight", lambda: Err("full") if fails else "LH1"))

    return Trip()


@pytest.mark.parametrize("fails", [True, False])
async def test_a_saga_inside_a_graph_undoes_what_it_did_and_its_steps_are_kept_with_the_run(fails: bool) -> None:
    calls: list[str] = []
    builder = (
        chain("before", calls).add_node(SubworkflowNode("trip", trip(calls, fails=fails))).add_edge("before", "trip")
    )
    async with house() as h:
        row = await h.run(defined(lambda: builder))
        story = await h.story(row)
        if fails:
            assert row.status is RunStatus.FAILED and "undo hotel" in calls
            assert "step.done trip/undo/hotel" in story
        else:
            assert row.status is RunStatus.COMPLETED and "step.done trip/flight" in story
            assert (await h.entries(row))[-1].data["result"] == {"trip": "LH1"}


async def test_a_pipeline_inside_a_graph_gets_the_state_as_its_metadata() -> None:
    pipeline = Pipeline("p", [FunctionStep("double", lambda ctx: ctx.metadata["n"] * 2)])
    assert await final(SubworkflowNode("sub", pipeline), {"n": 4}) == {"n": 4, "sub": 8}
    async with house() as h:
        row = await h.run(defined(lambda: WorkflowBuilder(state={"n": 4}).add_node(SubworkflowNode("sub", pipeline))))
        assert (await h.entries(row))[-1].data["result"] == {"n": 4, "sub": 8}
        assert await h.story(row) == ["step.done sub/double", "run.completed"]


async def test_what_has_a_definition_becomes_a_run_of_its_own() -> None:
    calls: list[str] = []
    inner = Definition("inner", ModelKind.GRAPH, lambda _: chain("x", calls, x={"y": 2}).build(), version=3, input=Any)
    async with house() as h:
        h.registry.set(inner)
        row = await h.run(
            defined(lambda: WorkflowBuilder(state={"a": 1}).add_node(SubworkflowNode("sub", "inner", output_key="o")))
        )
        row = await h.settle(row)
        if not row.status.ended:
            row = await h.again(row)
        assert row.status is RunStatus.COMPLETED and calls == ["x"]
        assert (await h.entries(row))[-1].data["result"] == {"a": 1, "o": {"a": 1, "y": 2}}
        assert [s for s in await h.story(row) if "child" in s] == ["child.started sub", "child.ended sub"]
    assert await final(SubworkflowNode("sub", inner, output_key="o"), {"a": 1}) == {"a": 1, "o": {"a": 1, "y": 2}}


@pytest.mark.parametrize("node", [SubworkflowNode("s", 3), ToolNode("t"), AgentNode("a", Search()), LLMNode("l")])
def test_a_node_that_can_not_work_is_refused_when_the_graph_is_built(node: Any) -> None:
    with pytest.raises(DefinitionError, match=node.name):
        WorkflowBuilder().add_node(node).build()


async def test_every_kind_of_node_survives_a_recorded_run() -> None:
    """What each gives is JSON in the journal, typed again in the state."""
    seen: list[Any] = []
    node = LLMNode("judge", Chat('{"priority": "high"}'), "{tool}", output_type=Verdict, output_key="verdict")
    builder = WorkflowBuilder(state={"input": "x"}).add_node(ToolNode("tool", Search())).add_node(node)
    builder.add_node("look", lambda s: seen.append(s["verdict"])).add_node(HumanNode("ask", "{verdict.priority}?"))
    for source, target in (("tool", "judge"), ("judge", "look"), ("look", "ask")):
        builder.add_edge(source, target)
    async with house() as h:
        row = await h.run(defined(lambda: builder))
        assert row.status is RunStatus.WAITING and seen == [Verdict(priority="high")]
        data = {e.key: e.data for e in await h.entries(row) if e.kind in {"step.done", "asked"}}
        assert data["judge"]["result"] == {"priority": "high"} and data["ask"]["prompt"] == "high?"
        json.dumps([dict(each) for each in data.values()])


async def test_a_value_that_json_would_change_fails_its_node_in_a_recorded_run() -> None:
    builder = WorkflowBuilder().add_node("bad", logged([], {"tuple": (1, 2)}))
    async with house() as h:
        row = await h.run(defined(lambda: builder))
        assert row.status is RunStatus.FAILED
        assert "bad.tuple: a tuple would come back as list" in (await h.entries(row))[-1].data["error"]["message"]


async def test_a_node_may_hand_back_the_state_in_a_recorded_run_too() -> None:
    builder = (
        WorkflowBuilder(state={"a": 1})
        .add_node("same", logged([], lambda s: s))
        .add_node("more", lambda s: {**s, "b": 2})
    )
    async with house() as h:
        row = await h.run(defined(lambda: builder.build() if len(builder._edges) else builder.add_edge("same", "more")))
        assert (await h.entries(row))[-1].data["result"] == {"a": 1, "b": 2}
