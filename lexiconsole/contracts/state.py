"""The words of state machines: the machine, one recorded transition, and where the record is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from lexiconsole.errors import RefusedError
from lexiconsole.types import Instant, JsonObject

__all__ = ["StateConcurrencyError", "StateMachineProtocol", "StatePersistenceProtocol", "StateTransitionRecord"]


class StateConcurrencyError(RefusedError):
    """Somebody else took a transition first; this one was not kept, and the machine is where it was.

    `expected` is the version that it began at, `actual` the one that was found (None when nobody said).
    """

    def __init__(self, machine_id: str, expected: int, actual: int | None = None) -> None:
        self.machine_id, self.expected, self.actual = machine_id, expected, actual
        found = "another version" if actual is None else f"version {actual}"
        super().__init__(
            f"{machine_id} moved on: this transition began at version {expected}, {found} was found; "
            "call recover(), look where it is now, then decide"
        )


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
        """Keeps the record; raises StateConcurrencyError for one whose version is not the successor of the last."""
        ...

    async def load_state(self, machine_id: str) -> StateTransitionRecord | None:
        """The last transition, None when there was none."""
        ...

    async def history(self, machine_id: str) -> Sequence[StateTransitionRecord]:
        """All of them, oldest first."""
        ...
