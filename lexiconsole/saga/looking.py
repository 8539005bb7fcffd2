"""Looking at a saga from outside: its steps as they were given."""

from __future__ import annotations

from typing import Any

from lexiconsole.contracts.saga import SagaStep
from lexiconsole.saga.saga import AbstractSaga

__all__ = ["steps_of"]


def steps_of(saga: AbstractSaga[Any]) -> list[SagaStep]:
    """In order; those of a parallel group one after the other."""
    return [step.step for stage in saga._stages for step in stage.steps]  # noqa: SLF001 - the saga's own folder
