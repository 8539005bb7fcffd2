"""What a graph means: ways, gates, loops, branches, joins, failures."""

from __future__ import annotations

import asyncio
import operator
from typing import Any

import pytest
from pydantic import BaseModel

from lexiconsole.errors import DefinitionError, NotFoundError, StepError
from lexiconsole.graph import (
    AbstractWorkflowNode,
    GateNode,
    GraphError,
    NodeType,
    WorkflowBuilder,
    WorkflowEdge,
    WorkflowEngine,
    WorkflowState,
)
from lexiconsole.result import Err, Ok
from tests.graph.making import chain, edges, logged


async def final(builder: WorkflowBuilder, state: Any = None, **terms: Any) -> dict[str, Any]:
    result = await WorkflowEngine(builder, **terms).execute(state)
    return dict(result.unwrap().final_state)


async def failure(builder: WorkflowBuilder, state: Any = None, **terms: Any) -> GraphError:
    result = await WorkflowEngine(builder, **terms).execute(state)
    assert isinstance(result, Err) and isinstance(result.error, GraphError), result
    return result.error


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (None, {}),
        ({"a": 1}, {"a": 1}),
        (WorkflowState({"a": 1}), {"a": 1}),
        ("text", {"input": "text"}),
        ([1], {"input": [1]}),
    ],
)
async def test_what_is_given_becomes_the_state(given: Any, state: dict[str, Any]) -> None:
    assert await final(chain("x", []), given) == state


async def test_a_models_fields_become_the_state_over_what_the_graph_begins_with() -> None:
    class Input(BaseModel):
        a: int
        b: int = 2

    builder = WorkflowBuilder(state={"a": 0, "c": 3}).add_node("x")
    assert await final(builder, Input(a=1)) == {"a": 1, "b": 2, "c": 3}


class Model(BaseModel):
    a: int


@pytest.mark.parametrize(
    ("output", "output_key", "state"),
    [
        (None, None, {"s": 0}),
        ({"a": 1}, None, {"s": 0, "a": 1}),
        (Model(a=1), None, {"s": 0, "a": 1}),
        (lambda s: s, None, {"s": 0}),
        (lambda s: {**s, "a": 1}, None, {"s": 0, "a": 1}),
        ("text", None, {"s": 0, "node": "text"}),
        ([1], None, {"s": 0, "node": [1]}),
        (0, None, {"s": 0, "node": 0}),
        ({"a": 1}, "out", {"s": 0, "out": {"a": 1}}),
        (None, "out", {"s": 0, "out": None}),
        (Ok({"a": 1}), None, {"s": 0, "a": 1}),
        ({"s": 5}, None, {"s": 5}),
    ],
)
async def test_what_a_node_gives_is_put_into_the_state(output: Any, output_key: str | None, state: Any) -> None:
    builder = WorkflowBuilder().add_node("node", logged([], output), output_key=output_key)
    assert await final(builder, {"s": 0}) == state


async def test_a_node_is_a_function_with_or_without_the_state_sync_or_not() -> None:
    async def own() -> str:
        return "own"

    builder = WorkflowBuilder().add_node(own).add_node("sync", lambda: {"sync": 1}).add_node("async", own)
    builder.add_node("state", lambda s: {"seen": dict(s)}).add_node("pass")
    edges(builder, "own > sync > async > state > pass")
    seen = {"own": "own", "sync": 1, "async": "own"}
    assert await final(builder) == {**seen, "seen": seen}


async def test_the_state_is_not_changed_by_hand() -> None:
    def meddle(state: Any) -> None:
        state["x"] = 1

    error = await failure(WorkflowBuilder().add_node(meddle))
    assert error.node == "meddle" and "return {'x': …}, it is merged" in str(error)


