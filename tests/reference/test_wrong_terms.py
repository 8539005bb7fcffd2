"""What can not work is refused where it is written down, with the name of what is wrong, in every model."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from lexiconsole import (
    AbstractSaga,
    BulkOperation,
    ConditionalStep,
    FunctionStep,
    Pipeline,
    SagaStep,
    TransformPipe,
    WorkflowBuilder,
    saga_step,
    step,
    workflow,
)
from lexiconsole.errors import DefinitionError


def fine() -> int:
    return 1


def two(a: Any, b: Any) -> None: ...


def three(a: Any, b: Any, c: Any) -> None: ...


async def body(ctx: Any) -> None: ...


async def alone() -> None: ...


def saga(*terms: Any) -> None:
    AbstractSaga[Any]().add_step(SagaStep("charge", *terms))


def pipeline(*steps: Any) -> Pipeline:
    return Pipeline("orders", steps)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: pipeline(FunctionStep("a", 3)), "a: the function must be something to call, not 3"),  # type: ignore[arg-type]
        (
            lambda: pipeline(FunctionStep("a", two)),
            "a: the function needs 2 arguments, but is given one argument at most",
        ),
        (lambda: pipeline(FunctionStep("a\nb", fine)), "printable name without slashes"),
        (lambda: pipeline(FunctionStep(None, fine)), "printable name without slashes, not None"),  # type: ignore[arg-type]
        (lambda: pipeline(FunctionStep("a", fine, timeout="x")), "a: timeout must be more than 0 seconds, not 'x'"),  # type: ignore[arg-type]
        (lambda: pipeline(FunctionStep("a", fine, ["a"])), "a waits for itself: a → a"),
        (lambda: pipeline(ConditionalStep("c", True, fine)), "c: the condition must be something to call, not True"),  # type: ignore[arg-type]
        (lambda: Pipeline("orders", timeout=-3), "orders: timeout must be more than 0 seconds, not -3"),
        (lambda: saga(3), "charge: the action must be something to call, not 3"),
        (lambda: saga(fine, "refund"), "charge: the compensation must be something to call, not 'refund'"),
        (lambda: saga(fine, two), "charge: the compensation needs 2 arguments"),
        (lambda: BulkOperation(3), "bulk: the processor must be something to call, not 3"),  # type: ignore[arg-type]
        (lambda: BulkOperation(two), "bulk: the processor needs 2 arguments"),  # type: ignore[arg-type]
        (lambda: BulkOperation(batch_processor=three), "bulk: the batch_processor needs 3 arguments, but is given 2"),
        (lambda: BulkOperation(fine, {"batch_size": 2}), "bulk: config must be a BulkOperationConfig, not {"),  # type: ignore[arg-type]
        (lambda: WorkflowBuilder().add_node("a", 3), "a: the function must be something to call, not 3"),  # type: ignore[arg-type]
        (lambda: WorkflowBuilder().add_gate("g", condition=3), "g: the condition must be something to call, not 3"),  # type: ignore[arg-type]
        *(
            (lambda make=make, terms=terms: make(**terms), said)
            for make in (
                lambda **terms: pipeline(FunctionStep("a", fine, **terms)),
                lambda **terms: AbstractSaga[Any]().add_step(SagaStep("a", fine, **terms)),
                lambda **terms: WorkflowBuilder().add_node("a", fine, **terms).build(),
            )
            for terms, said in (
                ({"max_retries": 1.5}, "a: max_retries counts all tries and must be at least 1, not 1.5"),
                ({"max_retries": "x"}, "a: max_retries counts all tries and must be at least 1, not 'x'"),
                ({"retry_delay": -1}, "a: retry_delay is seconds and must not be negative, it is -1"),
                ({"retry_delay": "x"}, "a: retry_delay is seconds and must not be negative, it is 'x'"),
                ({"timeout": float("nan")}, "a: timeout must be more than 0 seconds, not nan"),
                ({"timeout": "x"}, "a: timeout must be more than 0 seconds, not 'x'"),
            )
        ),
        (lambda: pipeline(FunctionStep("a", fine, 3)), "dependencies are names of steps, not 3"),  # type: ignore[arg-type]
        (lambda: SagaStep(3, fine), "a saga step needs a printable name without slashes, not 3"),  # type: ignore[arg-type]
        (lambda: saga_step(name="x")(3), "@saga_step stands above a function, not 3"),  # type: ignore[type-var]
        (lambda: workflow(name=3), "a workflow's name is text, not 3"),  # type: ignore[call-overload]
        (lambda: workflow(name="w", retries="x")(body), "w: retries must not be negative"),  # type: ignore[call-overload]
        (lambda: workflow(name="w", timeout="x")(body), "w: timeout must be more than 0 seconds"),  # type: ignore[call-overload]
        (lambda: workflow(name="w", version="x")(body), "w: version must be a whole number"),  # type: ignore[call-overload]
        (lambda: workflow(alone), "alone takes no argument; its first one is the context"),
        (lambda: TransformPipe[int]().tap(fine), "tap: the function takes no argument, but is given the value"),  # type: ignore[arg-type]
        (lambda: TransformPipe[int]().pipe(3), "pipe: the function must be something to call, not 3"),  # type: ignore[call-overload]
        (lambda: TransformPipe[int]().catch(two), "catch: the handler needs 2 arguments"),  # type: ignore[arg-type]
    ],
)
def test_it_says_what_is_wrong_and_where(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        make()
    assert said in str(refused.value)


async def test_decorators_work_without_brackets_and_below_others() -> None:
    """What is marked and not taken up would be work that is silently never done."""

    class Trip(AbstractSaga[Any]):
        @saga_step  # type: ignore[arg-type]
        def book(self) -> str:
            return "booked"

        @staticmethod
        @saga_step()
        def pay() -> str:
            return "paid"

    builder = WorkflowBuilder()

    @builder.node
    def look(state: Any) -> dict[str, int]:
        return {"seen": 1}

    trip = Trip()
    assert trip.step_names == ["book", "pay"] and (await trip.execute()).unwrap() == "paid"
    assert (await builder.build().execute({})).unwrap().final_state == {"seen": 1} == look({})


def test_a_decorated_step_reads_like_its_function() -> None:
    @step(name="s")
    def count(ctx: Any, more: int = 2) -> int:
        """Counts."""
        return more

    assert (count.__doc__, str(inspect.signature(count))) == ("Counts.", "(ctx: 'Any', more: 'int' = 2) -> 'int'")
    assert count({}) == 2 and count.name == "s"


async def test_one_dependency_may_be_given_as_its_name() -> None:
    """A text is a sequence of letters to Python, but nobody means those."""
    steps = [FunctionStep("second", lambda ctx: ctx["first"] + 1, "first"), FunctionStep("first", fine)]
    assert (await pipeline(*steps).execute()).unwrap().value == 2
