"""What a saga does and undoes, run in memory."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.contracts import SagaProtocol, SagaState, SagaStep
from lexiconsole.errors import DefinitionError, NotFoundError
from lexiconsole.result import Err, Ok
from lexiconsole.saga import AbstractSaga, SagaContext
from lexiconsole.types import RunStatus
from tests.saga.making import ALWAYS, Trip, World

NAMES = ("flight", "hotel", "car")


async def test_all_steps_succeed_in_the_order_in_which_they_were_added() -> None:
    world = World()
    saga = Trip(*(world.step(name) for name in NAMES))
    assert saga.state is SagaState.PENDING
    assert await saga.execute() == Ok("car-1")
    assert world.calls == list(NAMES)
    assert saga.state is SagaState.COMPLETED and saga.is_completed() and not saga.was_compensated()
    assert dict(saga.results) == {"flight": "flight-1", "hotel": "hotel-1", "car": "car-1"}


@pytest.mark.parametrize("failing", range(3))
@pytest.mark.parametrize("err", [True, False])
async def test_a_failing_step_undoes_what_came_before_newest_first(failing: int, err: bool) -> None:
    world = World()
    steps = [world.step(name) for name in NAMES]
    action = world.act(NAMES[failing], fails=ALWAYS, err=err)
    steps[failing] = SagaStep(NAMES[failing], action, world.act(f"undo {NAMES[failing]}"))
    saga = Trip(*steps)
    result = await saga.execute()
    before = list(NAMES[:failing])
    assert world.calls == [*NAMES[: failing + 1], *(f"undo {name}" for name in reversed(before))]
    error = result.unwrap_err()
    assert error.step == NAMES[failing] and error.undone == tuple(reversed(before)) and error.left == ()
    assert error.status is (RunStatus.COMPENSATED if before else RunStatus.FAILED)
    assert saga.state is SagaState.FAILED and saga.was_compensated() is bool(before)
    assert [saga.was_compensated(name) for name in NAMES] == [name in before for name in NAMES]
    assert ("said no" if err else "is down") in str(error)


async def test_every_compensation_is_tried_even_if_another_one_fails() -> None:
    world = World()
    saga = Trip(world.step("a"), world.step("b", undo_fails=ALWAYS), world.step("c"), world.step("d", fails=ALWAYS))
    error = (await saga.execute()).unwrap_err()
    assert world.calls == ["a", "b", "c", "d", "undo c", "undo b", "undo a"]
    assert error.undone == ("c", "a")
    assert [(name, cause.message) for name, cause in error.left] == [("b", "undo b is down")]
    assert error.status is RunStatus.DOUBTFUL and not saga.was_compensated() and saga.was_compensated("a")
    assert "NOT undone: b (undo b is down)" in str(error)


@pytest.mark.parametrize(
    ("terms", "tries"),
    [
        ({"max_retries": 3}, 3),
        ({"max_retries": 3, "idempotent": False}, 1),
        ({"max_retries": 1, "compensation_retries": 4}, 4),
        ({}, 1),
    ],
)
async def test_a_compensation_is_tried_again_only_if_it_is_idempotent(terms: dict[str, Any], tries: int) -> None:
    world = World()
    saga = Trip(world.step("a", undo_fails=ALWAYS, **terms), world.step("b", fails=ALWAYS))
    error = (await saga.execute()).unwrap_err()
    assert world.calls.count("undo a") == tries and error.left[0][1].attempts == tries


async def test_max_retries_counts_all_tries() -> None:
    world = World()
    assert (await Trip(world.step("a", fails=2, max_retries=3)).execute()).is_ok()
    assert world.calls == ["a"] * 3
    world = World()
    assert (await Trip(world.step("a", fails=3, max_retries=3)).execute()).is_err()
    assert world.calls == ["a"] * 3


async def test_a_compensation_that_takes_an_argument_gets_its_own_steps_result() -> None:
    got: list[Any] = []
    saga = Trip(
        SagaStep("a", lambda: "A", lambda result: got.append(result)),
        SagaStep("b", lambda: Ok("B"), lambda result="bound": got.append(result)),
        SagaStep("c", lambda: Err("no")),
    )
    await saga.execute()
    assert got == ["bound", "A"], "a default is a bound value, not a wish for the result"


async def test_an_action_that_takes_an_argument_gets_the_results_so_far() -> None:
    seen: list[dict[str, Any]] = []

    async def second(ctx: SagaContext) -> str:
        seen.append(dict(ctx))
        return ctx["a"] + "B"

    saga = Trip(SagaStep("a", lambda: "A"), SagaStep("b", second))
    assert await saga.execute() == Ok("AB") and seen == [{"a": "A"}]


async def test_an_unknown_step_is_undone_if_its_compensation_is_idempotent_else_left() -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    world = World()
    undo = world.act("undo b")
    for idempotent, undone, left in ((True, ("b", "a"), ()), (False, ("a",), ("b",))):
        step = SagaStep("b", hangs, undo, timeout=0.01, idempotent=idempotent)
        error = (await Trip(world.step("a"), step).execute()).unwrap_err()
        assert error.undone == undone and tuple(name for name, _ in error.left) == left
        assert error.cause.unknown


async def test_an_unknown_step_with_nothing_to_undo_it_is_left_unless_it_only_reads() -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    world = World()
    error = (await Trip(world.step("a"), SagaStep("b", hangs, timeout=0.01)).execute()).unwrap_err()
    assert [name for name, _ in error.left] == ["b"] and error.status is RunStatus.DOUBTFUL
    error = (await Trip(world.step("a"), SagaStep("b", hangs, timeout=0.01, read_only=True)).execute()).unwrap_err()
    assert error.left == () and error.status is RunStatus.COMPENSATED


async def test_a_group_runs_side_by_side_and_is_undone_as_a_whole() -> None:
    world = World()
    met = asyncio.Event()

    async def waits() -> str:
        await met.wait()
        return "waited"

    async def meets() -> str:
        met.set()
        return "met"

    group = (SagaStep("x", waits, world.act("undo x")), SagaStep("y", meets, world.act("undo y")), world.step("z"))
    saga = Trip(world.step("a"), group, world.step("b", fails=ALWAYS))
    error = (await saga.execute()).unwrap_err()
    assert error.undone == ("z", "y", "x", "a")


async def test_when_one_of_a_group_fails_the_others_are_waited_for_and_undone() -> None:
    world = World()
    go = asyncio.Event()

    async def slow() -> None:
        await go.wait()
        world.calls.append("slow")

    async def fails() -> None:
        go.set()
        raise ValueError("no")

    saga = Trip((SagaStep("slow", slow, world.act("undo slow")), SagaStep("bad", fails)), world.step("after"))
    error = (await saga.execute()).unwrap_err()
    assert world.calls == ["slow", "undo slow"] and error.step == "bad"


async def test_past_the_pivot_nothing_is_undone() -> None:
    world = World()
    saga = Trip(world.step("a"), world.step("b", pivot=True), world.step("c", fails=ALWAYS))
    error = (await saga.execute()).unwrap_err()
    assert world.calls == ["a", "b", "c"]
    assert error.pivot == "b" and error.undone == () and error.status is RunStatus.DOUBTFUL
    assert "past b there is no way back" in str(error)


async def test_a_pivot_that_fails_is_not_passed() -> None:
    world = World()
    saga = Trip(world.step("a"), world.step("b", fails=ALWAYS, pivot=True), world.step("c"))
    assert (await saga.execute()).unwrap_err().undone == ("a",)
    assert world.calls == ["a", "b", "undo a"]


async def test_the_result_can_be_made_from_all_steps() -> None:
    class Sum(Trip):
        def conclude(self, results: Any) -> str:
            return "+".join(results)

    world = World()
    assert await Sum(world.step("a"), world.step("b")).execute() == Ok("a+b")


async def test_the_reference_overrides_id_and_completion() -> None:
    class Booking(Trip):
        def get_id(self) -> str:
            return "book-42"

        def is_completed(self) -> bool:
            return self.state == SagaState.COMPLETED

    saga = Booking(World().step("a"))
    assert not saga.is_completed() and isinstance(saga, SagaProtocol)
    await saga.execute()
    assert saga.is_completed() and saga.get_id() == "book-42"


def test_an_id_is_made_once() -> None:
    saga = Trip()
    assert saga.get_id() == saga.get_id() != Trip().get_id()


async def test_cancelling_the_task_undoes_what_was_done_and_what_was_going_on() -> None:
    world, going = World(), asyncio.Event()

    async def hangs() -> None:
        going.set()
        await asyncio.Event().wait()

    saga = Trip(world.step("a"), SagaStep("b", hangs, world.act("undo b")), world.step("c"))
    task = asyncio.create_task(saga.execute())
    await going.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.calls == ["a", "undo b", "undo a"]
    assert saga.state is SagaState.FAILED and saga.was_compensated()


async def test_cancelling_during_the_rollback_undoes_nothing_twice_that_must_not() -> None:
    world, going = World(), asyncio.Event()

    async def hangs() -> None:
        world.calls.append("undo b")
        going.set()
        await asyncio.Event().wait()

    saga = Trip(
        world.step("a"),
        SagaStep("b", world.act("b"), hangs, idempotent=False),
        world.step("c"),
        world.step("d", fails=ALWAYS),
    )
    task = asyncio.create_task(saga.execute())
    await going.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.calls == ["a", "b", "c", "d", "undo c", "undo b", "undo a"]
    assert saga.was_compensated("a") and not saga.was_compensated("b") and not saga.was_compensated()


async def test_executing_again_begins_anew() -> None:
    world = World()
    saga = Trip(world.step("a"), world.step("b", fails=1))
    assert (await saga.execute()).is_err()
    assert (await saga.execute()).is_ok()
    assert world.calls == ["a", "b", "undo a", "a", "b"] and not saga.was_compensated()


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda w: Trip(w.step("a"), w.step("a")), "two steps named 'a'"),
        (lambda w: Trip((w.step("a"), w.step("b", pivot=True))), "a pivot stands alone"),
        (lambda w: Trip(()), "needs steps"),
        (lambda w: Trip("a"), "is no saga step"),
        (lambda w: Trip((w.step("a"), w.step("b")), w.step("a+b")), "two steps named 'a\\+b'"),
    ],
)
def test_a_saga_that_can_not_work_is_refused_when_it_is_built(build: Any, says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        build(World())


@pytest.mark.parametrize(
    "terms",
    [{"name": ""}, {"name": "a/b"}, {"max_retries": 0}, {"compensation_retries": 0}, {"retry_delay": -1.0}],
)
def test_a_step_without_sense_is_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        SagaStep(**{"name": "a", "action": print, **terms})


def test_asking_about_a_step_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="did you mean 'charge'"):
        Trip(World().step("charge")).was_compensated("chagre")


def test_a_saga_without_type_or_steps_is_one_too() -> None:
    class Bare(AbstractSaga):
        pass

    assert asyncio.run(Bare().execute()) == Ok(None)


@given(
    outcomes=st.lists(st.booleans(), min_size=1, max_size=8),
    undo_fails=st.sets(st.integers(0, 7)),
    without=st.sets(st.integers(0, 7)),
)
async def test_what_was_done_is_undone_or_left_and_nothing_else(
    outcomes: list[bool], undo_fails: set[int], without: set[int]
) -> None:
    """Of the steps before the first failure, those with a compensation are undone or listed as left; in reverse."""
    world = World()
    saga = Trip(
        *(
            world.step(
                str(n),
                fails=0 if ok else ALWAYS,
                undo_fails=ALWAYS if n in undo_fails else 0,
                **({"compensation": None} if n in without else {}),
            )
            for n, ok in enumerate(outcomes)
        )
    )
    result = await saga.execute()
    if all(outcomes):
        assert result.is_ok() and world.calls == [str(n) for n in range(len(outcomes))]
        return
    failed = outcomes.index(False)
    wanted = [str(n) for n in reversed(range(failed)) if n not in without]
    error = result.unwrap_err()
    assert world.calls == [*(str(n) for n in range(failed + 1)), *(f"undo {n}" for n in wanted)]
    assert sorted([*error.undone, *(name for name, _ in error.left)]) == sorted(wanted)
    assert {name for name, _ in error.left} == {n for n in wanted if int(n) in undo_fails}
    assert saga.was_compensated() is (bool(error.undone) and not error.left)


@pytest.mark.parametrize(
    ("failure", "tries"),
    [
        (ConnectionError("down"), 3),
        (ValueError("declined"), 1),
        (Err("declined"), 1),
        (Err(ConnectionError("down")), 3),
    ],
    ids=["raises one that is named", "raises another", "gives Err", "gives Err of one that is named"],
)
async def test_only_what_is_worth_another_try_gets_one(failure: Any, tries: int) -> None:
    calls: list[str] = []

    async def charge() -> Any:
        calls.append("charge")
        if isinstance(failure, Exception):
            raise failure
        return failure

    saga: AbstractSaga[Any] = AbstractSaga()
    saga.add_step(SagaStep("charge", charge, max_retries=3, retry_delay=0, retry_on=ConnectionError, read_only=True))
    assert (await saga.execute()).is_err() and len(calls) == tries
