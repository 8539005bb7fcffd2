"""The design's table of decisions where the reference documents disagree: each row by its effect, in the order of the table."""

from __future__ import annotations

import asyncio
import importlib
import re
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from lexiconsole import (
    AbstractSaga,
    AgentNode,
    Application,
    BulkOperation,
    BulkOperationConfig,
    ConditionalStep,
    FunctionStep,
    GateNode,
    GraphConfig,
    HumanNode,
    LLMNode,
    MemorySagaStore,
    ParallelStep,
    Pipeline,
    PipelineContext,
    SagaStep,
    State,
    StateMachine,
    SubworkflowNode,
    ToolNode,
    Transition,
    WorkflowBuilder,
    WorkflowCheckpoint,
    WorkflowEdge,
    WorkflowEngine,
    WorkflowModule,
    WorkflowProvider,
    conditional,
    contracts,
    execute,
    parallel,
    saga_step,
    step,
    workflow,
)
from lexiconsole.app.cache import MemoryCache
from lexiconsole.app.container import Container
from lexiconsole.app.database import SqliteDatabase
from lexiconsole.app.module import Module, Provider
from lexiconsole.bulk import BulkOperationCancelledError
from lexiconsole.cli.contributors import GROUP, contributed, contributions
from lexiconsole.contracts import SagaState, SagaStoreProtocol, StateConcurrencyError, StatePersistenceProtocol, events
from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.durable.journal import Journal
from lexiconsole.durable.memory import run_in_memory
from lexiconsole.durable.outline import EdgeKind
from lexiconsole.durable.policy import StepPolicy
from lexiconsole.errors import (
    DefinitionError,
    HumanInputRequiredError,
    SagaVersionMismatchError,
    StepError,
    WorkflowVersionMismatchError,
)
from lexiconsole.graph.node import AbstractWorkflowNode, NodeType
from lexiconsole.pipeline import PipelineStep
from lexiconsole.result import Err, Ok
from lexiconsole.saga.step import PreparedStep
from lexiconsole.state.persistence import DatabaseStatePersistence, MemoryStatePersistence
from lexiconsole.store import MemoryJournal
from tests.reference.deciding import TOPICS, asserted, row
from tests.saga.making import ALWAYS, World
from tests.support import house

DESIGN = Path(__file__).parents[3] / "shared" / "DESIGN.md"


def test_every_row_of_the_table_has_a_test() -> None:
    assert [topic for topic in TOPICS if topic not in asserted] == []


@pytest.mark.skipif(not DESIGN.exists(), reason="the design is not beside the project")
def test_the_topics_are_those_of_the_design() -> None:
    table = DESIGN.read_text().split("| topic | decision |\n|---|---|\n")[1].split("\n\n")[0]
    assert [re.split(r" \| ", line[2:], maxsplit=1)[0] for line in table.splitlines()] == TOPICS


# everything


@row("import paths")
def test_a_path_that_does_not_suit_the_tree_leads_to_the_same_thing() -> None:
    for path, name, home in (
        ("lexiconsole.saga.base", "AbstractSaga", "lexiconsole.saga"),
        ("lexiconsole.types", "SagaStep", "lexiconsole.contracts"),
        ("lexiconsole.contracts.protocols", "SagaStoreProtocol", "lexiconsole.contracts"),
        ("lexiconsole.di.provider", "WorkflowProvider", "lexiconsole"),
    ):
        assert getattr(importlib.import_module(path), name) is getattr(importlib.import_module(home), name)


@row("what counts")
def test_each_document_has_tests_of_its_blocks_tables_and_diagrams() -> None:
    told = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    for document in ("0-workflows-and-sagas", "1-overview", "2-how-to", "3-architecture", "4-sagas"):
        assert document in told, document
    assert "diagram" in told and "table" in told


# pipelines


@row('`Pipeline()` / `Pipeline("name", steps=[…])`')
async def test_a_pipeline_needs_neither_name_nor_steps() -> None:
    empty = Pipeline()
    empty.add_step(FunctionStep("one", lambda: 1))
    assert str(await empty.execute()) == str(await Pipeline("named", steps=[FunctionStep("one", lambda: 1)]).execute())


@row("step returns `Result`, or a plain value")
async def test_a_plain_value_is_ok_and_an_exception_an_err_with_the_step_named() -> None:
    def raises() -> None:
        raise ValueError("no")

    for function, value in ((lambda: 7, 7), (lambda: Ok(7), 7)):
        assert (await Pipeline(steps=[FunctionStep("s", function)]).execute()).unwrap()["s"] == value
    for function in (raises, lambda: Err("no")):
        error = (await Pipeline(steps=[FunctionStep("s", function)]).execute()).unwrap_err()
        assert "s" in str(error) and "no" in str(error)


@row('step argument `ctx.metadata.get`, `ctx["fetch"]`, `ctx.get("is_premium")`')
async def test_one_context_is_also_a_mapping_of_results_then_metadata() -> None:
    seen: list[Any] = []
    look = FunctionStep(
        "look", lambda ctx: seen.append((ctx["fetch"], ctx.get("is_premium"), ctx.metadata.get("fetch")))
    )
    await Pipeline(steps=[FunctionStep("fetch", lambda: "result"), look]).execute(
        {"is_premium": True, "fetch": "given"}
    )
    assert seen == [("result", True, "given")]


