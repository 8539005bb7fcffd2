"""The words everyone uses: statuses, kinds of models and the JSON shapes that cross every border."""

from __future__ import annotations

import importlib
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from lexiconsole.contracts.saga import SagaStep

__all__ = ["ENDED", "Instant", "Json", "JsonObject", "ModelKind", "RunStatus", "SagaStep"]

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
JsonObject: TypeAlias = dict[str, Json]

Instant: TypeAlias = float
"""Seconds since 1970 in UTC, as `time.time()` gives them."""


class RunStatus(StrEnum):
    """Where a run stands. `failed` had nothing to undo, `compensated` undid everything, `doubtful` needs an operator."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    SLEEPING = "sleeping"
    PAUSED = "paused"
    COMPENSATING = "compensating"
    DOUBTFUL = "doubtful"
    COMPLETED = "completed"
    FAILED = "failed"
    COMPENSATED = "compensated"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in ENDED


ENDED = frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.COMPENSATED, RunStatus.CANCELLED})
"""The statuses nothing follows, unless an operator retries."""


class ModelKind(StrEnum):
    """Which of the orchestration models a definition is written in."""

    WORKFLOW = "workflow"
    PIPELINE = "pipeline"
    SAGA = "saga"
    GRAPH = "graph"
    MACHINE = "machine"
    CHAIN = "chain"
    BULK = "bulk"


def __getattr__(name: str) -> Any:
    """`SagaStep` is found here too: the reference documents import it from this path."""
    if name == "SagaStep":
        return importlib.import_module("lexiconsole.contracts.saga").SagaStep
    raise AttributeError(f"module 'lexiconsole.types' has no attribute {name!r}")
