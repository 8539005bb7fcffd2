"""`current_step()`: what the code inside a step may know of where it runs, in coroutines and worker threads alike."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from lexiconsole.errors import ContextMisuseError

__all__ = ["RunningStep", "StepInfo", "current_step", "in_step"]


@dataclass(frozen=True, slots=True)
class StepInfo:
    """One attempt of one step. `idempotency_key` is the same for all attempts, over retries, crashes and processes."""

    run_id: str
    key: str
    attempt: int
    idempotency_key: str

    @property
    def logger(self) -> logging.Logger:
        """What is logged here is kept with the step."""
        return logging.getLogger("lexiconsole.step")


class RunningStep(Protocol):
    """A step that is being tried; it tells about itself when asked, so that nothing is built for steps that never ask."""

    def info(self) -> StepInfo: ...

    def write(self, text: str) -> None:
        """Keeps what the step printed or logged."""
        ...


in_step: ContextVar[RunningStep | None] = ContextVar("lexiconsole_step", default=None)


def current_step() -> StepInfo:
    """The step that this code runs in; raises ContextMisuseError outside of any."""
    step = in_step.get()
    if step is None:
        raise ContextMisuseError("current_step() works only inside a step; call it from the step's own function")
    return step.info()