@row("`execute()`, `execute({})`, `execute(context)`")
async def test_execute_takes_nothing_a_dict_or_a_context() -> None:
    pipeline = Pipeline(steps=[FunctionStep("s", lambda ctx: ctx.get("x", "none"))])
    given = PipelineContext({"x": "context"})
    assert [str(await pipeline.execute()), str(await pipeline.execute({"x": "dict"}))] == ["none", "dict"]
    assert (await pipeline.execute(given)).unwrap() is given and given["s"] == "context"


@row("`print(result)` shows the last step's value")
async def test_printing_a_result_shows_the_last_value() -> None:
    result = await Pipeline(steps=[FunctionStep("a", lambda: 1), FunctionStep("b", lambda: "last")]).execute()
    assert str(result) == "last" and result.unwrap().value == "last" and result.unwrap()["a"] == 1


@row("`@step(name=)` / `step(name, func)`, same for `conditional`, `parallel`")
async def test_without_the_function_they_decorate() -> None:
    @step(name="decorated")
    def one() -> int:
        return 1

    @conditional(name="route", condition=lambda ctx: ctx.get("premium", False))
    def premium() -> str:
        return "premium"

    @premium.otherwise
    def standard() -> str:
        return "standard"

    @parallel(name="both")
    def left() -> str:
        return "l"

    steps = [one, step("given", lambda: 2), premium, left]
    for given, way in (({"premium": True}, "premium"), ({}, "standard")):
        done = (await Pipeline(steps=steps).execute(given)).unwrap()
        assert [done["decorated"], done["given"], done["route"], done["both"]] == [1, 2, way, {"left": "l"}]


@row("conditions return bool or `Result[bool]`, sync or async")
@pytest.mark.parametrize("answer", [True, False, Ok(True), Ok(False)])
@pytest.mark.parametrize("is_async", [True, False])
async def test_a_condition_answers_in_any_of_four_ways(answer: Any, is_async: bool) -> None:
    async def later() -> Any:
        return answer

    ways = FunctionStep("yes", lambda: "yes"), FunctionStep("no", lambda: "no")
    chosen = ConditionalStep("c", later if is_async else lambda: answer, *ways)
    expected = "yes" if (answer.value if isinstance(answer, Ok) else answer) else "no"
    assert str(await Pipeline(steps=[chosen]).execute()) == expected


@row("registration order or topological order")
def test_dependencies_come_first_else_the_order_of_registration() -> None:
    steps = [FunctionStep("c", str, ["a"]), FunctionStep("b", str), FunctionStep("a", str), FunctionStep("d", str)]
    assert [each.name for each in Pipeline(steps=steps).steps] == ["b", "a", "c", "d"]


@row("`cleanup()`")
@pytest.mark.parametrize("how", ["ok", "err", "raises", "skipped"])
async def test_cleanup_follows_every_step_that_was_started(how: str) -> None:
    cleaned: list[str] = []

    class Step(PipelineStep):
        def should_skip(self, ctx: PipelineContext) -> bool:
            return how == "skipped"

        async def execute(self, ctx: PipelineContext) -> Any:
            if how == "raises":
                raise ValueError(how)
            return Err("no") if how == "err" else "done"

        def cleanup(self, ctx: PipelineContext) -> None:
            cleaned.append(self.name)

    await Pipeline(steps=[Step("s")]).execute()
    assert cleaned == ([] if how == "skipped" else ["s"])


# sagas


def saga(*steps: SagaStep) -> AbstractSaga[Any]:
    made: AbstractSaga[Any] = AbstractSaga()
    for each in steps:
        made.add_step(each)
    return made


@row("saga without `get_id` / `is_completed`")
async def test_a_saga_has_an_id_and_knows_whether_it_is_completed() -> None:
    class Named(AbstractSaga[Any]):
        def get_id(self) -> str:
            return "mine"

        def is_completed(self) -> bool:
            return False

    one, other = saga(World().step("a")), saga()
    assert one.get_id() == one.get_id() != other.get_id() and not one.is_completed()
    await one.execute()
    assert one.is_completed() and Named().get_id() == "mine" and not Named().is_completed()


@row("`was_compensated()`")
async def test_without_an_argument_it_asks_for_the_whole_with_a_name_for_that_step() -> None:
    world = World()
    undone = saga(world.step("a"), world.step("b", fails=ALWAYS))
    await undone.execute()
    assert [undone.was_compensated(), undone.was_compensated("a"), undone.was_compensated("b")] == [True, True, False]
    half = saga(world.step("c"), world.step("d", undo_fails=ALWAYS), world.step("e", fails=ALWAYS))
    await half.execute()
    assert [half.was_compensated(), half.was_compensated("c"), half.was_compensated("d")] == [False, True, False]


