"""The words of state machines: the machine, one recorded transition, and where the record is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from lexiconsole.types import Instant, JsonObject

__all__ = ["StateMachineProtocol", "StatePersistenceProtocol", "StateTransitionRecord"]


@dataclass(frozen=True, slots=True)
class StateTransitionRecord:
    """One transition that happened. `version` is the machine's version after it, counted from 1."""

    machine_id: str
    event: str
    from_state: str
    to_state: str
    version: int
    at: Instant
    data: JsonObject = field(default_factory=dict)


@runtime_checkable
class StateMachineProtocol(Protocol):
    @property
    def current_state(self) -> str: ...

    def can_transition(self, event: str) -> bool: ...

    async def transition(self, event: str) -> str: ...


@runtime_checkable
class StatePersistenceProtocol(Protocol):
    async def save_transition(self, record: StateTransitionRecord) -> None:
        """Keeps the record; refuses one whose version is not the successor of the last."""
        ...

    async def load_state(self, machine_id: str) -> StateTransitionRecord | None:
        """The last transition, None when there was none."""
        ...

    async def history(self, machine_id: str) -> Sequence[Any]: ...
