"""What a step that fails leaves behind: the user's own lines, exact words, and no garbage."""

from __future__ import annotations

import gc
import pickle
import traceback
import weakref
from collections.abc import Callable, Iterator
from copy import copy
from pathlib import Path
from typing import Any

import pytest

import lexiconsole
from lexiconsole import BulkOperation, BulkOperationConfig, FunctionStep, Pipeline, memory_context
from lexiconsole.durable.attempts import traceback_of
from lexiconsole.durable.entry import EntryKind
from lexiconsole.errors import StepError
from lexiconsole.graph.error import GraphError
from lexiconsole.pipeline.error import PipelineError
from lexiconsole.saga.error import SagaError
from tests.support import define, house


class Broken(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        made.append(weakref.ref(self))


class Speechless(Exception):
    def __str__(self) -> str:
        raise KeyError("no words")


made: list[weakref.ref[Broken]] = []


def broken(*_: Any) -> None:
    raise Broken("no")


async def broken_later(*_: Any) -> None:
    broken()


def speechless(*_: Any) -> None:
    raise Speechless


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    made.clear()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("fails", [broken, broken_later])
async def test_what_a_failed_step_raised_is_gone_with_its_result(fails: Callable[..., Any]) -> None:
    """Frames hold what users hold: connections, big values. They must not wait for a collection of garbage."""
    outcome = await memory_context().drive(lambda ctx: ctx.step("s", fails))  # type: ignore[arg-type, return-value]
    assert isinstance(outcome.error.__cause__, Broken)
    await BulkOperation(fails, BulkOperationConfig(batch_size=2, retry_attempts=1)).execute([1, 2, 3])
    del outcome
    assert len(made) == 4 and [ref() for ref in made] == [None] * 4


@pytest.mark.parametrize("fails", [broken, broken_later])
async def test_in_memory_the_cause_has_the_lines_of_the_user(fails: Callable[..., Any]) -> None:
    error = (await Pipeline(steps=[FunctionStep("s", fails)]).execute()).unwrap_err()
    lines = traceback.extract_tb(error.cause.__cause__.__traceback__)
    assert lines[-1].name == "broken" and "attempt" not in [line.name for line in lines]


async def test_an_exception_that_can_not_say_what_happened_is_a_failure_like_any_other() -> None:
    said = "Speechless, which can not say what happened: its __str__ raises KeyError"
    error = (await Pipeline(steps=[FunctionStep("s", speechless)]).execute()).unwrap_err()
    assert (error.cause.type, error.cause.message) == ("Speechless", said)
    done = (await BulkOperation(speechless, BulkOperationConfig(retry_attempts=1)).execute([1, 2])).unwrap()
    assert [failure.message for failure in done.failures] == [said] * 2
    async with house() as h:

        async def steps(ctx: Any) -> Any:
            return (await ctx.step("s", speechless)).unwrap_err().message

        row = await h.run(define(steps))
        failed = [entry for entry in await h.entries(row) if entry.kind is EntryKind.STEP_FAILED]
        assert row.status == "completed" and failed[0].data["error"]["message"] == said  # type: ignore[call-overload, index]


def test_words_that_are_put_together_late_are_exact_and_travel() -> None:
    one, two = (
        StepError("a", "no", type="ValueError"),
        StepError("b/do", "gone", attempts=2, value={"n": 1}, unknown=True),
    )
    for error, said in (
        (
            PipelineError("p", {"a": one, "b": two}, ["c"], None),
            "p failed at a: ValueError: no; b: b/do: gone (after 2 attempts); not run: c",
        ),  # type: ignore[arg-type]
        (
            GraphError("g", {"a": one, "b": two}, {}),
            "g failed at a: ValueError: no; and at b: b/do: gone (after 2 attempts)",
        ),
        (
            SagaError("s", one, undone=["x"], left=[("y", two)]),
            "s failed at a: ValueError: no; undone: x; NOT undone: y (gone)",
        ),
    ):
        assert str(error) == said and repr(error) == f"{type(error).__name__}({said!r})"
        assert str(pickle.loads(pickle.dumps(error))) == said
    assert pickle.loads(pickle.dumps(two)) == two and StepError.from_data("b/do", two.to_data()) == two


def test_a_raised_error_keeps_its_words_whatever_it_is_raised_from_later() -> None:
    made = StepError.raised("a", ValueError("no stock"), 2, unknown=True)
    with pytest.raises(StepError) as caught:
        raise made from KeyError("another")
    assert str(caught.value) == "a: ValueError: no stock (after 2 attempts)"
    assert repr(made) == "StepError('a', 'no stock')"
    again = StepError.raised("a", ValueError("no stock"), 2, unknown=True)
    assert pickle.loads(pickle.dumps(again)) == copy(again) == made


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("lexiconsole_shop/orders.py", True),
        ("lexiconsole/_definitions/release.py", True),
        ("lexiconsole/durable/host.py", False),
    ],
)
def test_a_traceback_leaves_out_our_frames_and_nobody_else_s(place: str, shown: bool) -> None:
    """A package beside ours whose name begins like ours, and the catalogue that is installed inside, are the user's."""
    site = Path(lexiconsole.__file__).parents[1]
    space: dict[str, Any] = {}
    exec(compile("def passes_on(call): call()", site / place, "exec"), space)
    with pytest.raises(Broken) as raised:
        space["passes_on"](lambda: space["passes_on"](broken))
    text = traceback_of(raised.value)
    assert ("in passes_on" in text) is shown and "in broken" in text