@row("`SagaStep` defaults")
async def test_the_defaults_of_a_step_and_that_max_retries_counts_attempts() -> None:
    plain = SagaStep("a", str)
    assert (plain.max_retries, plain.retry_delay, plain.idempotent) == (1, 1.0, True)
    world = World()
    assert (await saga(world.step("a", fails=2, max_retries=3)).execute()).is_ok() and world.calls == ["a"] * 3
    assert (await saga(world.step("b", fails=3, max_retries=3)).execute()).is_err() and world.calls[3:] == ["b"] * 3


@row("two meanings of `idempotent`")
async def test_a_saga_step_s_is_about_the_compensation_and_action_idempotent_about_the_action() -> None:
    world = World()
    once = world.step("a", undo_fails=1, max_retries=3, idempotent=False)
    await saga(once, world.step("b", fails=ALWAYS)).execute()
    assert world.calls == ["a", "b", "undo a"]
    assert SagaStep("a", str).action_idempotent and StepPolicy().idempotent
    terms = [
        PreparedStep(SagaStep("a", str, str, **no)) for no in ({"idempotent": False}, {"action_idempotent": False})
    ]
    assert [(each.policy.idempotent, each.undo_policy.idempotent) for each in terms] == [(True, False), (False, True)]


@row("`retry_attempts` (bulk), `@workflow(retries=)`")
async def test_retry_attempts_counts_all_and_retries_counts_more_and_keeps_what_succeeded() -> None:
    calls: list[str] = []

    def item(x: int) -> Any:
        calls.append("item")
        return Err("no")

    await BulkOperation(item, BulkOperationConfig(retry_attempts=3, retry_delay=0)).execute([1])
    assert calls == ["item"] * 3
    calls.clear()

    @workflow(name="again", retries=1)
    async def again(ctx: Any) -> str:
        await ctx.step("good", lambda: calls.append("good"))
        outcome = await ctx.step("bad", lambda: calls.append("bad") if "bad" in calls else Err(calls.append("bad")))
        return str(outcome.unwrap())

    async with house() as h:
        row_ = await h.run(again.__definition__)
        assert row_.status == "completed" and calls == ["good", "bad", "bad"]
    calls.clear()
    assert (await execute(again)).is_ok() and calls == ["good", "bad", "bad"]  # in memory too


@row("saga rebuilt after a crash")
async def test_a_saga_is_rebuilt_from_its_class_and_input() -> None:
    world = World()

    @workflow(name="booking")
    class Booking(AbstractSaga[str]):
        def __init__(self, who: str) -> None:
            super().__init__()
            self.add_step(world.step("a", gives=who))

        @classmethod
        def from_input(cls, who: str) -> Booking:
            return cls(f"{who} from input")

    assert (await run_in_memory(Booking, "ada")).unwrap() == "ada from input"


@row("saga that failed and was undone")
async def test_it_is_failed_and_was_compensated_and_only_complete_rollbacks_are_listed() -> None:
    world, store = World(), MemorySagaStore()
    undone = saga(world.step("a"), world.step("b", fails=ALWAYS))
    half = saga(world.step("c", undo_fails=ALWAYS), world.step("d", fails=ALWAYS))
    for each in (undone, half):
        await each.execute(store=store)
    assert (undone.state, undone.was_compensated(), half.was_compensated()) == (SagaState.FAILED, True, False)
    assert await store.list(SagaState.COMPENSATED) == [undone.get_id()]


@row("action raises instead of returning `Err`")
async def test_an_action_that_raises_is_compensated_for_like_an_err() -> None:
    world = World()
    error = (await saga(world.step("a"), world.step("b", fails=ALWAYS)).execute()).unwrap_err()
    assert world.calls == ["a", "b", "undo a"] and "b is down" in str(error)


@row("compensation fails")
async def test_a_compensation_is_retried_the_others_still_run_and_the_saga_names_what_is_left() -> None:
    world = World()
    steps = [world.step("a"), world.step("b", undo_fails=ALWAYS, max_retries=2), world.step("c", fails=ALWAYS)]
    error = (await saga(*steps).execute()).unwrap_err()
    assert world.calls == ["a", "b", "c", "undo b", "undo b", "undo a"]
    assert [name for name, _ in error.left] == ["b"] and "undo b is down" in str(error)


@row("`SagaStoreProtocol`")
async def test_a_store_keeps_results_and_position_between_steps() -> None:
    world, store = World(), MemorySagaStore()
    store_now: SagaStoreProtocol = store

    class Trip(AbstractSaga[Any]):
        def __init__(self, last: SagaStep) -> None:
            super().__init__()
            self.add_step(world.step("a"))
            self.add_step(last)

        def get_id(self) -> str:
            return "trip"

    async def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await Trip(SagaStep("b", killed, read_only=True)).execute(store=store_now)
    state, data = (await store.load("trip")) or (None, {})
    assert (state, data["results"], data["position"]) == (SagaState.RUNNING, {"a": "a-1"}, 1)
    assert await store.list() == ["trip"] and await store.list(SagaState.RUNNING) == ["trip"]
    assert (await Trip(world.step("b")).execute(store=store_now)).is_ok() and world.calls == ["a", "b"]
    await store.delete("trip")
    assert await store.load("trip") is None