@pytest.mark.parametrize(
    ("condition", "taken"),
    [
        (lambda s: s["n"] > 1, "yes"),
        (lambda s: 0, "no"),
        (lambda s: Ok(True), "yes"),
        (lambda s: Ok(False), "no"),
        (lambda s: asyncio.sleep(0, True), "yes"),
        (lambda s: asyncio.sleep(0, Ok(False)), "no"),
    ],
)
async def test_a_gates_first_edge_is_for_true_and_its_second_for_false(condition: Any, taken: str) -> None:
    calls: list[str] = []
    builder = WorkflowBuilder().add_gate("gate", condition)
    builder.add_node("yes", logged(calls)).add_node("no", logged(calls))
    await final(edges(builder, "gate > yes, gate > no"), {"n": 2})
    assert calls == [taken]


@pytest.mark.parametrize("condition", [lambda s: Err("closed"), lambda s: s["nowhere"]])
async def test_a_condition_that_fails_fails_its_gate(condition: Any) -> None:
    builder = WorkflowBuilder().add_node("a").add_gate("gate", condition).add_node("b")
    error = await failure(edges(builder, "a > gate > b"))
    assert error.node == "gate" and isinstance(error.cause, StepError)
    assert "closed" in str(error) or "KeyError" in str(error)


async def test_routes_open_every_way_whose_condition_holds_and_else_the_one_without() -> None:
    async def taken(n: int) -> list[str]:
        calls: list[str] = []
        builder = WorkflowBuilder()
        routes = {"small": lambda s: s["n"] < 5, "even": lambda s: s["n"] % 2 == 0, "other": None}
        builder.add_gate("gate", routes=routes)
        for name in routes:
            builder.add_node(name, logged(calls))
        await final(builder, {"n": n})
        return calls

    assert await taken(2) == ["small", "even"]
    assert await taken(3) == ["small"]
    assert await taken(8) == ["even"]
    assert await taken(9) == ["other"]


async def test_edges_have_conditions_under_two_names() -> None:
    calls: list[str] = []
    builder = WorkflowBuilder().add_node("a", logged(calls, {"n": 1}))
    for name in ("b", "c", "d", "e"):
        builder.add_node(name, logged(calls))
    builder.add_edge(WorkflowEdge("a", "b", is_active=lambda state: state["n"] == 1))
    builder.add_edge("a", "c", condition=lambda state: state["n"] == 2)
    builder.add_edge("a", "d", is_active=lambda state: True).add_edge("a", "e", otherwise=True)
    await final(builder)
    assert calls == ["a", "b", "d"]


async def test_when_no_way_is_open_the_graph_says_where_it_is_stuck() -> None:
    builder = WorkflowBuilder().add_node("a").add_node("b").add_edge("a", "b", condition=lambda s: False)
    error = await failure(builder)
    assert str(error) == (
        "graph failed at a: NoWayOn: none of the ways on from a is open (b); "
        "add an edge that is taken otherwise, or let the graph end here with set_terminal('a')"
    )
    assert await final(builder.set_terminal("a")) == {}


async def test_a_gate_whose_missing_side_is_wanted_says_so() -> None:
    builder = edges(WorkflowBuilder().add_gate("gate", lambda s: False).add_node("b"), "gate > b")
    assert (await failure(builder)).cause.type == "NoWayOn"
    assert await final(builder.set_terminal("gate")) == {}


async def test_a_loop_visits_its_nodes_again_under_numbered_keys() -> None:
    calls: list[str] = []
    builder = WorkflowBuilder()
    builder.add_node("draft", logged(calls, lambda s: {"draft": s.get("draft", 0) + 1}))
    builder.add_node("review", logged(calls)).add_gate("good", lambda s: s["draft"] >= 3).add_node(
        "done", logged(calls)
    )
    state = await final(edges(builder, "draft > review > good > done, good > draft"))
    assert state == {"draft": 3}
    assert calls == ["draft", "review", "draft#2", "review#2", "draft#3", "review#3", "done"]


async def test_a_loop_without_end_is_told_with_its_node_and_the_loop() -> None:
    calls: list[str] = []
    error = await failure(chain("start > a > b > c > a", calls), max_iterations=3)
    assert error.node == "a" and error.cause.type == "EndlessLoop"
    assert "a would be visited more than 3 times in the loop a → b → c → a" in str(error)
    assert calls.count("a") == 1 and calls[-1] == "c#3"


