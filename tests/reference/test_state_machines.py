"""What the documents say of state machines and approval chains: the code blocks as they stand with the root renamed,
and the features that `1-overview-and-configuration.txt` lists, each asserted on its effect.
"""

# The blocks stand here as they stand in the document.
# fmt: off
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lexiconsole import (
    Application,
    ApprovalChain,
    ApprovalLevel,
    ApprovalStep,
    Module,
    Provider,
    State,
    StateMachine,
    Transition,
)
from lexiconsole.app.database import SqliteDatabase
from lexiconsole.contracts import (
    ApprovalProtocol,
    StateConcurrencyError,
    StatePersistenceProtocol,
    StateTransitionRecord,
)
from lexiconsole.contracts.protocols import StateMachineProtocol

# ---- 0-workflows-and-sagas.txt


class OrderStateMachine:
    def __init__(self, machine: StateMachineProtocol) -> None:
        self._machine = machine

    async def process_event(self, event: str) -> str:
        if not self._machine.can_transition(event):
            raise ValueError(f"Cannot transition from {self._machine.current_state}")
        return await self._machine.transition(event)

    @property
    def state(self) -> str:
        return self._machine.current_state


class Order(StateMachine):
    """Declarative states and transitions with entry and exit hooks; a guard as `async def can_confirm(self) -> bool`."""

    states = (State("pending"), State("confirmed"), State("shipped", final=True))
    transitions = (Transition("confirm", "pending", "confirmed"), Transition("ship", "confirmed", "shipped"))

    def __init__(self, paid: bool = True, **more: Any) -> None:
        super().__init__(**more)
        self.paid, self.told = paid, list[str]()

    async def can_confirm(self) -> bool:
        return self.paid

    async def on_exit_pending(self) -> None:
        self.told.append("exit pending")

    async def on_enter_confirmed(self) -> None:
        self.told.append("enter confirmed")

    async def on_transition(self) -> None:
        self.told.append("transition")


async def test_process_event() -> None:
    orders = OrderStateMachine(Order())
    assert isinstance(orders._machine, StateMachineProtocol)
    assert orders.state == "pending"
    assert await orders.process_event("confirm") == "confirmed" == orders.state
    with pytest.raises(ValueError, match="Cannot transition from confirmed"):
        await orders.process_event("confirm")


# ---- 2-how-to.txt


def its_provider(database: SqliteDatabase) -> type[Provider]:
    from lexiconsole.contracts.core.di import ContainerRegistrarProtocol
    from lexiconsole.state.persistence import DatabaseStatePersistence

    class Databases(Provider):
        priority = 100

        async def register(self, container: ContainerRegistrarProtocol) -> None:
            from lexiconsole.contracts.data import DatabaseProviderProtocol
            container.singleton(DatabaseProviderProtocol, lambda: database)

    # Wire persistence in your provider
    class MyProvider(Provider):
        async def register(self, container: ContainerRegistrarProtocol) -> None:
            from lexiconsole.contracts.data import DatabaseProviderProtocol
            db = await container.resolve(DatabaseProviderProtocol)
            persistence = DatabaseStatePersistence(
                provider=db,
                table_name="my_state_transitions",
            )
            container.singleton(StatePersistenceProtocol, lambda: persistence)

    return Databases, MyProvider  # type: ignore[return-value]


async def test_the_state_machine_with_persistence(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "app.db")
    mine = type("Mine", (Module,), {"providers": its_provider(database)})
    async with Application.boot(modules=[mine]) as app:
        persistence = await app.container.resolve(StatePersistenceProtocol)
        await Order(machine_id="o-1", persistence=persistence).transition("confirm")
    rows = await database.fetch_all("SELECT machine_id, version, event, to_state FROM my_state_transitions")
    await database.close()
    assert rows == [{"machine_id": "o-1", "version": 1, "event": "confirm", "to_state": "confirmed"}]


def test_the_paths_of_the_documents() -> None:
    from lexiconsole.state import StateMachine as Found
    from lexiconsole.state.persistence import DatabaseStatePersistence

    assert Found is StateMachine and issubclass(DatabaseStatePersistence, object)


# ---- 1-overview-and-configuration.txt: the features


async def test_declarative_states_and_transitions_with_entry_and_exit_hooks() -> None:
    order = Order()
    await order.transition("confirm")
    assert order.told == ["exit pending", "enter confirmed", "transition"]


async def test_transition_guards() -> None:
    order = Order(paid=False)
    assert await order.allowed_events() == []
    with pytest.raises(Exception, match="can_confirm does not allow 'confirm'"):
        await order.transition("confirm")
    assert order.current_state == "pending" and order.told == []


async def test_transition_history_recovery_and_optimistic_locking(tmp_path: Path) -> None:
    from lexiconsole.state.persistence import DatabaseStatePersistence

    database = SqliteDatabase(tmp_path / "app.db")
    persistence = DatabaseStatePersistence(provider=database)
    assert isinstance(persistence, StatePersistenceProtocol)
    first, second = (Order(machine_id="o", persistence=persistence) for _ in range(2))
    await second.recover()
    await first.transition("confirm")
    with pytest.raises(StateConcurrencyError):
        await second.transition("confirm")
    after_restart = Order(machine_id="o", persistence=persistence)
    assert await after_restart.recover() == "confirmed"
    history = await after_restart.history()
    assert [type(one) for one in history] == [StateTransitionRecord] and history[0].from_state == "pending"
    await database.close()


async def test_multi_level_approval_flows_with_threshold_rules() -> None:
    def limit(most: int) -> Any:
        async def approver(claim: dict[str, int]) -> bool:
            return claim["amount"] <= most
        return approver

    chain = ApprovalChain([
        ApprovalStep("manager", limit(1_000_000)),
        ApprovalLevel("directors", [
            ApprovalStep("ana", limit(20_000)), ApprovalStep("ben", limit(50_000)), ApprovalStep("eve", limit(50_000)),
        ], policy=2, condition=lambda claim: claim["amount"] > 10_000),
    ])
    assert isinstance(chain, ApprovalProtocol)
    assert [await chain.approve({"amount": amount}) for amount in (5, 15_000, 30_000, 60_000, 2_000_000)] == [
        True, True, True, False, False,
    ]