@row("`SagaVersionMismatchError` / `WorkflowVersionMismatchError`")
async def test_another_version_is_refused_before_any_step() -> None:
    world, store = World(), MemorySagaStore()
    assert issubclass(SagaVersionMismatchError, WorkflowVersionMismatchError)
    one = saga(world.step("a"))
    await store.save(one.get_id(), SagaState.RUNNING, {"version": 7, "steps": ["a"], "results": {}, "errors": {}})
    with pytest.raises(SagaVersionMismatchError):
        await one.execute(store=store)
    assert world.calls == []


# graphs


def graph(*nodes: Any, edges: str = "", **terms: Any) -> WorkflowBuilder:
    """`edges` such as "a>b b>c"."""
    builder = WorkflowBuilder(**terms)
    for node in nodes:
        builder.add_node(*node) if isinstance(node, tuple) else builder.add_node(node)
    for edge in edges.split():
        builder.add_edge(*edge.split(">"))
    return builder


async def final(builder: WorkflowBuilder, state: Any = None, **config: Any) -> dict[str, Any]:
    return dict((await WorkflowEngine(builder.build(), **config).execute(state)).unwrap().final_state)


class Shout(AbstractWorkflowNode):
    name = "shout"
    node_type = NodeType.TASK

    async def execute(self, state: Any) -> Any:
        return {"said": state.get("say", "").upper()}


@row('`WorkflowBuilder()`; `add_node("start", entry_point=True)`, `add_node(instance)`, `add_node("n", handler)`')
async def test_a_node_is_a_name_an_instance_or_a_name_with_a_function() -> None:
    builder = graph(Shout(), ("n", lambda state: {"n": state["said"]}))
    builder.add_node("start", entry_point=True).add_edge("start", "shout").add_edge("shout", "n")
    assert builder.build().entry == "start"
    assert await final(builder, {"say": "hi"}) == {"say": "hi", "said": "HI", "n": "HI"}


@row("`add_gate(name, condition=…)` followed by two `add_edge`")
async def test_the_first_edge_is_for_true_the_second_for_false_and_labelled_so() -> None:
    def build() -> WorkflowBuilder:
        builder = WorkflowBuilder().add_gate("ok", condition=lambda s: s["ok"])
        builder.add_node("yes", lambda: {"way": "yes"}).add_node("no", lambda: {"way": "no"})
        return builder.add_edge("ok", "yes").add_edge("ok", "no")

    assert [(await final(build(), {"ok": ok}))["way"] for ok in (True, False)] == ["yes", "no"]
    assert [edge.kind for edge in build().build().outline().edges] == [EdgeKind.TRUE, EdgeKind.FALSE]
    routes = WorkflowBuilder().add_gate("size", routes={"big": lambda s: s["n"] > 9, "small": None})
    routes.add_node("big", lambda: {"size": "big"}).add_node("small", lambda: {"size": "small"})
    assert (await final(routes, {"n": 10}))["size"] == "big"
    assert (await final(routes, {"n": 1}))["size"] == "small"
    more = WorkflowBuilder().add_gate("g").add_node("x", lambda: {"x": 1}).add_node("y", lambda: {"y": 1}).add_node("z")
    more.add_edge("g", "x", lambda s: True).add_edge("g", "y", lambda s: True).add_edge("g", "z", lambda s: False)
    assert await final(more) == {"x": 1, "y": 1}


@row("no `set_entry` / `set_terminal`")
async def test_the_entry_is_the_first_node_and_terminals_have_no_way_on() -> None:
    built = graph("a", "b", "c", edges="a>b a>c").build()
    assert built.entry == "a" and (await built.execute({})).unwrap().ended_at == ("b", "c")


@row('`set_terminal("notify")` for a node that does not exist')
def test_a_terminal_that_does_not_exist_is_named_with_the_nearest() -> None:
    with pytest.raises(DefinitionError, match=r"'notify'.*did you mean 'notice'"):
        graph("a", "notice", edges="a>notice").set_terminal("notify").build()


@row("`build()`, `WorkflowEngine(builder.build())`, `WorkflowEngine(workflow=…, …)`")
async def test_a_graph_is_executed_directly_or_handed_to_an_engine() -> None:
    built = graph(("a", lambda: {"a": 1})).build()
    for runs in (built, WorkflowEngine(built), WorkflowEngine(workflow=built, max_iterations=3)):
        assert dict((await runs.execute({})).unwrap().final_state) == {"a": 1}
    assert WorkflowEngine(workflow=built, max_iterations=3).config.max_iterations == 3


@row('`execute(state)` / `execute("validate", initial_state=…)`')
async def test_the_first_argument_is_the_state_unless_an_initial_state_is_given() -> None:
    engine = WorkflowEngine(graph(("a", lambda: {"a": 1}), ("b", lambda: {"b": 2}), edges="a>b").build())
    assert dict((await engine.execute({"x": 0})).unwrap().final_state) == {"x": 0, "a": 1, "b": 2}
    assert dict((await engine.execute("b", initial_state={"x": 0})).unwrap().final_state) == {"x": 0, "b": 2}