async def test_a_long_chain_is_no_loop() -> None:
    names = " > ".join(f"n{n}" for n in range(200))
    calls: list[str] = []
    await final(chain(names, calls), max_iterations=1)
    assert len(calls) == 200


async def test_a_join_waits_for_every_active_branch_also_the_long_one() -> None:
    calls: list[str] = []
    builder = chain("start > a > join, start > b > b2 > b3 > join, join > end", calls, a={"a": 1}, b3={"b": 2})
    assert await final(builder) == {"a": 1, "b": 2}
    assert calls.index("join") > calls.index("b3") and calls.count("join") == 1


async def test_a_join_does_not_wait_for_a_branch_that_was_not_taken() -> None:
    calls: list[str] = []
    builder = chain("start > a > join, b > join", calls)
    builder.add_edge("start", "b", condition=lambda s: False)
    await final(builder)
    assert calls == ["start", "a", "join"]


async def test_a_join_inside_a_loop_waits_in_each_round() -> None:
    calls: list[str] = []
    builder = WorkflowBuilder(reducers={"n": operator.add}).add_gate("again", lambda s: s["n"] >= 4).add_node("end")
    for name in ("split", "a", "b1", "b2", "join"):
        builder.add_node(name, logged(calls, {"n": 1} if name in {"a", "b2"} else None))
    edges(builder.set_entry("split"), "split > a > join, split > b1 > b2 > join > again > end, again > split")
    assert await final(builder) == {"n": 4}
    assert calls.index("join") == 4 and calls[-1] == "join#2" and calls.count("a") + calls.count("a#2") == 2


async def test_branches_run_at_the_same_time() -> None:
    meeting = asyncio.Barrier(3)
    builder = WorkflowBuilder().add_node("start")
    for name in "abc":
        builder.add_node(name, meeting.wait, output_key="met").add_edge("start", name)
    builder.set_reducer("met", lambda old, new: old + new)
    assert await final(builder) == {"met": 0 + 1 + 2}


async def test_a_branch_sees_its_own_past_only_until_it_meets_another() -> None:
    seen: dict[str, set[str]] = {}

    def look(name: str) -> Any:
        return lambda s: seen.update({name: set(s)}) or {name: 1}

    builder = WorkflowBuilder()
    for name in ("start", "a", "a2", "b", "b2", "join"):
        builder.add_node(name, look(name))
    await final(edges(builder, "start > a > a2 > join, start > b > b2 > join"))
    assert seen["a2"] == {"start", "a"} and seen["b2"] == {"start", "b"}
    assert seen["join"] == {"start", "a", "a2", "b", "b2"}


async def test_two_branches_that_write_one_key_are_an_error_that_names_both() -> None:
    builder = chain("start > a > join, start > b > join", [], a={"x": 1}, b={"x": 1})
    error = await failure(builder)
    assert error.node == "join" and error.cause.type == "StateConflictError"
    assert "a and b ran side by side and both wrote 'x'; give the graph a reducer for 'x'" in str(error)


async def test_also_when_they_never_meet() -> None:
    error = await failure(chain("start > a, start > b", [], a={"x": 1}, b={"x": 2}))
    assert error.cause.type == "StateConflictError"


async def test_one_after_the_other_may_write_one_key() -> None:
    builder = chain("s > a > j > k, s > b > j", [], s={"x": 0}, a={"x": 1}, b={"y": 1}, j={"x": 2}, k={"x": 3})
    assert await final(builder) == {"x": 3, "y": 1}


async def test_a_value_handed_through_unchanged_is_not_written() -> None:
    """`{**state, …}` is how many write a node; two branches may do that side by side."""
    builder = chain("s > a > j, s > b > j", [], a=lambda s: {**s, "a": 1}, b=lambda s: {**s, "b": 1})
    assert await final(builder, {"x": [1], "y": 2}) == {"x": [1], "y": 2, "a": 1, "b": 1}


