"""The words of events: what workflows tell the application around them, and the two ports through which they tell it.

An event is told once the fact stands: for recorded runs after it is on disk, for executions in memory as it happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from lexiconsole.types import Instant

__all__ = [
    "CompensationCompletedEvent",
    "CompensationFailedEvent",
    "CompensationStartedEvent",
    "EventBusProtocol",
    "HookRegistryProtocol",
    "QuestionAnsweredEvent",
    "QuestionAskedEvent",
    "StateTransitionedEvent",
    "StepCompletedEvent",
    "StepEvent",
    "StepFailedEvent",
    "StepStartedEvent",
    "WorkflowCancelledEvent",
    "WorkflowCompensatedEvent",
    "WorkflowCompletedEvent",
    "WorkflowEvent",
    "WorkflowFailedEvent",
    "WorkflowStartedEvent",
]

E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowEvent:
    """Something that happened to a run. `workflow` is its definition's name, or the model's when it ran in memory.

    `journaled` tells a recorded run from an execution in memory. Results and errors of recorded runs are the JSON of the
    journal; those of executions in memory are the objects themselves.
    """

    run_id: str
    workflow: str
    at: Instant
    journaled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowStartedEvent(WorkflowEvent):
    input: Any = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowCompletedEvent(WorkflowEvent):
    result: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowFailedEvent(WorkflowEvent):
    error: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowCompensatedEvent(WorkflowFailedEvent):
    """It failed, and everything it had done was undone; whoever listens to failures hears of it too."""

    undone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowCancelledEvent(WorkflowEvent):
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent(WorkflowEvent):
    """`key` is the step's key in the run; `attempt` counts from 1, 0 when it is not known."""

    key: str
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStartedEvent(StepEvent):
    """The first attempt began. Of a recorded step that took a moment only, it is told together with its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompletedEvent(StepEvent):
    result: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailedEvent(StepEvent):
    """For good: there is no further attempt."""

    error: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationStartedEvent(StepEvent):
    """`key` is that of the step which is being undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationCompletedEvent(StepEvent):
    """`key` is that of the step which was undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationFailedEvent(StepEvent):
    """`key` is that of the step which could not be undone."""

    error: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTransitionedEvent(WorkflowEvent):
    """A state machine went from one state to another; `run_id` is the machine's id when it is no recorded run."""

    event: str
    from_state: str
    to_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAskedEvent(StepEvent):
    prompt: str = ""
    who: tuple[str, ...] = ()
    due: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnsweredEvent(StepEvent):
    value: Any = None
    by: str = ""


@runtime_checkable
class EventBusProtocol(Protocol):
    """Hands events to whoever asked for their class or one of its bases. Events may be objects of any class."""

    def on(
        self,
        event: type[E],
        handler: Callable[[E], Any] | None = None,
        *,
        start: str | None = None,
        input: Callable[[E], Any] | None = None,
        id: Callable[[E], str] | None = None,
    ) -> Callable[[], None]:
        """Calls `handler`, sync or async, or starts the workflow named `start`; gives the way to stop."""
        ...

    def subscribe(self, event: type[E], handler: Callable[[E], Any]) -> Callable[[], None]: ...

    async def publish(self, event: object) -> None:
        """Done when every handler has been called; one that raises does not keep the others from it."""
        ...


@runtime_checkable
class HookRegistryProtocol(Protocol):
    """Hooks by the name of their point: `workflow.started`, `step.failed`, `compensation.completed`, or `*` for all."""

    def register(self, point: str, hook: Callable[[Any], Any]) -> Callable[[], None]:
        """Calls `hook`, sync or async, with the event; gives the way to stop."""
        ...
