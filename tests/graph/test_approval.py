"""An approval node: a chain of people inside a graph, and `ctx.approve` in any workflow."""

from __future__ import annotations

from typing import Any

import pytest

from lexiconsole import ApprovalChain, ApprovalLevel, ApprovalNode, ApprovalStep, Context, NodeType, WorkflowBuilder
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.journal import RequestKind
from lexiconsole.result import Err
from lexiconsole.types import ModelKind, RunStatus
from tests.people import Staff
from tests.replaying import resumed_from
from tests.support import House, define, house

STAFF = Staff({"eve": [], "mia": ["manager"], "ann": ["director"], "bob": ["director"]})
CHAIN = ApprovalChain(
    [
        ApprovalLevel("manager", who=["role:manager"]),
        ApprovalLevel("board", who=["role:director"], policy=2, condition=lambda paper: paper["pages"] > 3),
    ],
    name="paper",
)


def graph(**terms: Any) -> Definition:
    def build(_: Any) -> Any:
        flow = WorkflowBuilder("paper")
        flow.add_node("write", lambda state: {"paper": {"pages": state["pages"]}})
        flow.add_node(ApprovalNode("sign", CHAIN, input_key="paper", **terms))
        flow.add_gate("signed", lambda state: state["sign"])
        flow.add_node("print", lambda: "printed", output_key="end")
        flow.add_node("bin", lambda: "binned", output_key="end")
        for source, target in (("write", "sign"), ("sign", "signed"), ("signed", "print"), ("signed", "bin")):
            flow.add_edge(source, target)
        return flow.build()

    return Definition("paper", ModelKind.GRAPH, build, input=Any)


async def votes(h: House, row: Any, *said: tuple[str, str, str]) -> Any:
    for by, key, verdict in said:
        await h.ask(row, RequestKind.VOTE, key, by=by, verdict=verdict, reason="so")
        row = await h.settle(row)
    return row


def end_of(entries: list[Any]) -> Any:
    return entries[-1].data["result"]


async def test_a_chain_in_a_graph_asks_its_people_under_the_nodes_key() -> None:
    async with house(people=STAFF) as h:
        row = await h.run(graph(), {"pages": 9}, by="eve")
        assert row.where == "sign/manager"
        row = await votes(h, row, ("mia", "sign/manager", "approve"), ("ann", "sign/board", "approve"))
        assert row.status is RunStatus.WAITING
        row = await votes(h, row, ("bob", "sign/board", "approve"))
        assert row.status is RunStatus.COMPLETED and end_of(await h.entries(row))["end"] == "printed"


async def test_a_rejection_is_a_value_that_a_gate_goes_by_with_the_reason_in_the_state() -> None:
    async with house(people=STAFF) as h:
        row = await h.run(graph(details_key="told"), {"pages": 1}, by="eve")
        row = await votes(h, row, ("mia", "sign/manager", "reject"))
        end = end_of(await h.entries(row))
        assert end["end"] == "binned" and end["sign"] is False and end["told"]["outcome"] == "rejected"
        assert end["told"]["votes"] == [{"level": "manager", "by": "mia", "verdict": "reject", "reason": "so"}]


async def test_a_rejection_may_end_the_graph_and_the_run_says_that_people_rejected_it() -> None:
    async with house(people=STAFF) as h:
        row = await h.run(graph(rejection_fails=True), {"pages": 1}, by="eve")
        row = await votes(h, row, ("mia", "sign/manager", "reject"))
        assert row.status is RunStatus.FAILED
        assert (await h.entries(row))[-1].data["error"]["type"] == "RejectedError"


async def test_a_graph_with_a_chain_goes_on_from_every_prefix_of_its_journal() -> None:
    said = [("mia", "sign/manager", "approve"), ("ann", "sign/board", "approve"), ("bob", "sign/board", "approve")]
    async with house(people=STAFF) as h:
        row = await votes(h, await h.run(graph(), {"pages": 9}, by="eve"), *said)
        entries = await h.entries(row)
    for cut in range(1, len(entries)):
        h = await resumed_from(entries[:cut], graph(), people=STAFF)
        again = await votes(h, await h.again(row), *said)
        assert again.status is RunStatus.COMPLETED, (cut, again.status)
        assert end_of(await h.entries(again)) == end_of(entries)
        await h.runtime.stop()


async def test_in_memory_a_graph_stops_at_its_chain_and_goes_on_with_the_decision() -> None:
    flow = WorkflowBuilder("paper")
    flow.add_node(ApprovalNode("sign", CHAIN, input_key="paper"))
    flow.add_node("print", lambda state: f"signed: {state['sign']}", output_key="end")
    flow.add_edge("sign", "print")
    engine = flow.build()
    stopped = await engine.execute({"paper": {"pages": 1}})
    assert isinstance(stopped, Err) and "waits for a person" in str(stopped.error)
    done = await engine.resume(stopped.error.checkpoint, True)
    assert done.value.final_state["end"] == "signed: True"


def test_its_outline_shows_the_levels_inside_it() -> None:
    keys = [node.key for node in graph().build(None).outline().nodes]
    assert {"sign", "sign/manager", "sign/manager/role:manager", "sign/board"} <= set(keys)
    assert ApprovalNode("a", CHAIN).node_type is NodeType.APPROVAL


@pytest.mark.parametrize("verdict", ["approve", "reject"])
async def test_any_workflow_has_a_chain_decide_with_ctx_approve(verdict: str) -> None:
    async def flow(ctx: Context) -> Any:
        rules = ApprovalChain([ApprovalStep("budget", lambda pages: pages < 5), ApprovalLevel("boss", who=["mia"])])
        outcome = await ctx.approve("sign-off", rules, 3)
        return outcome if outcome.is_err() else "signed"

    async with house(people=STAFF) as h:
        row = await h.run(define(flow), by="eve")
        assert row.where == "sign-off/boss"
        row = await votes(h, row, ("mia", "sign-off/boss", verdict))
        last = (await h.entries(row))[-1].data
        assert last.get("result") == "signed" if verdict == "approve" else last["error"]["type"] == "RejectedError"