def broken(*_: Any, **__: Any) -> Any:
    raise ValueError("broken")


@row("graph failure")
async def test_a_node_s_fault_is_an_err_with_node_and_cause() -> None:
    error = (await graph(("bad", broken)).build().execute({})).unwrap_err()
    assert "bad" in str(error) and "broken" in str(error) and isinstance(error.cause, StepError)


def asked() -> tuple[WorkflowEngine, list[str]]:
    calls: list[str] = []
    builder = graph(("before", lambda: {"before": calls.append("before")}), HumanNode("ask", output_key="answer"))
    builder.add_node("after", lambda state: {"after": calls.append("after")})
    return WorkflowEngine(builder.add_edge("before", "ask").add_edge("ask", "after").build()), calls


@row("human node")
async def test_without_a_console_it_stops_there_and_goes_on_there() -> None:
    engine, calls = asked()
    stopped = (await engine.execute({})).unwrap_err()
    assert isinstance(stopped, HumanInputRequiredError) and calls == ["before"]
    done = await engine.resume(stopped.checkpoint, {"ok": True})
    assert done.unwrap().final_state["answer"] == {"ok": True} and calls == ["before", "after"]


@row("`resume(checkpoint, {...})`")
async def test_resume_takes_a_checkpoint_its_dict_or_an_id_and_any_json() -> None:
    for given in ("object", "dict", "id"):
        engine, _ = asked()
        checkpoint: Any = (await engine.execute({})).unwrap_err().checkpoint
        assert isinstance(checkpoint, WorkflowCheckpoint)
        where = {"object": checkpoint, "dict": checkpoint.to_data(), "id": checkpoint.id}[given]
        assert (await engine.resume(where, [1, "two"])).unwrap().final_state["answer"] == [1, "two"], given


@row("`NodeType`")
def test_the_types_of_nodes() -> None:
    expected = ["AGENT", "GATE", "HUMAN", "LLM", "TOOL", "SUBWORKFLOW", "CUSTOM", "TASK", "APPROVAL"]
    assert [kind.name for kind in NodeType] == expected


@row("node as class attributes, or constructor")
async def test_a_node_says_what_it_is_in_its_class_or_when_it_is_made() -> None:
    class Quiet(Shout):
        output_key = "quiet"

    assert await final(graph(Quiet()), {"say": "x"}) == {"say": "x", "quiet": {"said": "X"}}
    made = Shout("other", output_key="loud")
    assert (Shout().name, Shout().node_type, made.name) == ("shout", NodeType.TASK, "other")
    assert await final(graph(made), {"say": "x"}) == {"say": "x", "loud": {"said": "X"}}


@row("`WorkflowEdge(is_active=…)`")
async def test_an_edge_has_is_active_or_condition() -> None:
    for name in ("is_active", "condition"):
        builder = graph("a", ("b", lambda: {"b": 1}), ("c", lambda: {"c": 1}))
        builder.add_edge(WorkflowEdge("a", "b", **{name: lambda s: s["b?"]})).add_edge(WorkflowEdge("a", "c"))
        assert await final(builder, {"b?": False}) == {"b?": False, "c": 1}


@row("parallel branches")
async def test_all_active_edges_are_taken_none_is_dropped_and_one_key_needs_a_reducer() -> None:
    running = most = 0

    def worker(name: str) -> Any:
        async def work() -> dict[str, Any]:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            return {name: 1, "list": [name]}

        return name, work

    names = "bcde"
    edges = " ".join(f"a>{name} {name}>z" for name in names)
    met: list[str] = []
    nodes = ["a", *map(worker, names), ("z", lambda state: {"seen": met.append("".join(state["list"])) or met[-1]})]
    builder = graph(*nodes, edges=edges, reducers={"list": lambda old, new: old + new})
    assert (await final(builder, max_parallel_branches=2))["seen"] == names and most == 2
    assert met == [names], "the join waits for every branch, so it is visited once"
    most = 0
    assert (await final(builder, parallel_branches=False))["seen"] == names and most == 1
    clash = (await graph(*nodes, edges=edges).build().execute({})).unwrap_err()
    assert "reducer" in str(clash) and "'list'" in str(clash)


@row("`max_iterations`")
async def test_it_counts_visits_of_one_node_and_the_error_names_the_loop() -> None:
    long = graph(*(f"n{n}" for n in range(60)), edges=" ".join(f"n{n}>n{n + 1}" for n in range(59)))
    assert (await WorkflowEngine(long.build(), max_iterations=2).execute({})).is_ok()
    visits: list[str] = []
    round_and_round = graph(("a", lambda: visits.append("a")), ("b", lambda: visits.append("b")), edges="a>b b>a")
    error = (await WorkflowEngine(round_and_round.build(), max_iterations=3).execute({})).unwrap_err()
    assert "a would be visited more than 3 times in the loop a → b → a" in str(error)
    assert visits == ["a", "b"] * 3


