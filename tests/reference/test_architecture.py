"""`3-architecture.txt`: its code blocks, tables and diagrams on pipelines, sagas and bulk operations."""

# The blocks stand here as they stand in the document.
# fmt: off
from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from lexiconsole import (
    AbstractSaga,
    BulkOperation,
    BulkOperationCancelledError,
    BulkOperationConfig,
    ConditionalStep,
    Err,
    FunctionStep,
    Ok,
    ParallelStep,
    Pipeline,
    PipelineContext,
    PipelineStep,
    SagaStep,
    TransformPipe,
    contracts,
)


@pytest.mark.parametrize("premium", [True, False])
async def test_the_onboarding_pipeline(premium: bool) -> None:
    async def validate_input(ctx: PipelineContext) -> str:
        return ctx.metadata["email"]

    def is_premium(ctx: PipelineContext) -> bool:
        return bool(ctx.get("premium"))

    async def handle_premium(ctx: PipelineContext) -> str:
        return "gold"

    async def handle_standard(ctx: PipelineContext) -> str:
        return "plain"

    async def send_email(ctx: PipelineContext) -> str:
        return f"mail to {ctx['validate']}"

    async def send_sms(ctx: PipelineContext) -> str:
        return "sms"

    context = PipelineContext({"email": "a@b.com", "premium": premium})
    pipeline = Pipeline("onboarding", steps=[
        FunctionStep("validate", validate_input),
        ConditionalStep("route", is_premium,
            FunctionStep("premium", handle_premium),
            FunctionStep("standard", handle_standard),
        ),
        ParallelStep("notify", [
            FunctionStep("email", send_email),
            FunctionStep("sms", send_sms),
        ]),
    ])
    result = await pipeline.execute(context)
    assert result.unwrap() is context
    assert context["route"] == ("gold" if premium else "plain")
    assert context["notify"] == {"email": "mail to a@b.com", "sms": "sms"}


@dataclass(frozen=True)
class Request:
    user: str
    is_authenticated: bool = True
    notes: tuple[str, ...] = field(default=())


async def test_the_transform_pipe() -> None:
    logged: list[Request] = []

    class logger:
        info = staticmethod(logged.append)

    def validate(r: Request) -> Request:
        if not r.user:
            raise ValueError("no user")
        return r

    async def enrich(r: Request) -> Request:
        return replace(r, notes=(*r.notes, "enriched"))

    def error_handler(error: Exception) -> Request:
        return Request("nobody", notes=(str(error),))

    async def through(request: Request) -> Any:
        result = await (TransformPipe[Request]()
            .pipe(validate).pipe_if(lambda r: r.is_authenticated, enrich)
            .tap(logger.info).catch(error_handler).execute(request))
        return result  # noqa: RET504 - as the document writes it

    assert await through(Request("ada")) == Ok(Request("ada", notes=("enriched",)))
    assert await through(Request("bob", is_authenticated=False)) == Ok(Request("bob", is_authenticated=False))
    assert await through(Request("")) == Ok(Request("nobody", notes=("no user",)))
    assert [r.user for r in logged] == ["ada", "bob"]


async def test_the_five_numbered_sentences_on_pipelines() -> None:
    log: list[str] = []

    class Step(PipelineStep):
        def __init__(self, name: str, *, skip: bool = False, fail: bool = False, recover: bool = False, **terms: Any):
            super().__init__(name, **terms)
            self.skip, self.fail, self.recover = skip, fail, recover

        def should_skip(self, ctx: PipelineContext) -> bool:
            return self.skip

        async def execute(self, ctx: PipelineContext) -> Any:
            log.append(self.name)
            return Err("failed") if self.fail else f"{self.name} done"

        def on_error(self, ctx: PipelineContext, error: Any) -> Any:
            return Ok("recovered") if self.recover else None

        def cleanup(self, ctx: PipelineContext) -> None:
            log.append(f"cleanup {self.name}")

    context = (await Pipeline(steps=[
        Step("c", dependencies=["b"]), Step("a"), Step("b", fail=True, recover=True), Step("skipped", skip=True),
    ]).execute()).unwrap()
    assert log == ["a", "cleanup a", "b", "cleanup b", "c", "cleanup c"], "1 topological order, 2 should_skip, 5 cleanup"
    assert context["b"] == "recovered", "3 on_error() may recover"
    assert dict(context.results) == {"a": "a done", "b": "recovered", "c": "c done"}, "4 results in the context"
    log.clear()
    error = (await Pipeline(steps=[Step("x", fail=True), Step("y")]).execute()).unwrap_err()
    assert log == ["x", "cleanup x"] and error.not_run == ("y",), "3 fail_fast aborts on first failure"


