"""What can not work is refused where it is written down, with the name of what is wrong, in every model."""

from __future__ import annotations

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
)
from lexiconsole.errors import DefinitionError


def fine() -> int:
    return 1


def two(a: Any, b: Any) -> None: ...


def three(a: Any, b: Any, c: Any) -> None: ...


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
        (lambda: TransformPipe[int]().pipe(3), "pipe: the function must be something to call, not 3"),  # type: ignore[call-overload]
        (lambda: TransformPipe[int]().catch(two), "catch: the handler needs 2 arguments"),  # type: ignore[arg-type]
    ],
)
def test_it_says_what_is_wrong_and_where(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        make()
    assert said in str(refused.value)


async def test_one_dependency_may_be_given_as_its_name() -> None:
    """A text is a sequence of letters to Python, but nobody means those."""
    steps = [FunctionStep("second", lambda ctx: ctx["first"] + 1, "first"), FunctionStep("first", fine)]
    assert (await pipeline(*steps).execute()).unwrap().value == 2
