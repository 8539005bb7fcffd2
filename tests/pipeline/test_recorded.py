"""A pipeline as a recorded run: crashes, decisions, hooks, cancels; and the addresses its outline promises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import RequestKind
from lexiconsole.errors import StepError
from lexiconsole.pipeline import ConditionalStep, FunctionStep, ParallelStep, Pipeline, PipelineContext, PipelineStep
from lexiconsole.result import Err, Ok
from lexiconsole.types import ModelKind, RunStatus
from tests.support import house, outlasting


def defined(build: Callable[[], Pipeline], **more: Any) -> Definition:
    return Definition("pipe", ModelKind.PIPELINE, lambda _: build(), input=Any, **more)


class Log(list[str]):
    def step(self, name: str, *, hangs: int = 0, fails: int = 0, **terms: Any) -> FunctionStep:
        """A step that hangs the first `hangs` times, as if the process ended in it."""

        async def run() -> str:
            self.append(name)
            if self.count(name) <= hangs:
                await asyncio.Event().wait()
            if self.count(name) <= fails:
                raise ValueError(f"{name} is broken")
            return name.upper()

        return FunctionStep(name, run, **terms)

    async def reaches(self, name: str, times: int = 1) -> None:
        while self.count(name) < times:
            await asyncio.sleep(0)


async def test_results_survive_a_crash_and_are_not_made_again() -> None:
    log, seen = Log(), []

    def look(ctx: PipelineContext) -> str:
        seen.append(dict(ctx.results))
        return "looked"

    async with house() as h:
        row = await h.start(
            defined(lambda: Pipeline(steps=[log.step("a"), log.step("b", hangs=1), FunctionStep("look", look)]))
        )
        await log.reaches("b")
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.COMPLETED and log == ["a", "b", "b"] and seen == [{"a": "A", "b": "B"}]
        assert (await h.entries(row))[-1].data == {"result": "looked"}


async def test_the_runs_input_is_the_metadata_and_can_not_be_written_to() -> None:
    class Order(BaseModel):
        amount: int

    def writes(ctx: PipelineContext) -> None:
        ctx.metadata["x"] = 1

    definition = Definition(
        "pipe",
        ModelKind.PIPELINE,
        lambda _: Pipeline(steps=[FunctionStep("read", lambda ctx: ctx["amount"] + 1), FunctionStep("writes", writes)]),
        input=Order,
    )
    async with house() as h:
        row = await h.run(definition, {"amount": 1})
        assert row.status is RunStatus.FAILED and row.where == "writes"
        error = (await h.entries(row))[-1].data["error"]
        assert "metadata is read-only in a recorded run" in error["message"]


async def test_a_condition_is_asked_once() -> None:
    log, asked = Log(), []

    def condition(ctx: PipelineContext) -> bool:
        asked.append(1)
        return len(asked) == 1

    def build() -> Pipeline:
        return Pipeline(steps=[ConditionalStep("route", condition, log.step("yes", hangs=1), log.step("no"))])

    async with house() as h:
        row = await h.start(defined(build))
        await log.reaches("yes")
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.COMPLETED and asked == [1] and log == ["yes", "yes"]
        assert await h.story(row) == ["decided route", "step.done route/yes", "run.completed"]


class Hooked(PipelineStep):
    name = "hooked"

    def __init__(self, log: Log, *, fails: bool = False) -> None:
        super().__init__()
        self.log, self.fails = log, fails

    def should_skip(self, ctx: PipelineContext) -> bool:
        self.log.append("skip?")
        return False

    async def execute(self, ctx: PipelineContext) -> str:
        self.log.append("execute")
        if self.fails:
            raise ValueError("no")
        return "done"

    def on_error(self, ctx: PipelineContext, error: StepError) -> Ok[str]:
        self.log.append("on_error")
        return Ok("recovered")

    def cleanup(self, ctx: PipelineContext) -> None:
        self.log.append("cleanup")


async def test_each_hook_is_recorded_as_work_of_its_own_and_not_repeated() -> None:
    log = Log()
    async with house() as h:
        row = await h.start(defined(lambda: Pipeline(steps=[Hooked(log, fails=True), log.step("z", hangs=1)])))
        await log.reaches("z")
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.COMPLETED
        assert log == ["skip?", "execute", "on_error", "cleanup", "z", "z"]
        story = [
            line for line in await h.story(row) if not line.startswith("step.started")
        ]  # told of what takes a while
        assert story == [
            "decided hooked/skip",
            "step.failed hooked",
            "step.done hooked/on_error",
            "step.done hooked/cleanup",
            "step.done z",
            "run.completed",
        ]


async def test_a_group_goes_on_with_what_was_not_finished() -> None:
    log = Log()

    def build() -> Pipeline:
        return Pipeline(steps=[ParallelStep("group", [log.step("a"), log.step("b", hangs=1), Hooked(log)])])

    async with house() as h:
        row = await h.start(defined(build))
        await log.reaches("cleanup")
        for _ in range(20):
            await asyncio.sleep(0)
        await h.crash()
        row = await h.again(row)
        assert row.status is RunStatus.COMPLETED
        assert sorted(log) == ["a", "b", "b", "cleanup", "execute", "skip?"]


async def test_a_cancelled_step_is_waited_for_and_cleaned_up() -> None:
    log, go = Log(), asyncio.Event()

    class Slow(Hooked):
        async def execute(self, ctx: PipelineContext) -> str:
            self.log.append("begun")
            await go.wait()
            self.log.append("ended")
            return ""

    for build in (
        lambda: Pipeline(steps=[Slow(log), log.step("after")]),
        lambda: Pipeline(steps=[ParallelStep("g", [Slow(log), log.step("beside")]), log.step("after")]),
    ):
        log.clear()
        go.clear()
        async with house() as h:
            row = await h.start(defined(build))
            await log.reaches("begun")
            await h.ask(row, RequestKind.CANCEL, reason="enough")
            go.set()
            row = await h.settle(row)
            assert row.status is RunStatus.CANCELLED
            assert [entry for entry in log if entry != "beside"] == ["skip?", "begun", "ended", "cleanup"]


async def test_fail_fast_drops_what_runs_beside_the_failure() -> None:
    async def fails() -> None:
        raise ValueError("no")

    log = Log()
    steps = [FunctionStep("bad", fails), log.step("slow", hangs=9, timeout=0.1)]
    async with house() as h:
        row = await h.run(defined(lambda: Pipeline(steps=[ParallelStep("g", steps, timeout=60)])))
        assert row.status is RunStatus.FAILED
        story = await h.story(row)
        assert "dropped g/slow" in story and "dropped g/timeout" in story


async def test_a_group_runs_out_of_time_by_a_durable_timer() -> None:
    log = Log()

    def build() -> Pipeline:
        return Pipeline(steps=[ParallelStep("g", [log.step("a"), Forever()], timeout=30)])

    class Forever(PipelineStep):
        name = "forever"
        max_retries = 1000

        async def execute(self, ctx: PipelineContext) -> None:
            raise ValueError("again")

    async with house() as h:
        row = await h.run(defined(build))
        assert row.status is RunStatus.FAILED
        assert "woke g/timeout" in await h.story(row)
        assert "forever did not end within 30 s" in (await h.entries(row))[-1].data["error"]["message"]


async def test_the_whole_has_its_time_while_it_is_driven() -> None:
    log = Log()

    async def hangs() -> None:
        log.append("a")
        await outlasting(60)

    async with house() as h:
        row = await h.run(defined(lambda: Pipeline(steps=[FunctionStep("a", hangs), log.step("b")], timeout=60)))
        assert row.status is RunStatus.FAILED and row.where == "a" and log == ["a"]


async def test_a_crash_gives_a_pipeline_no_new_time() -> None:
    log = Log()
    async with house() as h:

        async def takes_40() -> None:
            log.append("long")
            await h.clock.sleep(40)

        def build() -> Pipeline:
            one, two = FunctionStep("one", takes_40), FunctionStep("two", takes_40)
            return Pipeline(steps=[one, log.step("x", hangs=1), two, log.step("y")], timeout=60)

        row = await h.start(defined(build))
        await h.clock.until(log.reaches("x"))
        await h.crash()
        await h.clock.advance(1_000)
        row = await h.again(row)
        assert row.status is RunStatus.FAILED and log == ["long", "x", "x", "long"]
        assert (
            "failed at y: TimeoutError: the pipeline's 60 s were over"
            in (await h.entries(row))[-1].data["error"]["message"]
        )

        await h.ask(row, RequestKind.RETRY)
        assert (await h.settle(row)).status is RunStatus.COMPLETED, "an operator's retry gives it all its time again"
        assert log == ["long", "x", "x", "long", "y"]


async def test_time_in_which_nobody_drove_it_is_not_counted() -> None:
    log = Log()
    async with house() as h:
        row = await h.start(defined(lambda: Pipeline(steps=[log.step("a", hangs=1), log.step("b")], timeout=60)))
        await log.reaches("a")
        await h.crash()
        await h.clock.advance(1_000_000)
        assert (await h.again(row)).status is RunStatus.COMPLETED


def everything(log: Log) -> Pipeline:
    """One of each, nested."""
    route = ConditionalStep("route", lambda: True, log.step("yes"), log.step("no"))
    inner = ConditionalStep("inner", lambda: False, log.step("t"), log.step("f"))
    deep = ParallelStep("deep", [log.step("x"), log.step("y")])
    return Pipeline(
        steps=[log.step("a"), route, ParallelStep("g", [log.step("p"), inner, Hooked(log), deep]), Hooked2(log)]
    )


class Hooked2(Hooked):
    name = "hooked2"


async def test_every_key_of_a_run_is_a_box_of_the_outline_or_belongs_to_one() -> None:
    log = Log()
    async with house() as h:
        row = await h.run(defined(lambda: everything(log)))
        assert row.status is RunStatus.COMPLETED
        boxes = {node.key for node in everything(log).outline().nodes}
        hooks = ("skip", "on_error", "cleanup")
        keys = {entry.key for entry in await h.entries(row) if entry.key}
        own = {key for key in keys if key.rsplit("/", 1)[-1] not in hooks}
        assert own <= boxes
        assert boxes - own == {"g", "g/deep/do", "route/no", "g/inner/t"}, "groups, and the ways not taken"


def test_the_outline_shows_ways_and_joins() -> None:
    outline = everything(Log()).outline()
    ways = {(edge.source, edge.target, edge.kind.value) for edge in outline.edges}
    assert ways == {
        ("a", "route", "next"),
        ("route", "route/yes", "true"),
        ("route", "route/no", "false"),
        ("route/yes", "g", "next"),
        ("route/no", "g", "next"),
        ("g/inner/do", "g/inner/t", "true"),
        ("g/inner/do", "g/inner/f", "false"),
        ("g", "hooked2", "next"),
    }
    assert {node.key: node.parent for node in outline.nodes if node.parent}["g/deep/x"] == "g/deep/do"


async def test_forked_at_any_entry_it_comes_to_the_same() -> None:
    log = Log()
    async with house() as h:
        row = await h.run(defined(lambda: everything(log)))
        entries: list[Entry] = await h.entries(row)
        for entry in entries[1:-1]:
            forked = await h.settle(await h.runtime.fork(row, entry.seq))
            assert forked.status is RunStatus.COMPLETED
            assert (await h.entries(forked))[-1].data == entries[-1].data


async def test_an_err_in_a_condition_is_remembered_as_one() -> None:
    log = Log()
    async with house() as h:
        row = await h.run(
            defined(lambda: Pipeline(steps=[ConditionalStep("r", lambda: Err("who knows"), log.step("a"))]))
        )
        assert row.status is RunStatus.FAILED and row.where == "r"
