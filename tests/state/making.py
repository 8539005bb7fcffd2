"""Machines for tests: an order, whose hooks write down that they were called."""

from __future__ import annotations

from typing import Any

from lexiconsole.durable.definition import Definition
from lexiconsole.state import Change, State, StateMachine, Transition
from lexiconsole.types import ModelKind


class Order(StateMachine):
    """pending -> confirmed -> shipped, or cancelled from either; notes can be added at any time before."""

    states = (
        State("pending", initial=True),
        State("confirmed"),
        State("shipped", final=True),
        State("cancelled", final=True),
    )
    transitions = (
        Transition("confirm", "pending", "confirmed"),
        Transition("reopen", "confirmed", "pending"),
        Transition("ship", "confirmed", "shipped"),
        Transition("cancel", ("pending", "confirmed"), "cancelled"),
    )

    def __init__(self, calls: list[str] | None = None, *, fails: set[str] | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.calls = [] if calls is None else calls
        self.fails = fails or set()

    def called(self, name: str) -> None:
        self.calls.append(name)
        if name in self.fails:
            raise ValueError(f"{name} is down")

    async def can_confirm(self) -> bool:
        self.called("can_confirm")
        return "confirm" not in self.fails

    def can_ship(self, change: Change) -> bool:
        self.called("can_ship")
        return change.payload != "no address"

    async def on_exit_pending(self) -> None:
        self.called("on_exit_pending")

    def on_enter_pending(self) -> None:
        self.called("on_enter_pending")

    def on_enter_confirmed(self, change: Change) -> str:
        self.called("on_enter_confirmed")
        return f"{change.event} {change.payload}"

    async def on_enter_shipped(self) -> None:
        self.called("on_enter_shipped")

    async def on_transition(self, change: Change) -> None:
        self.called(f"on_transition {change.source} {change.target}")


def defined(build: Any, version: int = 1) -> Definition:
    return Definition("order", ModelKind.MACHINE, lambda _: build(), version=version, input=Any)