@row("`HumanNode(input_key=, output_key=)`")
async def test_a_person_s_node_shows_one_key_and_writes_another() -> None:
    engine = WorkflowEngine(graph(HumanNode("ask", input_key="draft", output_key="verdict")).build())
    stopped = (await engine.execute({"draft": "text"})).unwrap_err()
    assert stopped.prompt == "text"
    assert dict((await engine.resume(stopped.checkpoint, "good")).unwrap().final_state) == {
        "draft": "text",
        "verdict": "good",
    }
    assert (await engine.execute({})).unwrap_err().cause.message.count("draft")


@row("failing LLM, agent, tool, sub-workflow node")
async def test_whoever_fails_fails_its_node_and_leaves_no_text_in_the_state() -> None:
    async def broken_later(*_: Any, **__: Any) -> Any:
        raise ValueError("broken")

    class Fails:
        name = "t"

        def __init__(self, how: Any) -> None:
            self.execute = self.run = self.complete = how

    inner = graph(("bad", broken))
    for how in (broken, broken_later, lambda _: Err("broken")):
        for node in (
            ToolNode("t", Fails(how), input_key="x", output_key="y"),
            AgentNode("t", Fails(how), input_key="x", output_key="y"),
            LLMNode("t", Fails(broken_later), prompt="?", output_key="y"),
            SubworkflowNode("t", inner, output_key="y"),
        ):
            error = (await graph(node).build().execute({"x": 1})).unwrap_err()
            assert "t" in error.failures and "broken" in str(error) and dict(error.state) == {"x": 1}


# bulk


@row("`BulkOperation.execute`")
async def test_one_object_is_awaited_or_iterated_over() -> None:
    operation = BulkOperation(lambda x: x * 2, BulkOperationConfig(batch_size=2))
    assert list((await operation.execute([1, 2, 3])).unwrap().results) == [2, 4, 6]
    assert sorted([r async for batch in operation.execute([1, 2, 3]) for r in batch.results]) == [2, 4, 6]
    read = 0

    async def items() -> Any:
        nonlocal read
        for read in range(100):
            yield read

    ahead: list[int] = []
    slow = BulkOperation(lambda x: x, BulkOperationConfig(batch_size=2, max_concurrency=2))
    async for batch in slow.execute(items()):
        for _ in range(20):
            await asyncio.sleep(0)
        ahead.append(read - batch.first)
    assert len(ahead) == 50 and max(ahead) < 10, (
        "batches come as they finish, and nobody runs far ahead of who takes them"
    )


@row("processor per row or per batch")
async def test_processor_is_for_an_item_and_batch_processor_for_a_batch() -> None:
    config = BulkOperationConfig(batch_size=2)
    whole = BulkOperation(batch_processor=lambda items: [sum(items)] * len(items), config=config)
    assert list((await whole.execute([1, 2, 3])).unwrap().results) == [3, 3, 3]
    assert list((await BulkOperation(processor=str, config=config).execute([1])).unwrap().results) == ["1"]


@row("`cancel()`")
async def test_cancel_begins_no_further_batch_and_says_so() -> None:
    done: list[int] = []

    def work(x: int) -> None:
        done.append(x)
        operation.cancel()

    operation = BulkOperation(work, BulkOperationConfig(batch_size=2, max_concurrency=1))
    assert isinstance((await operation.execute(range(6))).unwrap_err(), BulkOperationCancelledError) and done == [0, 1]
    done.clear()
    with pytest.raises(BulkOperationCancelledError):
        _ = [batch async for batch in operation.execute(range(6))]
    assert done == [0, 1]


@row("`pipeline_timeout` default")
async def test_a_pipeline_has_300_seconds_and_they_count() -> None:
    assert Pipeline().timeout == BulkOperationConfig().pipeline_timeout == 300
    late = await Pipeline(steps=[FunctionStep("slow", asyncio.Event().wait)], timeout=0.01).execute()
    assert "slow" in str(late.unwrap_err()) and late.unwrap_err().cause.type == "TimeoutError"


# applications


@pytest.fixture
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@row("`Application(name=…)`+`add_module`, `Application(modules=[…])`, `app.run()`, `Application.boot(modules=[…])`")
@pytest.mark.usefixtures("in_an_empty_folder")
async def test_an_application_is_put_together_in_each_of_these_ways() -> None:
    config = BulkOperationConfig(batch_size=7)
    added = Application(name="added")
    added.add_module(WorkflowModule.configure(config=config))
    async with Application.boot(modules=[WorkflowModule.configure(config=config)]) as app:
        assert (await app.container.resolve(BulkOperationConfig)).batch_size == 7
    assert len(added.modules) == len(Application(modules=[WorkflowModule]).modules) == 1
    assert added.name == "added" and Application(modules=[WorkflowModule]).name

    class Watched(Provider):
        async def boot(self, container: Container) -> None:
            told.append("boot")
            asyncio.get_running_loop().call_soon(serving.shut_down)

        async def shutdown(self, container: Container) -> None:
            told.append("shutdown")

    class Watching(Module):
        providers = (Watched,)

    told: list[str] = []
    serving = Application(modules=[Watching])
    await asyncio.to_thread(serving.run)
    assert told == ["boot", "shutdown"]
    async with Application.boot(modules=[Watching]):
        assert told[2:] == ["boot"]
    assert told[2:] == ["boot", "shutdown"]