async def test_the_compensation_diagram() -> None:
    """S1 → S2 → S3, S3 fails: C2 → C1 (of the steps that completed)."""
    calls: list[str] = []

    def note(name: str, result: Any = None) -> Any:
        async def call() -> Any:
            calls.append(name)
            return result

        return call

    class Diagram(AbstractSaga):
        def __init__(self, fail_after: bool) -> None:
            super().__init__()
            for n in (1, 2, 3):
                self.add_step(SagaStep(f"S{n}", note(f"S{n}"), note(f"C{n}")))
            if fail_after:
                self.add_step(SagaStep("S4", note("S4", Err("fail"))))

    await Diagram(fail_after=True).execute()
    assert calls == ["S1", "S2", "S3", "S4", "C3", "C2", "C1"]


def test_the_table_of_saga_step_properties() -> None:
    step = SagaStep("s", lambda: None)
    assert (step.compensation, step.max_retries, step.retry_delay, step.idempotent) == (None, 1, 1.0, True)


async def test_the_bulk_operation_streams() -> None:
    async def process_batch(item: int) -> str:
        return f"#{item}"

    items = list(range(250))
    operation = BulkOperation[int, str](
        config=BulkOperationConfig(batch_size=100, max_concurrency=5),
        processor=process_batch,
    )
    got: list[Any] = []
    async for r in operation.execute(items, operation_id="op-1"):
        got.append(r)  # noqa: PERF401
    assert sorted(r.number for r in got) == [0, 1, 2]
    assert [x for r in sorted(got, key=lambda r: r.number) for x in r.results] == [f"#{n}" for n in items]


async def test_the_table_of_bulk_features() -> None:
    """Concurrency, retry, cancellation; the others have tests of their own in tests/bulk."""
    running, most, tries = 0, 0, 0
    operation: BulkOperation[int, int]

    async def process(x: int) -> int:
        nonlocal running, most, tries
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        if x == 3:
            tries += 1
            raise ValueError("no")
        if x == 20:
            operation.cancel()
        return x

    operation = BulkOperation(process, BulkOperationConfig(batch_size=1, max_concurrency=2, retry_attempts=3, retry_delay=0))
    error = (await operation.execute(range(1000))).unwrap_err()
    assert isinstance(error, BulkOperationCancelledError) and most == 2 and tries == 3
    assert operation.metrics.items == error.result.total < 30


class Kept:
    """Some cache, as a user would bring it."""

    async def get(self, key: str) -> Any: ...

    async def set(self, key: str, value: Any, ttl: int | None = None) -> None: ...

    async def delete(self, key: str) -> None: ...


def test_the_table_of_protocols() -> None:
    """Every class named there is an instance of its protocol, as far as these models go."""
    from lexiconsole.contracts.infra.cache import CacheBackendProtocol

    function = FunctionStep("f", str)
    for thing, protocol in (
        (Pipeline(), contracts.PipelineProtocol),
        (function, contracts.PipelineStepProtocol),
        (ConditionalStep("c", bool, function), contracts.PipelineStepProtocol),
        (ParallelStep("p", [function]), contracts.PipelineStepProtocol),
        (PipelineContext(), contracts.PipelineContextProtocol),
        (AbstractSaga(), contracts.SagaProtocol),
        (BulkOperation(), contracts.BulkProcessorProtocol),
        (Kept(), CacheBackendProtocol),
    ):
        assert isinstance(thing, protocol), (thing, protocol)
