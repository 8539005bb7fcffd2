"""HookRegistry: hooks by the name of their point. Each point is one class of event, under a name that reads well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lexiconsole.app.bus import EventBus
from lexiconsole.contracts import events
from lexiconsole.errors import NotFoundError

__all__ = ["POINTS", "HookRegistry"]

POINTS: dict[str, type[Any]] = {
    "workflow.started": events.WorkflowStartedEvent,
    "workflow.completed": events.WorkflowCompletedEvent,
    "workflow.failed": events.WorkflowFailedEvent,
    "workflow.compensated": events.WorkflowCompensatedEvent,
    "workflow.cancelled": events.WorkflowCancelledEvent,
    "step.started": events.StepStartedEvent,
    "step.completed": events.StepCompletedEvent,
    "step.failed": events.StepFailedEvent,
    "compensation.started": events.CompensationStartedEvent,
    "compensation.completed": events.CompensationCompletedEvent,
    "compensation.failed": events.CompensationFailedEvent,
    "state.transitioned": events.StateTransitionedEvent,
    "question.asked": events.QuestionAskedEvent,
    "question.answered": events.QuestionAnsweredEvent,
    "*": events.WorkflowEvent,
}


class HookRegistry(EventBus):
    """Hooks hear of what workflows do; unlike the bus, nobody publishes here but the application itself."""

    def register(self, point: str, hook: Callable[[Any], Any]) -> Callable[[], None]:
        """Calls `hook` with the event at that point; gives the way to stop. Raises NotFoundError for an unknown point."""
        if point not in POINTS:
            raise NotFoundError("hook point", point, POINTS)
        return self.on(POINTS[point], hook)
