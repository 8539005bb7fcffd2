"""A saga on a saga store: what is saved between steps, and going on after the process is gone."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.contracts import SagaState, SagaStep, SagaStoreProtocol
from lexiconsole.errors import SagaVersionMismatchError, WorkflowVersionMismatchError
from lexiconsole.result import Ok
from lexiconsole.saga import MemorySagaStore, use_saga_store
from tests.saga.making import ALWAYS, Trip, World


class Killed(BaseException):
    """The process ends here."""


class Store(MemorySagaStore):
    """Keeps every state it was given, and ends the process after so many saves."""

    def __init__(self, dies_after: int = ALWAYS) -> None:
        super().__init__()
        self.saved: list[tuple[SagaState, int]] = []
        self.dies_after = dies_after

    async def save(self, saga_id: str, state: SagaState, data: dict[str, Any] | None = None) -> None:
        await super().save(saga_id, state, data)
        self.saved.append((state, (data or {})["position"]))
        if len(self.saved) == self.dies_after:
            raise Killed


class Booking(Trip):
    VERSION = 1

    def get_id(self) -> str:
        return "book-42"


def booking(world: World, **fails: int) -> Booking:
    """Three steps; `b=…` makes step b fail so often, `undo_b=…` its compensation."""
    return Booking(
        *(world.step(n, fails=fails.get(n, 0), undo_fails=fails.get(f"undo_{n}", 0)) for n in ("a", "b", "c"))
    )


async def test_state_and_position_are_saved_between_steps() -> None:
    store = Store()
    assert isinstance(store, SagaStoreProtocol)
    await booking(World()).execute(store=store)
    running = SagaState.RUNNING
    assert store.saved == [(running, 0), (running, 1), (running, 2), (running, 3), (SagaState.COMPLETED, 3)]
    _, data = await store.load("book-42") or pytest.fail("not kept")
    assert data["results"] == {"a": "a-1", "b": "b-1", "c": "c-1"} and data["version"] == 1


async def test_the_states_are_those_of_the_diagram() -> None:
    store = Store()
    saga = booking(World(), c=ALWAYS)
    await saga.execute(store=store)
    seen = list(dict.fromkeys(state for state, _ in store.saved))
    assert seen == [SagaState.RUNNING, SagaState.COMPENSATING, SagaState.FAILED]
    assert saga.state is SagaState.FAILED and saga.was_compensated()
    assert await store.list(SagaState.COMPENSATED) == ["book-42"] == await store.list(SagaState.FAILED)
    assert await store.list(SagaState.COMPLETED) == [] and await store.list() == ["book-42"]


async def test_an_incomplete_rollback_is_not_listed_as_compensated() -> None:
    store = Store()
    await booking(World(), c=ALWAYS, undo_a=ALWAYS).execute(store=store)
    assert await store.list(SagaState.COMPENSATED) == [] and await store.list(SagaState.FAILED) == ["book-42"]


@given(
    fails=st.sampled_from([{}, {"a": ALWAYS}, {"b": ALWAYS}, {"c": ALWAYS}, {"c": ALWAYS, "undo_b": 1}]), n=st.data()
)
async def test_killed_after_any_save_it_goes_on_and_comes_to_the_same(fails: dict[str, int], n: Any) -> None:
    """What was saved is not done again; the call that was going on may be, and nothing else."""
    calm, whole = World(), Store()
    expected = await booking(calm, **fails).execute(store=whole)
    world, store = World(), Store(dies_after=n.draw(st.integers(1, len(whole.saved))))
    with pytest.raises(Killed):
        await booking(world, **fails).execute(store=store)
    store.dies_after = 0
    saga = booking(world, **fails)
    result = await saga.execute(store=store)
    if "undo_b" not in fails:
        assert str(result) == str(expected) and world.calls == calm.calls
    assert sorted(set(world.calls)) == sorted(set(calm.calls))


async def test_one_that_has_ended_gives_its_result_again_without_doing_anything() -> None:
    for fails in ({}, {"b": ALWAYS}):
        store, world = Store(), World()
        first = await booking(world, **fails).execute(store=store)
        calls = list(world.calls)
        saga = booking(world, **fails)
        again = await saga.execute(store=store)
        assert str(again) == str(first) and world.calls == calls
        assert saga.was_compensated() is bool(fails)


async def test_executing_again_tries_what_could_not_be_undone() -> None:
    store, world = Store(), World()
    first = (await booking(world, c=ALWAYS, undo_b=1).execute(store=store)).unwrap_err()
    assert [name for name, _ in first.left] == ["b"]
    saga = booking(world, c=ALWAYS, undo_b=1)
    second = (await saga.execute(store=store)).unwrap_err()
    assert second.left == () and saga.was_compensated() and world.calls.count("undo a") == 1
    assert await store.list(SagaState.COMPENSATED) == ["book-42"]


async def test_beyond_the_pivot_a_failed_step_is_tried_again() -> None:
    store, world = Store(), World()

    def build() -> Booking:
        return Booking(world.step("a", pivot=True), world.step("b", fails=1))

    assert (await build().execute(store=store)).is_err()
    assert (await build().execute(store=store)) == Ok("b-1") and world.calls == ["a", "b", "b"]


async def test_another_version_is_refused_before_any_step_runs() -> None:
    store, world = Store(dies_after=2), World()
    with pytest.raises(Killed):
        await booking(world).execute(store=store)
    world.calls.clear()

    class Newer(Booking):
        VERSION = 2

    with pytest.raises(SagaVersionMismatchError, match=r"version 2.*version 1") as caught:
        await Newer(world.step("a"), world.step("b"), world.step("c")).execute(store=store)
    assert isinstance(caught.value, WorkflowVersionMismatchError) and world.calls == []


@pytest.mark.parametrize(
    ("names", "fits"),
    [("abc", True), ("abd", True), ("abcd", True), ("bac", False), ("xabc", False), ("b", False), ("acb", False)],
)
async def test_steps_that_were_done_may_not_change_those_to_come_may(names: str, fits: bool) -> None:
    store, world = Store(dies_after=3), World()
    with pytest.raises(Killed):
        await booking(world).execute(store=store)  # a and b are done
    saga = Booking(*(world.step(n) for n in names))
    if fits:
        assert (await saga.execute(store=store)).is_ok()
    else:
        with pytest.raises(SagaVersionMismatchError):
            await saga.execute(store=store)


async def test_of_a_group_only_what_was_not_saved_is_done_again() -> None:
    world, store = World(), Store(dies_after=2)
    never = asyncio.Event()

    async def slow() -> str:
        world.calls.append("slow")
        if world.calls.count("slow") == 1:
            await never.wait()
        return "slow-1"

    def build() -> Booking:
        return Booking((world.step("fast"), SagaStep("slow", slow)), world.step("z"))

    with pytest.raises(Killed):
        await build().execute(store=store)
    store.dies_after = 0
    assert (await build().execute(store=store)) == Ok("z-1")
    assert world.calls == ["fast", "slow", "slow", "z"]


async def test_results_come_back_as_the_type_that_the_action_names() -> None:
    got: list[Any] = []

    def book() -> date:
        return date(2026, 1, 2)

    def build() -> Booking:
        return Booking(
            SagaStep("book", book, lambda day: got.append(day)), World().step("b", fails=ALWAYS), World().step("c")
        )

    store = Store(dies_after=2)
    with pytest.raises(Killed):
        await build().execute(store=store)
    store.dies_after = 0
    await build().execute(store=store)
    assert got == [date(2026, 1, 2)]


async def test_a_result_that_can_not_be_kept_counts_as_unknown_and_is_undone() -> None:
    undone: list[Any] = []
    saga = Booking(SagaStep("a", object, lambda: undone.append("a")), World().step("b"))
    error = (await saga.execute(store=Store())).unwrap_err()
    assert error.cause.unknown and error.undone == ("a",) and undone == ["a"]


async def test_the_store_of_the_surroundings_is_used() -> None:
    store = Store()
    with use_saga_store(store):
        await booking(World()).execute()
    assert await store.list(SagaState.COMPLETED) == ["book-42"]
    await store.delete("book-42")
    assert await store.load("book-42") is None
