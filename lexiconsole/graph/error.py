"""How a graph ends badly: at which node, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lexiconsole.errors import LateError, StepError
from lexiconsole.types import RunStatus

__all__ = ["GraphError"]


class GraphError(LateError):
    """A graph that failed. `node` is the key of the visit (`review#2` is the second), `cause` why it failed.

    `failures` has all that failed, by key, when several ran side by side. `checkpoint` goes on at the failed node, without
    running again what was done.
    """

    status: ClassVar[RunStatus] = RunStatus.FAILED
    """Also when a saga inside was undone: what other nodes did was not."""

    def __init__(
        self, graph: str, failures: Mapping[str, StepError], state: Mapping[str, Any], checkpoint: Any = None
    ) -> None:
        self.graph, self.failures, self.state, self.checkpoint = graph, dict(failures), dict(state), checkpoint
        self.node, self.cause = next(iter(self.failures.items()))
        super().__init__(graph, failures, state, checkpoint)

    def told(self) -> str:
        causes = [str(cause) if cause.key == node else f"{node}: {cause}" for node, cause in self.failures.items()]
        return f"{self.graph} failed at {'; and at '.join(causes)}"