@row("`WorkflowModule.stub()`")
@pytest.mark.usefixtures("in_an_empty_folder")
async def test_the_stub_keeps_everything_in_memory(tmp_path: Path) -> None:
    async with Application.boot(modules=[WorkflowModule.stub()]) as app:
        assert isinstance(await app.container.resolve(SagaStoreProtocol), MemorySagaStore)
        assert isinstance(await app.container.resolve(Journal), MemoryJournal)
        assert isinstance(await app.container.resolve(CacheBackendProtocol), MemoryCache)
        kept = await app.container.resolve(StatePersistenceProtocol)
        assert await Door(machine_id="d", persistence=kept).transition("open") == "open"
        assert await Door(machine_id="d", persistence=kept).recover() == "open"
    assert not any(tmp_path.glob("*"))  # noqa: ASYNC240 - a look at an empty folder


@row("`configure(config, saga_store, …)`")
@pytest.mark.usefixtures("in_an_empty_folder")
async def test_the_module_takes_a_state_machine_too() -> None:
    store, machine = MemorySagaStore(), Door()
    database, cache = SqliteDatabase(), MemoryCache()
    module = WorkflowModule.configure(
        BulkOperationConfig(pipeline_timeout=7, batch_size=3),
        store,
        state_machine=machine,
        database_provider=database,
        checkpoint_store=cache,
    )
    async with Application.boot(modules=[module]) as app:
        assert await app.container.resolve(SagaStoreProtocol) is store
        assert await app.container.resolve(contracts.StateMachineProtocol) is machine
        assert await app.container.resolve(CacheBackendProtocol) is cache
        assert isinstance(await app.container.resolve(StatePersistenceProtocol), DatabaseStatePersistence)
        assert (Pipeline().timeout, BulkOperation().config.batch_size) == (7, 3)
        trip = saga(World().step("a"))
        await trip.execute()
        assert await store.list() == [trip.get_id()], "sagas go to the store without being told to"
    assert (Pipeline().timeout, BulkOperation().config.batch_size) == (300, 10)
    await database.close()


# state machines


class Door(StateMachine):
    states = (State("shut"), State("open"))
    transitions = (Transition("open", "shut", "open"), Transition("shut", "open", "shut"))


@row(
    "state machine hooks: on `State`/`Transition`, or methods `on_enter_*`, `on_exit_*`, `on_transition`, "
    "`async def can_confirm(self)`"
)
async def test_guard_exit_persist_enter_transition_and_a_failure_before_persist_changes_nothing() -> None:
    told: list[str] = []

    class Keeps(MemoryStatePersistence):
        async def save_transition(self, record: Any) -> None:
            told.append("persist")
            await super().save_transition(record)

    class Told(StateMachine):
        states = (State("shut", on_exit=lambda: told.append("exit on State")), State("open", final=True))
        transitions = (Transition("open", "shut", "open"),)
        fails = False

        async def can_open(self) -> bool:
            told.append("guard")
            return True

        async def on_exit_shut(self) -> None:
            if self.fails:
                raise ValueError("stuck")

        async def on_enter_open(self) -> None:
            told.append("enter")

        async def on_transition(self) -> None:
            told.append("transition")

    machine = Told(persistence=Keeps())
    machine.fails = True
    with pytest.raises(ValueError, match="stuck"):
        await machine.transition("open")
    assert machine.current_state == "shut" and "persist" not in told
    machine.fails = False
    told.clear()
    await machine.transition("open")
    assert told == ["guard", "exit on State", "persist", "enter", "transition"]


@row("optimistic locking")
async def test_the_second_of_two_is_refused() -> None:
    kept: StatePersistenceProtocol = MemoryStatePersistence()
    one, other = (Door(machine_id="door", persistence=kept) for _ in range(2))
    assert [await one.recover(), await other.recover()] == ["shut", "shut"]
    await one.transition("open")
    with pytest.raises(StateConcurrencyError):
        await other.transition("open")

    class Slow(Door):
        async def on_exit_shut(self) -> None:
            await asyncio.sleep(0)

    door = Slow()
    both = await asyncio.gather(door.transition("open"), door.transition("open"), return_exceptions=True)
    assert both[0] == "open" and isinstance(both[1], StateConcurrencyError) and door.version == 1


@row("`can_transition(event)` is called without await")
async def test_it_is_a_plain_bool_of_table_and_sync_guards_and_allowed_events_asks_all() -> None:
    class Guarded(Door):
        async def can_open(self) -> bool:
            return False

    door = Guarded()
    assert door.can_transition("open") is True and door.can_transition("shut") is False

    class Locked(Door):
        def can_open(self) -> bool:
            return False

    assert Locked().can_transition("open") is False
    assert list(await door.allowed_events()) == []


# faces, events, decorators