@pytest.mark.parametrize("slow", ["a", "b"])
async def test_reducers_put_values_together_in_the_order_of_the_edges(slow: str) -> None:
    async def give(name: str) -> dict[str, list[str]]:
        for _ in range(5 if name == slow else 0):
            await asyncio.sleep(0)
        return {"log": [name]}

    builder = WorkflowBuilder(reducers={"log": operator.add})
    builder.add_node("start", lambda: {"log": ["start"]}).add_node("join", lambda: {"log": ["join"]})
    builder.add_node("b", lambda: give("b")).add_node("a", lambda: give("a"))
    edges(builder, "start > a > join, start > b > join")
    assert await final(builder) == {"log": ["start", "a", "b", "join"]}


async def test_a_reducer_that_fails_fails_the_node_that_needs_it() -> None:
    def no(old: Any, new: Any) -> Any:
        raise ValueError("can not add these")

    builder = chain("start > a > join, start > b > join", [], a={"x": 1}, b={"x": 2})
    error = await failure(builder.set_reducer("x", no))
    assert error.node == "join" and "can not add these" in str(error)


@pytest.mark.parametrize("how", ["raises", "err"])
async def test_a_nodes_fault_comes_as_err_with_node_and_cause(how: str) -> None:
    calls: list[str] = []
    builder = chain("a > b > c", calls, a={"a": 1}, b=Err("no")) if how == "err" else WorkflowBuilder()
    if how == "raises":
        builder.add_node("a", logged(calls, {"a": 1})).add_node("b", logged(calls, fails=1)).add_node(
            "c", logged(calls)
        )
        edges(builder, "a > b > c")
    error = await failure(builder)
    assert error.node == "b" and calls == ["a", "b"]
    assert error.cause.type == ("ValueError" if how == "raises" else "Err")
    assert error.state == {"a": 1}
    if how == "raises":
        assert isinstance(error.cause.__cause__, ValueError)


async def test_what_runs_beside_a_failure_is_waited_for_and_nothing_follows_it() -> None:
    calls: list[str] = []
    builder = chain("start > a > a2, start > b > b2", calls, a=Err("no"), b=lambda s: asyncio.sleep(0, {"b": 1}))
    error = await failure(builder)
    assert error.node == "a" and calls == ["start", "a", "b"]
    assert error.checkpoint.outcomes["b"] == {"b": 1}


async def test_everything_that_failed_is_told() -> None:
    error = await failure(chain("start > a, start > b", [], a=Err("one"), b=Err("two")))
    assert list(error.failures) == ["a", "b"] and str(error) == "graph failed at a: one; and at b: two"


async def test_terms_of_a_node() -> None:
    calls: list[str] = []
    builder = WorkflowBuilder().add_node("a", logged(calls, fails=2), max_retries=3, retry_delay=0)
    await final(builder)
    assert calls == ["a"] * 3
    error = await failure(WorkflowBuilder().add_node("slow", asyncio.Event().wait, timeout=0.01))
    assert "no answer within 0.01 s" in str(error) and error.cause.unknown


async def test_a_node_as_class_attributes_or_constructor() -> None:
    class Check(AbstractWorkflowNode):
        name = "check"
        node_type = NodeType.TASK
        output_key = "checked"

        async def execute(self, state: dict[str, Any]) -> bool:
            return "email" in state

    builder = (
        WorkflowBuilder().add_node(Check()).add_node(Check("again", output_key="twice")).add_edge("check", "again")
    )
    assert await final(builder, {"email": 1}) == {"email": 1, "checked": True, "twice": True}


async def test_a_gate_by_itself_puts_nothing_into_the_state() -> None:
    assert await GateNode("g", lambda s: True).execute({"a": 1}) == {}


async def test_execute_may_begin_at_another_node() -> None:
    calls: list[str] = []
    engine = WorkflowEngine(chain("a > b > c", calls))
    assert (await engine.execute("b", initial_state={"x": 1})).unwrap().final_state == {"x": 1}
    assert calls == ["b", "c"]
    with pytest.raises(NotFoundError, match="there is no node of graph 'bb'; did you mean 'b'"):
        await engine.execute("bb", initial_state={})


