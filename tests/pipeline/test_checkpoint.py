"""Checkpoints in a cache: going on with a pipeline in memory after its process is gone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.errors import ValueNotStorableError
from lexiconsole.pipeline import ConditionalStep, FunctionStep, ParallelStep, Pipeline, PipelineContext


class Killed(BaseException):
    """The process ends here."""


class Cache(dict[str, Any]):
    """Ends the process after so many writes."""

    dies_after = -1

    async def get(self, key: str, default: Any = None) -> Any:  # type: ignore[override]
        return dict.get(self, key, default)

    async def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        import json

        self[key] = json.loads(json.dumps(value))  # a cache keeps a copy
        self.dies_after -= 1
        if self.dies_after == 0:
            raise Killed

    async def delete(self, key: str) -> None:
        self.pop(key, None)


class Log(list[str]):
    def step(self, name: str, **terms: Any) -> FunctionStep:
        def run() -> str:
            self.append(name)
            return name.upper()

        return FunctionStep(name, run, **terms)


def build(log: Log, cache: Cache, *, broken: set[str] = frozenset()) -> Pipeline:  # type: ignore[assignment]
    def flaky(ctx: PipelineContext) -> str:
        log.append("flaky")
        if "flaky" in broken:
            raise ValueError("broken")
        return f"after {ctx['x']}"

    def route() -> bool:
        log.append("route?")
        return True

    return Pipeline(
        "kept",
        [
            log.step("a"),
            ConditionalStep("route", route, log.step("yes"), log.step("no")),
            ParallelStep("both", [log.step("x"), ConditionalStep("inner", lambda: True, log.step("y"))]),
            FunctionStep("flaky", flaky),
        ],
        checkpoint=cache,
    )


async def test_what_was_done_is_not_done_again_after_a_failure() -> None:
    log, cache = Log(), Cache()
    assert isinstance(cache, CacheBackendProtocol)
    assert (await build(log, cache, broken={"flaky"}).execute({"order": 1})).is_err()
    assert len(cache) == 1
    before = list(log)
    context = (await build(log, cache).execute({"order": 1})).unwrap()
    assert log == [*before, "flaky"]
    assert context.value == "after X" and context["route"] == "YES" and context["both"] == {"x": "X", "inner": "Y"}
    assert cache == {}, "a pipeline that is through leaves nothing behind"


@pytest.mark.parametrize("dies_after", range(1, 8))
async def test_killed_after_any_write_it_goes_on(dies_after: int) -> None:
    log, cache = Log(), Cache()
    cache.dies_after = dies_after
    try:
        await build(log, cache).execute(checkpoint_id="one")
    except Killed:
        context = (await build(log, cache).execute(checkpoint_id="one")).unwrap()
        assert context.value == "after X"
    assert sorted(log) == sorted(set(log)), "each step ran once"
    assert cache == {}


async def test_another_input_or_id_is_another_execution() -> None:
    log, cache = Log(), Cache()
    await build(log, cache, broken={"flaky"}).execute({"order": 1})
    await build(log, cache, broken={"flaky"}).execute({"order": 2})
    await build(log, cache, broken={"flaky"}).execute({"order": 1}, checkpoint_id="x")
    assert log.count("a") == 3 and len(cache) == 3


async def test_metadata_that_steps_wrote_comes_back() -> None:
    cache = Cache()

    def write(ctx: PipelineContext) -> None:
        ctx.metadata["seen"] = ["a"]

    def read(ctx: PipelineContext) -> Any:
        if len(fails) < 1:
            fails.append(1)
            raise ValueError("not yet")
        return ctx.metadata["seen"]

    fails: list[int] = []
    pipeline = Pipeline("meta", [FunctionStep("write", write), FunctionStep("read", read)], checkpoint=cache)
    assert (await pipeline.execute(checkpoint_id="m")).is_err()
    assert (await pipeline.execute(checkpoint_id="m")).unwrap().value == ["a"]


async def test_a_kept_result_comes_back_as_the_type_that_the_step_names() -> None:
    cache, fails = Cache(), []

    def day() -> date:
        return date(2026, 5, 1)

    def check(ctx: PipelineContext) -> str:
        if not fails:
            fails.append(1)
            raise ValueError("once")
        return type(ctx["day"]).__name__

    pipeline = Pipeline("typed", [FunctionStep("day", day), FunctionStep("check", check)], checkpoint=cache)
    assert (await pipeline.execute()).is_err()
    assert (await pipeline.execute()).unwrap().value == "date"


async def test_what_can_not_be_kept_fails_the_step_with_the_reason() -> None:
    pipeline = Pipeline("odd", [FunctionStep("odd", object)], checkpoint=Cache())
    error = (await pipeline.execute()).unwrap_err()
    assert error.cause.type == ValueNotStorableError.__name__ and "object" in str(error)
