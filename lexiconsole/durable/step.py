"""`current_step()`: what the code inside a step may know of where it runs, in coroutines and worker threads alike."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Protocol

from lexiconsole.errors import ContextMisuseError

__all__ = ["Part", "RunningStep", "StepInfo", "current_step", "in_step"]


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

    @property
    def attempt(self) -> int: ...

    def info(self) -> StepInfo: ...

    def write(self, text: str) -> None:
        """Keeps what the step printed or logged."""
        ...


class Part:
    """What is done inside a step, yet has an address of its own: code in it finds `key` where the step has `own`.

    `key` may move on to the next part.
    """

    __slots__ = ("_own", "_step", "key")

    def __init__(self, step: RunningStep, own: str) -> None:
        self._step, self._own, self.key = step, own, own

    @classmethod
    def of_this_step(cls, own: str) -> Part:
        """What the rest of this try of the step is in; `own` is the key that the model gave the step."""
        step = in_step.get()
        if step is None:
            raise ContextMisuseError("a part is of a step; there is none here")
        part = cls(step, own)
        in_step.set(part)
        return part

    @property
    def attempt(self) -> int:
        return self._step.attempt

    def info(self) -> StepInfo:
        told = self._step.info()
        key, idempotency_key = (text.removesuffix(self._own) + self.key for text in (told.key, told.idempotency_key))
        return replace(told, key=key, idempotency_key=idempotency_key)

    def write(self, text: str) -> None:
        self._step.write(text)


in_step: ContextVar[RunningStep | None] = ContextVar("lexiconsole_step", default=None)


def current_step() -> StepInfo:
    """The step that this code runs in; raises ContextMisuseError outside of any."""
    step = in_step.get()
    if step is None:
        raise ContextMisuseError("current_step() works only inside a step; call it from the step's own function")
    return step.info()
