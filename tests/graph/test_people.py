"""People in graphs: asked in a recorded run, a stop with a checkpoint in a script."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from lexiconsole.durable.journal import RequestKind
from lexiconsole.durable.question import QuestionKind
from lexiconsole.errors import (
    DefinitionError,
    HumanInputRequiredError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    UsageError,
    WorkflowVersionMismatchError,
)
from lexiconsole.graph import HumanNode, SubworkflowNode, WorkflowBuilder, WorkflowCheckpoint, WorkflowEngine
from lexiconsole.result import Err
from lexiconsole.types import RunStatus
from tests.graph.making import chain, defined, edges, logged
from tests.support import house


class Decision(BaseModel):
    approved: bool
    comment: str = ""


class Draft(BaseModel):
    title: str


def approval(calls: list[str], **terms: Any) -> WorkflowBuilder:
    builder = WorkflowBuilder("approval").add_node("prepare", logged(calls, {"title": "A plan"}))
    builder.add_node(HumanNode("review", "Publish {title}?", **terms))
    builder.add_gate("ok", lambda s: s["approved"]).add_node("publish", logged(calls)).add_node("drop", logged(calls))
    return edges(builder, "prepare > review > ok > publish, ok > drop")


async def stopped(engine: WorkflowEngine, state: Any = None) -> HumanInputRequiredError:
    result = await engine.execute(state)
    assert isinstance(result, Err) and isinstance(result.error, HumanInputRequiredError), result
    return result.error


@pytest.mark.parametrize("how", ["object", "dict", "json", "id"])
async def test_resume_goes_on_at_the_person_and_runs_nothing_again(how: str) -> None:
    calls: list[str] = []
    engine = WorkflowEngine(approval(calls, form=Decision))
    error = await stopped(engine)
    assert (error.key, error.prompt, str(error)) == (
        "review",
        "Publish A plan?",
        "review waits for a person: Publish A plan?",
    )
    point = error.checkpoint
    given = {"object": point, "dict": point.to_data(), "json": json.loads(json.dumps(point.to_data())), "id": point.id}[
        how
    ]
    if how != "id":
        engine = WorkflowEngine(approval(calls, form=Decision))
    result = (await engine.resume(given, {"approved": True})).unwrap()
    assert calls == ["prepare", "publish"]
    assert result.final_state == {"title": "A plan", "approved": True, "comment": ""}
    assert result.path == ("prepare", "review", "ok", "publish") and result.id == point.id


async def test_one_checkpoint_may_be_gone_on_from_twice() -> None:
    calls: list[str] = []
    engine = WorkflowEngine(approval(calls))
    point = (await stopped(engine)).checkpoint
    for answer in (True, False):
        await engine.resume(point, {"approved": answer})
    assert calls == ["prepare", "publish", "drop"]


async def test_an_answer_that_does_not_fit_says_which_field_and_leaves_it_open() -> None:
    engine = WorkflowEngine(approval([], form=Decision))
    point = (await stopped(engine)).checkpoint
    with pytest.raises(InvalidInputError) as refused:
        await engine.resume(point, {"approved": "perhaps"})
    assert list(refused.value.fields) == ["approved"]
    assert (await engine.resume(point, {"approved": True})).is_ok()


async def test_without_an_answer_it_still_waits() -> None:
    calls: list[str] = []
    engine = WorkflowEngine(approval(calls))
    point = (await stopped(engine)).checkpoint
    again = (await engine.resume(point)).unwrap_err()
    assert again.checkpoint == point and calls == ["prepare"]


async def test_a_person_in_a_loop_is_asked_in_each_round() -> None:
    calls: list[str] = []
    builder = WorkflowBuilder().add_node("draft", logged(calls)).add_node(HumanNode("review"))
    builder.add_gate("ok", lambda s: s["approved"]).add_node("end")
    engine = WorkflowEngine(edges(builder, "draft > review > ok > end, ok > draft"))
    point = (await stopped(engine)).checkpoint
    error = (await engine.resume(point, {"approved": False})).unwrap_err()
    assert error.key == "review#2" and calls == ["draft", "draft#2"]
    assert (await engine.resume(error.checkpoint.to_data(), {"approved": True})).is_ok()
    assert calls == ["draft", "draft#2"]


async def test_other_branches_go_on_and_each_person_is_answered_in_turn_or_by_name() -> None:
    calls: list[str] = []
    builder = chain("start > work > join", calls, work={"work": 1}).add_node(HumanNode("a", output_key="a"))
    builder.add_node(HumanNode("b", output_key="b"))
    engine = WorkflowEngine(edges(builder, "start > a > join, start > b > join"))
    point = (await stopped(engine)).checkpoint
    assert list(point.waiting) == ["a", "b"] and calls == ["start", "work"]
    point = (await engine.resume(point, 2, node="b")).unwrap_err().checkpoint
    assert list(point.waiting) == ["a"]
    assert (await engine.resume(point, 1)).unwrap().final_state == {"work": 1, "a": 1, "b": 2}
    assert calls == ["start", "work", "join"]
    with pytest.raises(NotFoundError, match="did you mean 'a'"):
        await engine.resume(point, 1, node="aa")


async def test_a_person_inside_a_sub_workflow() -> None:
    calls: list[str] = []
    engine = WorkflowEngine(
        chain("before", calls).add_node(SubworkflowNode("sub", approval(calls))).add_edge("before", "sub")
    )
    error = await stopped(engine)
    assert error.key == "sub/review" and calls == ["before", "sub/prepare"]
    assert (await engine.resume(error.checkpoint.to_data(), {"approved": False})).unwrap().final_state[
        "approved"
    ] is False
    assert calls == ["before", "sub/prepare", "sub/drop"]


async def test_a_failed_node_is_tried_again_from_its_checkpoint() -> None:
    calls: list[str] = []
    builder = WorkflowBuilder().add_node("a", logged(calls, {"a": 1})).add_node("b", logged(calls, fails=1))
    engine = WorkflowEngine(builder.add_edge("a", "b"))
    error = (await engine.execute({})).unwrap_err()
    assert error.checkpoint.failed == ("b",)
    with pytest.raises(UsageError, match="does not wait for a person there"):
        await engine.resume(error.checkpoint, {"x": 1})
    assert (await engine.resume(error.checkpoint)).is_ok() and calls == ["a", "b", "b"]


async def test_another_graph_another_version_or_another_shape_is_refused() -> None:
    point = (await stopped(WorkflowEngine(approval([])))).checkpoint
    calls: list[str] = []
    with pytest.raises(WorkflowVersionMismatchError):
        builder = approval(calls)
        builder.version = 2
        await WorkflowEngine(builder).resume(point, {})
    with pytest.raises(RefusedError, match="have changed since the checkpoint was made, under the same version 1"):
        await WorkflowEngine(approval(calls).add_node("new")).resume(point, {})
    with pytest.raises(RefusedError, match="one of approval, this engine drives graph"):
        await WorkflowEngine(chain("a", calls)).resume(point, {})
    with pytest.raises(NotFoundError, match="an engine with checkpoints= keeps them"):
        await WorkflowEngine(approval(calls)).resume("nobody-knows", {})
    with pytest.raises(InvalidInputError, match=r"resume\(\)"):
        await WorkflowEngine(approval(calls)).resume({"id": "x"}, {})
    assert calls == []


async def test_types_come_back_from_a_checkpoint_as_the_nodes_name_them() -> None:
    seen: list[Any] = []

    async def write() -> Draft:
        return Draft(title="A")

    builder = (
        WorkflowBuilder().add_node("write", write, output_key="draft").add_node(HumanNode("ask", "{draft.title}?"))
    )
    builder.add_node("look", lambda s: seen.append(s["draft"]))
    engine = WorkflowEngine(edges(builder, "write > ask > look"))
    error = await stopped(engine)
    assert error.prompt == "A?" and error.checkpoint.to_data()["outcomes"] == {"write": {"title": "A"}}
    await engine.resume(json.loads(json.dumps(error.checkpoint.to_data())), "yes")
    assert seen == [Draft(title="A")]


async def test_what_is_asked_without_a_prompt() -> None:
    engine = WorkflowEngine(WorkflowBuilder().add_node(HumanNode("ask", input_key="question")))
    assert (await stopped(engine, {"question": "Why?"})).prompt == "Why?"
    assert (await stopped(WorkflowEngine(WorkflowBuilder().add_node(HumanNode("ask"))))).prompt == "ask?"
    engine = WorkflowEngine(WorkflowBuilder().add_node(HumanNode("ask", lambda s: f"{len(s)} values?")))
    assert (await stopped(engine, {"a": 1})).prompt == "1 values?"


@pytest.mark.parametrize("node", [HumanNode("ask", "{nothing}?"), HumanNode("ask", input_key="nothing")])
async def test_a_prompt_that_can_not_be_made_fails_the_node(node: HumanNode) -> None:
    error = (await WorkflowEngine(WorkflowBuilder().add_node(node)).execute({"a": 1})).unwrap_err()
    assert error.node == "ask" and "nothing" in str(error) and "the state does not have" in str(error)


async def test_a_recorded_run_asks_parks_and_goes_on_there_after_a_crash() -> None:
    calls: list[str] = []
    definition = defined(lambda: approval(calls, form=Decision, who=["ana", "role:boss"], kind=QuestionKind.APPROVAL))
    async with house() as h:
        row = await h.run(definition)
        assert row.status is RunStatus.WAITING
        asked = next(e for e in await h.entries(row) if e.kind == "asked")
        assert (
            asked.key == "review"
            and asked.data["prompt"] == "Publish A plan?"
            and asked.data["who"] == ["ana", "role:boss"]
        )
        await h.crash()
        await h.ask(row, RequestKind.ANSWER, "review", value={"approved": True, "comment": "fine"})
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and calls == ["prepare", "publish"]
        assert (await h.entries(row))[-1].data["result"] == {"title": "A plan", "approved": True, "comment": "fine"}
        assert await h.story(row) == [
            "step.done prepare", "asked review", "answered review", "decided ok", "step.done publish", "run.completed",
        ]  # fmt: skip


async def test_a_question_that_nobody_answers_in_time_answers_itself() -> None:
    calls: list[str] = []
    async with house() as h:
        terms: Any = {"form": Decision, "due": timedelta(seconds=30), "default": {"approved": False}}
        row = await h.run(defined(lambda: approval(calls, **terms)))
        await h.clock.advance(31)
        row = await h.settle(await h.row(row))
        if not row.status.ended:
            row = await h.again(row)
        assert row.status is RunStatus.COMPLETED and calls == ["prepare", "drop"]


async def test_people_are_let_go_when_another_branch_fails() -> None:
    async with house() as h:
        inner = WorkflowBuilder("inner").add_node(HumanNode("inside"))
        builder = (
            chain("start > a > b", [], b=Err("no")).add_node(HumanNode("ask")).add_node(SubworkflowNode("sub", inner))
        )
        edges(builder, "start > ask, start > sub")
        row = await h.run(defined(lambda: builder))
        assert row.status is RunStatus.FAILED
        story = await h.story(row)
        assert {"dropped ask", "dropped sub/inside"} <= set(story) and story[-1] == "run.failed"


async def test_a_retry_asks_again_what_was_let_go() -> None:
    calls: list[str] = []
    builder = (
        WorkflowBuilder()
        .add_node("start", logged(calls))
        .add_node("b", logged(calls, fails=1))
        .add_node(HumanNode("ask"))
    )
    async with house() as h:
        edges(builder, "start > ask, start > b")
        row = await h.run(defined(lambda: builder))
        assert row.status is RunStatus.FAILED
        await h.ask(row, RequestKind.RETRY)
        row = await h.settle(row)
        assert row.status is RunStatus.WAITING and calls == ["start", "b", "b"]
        await h.ask(row, RequestKind.ANSWER, "ask", value=1)
        assert (await h.settle(row)).status is RunStatus.COMPLETED


@pytest.mark.parametrize(
    "node", [HumanNode("h", due=0), HumanNode("h", default=1), HumanNode("h", due=timedelta(seconds=-1))]
)
def test_a_person_without_sense_is_refused(node: HumanNode) -> None:
    with pytest.raises(DefinitionError):
        WorkflowBuilder().add_node(node).build()


def test_a_checkpoint_is_json_and_back() -> None:
    point = WorkflowCheckpoint("i", "g", 1, "d", "a", {"x": 1}, {"a": {"b": [1]}}, {"ask": "why?"}, ("c",))
    data = json.loads(json.dumps(point.to_data()))
    assert WorkflowCheckpoint.from_data(data).to_data() == point.to_data()


class Choice(BaseModel):
    colour: Literal["red", "green"]


async def test_a_persons_form_as_class_attribute() -> None:
    class Pick(HumanNode):
        name, prompt, form, output_key = "pick", "Which?", Choice, "picked"

    engine = WorkflowEngine(WorkflowBuilder().add_node(Pick()))
    point = (await stopped(engine)).checkpoint
    assert (await engine.resume(point, {"colour": "red"})).unwrap().final_state == {"picked": Choice(colour="red")}
