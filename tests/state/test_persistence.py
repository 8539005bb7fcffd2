"""Transitions kept in a table: history, recovery, and who was first."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from lexiconsole.app.database import SqliteDatabase
from lexiconsole.contracts import StatePersistenceProtocol, StateTransitionRecord
from lexiconsole.contracts.data import DatabaseProviderProtocol
from lexiconsole.errors import ConfigurationError, NotFoundError, StoreError, ValueNotStorableError
from lexiconsole.state import (
    DatabaseStatePersistence,
    MemoryStatePersistence,
    State,
    StateConcurrencyError,
    StateMachine,
    Transition,
)
from tests.state.making import Order


@asynccontextmanager
async def database(path: Path | str = ":memory:") -> AsyncIterator[SqliteDatabase]:
    found = SqliteDatabase(path)
    try:
        yield found
    finally:
        await found.close()


@pytest.fixture(params=["database", "memory"])
async def persistence(request: Any) -> AsyncIterator[StatePersistenceProtocol]:
    if request.param == "memory":
        yield MemoryStatePersistence()
        return
    async with database() as db:
        yield DatabaseStatePersistence(provider=db, table_name="my_state_transitions")


def record(version: int, machine: str = "m", **data: Any) -> StateTransitionRecord:
    return StateTransitionRecord(machine, "go", "a", "b", version, 1.5, data)


async def test_history_is_kept_by_machine_oldest_first(persistence: StatePersistenceProtocol) -> None:
    kept = [record(1), record(2, who="ada", nested={"n": [1, None]})]
    for one in kept:
        await persistence.save_transition(one)
    await persistence.save_transition(record(1, "other"))
    assert list(await persistence.history("m")) == kept
    assert await persistence.load_state("m") == kept[1]
    assert await persistence.load_state("nobody") is None and list(await persistence.history("nobody")) == []


@pytest.mark.parametrize("version", [0, 1, 2, 4, -1])
async def test_only_the_successor_of_the_last_version_is_kept(
    persistence: StatePersistenceProtocol, version: int
) -> None:
    for one in (record(1), record(2)):
        await persistence.save_transition(one)
    with pytest.raises(StateConcurrencyError) as told:
        await persistence.save_transition(record(version))
    assert (told.value.expected, told.value.actual) == (version - 1, 2)
    assert [one.version for one in await persistence.history("m")] == [1, 2]


async def test_a_machine_goes_on_where_it_was_left(persistence: StatePersistenceProtocol) -> None:
    await Order(machine_id="7", persistence=persistence).transition("confirm", {"by": "ada"})
    again = Order(machine_id="7", persistence=persistence)
    assert again.current_state == "pending"
    assert await again.recover() == again.current_state == "confirmed"
    assert again.version == 1 and again.calls == []
    third = Order(machine_id="7", persistence=persistence)
    assert await third.transition("ship") == "shipped"  # looks there by itself at the first transition
    story = [(one.version, one.event, one.from_state, one.to_state, one.data) for one in await third.history()]
    assert story == [(1, "confirm", "pending", "confirmed", {"by": "ada"}), (2, "ship", "confirmed", "shipped", {})]


async def test_a_stale_machine_is_told_and_stays_until_it_recovers(persistence: StatePersistenceProtocol) -> None:
    one, other = (Order(machine_id="7", persistence=persistence) for _ in range(2))
    await one.recover()
    await other.recover()
    await one.transition("confirm")
    for _ in range(2):
        with pytest.raises(StateConcurrencyError, match=r"version 0, version 1 was found; call recover\(\)"):
            await other.transition("cancel")
        assert (other.current_state, other.version) == ("pending", 0)
    assert await other.recover() == "confirmed"
    assert await other.transition("cancel") == "cancelled"


async def test_of_machines_that_race_one_wins_and_the_rest_are_told(persistence: StatePersistenceProtocol) -> None:
    machines = [Order(machine_id="7", persistence=persistence) for _ in range(8)]
    for one in machines:
        await one.recover()
    told = await asyncio.gather(*(one.transition("confirm") for one in machines), return_exceptions=True)
    assert told.count("confirmed") == 1
    assert sum(isinstance(one, StateConcurrencyError) for one in told) == 7
    assert len(await machines[0].history()) == 1


async def test_two_tasks_on_one_machine_race_at_the_database_too() -> None:
    async with database() as db:
        order = Order(machine_id="7", persistence=DatabaseStatePersistence(db))
        await order.recover()
        told = await asyncio.gather(order.transition("confirm"), order.transition("cancel"), return_exceptions=True)
        winner = next(one for one in told if isinstance(one, str))
        assert sum(isinstance(one, StateConcurrencyError) for one in told) == 1
        assert order.current_state == winner and [one.to_state for one in await order.history()] == [winner]


def race(path: str, start: Any, told: Any) -> None:
    async def run() -> None:
        async with database(path) as db:
            order = Order(machine_id="7", persistence=DatabaseStatePersistence(db))
            await order.recover()
            await asyncio.to_thread(start.wait)
            try:
                told.put(await order.transition("confirm"))
            except StateConcurrencyError:
                told.put("too slow")

    asyncio.run(run())


def test_processes_that_race_for_one_machine(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("spawn")
    start, told = processes.Barrier(3), processes.Queue()
    path = str(tmp_path / "states.db")

    async def make() -> None:
        async with database(path) as db:
            await DatabaseStatePersistence(db).history("7")

    asyncio.run(make())
    racing = [processes.Process(target=race, args=(path, start, told)) for _ in range(3)]
    for one in racing:
        one.start()
    answers = sorted(told.get(timeout=60) for _ in racing)
    for one in racing:
        one.join()
    assert answers == ["confirmed", "too slow", "too slow"]


async def test_a_write_that_was_kept_although_it_failed_is_found_out() -> None:
    """The connection broke after the commit: the machine stays, and what is kept is not written over."""

    class Breaks(MemoryStatePersistence):
        async def save_transition(self, one: StateTransitionRecord) -> None:
            await super().save_transition(one)
            if one.version == 1:
                raise ConnectionError("gone")

    order = Order(machine_id="7", persistence=Breaks())
    with pytest.raises(ConnectionError):
        await order.transition("confirm")
    assert order.current_state == "pending"
    with pytest.raises(StateConcurrencyError):
        await order.transition("cancel")
    assert await order.recover() == "confirmed"


async def test_what_the_database_refuses_for_its_own_reasons_is_no_race() -> None:
    class Full:
        async def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
            if sql.startswith("INSERT"):
                raise OSError("disk full")
            return 0

        async def fetch_all(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Mapping[str, Any]]:
            return []

    assert isinstance(Full(), DatabaseProviderProtocol)
    with pytest.raises(OSError, match="disk full"):
        await DatabaseStatePersistence(Full()).save_transition(record(1))


async def test_a_duplicate_key_that_another_connection_caused_is_a_race() -> None:
    """Databases that show each transaction a picture of its own let the select pass and fail at the primary key."""

    async with database() as db:
        real = DatabaseStatePersistence(db)

        class Late(SqliteDatabase):
            async def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
                if sql.startswith("INSERT"):
                    await real.save_transition(record(1))
                    raise RuntimeError("UNIQUE constraint failed")
                return await db.execute(sql, parameters)

            async def fetch_all(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
                return await db.fetch_all(sql, parameters)

        with pytest.raises(StateConcurrencyError):
            await DatabaseStatePersistence(Late()).save_transition(record(1, other=1))


@pytest.mark.parametrize("name", ["", "a b", "x; DROP TABLE y", "1st", "a.b.c", '"q"'])
def test_a_table_name_is_an_identifier(name: str) -> None:
    with pytest.raises(ConfigurationError, match="is no table name"):
        DatabaseStatePersistence(SqliteDatabase(), table_name=name)


async def test_a_state_that_the_machine_no_longer_has_is_named() -> None:
    persistence = MemoryStatePersistence()
    await Order(machine_id="7", persistence=persistence).transition("confirm")
    changed = StateMachine(
        states=["pending", State("confirmd", final=True)],
        transitions=[Transition("confirm", "pending", "confirmd")],
        machine_id="7",
        persistence=persistence,
    )
    with pytest.raises(NotFoundError, match=r"no state of 7 'confirmed'; did you mean 'confirmd'\?"):
        await changed.recover()


@pytest.mark.parametrize(
    "payload", [{"x": {1, 2}}, {"day": date(2026, 1, 1)}, {"key": SecretStr("hunter2")}, {1: 2}, {"x": float("nan")}]
)
async def test_a_payload_that_json_can_not_carry_changes_nothing_and_is_named(payload: Any) -> None:
    """It must not come back as something else after a restart, and a secret not at all."""
    async with database() as db:
        order = Order(machine_id="7", persistence=DatabaseStatePersistence(db))
        with pytest.raises(ValueNotStorableError, match=r"^7: what came with 'confirm'.*; send what JSON has") as told:
            await order.transition("confirm", payload)
        assert "hunter2" not in str(told.value)
        assert (order.current_state, list(await order.history())) == ("pending", [])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("data = '{oops'", "data: Expecting"),
        ("data = '[1]'", "data: Input should"),
        ("version = 'two'", "version: Input should"),
        ("at = 'noon'", "at: Input"),
    ],
)
async def test_a_row_that_somebody_damaged_is_named_with_what_is_wrong(damage: str, said: str) -> None:
    async with database() as db:
        kept = DatabaseStatePersistence(db)
        await Order(machine_id="7", persistence=kept).transition("confirm")
        await db.execute(f"UPDATE state_transitions SET {damage}")
        order = Order(machine_id="7", persistence=kept)
        for look in (order.recover, order.history, lambda: order.transition("ship")):
            with pytest.raises(
                StoreError, match=f"of machine '7' in the table state_transitions can not be read .{said}"
            ):
                await look()
        assert (order.current_state, order.version) == ("pending", 0)
