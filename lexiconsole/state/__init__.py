"""State machines: declarative states and transitions with guards and hooks, alone or as runs that wait for events."""

from lexiconsole.contracts.state import StateConcurrencyError, StateTransitionRecord
from lexiconsole.state.declaration import EVERY_STATE, Change, State, Transition
from lexiconsole.state.error import TransitionRefusedError
from lexiconsole.state.machine import StateMachine
from lexiconsole.state.persistence import DatabaseStatePersistence, MemoryStatePersistence

__all__ = [
    "EVERY_STATE",
    "Change",
    "DatabaseStatePersistence",
    "MemoryStatePersistence",
    "State",
    "StateConcurrencyError",
    "StateMachine",
    "StateTransitionRecord",
    "Transition",
    "TransitionRefusedError",
]
