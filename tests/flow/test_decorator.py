"""`@workflow`: what becomes of a function, a class and a builder; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from lexiconsole import (
    AbstractSaga,
    BulkOperation,
    Context,
    DefinitionError,
    Err,
    FunctionStep,
    InvalidInputError,
    ModelKind,
    Ok,
    Pipeline,
    Result,
    RunCancelled,
    SagaStep,
    execute,
    workflow,
)
from lexiconsole.durable.definition import Definition, definition_of


class Order(BaseModel):
    sku: str
    amount: int = 1


def defined(thing: Any) -> Definition:
    found = definition_of(thing)
    assert found is not None
    return found


@workflow(name="greet", timeout=300.0, retries=1, example={"sku": "x"}, steps=("hello", "bye"))
async def greet(ctx: Context, order: Order) -> Result[str, str]:
    """Says hello.

    And more.
    """
    hello = await ctx.step("hello", lambda: f"hello {order.sku}")
    return Ok(hello.unwrap()) if order.amount else Err("nothing ordered")


@workflow
async def bare(ctx: Context) -> int:
    return 42


@workflow(version=7)
class Booking(AbstractSaga[str]):
    """Books."""

    VERSION = 3

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.add_step(SagaStep("book", lambda: f"booked {order.sku}"))


@workflow()
class Factory(AbstractSaga[str]):
    VERSION = 3

    def __init__(self, sku: str, clients: object) -> None:
        super().__init__()
        self.add_step(SagaStep("book", lambda: f"made {sku}"))

    @classmethod
    def from_input(cls, input: Order) -> Factory:
        return cls(input.sku, object())


@workflow(name="no_input")
class NoInput(AbstractSaga[str]):
    def __init__(self) -> None:
        super().__init__()
        self.add_step(SagaStep("book", lambda: "booked"))


@workflow()
def release(order: Order) -> Pipeline:
    """Builds."""
    return Pipeline("release", [FunctionStep("build", lambda ctx: f"built {ctx['sku']}")], metadata=order)


@workflow()
def imports(order: Order) -> BulkOperation[int, int]:
    return BulkOperation(lambda x: x + 1, items=range(order.amount), keep_results=True)


@pytest.mark.parametrize(
    ("thing", "name", "kind", "version", "input", "about", "given", "value"),
    [
        (greet, "greet", "workflow", 1, Order, "Says hello.", {"sku": "x"}, "hello x"),
        (bare, "bare", "workflow", 1, None, "", None, 42),
        (Booking, "Booking", "saga", 7, Order, "Books.", {"sku": "x"}, "booked x"),
        (Factory, "Factory", "saga", 3, Order, "", {"sku": "x"}, "made x"),
        (NoInput, "no_input", "saga", 1, None, "", {}, "booked"),
        (release, "release", "pipeline", 1, Order, "Builds.", {"sku": "x"}, "built x"),
    ],
)
async def test_each_form_gives_a_definition_that_runs(
    thing: Any, name: str, kind: str, version: int, input: Any, about: str, given: Any, value: Any
) -> None:
    definition = defined(thing)
    assert (definition.name, definition.kind, definition.version) == (name, ModelKind(kind), version)
    assert (definition.input, definition.about) == (input, about)
    assert definition.source.file == __file__ and definition.source.line > 0
    assert await execute(thing, given) == Ok(value) == await execute(definition, given)


async def test_a_bulk_builder_runs_too() -> None:
    result = (await execute(imports, {"sku": "x", "amount": 3})).unwrap()
    assert defined(imports).kind is ModelKind.BULK and list(result.results) == [1, 2, 3]


async def test_what_is_decorated_stays_what_it_was() -> None:
    assert Booking(Order(sku="y")).step_names == ["book"] and release(Order(sku="y")).name == "release"
    assert greet.__name__ == "greet" and defined(greet).timeout == 300.0 and defined(greet).retries == 1
    assert [node.key for node in defined(greet).outline().nodes] == ["hello", "bye"]


async def test_input_is_checked_before_anything_runs() -> None:
    with pytest.raises(InvalidInputError, match="sku"):
        await execute(greet, {"amount": 1})
    with pytest.raises(InvalidInputError, match="takes no input"):
        await execute(bare, {"a": 1})


async def test_an_err_is_the_result_and_a_retry_begins_anew() -> None:
    tries: list[int] = []

    @workflow(retries=2)
    async def flaky(ctx: Context) -> Result[str, str]:
        tries.append(1)
        return Ok("at last") if len(tries) == 3 else Err("not yet")

    assert await execute(greet, {"sku": "x", "amount": 0}) == Err("nothing ordered")
    assert await execute(flaky) == Ok("at last") and len(tries) == 3


async def test_a_retry_keeps_what_succeeded() -> None:
    calls: list[str] = []

    def call(name: str, fails: int = 0) -> Any:
        def run() -> object:
            calls.append(name)
            if calls.count(name) <= fails:
                raise ValueError("not yet")
            return calls  # an object no JSON would bring back

        return run

    @workflow(retries=1)
    async def flow(ctx: Context) -> Result[Any, Any]:
        one = await ctx.step("a", call("a"))
        assert one.unwrap() is calls
        return await ctx.step("b", call("b", fails=1))

    @workflow(retries=1)
    class Saga(AbstractSaga[Any]):
        def __init__(self) -> None:
            super().__init__()
            self.add_step(SagaStep("a", call("a"), call("undo a")))
            self.add_step(SagaStep("b", call("b", fails=1)))

    assert (await execute(flow)).is_ok() and calls == ["a", "b", "b"]
    calls.clear()
    assert (await execute(Saga)).is_ok() and calls == ["a", "b", "undo a", "a", "b"]


async def test_the_timeout_holds_in_memory() -> None:
    @workflow(timeout=0.01)
    async def slow(ctx: Context) -> None:
        import asyncio

        await ctx.step("wait", asyncio.Event().wait)

    ended = await execute(slow)
    assert isinstance(ended.unwrap_err(), RunCancelled) and "timeout" in str(ended)


def test_what_can_not_be_a_workflow_is_refused_with_the_reason() -> None:
    with pytest.raises(DefinitionError, match="does not say which model it builds"):

        @workflow()
        def unclear(order: Order): ...  # type: ignore[no-untyped-def]

    with pytest.raises(DefinitionError, match="is no model"):

        @workflow()
        class NotAModel: ...

    for terms in ({"name": "a/b"}, {"name": " "}, {"retries": -1}, {"timeout": 0}):
        with pytest.raises(DefinitionError):
            workflow(**terms)(greet)  # type: ignore[call-overload]


def test_a_builder_that_builds_something_else_says_so() -> None:
    @workflow()
    def wrong() -> Pipeline:
        return "a pipeline"  # type: ignore[return-value]

    with pytest.raises(DefinitionError, match="building it gave 'a pipeline'"):
        defined(wrong).build(None)