@row("events trigger workflows (first diagram)")
@pytest.mark.usefixtures("in_an_empty_folder")
async def test_the_bus_starts_a_workflow_on_an_event() -> None:
    started = asyncio.Event()

    @dataclass
    class Ordered:
        order: str

    @workflow(name="greet")
    async def greet(ctx: Any, input: dict[str, Any]) -> None:
        if input == {"order": "o-1"}:
            await ctx.step("greet", started.set)

    async with Application.boot(modules=[WorkflowModule.stub(workflows=[greet])]) as app:
        app.bus.on(Ordered, start="greet")
        await app.bus.publish(Ordered("o-1"))
        async with asyncio.timeout(30):
            await started.wait()


@row("CLI contributions")
def test_a_contributor_is_an_entry_point_of_the_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint(
        "workflow", "lexiconsole.cli.contributors:WorkflowCliContributor", "lexiconsole.cli.contributors"
    )
    assert entry.load().__name__ == "WorkflowCliContributor" and entry.group == GROUP
    told = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'[project.entry-points."{entry.group}"]' in told and entry.value in told
    made = tmp_path / "shop-1.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 1\n")
    (made / "entry_points.txt").write_text("[lexiconsole.cli.contributors]\nshop = shop_commands:Shop\n")
    (tmp_path / "shop_commands.py").write_text(
        "import click\nclass Shop:\n    about = 'Shop.'\n    def commands(self): return click.Command('any')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = contributions()
    assert contributed("shop", found["shop"]).name == "shop"


@row("events and hooks")
@pytest.mark.usefixtures("in_an_empty_folder")
async def test_what_happens_reaches_the_bus() -> None:
    heard: list[str] = []
    hooked: list[str] = []

    @workflow(name="undone")
    def undone() -> AbstractSaga[Any]:
        world = World()
        return saga(world.step("a"), world.step("b", fails=ALWAYS))

    async with Application.boot(modules=[WorkflowModule.stub(workflows=[undone])]) as app:
        app.bus.on(events.WorkflowEvent, lambda event: heard.append(type(event).__name__.removesuffix("Event")))
        app.hooks.register("*", lambda event: hooked.append(type(event).__name__.removesuffix("Event")))
        await execute(undone)
        in_memory = [*heard]
        await Door().transition("open")
        assert heard[len(in_memory) :] == ["StateTransitioned"]
        heard.clear()
        hooked.clear()
        ended = asyncio.Event()
        app.bus.on(events.WorkflowCompensatedEvent, lambda event: ended.set())
        await app.runs.start("undone", None)
        async with asyncio.timeout(30):
            await ended.wait()
    assert hooked == heard == in_memory
    assert in_memory == [
        "WorkflowStarted",
        *("StepStarted", "StepCompleted", "StepStarted", "StepFailed"),
        *("CompensationStarted", "CompensationCompleted"),
        "WorkflowCompensated",
    ]


@row("`@workflow(name, timeout, retries)`, `@saga_step`")
async def test_the_decorators_are_honoured() -> None:
    @workflow(name="slow", timeout=0.01)
    async def one_that_waits(ctx: Any) -> None:
        await ctx.step("waits", asyncio.Event().wait)

    outcome = await execute(one_that_waits)
    assert outcome.is_err() and "timeout" in str(outcome.unwrap_err())
    async with house() as h:  # recorded, too
        row_ = await h.run(one_that_waits.__definition__)
        assert (row_.name, row_.status) == ("slow", "failed") and "time" in row_.error
    calls: list[str] = []

    class Trip(AbstractSaga[Any]):
        @saga_step(name="hold", compensation="release", max_retries=2, retry_delay=0)
        async def reserve(self) -> None:
            calls.append("reserve")
            if len(calls) == 1:
                raise ConnectionError

        async def release(self) -> None:
            calls.append("release")

        @saga_step(read_only=True)
        async def fails(self) -> Any:
            return Err("no")

    trip = Trip()
    await trip.execute()
    assert trip.step_names == ["hold", "fails"] and calls == ["reserve", "reserve", "release"]


@row("protocols table")
def test_what_the_table_names_is_an_instance_of_its_protocol() -> None:
    function = FunctionStep("f", str)
    for thing, protocol in (
        (Pipeline(), "PipelineProtocol"),
        (function, "PipelineStepProtocol"),
        (ConditionalStep("c", bool, function), "PipelineStepProtocol"),
        (ParallelStep("p", [function]), "PipelineStepProtocol"),
        (PipelineContext(), "PipelineContextProtocol"),
        (saga(), "SagaProtocol"),
        (MemorySagaStore(), "SagaStoreProtocol"),
        (Door(), "StateMachineProtocol"),
        (MemoryStatePersistence(), "StatePersistenceProtocol"),
        (WorkflowBuilder(), "WorkflowGraphProtocol"),
        (GateNode("g"), "WorkflowNodeProtocol"),
        (WorkflowEngine(graph("a").build(), config=GraphConfig()), "ExecutionProtocol"),
        (BulkOperation(), "BulkProcessorProtocol"),
    ):
        assert isinstance(thing, getattr(contracts, protocol)), protocol
    assert issubclass(DatabaseStatePersistence, StatePersistenceProtocol) and WorkflowProvider