async def test_the_result_tells_its_way() -> None:
    result = (await chain("a > b, a > c", [], c={"x": 1}).set_conclusion("x").build().execute({})).unwrap()
    assert result.path == ("a", "b", "c") and result.ended_at == ("b", "c")
    assert result.value == 1 and str(result) == "1" and result.final_state == {"x": 1}


async def test_one_engine_executes_many_at_once() -> None:
    engine = WorkflowEngine(chain("a > b", [], b=lambda s: {"n": s["n"] * 2}))
    results = await asyncio.gather(*(engine.execute({"n": n}) for n in range(50)))
    assert [r.unwrap().final_state["n"] for r in results] == [2 * n for n in range(50)]


def broken(**parts: Any) -> WorkflowBuilder:
    builder = WorkflowBuilder("g")
    for node in parts.get("nodes", ["validate", "publish"]):
        builder.add_node(node)
    for edge in parts.get("edges", []):
        builder.add_edge(*edge)
    return builder


@pytest.mark.parametrize(
    ("builder", "said"),
    [
        (broken(nodes=[]), "g has no nodes"),
        (broken(nodes=["a", "a"]), "g has 2 nodes named 'a'"),
        (broken(nodes=["a/b"]), "a printable name without / and #, not 'a/b'"),
        (broken(nodes=["a#2"]), "without / and #"),
        (
            broken(edges=[("validate", "publsh")]),
            "edge validate → publsh names 'publsh', which is no node; did you mean 'publish'?",
        ),
        (broken(edges=[("x", "publish")]), "names 'x', which is no node; it has validate, publish"),
        (broken(edges=[("validate", "publish")] * 2), "g has 2 edges validate → publish"),
        (broken().set_entry("valid"), "entry names 'valid', which is no node; did you mean 'validate'"),
        (broken().set_terminal("notify"), "terminal names 'notify', which is no node"),
        (broken(edges=[("validate", "publish")]).set_terminal("validate"), "g can not end at validate"),
        (
            edges(broken(nodes=["a", "b", "c"]).add_gate("gate", lambda s: 1), "gate > a, gate > b, gate > c"),
            "the gate gate has one condition and 3 edges",
        ),
        (
            broken(nodes=["a"]).add_gate("gate", lambda s: 1).add_edge("gate", "a", condition=lambda s: 1),
            "the gate gate has a condition, and so has one of its edges",
        ),
        (broken().add_node("n", logged([]), max_retries=0), "n: max_retries counts all tries"),
        (broken().add_node("n", logged([]), timeout=0), "n: timeout must be more than 0 seconds"),
    ],
)
def test_what_can_not_work_is_said_when_it_is_built(builder: WorkflowBuilder, said: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        builder.build()
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda b: b.add_node(3),
        lambda b: b.add_node(lambda s: s),
        lambda b: b.add_node("n", lambda a, b: a),
        lambda b: b.add_gate("g", lambda s: 1, routes={"a": None}),
        lambda b: b.add_edge("a", "b", lambda s: 1, otherwise=True),
        lambda b: b.add_edge("a", "b", lambda s: 1, is_active=lambda s: 1),
        lambda b: b.add_node(GateNode("g"), timeout=3),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_is_written(call: Any) -> None:
    with pytest.raises(DefinitionError):
        call(WorkflowBuilder())


def test_a_builder_goes_on_after_a_build_without_changing_what_it_built() -> None:
    builder = chain("a > b", [])
    graph = builder.build()
    builder.add_node("c").add_edge("b", "c")
    assert list(graph.nodes) == ["a", "b"] and list(builder.build().nodes) == ["a", "b", "c"]


def test_the_decorator_leaves_the_function_as_it_is() -> None:
    builder = WorkflowBuilder()

    @builder.node(max_retries=2)
    def work(state: Any) -> int:
        return 7

    assert work({}) == 7 and builder.build().nodes["work"].max_retries == 2
