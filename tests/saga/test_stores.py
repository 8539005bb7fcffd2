"""One suite for every saga store."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.contracts import SagaState, SagaStoreProtocol
from lexiconsole.errors import StoreError
from lexiconsole.saga import MemorySagaStore
from lexiconsole.store.sagas import SqliteSagaStore
from tests.saga.making import ALWAYS, Trip, World


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: Any, tmp_path: Path) -> AsyncIterator[SagaStoreProtocol]:
    if request.param == "memory":
        yield MemorySagaStore()
    else:
        async with SqliteSagaStore(tmp_path / "in" / "sagas.db") as kept:
            yield kept


async def test_what_is_saved_is_loaded(store: SagaStoreProtocol) -> None:
    assert isinstance(store, SagaStoreProtocol)
    assert await store.load("s") is None
    await store.save("s", SagaState.RUNNING, {"position": 1, "results": {"a": ["ü", None, 1.5]}})
    assert await store.load("s") == (SagaState.RUNNING, {"position": 1, "results": {"a": ["ü", None, 1.5]}})
    await store.save("s", SagaState.COMPLETED)
    assert await store.load("s") == (SagaState.COMPLETED, {"position": 1, "results": {"a": ["ü", None, 1.5]}})
    await store.save("t", SagaState.PENDING)
    assert await store.load("t") == (SagaState.PENDING, {})
    await store.delete("s")
    await store.delete("s")
    assert await store.load("s") is None


async def test_lists_by_state(store: SagaStoreProtocol) -> None:
    await store.save("a", SagaState.FAILED, {"compensated": True})
    await store.save("b", SagaState.FAILED, {"compensated": False})
    await store.save("c", SagaState.COMPLETED, {})
    await store.save("d", SagaState.FAILED, {})
    assert await store.list() == ["a", "b", "c", "d"]
    assert await store.list(SagaState.FAILED) == ["a", "b", "d"]
    assert await store.list(SagaState.COMPENSATED) == ["a"]
    assert await store.list(SagaState.RUNNING) == []


async def test_a_saga_lives_on_it(store: SagaStoreProtocol) -> None:
    world = World()

    class Booking(Trip):
        def get_id(self) -> str:
            return "book-42"

    for _ in range(2):
        saga = Booking(world.step("a", gives={"room": 7}), world.step("b", fails=ALWAYS))
        error = (await saga.execute(store=store)).unwrap_err()
        assert error.undone == ("a",) and world.calls == ["a", "b", "undo a"]
    assert await store.list(SagaState.COMPENSATED) == ["book-42"]


async def test_it_survives_being_closed_and_opened(tmp_path: Path) -> None:
    async with SqliteSagaStore(tmp_path / "sagas.db") as first:
        await first.save("s", SagaState.RUNNING, {"x": 1})
    second = SqliteSagaStore(tmp_path / "sagas.db", durability="process")
    assert await second.load("s") == (SagaState.RUNNING, {"x": 1})
    await second.close()
    assert await second.list() == ["s"], "it opens itself again"
    await second.close()


async def test_a_foreign_file_is_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as db:
        db.execute("CREATE TABLE orders (id)")
    db.close()
    before = (tmp_path / "shop.db").read_bytes()
    with pytest.raises(StoreError, match="no file of sagas"):
        await SqliteSagaStore(tmp_path / "shop.db").list()
    (tmp_path / "notes.txt").write_text("no database" * 100)
    with pytest.raises(StoreError, match="not an SQLite database"):
        await SqliteSagaStore(tmp_path / "notes.txt").list()
    assert (tmp_path / "shop.db").read_bytes() == before
