"""What a pipeline does with its steps, run in memory."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from lexiconsole.contracts import PipelineContextProtocol, PipelineProtocol, PipelineStepProtocol
from lexiconsole.errors import ContextMisuseError, DefinitionError, StepError
from lexiconsole.pipeline import (
    ConditionalStep,
    FunctionStep,
    ParallelStep,
    Pipeline,
    PipelineContext,
    PipelineStep,
)
from lexiconsole.result import Err, Ok, Result
from tests.support import outlasting


class Log(list[str]):
    """Remembers which steps ran."""

    def step(self, name: str, *, fails: int = 0, gives: Any = None, **terms: Any) -> FunctionStep:
        async def run(ctx: PipelineContext) -> Any:
            self.append(name)
            if self.count(name) <= fails:
                raise ValueError(f"{name} is broken")
            return name.upper() if gives is None else gives

        terms.setdefault("retry_delay", 0.0)
        return FunctionStep(name, run, **terms)


async def test_steps_run_in_the_order_in_which_they_were_added() -> None:
    log = Log()
    pipeline = Pipeline("letters", [log.step(n) for n in "abc"])
    context = (await pipeline.execute()).unwrap()
    assert log == ["a", "b", "c"]
    assert dict(context.results) == {"a": "A", "b": "B", "c": "C"} and context.value == "C" and str(context) == "C"
    assert isinstance(pipeline, PipelineProtocol) and isinstance(context, PipelineContextProtocol)
    assert isinstance(pipeline.steps[0], PipelineStepProtocol)


@pytest.mark.parametrize("given", [None, {}, {"order": 7}, PipelineContext({"order": 7})])
async def test_execute_takes_nothing_a_mapping_or_a_context(given: Any) -> None:
    seen: list[Any] = []
    pipeline = Pipeline(steps=[FunctionStep("look", lambda ctx: seen.append(ctx.metadata.get("order", 0)))])
    assert (await pipeline.execute(given)).is_ok()
    assert seen == [7 if given else 0]


async def test_the_context_reads_like_a_dict_results_first_then_metadata() -> None:
    seen: list[Any] = []

    def look(ctx: Mapping[str, Any]) -> None:
        seen.extend([ctx["a"], ctx["b"], ctx.get("c", "none"), "a" in ctx, sorted(ctx), len(ctx)])
        with pytest.raises(KeyError):
            ctx["c"]

    pipeline = Pipeline(steps=[FunctionStep("a", lambda: "result"), FunctionStep("look", look)])
    (await pipeline.execute({"a": "metadata", "b": "metadata"})).unwrap()
    assert seen == ["result", "metadata", "none", True, ["a", "b"], 2]


async def test_metadata_may_come_from_a_model_and_steps_share_it() -> None:
    class Order(BaseModel):
        amount: int

    def note(ctx: PipelineContext) -> None:
        ctx.metadata["noted"] = ctx["amount"] + 1

    pipeline = Pipeline(steps=[note, FunctionStep("read", lambda ctx: ctx["noted"])], metadata=Order(amount=1))
    assert (await pipeline.execute()).unwrap().value == 2
    assert (await pipeline.execute({"amount": 5})).unwrap().value == 6


@pytest.mark.parametrize("wrong", ["raises", "err"])
async def test_the_first_failure_ends_it_and_names_the_step(wrong: str) -> None:
    log = Log()

    def bad() -> Result[str, str]:
        if wrong == "raises":
            raise ValueError("no order")
        return Err("no order")

    pipeline = Pipeline("orders", [log.step("a"), FunctionStep("bad", bad), log.step("b"), log.step("c")])
    error = (await pipeline.execute()).unwrap_err()
    assert log == ["a"] and error.step == "bad" and error.not_run == ("b", "c") and error.context["a"] == "A"
    assert (
        str(error).startswith("orders failed at bad: ") and "no order" in str(error) and "not run: b, c" in str(error)
    )


async def test_without_fail_fast_only_dependents_of_a_failed_step_are_left_out() -> None:
    log = Log()
    pipeline = Pipeline(
        steps=[
            log.step("a", fails=9),
            log.step("b", dependencies=["a"]),
            log.step("c"),
            log.step("d", dependencies=["b"]),
            log.step("e", dependencies=["c"]),
            log.step("f", fails=9),
        ],
        fail_fast=False,
    )
    error = (await pipeline.execute()).unwrap_err()
    assert log == ["a", "c", "e", "f"]
    assert list(error.failures) == ["a", "f"] and error.not_run == ("b", "d") and error.step == "a"


async def test_a_step_is_tried_as_often_as_it_says() -> None:
    log = Log()
    assert (await Pipeline(steps=[log.step("a", fails=2, max_retries=3)]).execute()).is_ok()
    assert log == ["a"] * 3
    assert (await Pipeline(steps=[log.step("b", fails=3, max_retries=3)]).execute()).unwrap_err().cause.attempts == 3


async def hangs() -> None:
    await asyncio.Event().wait()


async def test_a_step_has_its_time() -> None:
    error = (await Pipeline(steps=[FunctionStep("slow", hangs, timeout=0.01)]).execute()).unwrap_err()
    assert error.cause.type == "TimeoutError" and error.cause.unknown


async def test_a_coroutine_that_comes_when_the_time_of_its_step_is_over_is_closed() -> None:
    """Else Python warns of one that was never awaited, at any later moment."""
    gate, made = threading.Event(), []

    def late() -> Any:
        gate.wait(60)
        made.append(hangs())
        return made[0]

    assert (await Pipeline(steps=[FunctionStep("slow", late, timeout=0.01)]).execute()).is_err()
    gate.set()
    async with asyncio.timeout(60):
        while not made or inspect.getcoroutinestate(made[0]) != inspect.CORO_CLOSED:
            await asyncio.sleep(0.001)


async def test_the_whole_has_its_time_and_says_where_it_was() -> None:
    log = Log()
    pipeline = Pipeline("slow", [log.step("a"), FunctionStep("b", lambda: outlasting(60)), log.step("c")], timeout=60)
    error = (await pipeline.execute()).unwrap_err()
    assert error.step == "b" and "60 s were over" in str(error) and error.not_run == ("c",)


def test_the_default_time_is_that_of_the_reference() -> None:
    assert Pipeline().timeout == 300.0 and Pipeline(timeout=None).timeout is None


def test_an_application_sets_the_default_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pipeline, "DEFAULT_TIMEOUT", 600.0)
    assert Pipeline().timeout == 600.0 and Pipeline(timeout=5).timeout == 5


class Hooked(PipelineStep):
    """Writes down which of its hooks were called."""

    def __init__(self, log: list[str], *, skip: Any = False, fails: bool = False, recovers: Any = None, **terms: Any):
        super().__init__("hooked", **terms)
        self.log, self.skip, self.fails, self.recovers = log, skip, fails, recovers

    async def should_skip(self, ctx: PipelineContext) -> bool:
        self.log.append("should_skip")
        return self.skip  # type: ignore[no-any-return]

    async def execute(self, ctx: PipelineContext) -> str:
        self.log.append("execute")
        if self.fails:
            raise ValueError("broken")
        return "done"

    def on_error(self, ctx: PipelineContext, error: StepError) -> Any:
        self.log.append(f"on_error {error.message}")
        return self.recovers

    def cleanup(self, ctx: PipelineContext) -> None:
        self.log.append("cleanup")


@pytest.mark.parametrize(
    ("terms", "called", "ends"),
    [
        ({}, ["should_skip", "execute", "cleanup"], "done"),
        ({"skip": True}, ["should_skip"], None),
        ({"fails": True}, ["should_skip", "execute", "on_error broken", "cleanup"], StepError),
        (
            {"fails": True, "recovers": Ok("saved")},
            ["should_skip", "execute", "on_error broken", "cleanup"],
            "saved",
        ),
        ({"fails": True, "recovers": "saved"}, ["should_skip", "execute", "on_error broken", "cleanup"], "saved"),
        ({"fails": True, "recovers": Ok(None)}, ["should_skip", "execute", "on_error broken", "cleanup"], None),
        ({"fails": True, "recovers": Err("x")}, ["should_skip", "execute", "on_error broken", "cleanup"], StepError),
        (
            {"fails": True, "max_retries": 2, "retry_delay": 0.0},
            ["should_skip", "execute", "execute", "on_error broken", "cleanup"],
            StepError,
        ),
    ],
)
async def test_hooks_are_called_in_their_order(terms: dict[str, Any], called: list[str], ends: Any) -> None:
    log: list[str] = []
    for step in (Hooked(log, **terms), ParallelStep("group", [Hooked(log, **terms), FunctionStep("other", str)])):
        log.clear()
        result = await Pipeline(steps=[step]).execute()
        assert log == called
        if ends is StepError:
            assert result.unwrap_err().cause.message == "broken"
        else:
            assert result.unwrap().results.get("hooked") == ends
            assert ("hooked" in result.unwrap().skipped) is bool(terms.get("skip"))


async def test_cleanup_comes_also_when_the_step_or_the_pipeline_runs_out_of_time() -> None:
    for terms in ({"step": 0.01}, {"whole": 0.02}):
        log: list[str] = []

        class Hanging(Hooked):
            async def execute(self, ctx: PipelineContext) -> str:
                await hangs()
                return ""

        pipeline = Pipeline(steps=[Hanging(log, timeout=terms.get("step"))], timeout=terms.get("whole", 5.0))
        assert (await pipeline.execute()).is_err()
        assert log[-1] == "cleanup" and log.count("cleanup") == 1


async def test_a_cleanup_that_fails_does_not_change_how_it_ends_but_is_told() -> None:
    class Bad(PipelineStep):
        name = "bad"

        def execute(self, ctx: PipelineContext) -> int:
            return 1

        def cleanup(self, ctx: PipelineContext) -> None:
            raise OSError("still in use")

    context = (await Pipeline(steps=[Bad()]).execute()).unwrap()
    assert context.value == 1 and "still in use" in str(context.cleanup_errors["bad"])


async def test_fields_of_a_step_may_be_class_attributes() -> None:
    class Save(PipelineStep):
        name = "save"
        dependencies = ("load",)
        max_retries = 2

        def execute(self, ctx: PipelineContext) -> str:
            return f"saved {ctx['load']}"

    pipeline = Pipeline(steps=[Save(), FunctionStep("load", lambda: "it")])
    assert (await pipeline.execute()).unwrap().value == "saved it" and pipeline.steps[1].policy.attempts == 2


async def yes(ctx: PipelineContext) -> bool:
    return True


@pytest.mark.parametrize(
    "condition",
    [lambda ctx: True, lambda: 1, lambda ctx: Ok(True), yes, lambda ctx: ctx.get("amount") > 10],
)
async def test_a_condition_may_be_sync_async_a_bool_or_a_result(condition: Any) -> None:
    log = Log()
    step = ConditionalStep("route", condition, log.step("review"), log.step("approve"))
    context = (await Pipeline(steps=[step]).execute({"amount": 11})).unwrap()
    assert log == ["review"] and context["route"] == "REVIEW" == context["review"]


async def test_the_other_branch_and_none_at_all() -> None:
    log = Log()
    both = ConditionalStep("route", lambda: False, log.step("review"), log.step("approve"))
    one = ConditionalStep("maybe", lambda: False, log.step("extra"))
    context = (await Pipeline(steps=[both, one]).execute()).unwrap()
    assert log == ["approve"] and context["route"] == "APPROVE" and context["maybe"] is None


@pytest.mark.parametrize("condition", [lambda: 1 / 0, lambda: Err("who knows")])
async def test_a_condition_that_fails_fails_the_step(condition: Any) -> None:
    error = (await Pipeline(steps=[ConditionalStep("route", condition, Log().step("a"))]).execute()).unwrap_err()
    assert error.step == "route" and ("zero" in str(error) or "who knows" in str(error))


async def test_a_group_runs_side_by_side_and_gives_results_by_name_in_order() -> None:
    met = asyncio.Event()

    async def waits() -> str:
        await met.wait()
        return "waited"

    group = ParallelStep("both", [FunctionStep("waits", waits), FunctionStep("meets", met.set)])
    context = (await Pipeline(steps=[group]).execute()).unwrap()
    assert context["both"] == {"waits": "waited", "meets": None} and list(context["both"]) == ["waits", "meets"]
    assert context["waits"] == "waited" and context.value == context["both"]


async def test_fail_fast_lets_go_of_the_others() -> None:
    ended: list[str] = []
    failed = asyncio.Event()

    async def bad() -> Result[None, str]:
        failed.set()
        return Err("no")

    async def slow() -> None:
        try:
            await failed.wait()
            await outlasting(60)
        finally:
            ended.append("slow")

    steps = [FunctionStep("bad", bad), FunctionStep("slow", slow, timeout=60)]
    error = (await Pipeline(steps=[ParallelStep("group", steps), Log().step("after")]).execute()).unwrap_err()
    assert list(error.failures) == ["group"] and error.cause.key == "group/bad" and error.not_run == ("after",)
    assert ended == ["slow"]


async def test_without_fail_fast_all_run_to_their_end_and_all_failures_are_told() -> None:
    log = Log()
    steps = [log.step("a", fails=9), log.step("b"), log.step("c", fails=9)]
    error = (await Pipeline(steps=[ParallelStep("group", steps, fail_fast=False)]).execute()).unwrap_err()
    assert sorted(log) == ["a", "b", "c"] and "2 of 3 failed" in str(error) and error.context["b"] == "B"


async def test_a_group_has_its_time_for_all() -> None:
    done = asyncio.Event()

    async def quick() -> int:
        done.set()
        return 1

    async def slow() -> None:
        await done.wait()
        await outlasting(60)

    steps = [FunctionStep("slow", slow), FunctionStep("quick", quick)]
    error = (await Pipeline(steps=[ParallelStep("group", steps, timeout=60)]).execute()).unwrap_err()
    assert error.cause.type == "TimeoutError" and error.context["quick"] == 1


async def test_a_step_with_a_cleanup_is_waited_for_when_its_neighbour_fails() -> None:
    log: list[str] = []
    go = asyncio.Event()

    class Slow(Hooked):
        async def execute(self, ctx: PipelineContext) -> str:
            await go.wait()
            log.append("executed")
            return "x"

    async def bad() -> None:
        asyncio.get_running_loop().call_later(0.01, go.set)
        raise ValueError("no")

    assert (await Pipeline(steps=[ParallelStep("g", [Slow(log), FunctionStep("bad", bad)])]).execute()).is_err()
    assert log == ["should_skip", "executed", "cleanup"]


async def test_steps_nest() -> None:
    log = Log()
    inner = ConditionalStep("inner", lambda ctx: ctx["first"] == "FIRST", log.step("deep"), log.step("never"))
    group = ParallelStep("group", [inner, log.step("beside"), ParallelStep("two", [log.step("x"), log.step("y")])])
    context = (
        await Pipeline(steps=[log.step("first"), ConditionalStep("outer", lambda: True, group)]).execute()
    ).unwrap()
    assert sorted(log) == ["beside", "deep", "first", "x", "y"]
    assert context["outer"] == {"inner": "DEEP", "beside": "BESIDE", "two": {"x": "X", "y": "Y"}}


async def test_a_composite_step_can_be_executed_by_itself() -> None:
    log = Log()
    context = PipelineContext({"premium": True})
    step = ConditionalStep("route", lambda ctx: ctx["premium"], log.step("a"), log.step("b"))
    assert await step.execute(context) == Ok("A")
    assert await ParallelStep("p", [log.step("x")]).execute(context) == Ok({"x": "X"})


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Pipeline(steps=[Log().step("a"), Log().step("a")]), "two steps named 'a'"),
        (lambda: Pipeline(steps=[Log().step("a", dependencies=["charg"]), Log().step("charge")]).steps, "'charge'"),
        (lambda: Pipeline(steps=[FunctionStep("", print)]), "needs a printable name"),
        (lambda: Pipeline(steps=[FunctionStep("a/b", print)]), "without slashes"),
        (lambda: Pipeline(steps=[FunctionStep("a", print, timeout=0)]), "more than 0"),
        (lambda: Pipeline(steps=[FunctionStep("a", print, max_retries=0)]), "at least 1"),
        (lambda: Pipeline(steps=[ParallelStep("p", [])]), "no steps"),
        (lambda: Pipeline(steps=[ParallelStep("p", [Log().step("a"), Log().step("a")])]), "two steps named"),
        (
            lambda: Pipeline(steps=[ParallelStep("p", [Log().step("a"), Log().step("b", dependencies=["a"])])]),
            "beside 'a'",
        ),
        (lambda: Pipeline(steps=[lambda ctx: 1]), "is no step"),
        (lambda: Pipeline(steps=["a"]), "is no step"),  # type: ignore[list-item]
    ],
)
def test_a_pipeline_that_can_not_work_is_refused_with_the_reason(build: Any, says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        build()


def test_a_cycle_is_printed() -> None:
    log = Log()
    pipeline = Pipeline(
        "knot",
        [
            log.step("start"),
            log.step("a", dependencies=["start", "c"]),
            log.step("b", dependencies=["a"]),
            log.step("c", dependencies=["b"]),
            log.step("d", dependencies=["c"]),
        ],
    )
    with pytest.raises(DefinitionError, match=r"knot: these steps wait for each other: a → c → b → a$"):
        pipeline.steps  # noqa: B018


async def test_dependencies_may_name_a_step_inside_another() -> None:
    log = Log()
    route = ConditionalStep("route", lambda: True, log.step("premium", dependencies=["load"]))
    pipeline = Pipeline(steps=[log.step("bill", dependencies=["premium"]), route, log.step("load")])
    assert [step.name for step in pipeline.steps] == ["load", "route", "bill"]


@given(st.data())
def test_the_order_is_stable_and_puts_dependencies_first(data: st.DataObject) -> None:
    """At every place stands the step that was added first among those whose dependencies are all done."""
    count = data.draw(st.integers(1, 12))
    rank = data.draw(st.permutations(range(count)))
    needs = {
        n: data.draw(st.sets(st.sampled_from([m for m in range(count) if rank[m] < rank[n]] or [n]), max_size=3)) - {n}
        for n in range(count)
    }
    log = Log()
    pipeline = Pipeline(steps=[log.step(str(n), dependencies=[str(m) for m in needs[n]]) for n in range(count)])
    done: set[int] = set()
    for step in pipeline.steps:
        free = [n for n in range(count) if n not in done and needs[n] <= done]
        assert int(step.name) == min(free)
        done.add(int(step.name))


async def test_cancelling_the_task_cleans_up_and_goes_through() -> None:
    log: list[str] = []
    going = asyncio.Event()

    class Hanging(Hooked):
        async def execute(self, ctx: PipelineContext) -> str:
            going.set()
            await hangs()
            return ""

    task = asyncio.create_task(Pipeline(steps=[Hanging(log)]).execute())
    await going.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log == ["should_skip", "cleanup"]


def test_a_function_step_is_still_the_function() -> None:
    assert FunctionStep("double", lambda x: x * 2)(4) == 8


def nested(depth: int) -> Pipeline:
    inner: Any = FunctionStep("innermost", lambda: "done")
    for n in range(depth):
        inner = ParallelStep(f"the-group-around-it-{n}", [ConditionalStep(f"if-{n}", lambda: True, inner)])
    return Pipeline(steps=[inner])


async def test_steps_may_be_nested_deep() -> None:
    assert (await nested(20).execute()).is_ok()


async def test_what_is_nested_too_deep_is_refused_by_name() -> None:
    with pytest.raises(ContextMisuseError, match=r"too deep.* shorter names"):
        await nested(75).execute()
