"""How a step is tried: attempts, pauses between them, time for one attempt, and what an unknown outcome means."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lexiconsole.errors import DefinitionError

__all__ = ["ONCE", "Backoff", "OnUnknown", "StepPolicy", "StepRole", "check_seconds", "check_terms", "check_tries"]


class StepRole(StrEnum):
    """What a step is to its model; views draw compensations in a lane of their own."""

    ACTION = "action"
    COMPENSATION = "compensation"


class OnUnknown(StrEnum):
    """What follows when an attempt timed out or was interrupted for good and may have taken effect."""

    DOUBT = "doubt"  # ask an operator
    FAIL = "fail"  # Err whose error says `unknown`


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds before the next attempt: `initial * factor ** (attempt - 1)`, at most `maximum`.

    `jitter` is the share that chance may add or take away (0.1 is ±10 %), so that a crowd does not come back at once.
    """

    initial: float = 1.0
    factor: float = 2.0
    maximum: float = 300.0
    jitter: float = 0.1

    def delay(self, attempt: int, chance: random.Random) -> float:
        """The pause after failed attempt number `attempt` (from 1)."""
        if not self.initial:
            return 0.0
        try:
            plain = min(self.maximum, self.initial * self.factor ** (attempt - 1))
        except OverflowError:
            plain = self.maximum
        return max(0.0, plain * (1 + self.jitter * (2 * chance.random() - 1)))


@dataclass(frozen=True, slots=True)
class StepPolicy:
    """The terms of one step.

    `attempts` counts all tries. `timeout` is seconds for one attempt, None for no limit. `retry_on` are the exception
    types worth another try; an `Err` that a step returns is one as well when `retry_err` holds.
    `idempotent=False` puts the intent on disk before the call and never repeats an attempt whose outcome is unknown.
    `on_unknown=None` means: doubt when not idempotent, otherwise fail.
    """

    attempts: int = 1
    backoff: Backoff = field(default_factory=Backoff)
    timeout: float | None = None
    retry_on: tuple[type[Exception], ...] = (Exception,)
    retry_err: bool = True
    idempotent: bool = True
    on_unknown: OnUnknown | None = None

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {self.attempts}")
        if self.timeout is not None and self.timeout <= 0:
            raise ValueError(f"timeout must be more than 0 seconds, not {self.timeout}")

    @property
    def unknown(self) -> OnUnknown:
        """What an unknown outcome comes to under this policy."""
        if self.on_unknown is not None:
            return self.on_unknown
        return OnUnknown.FAIL if self.idempotent else OnUnknown.DOUBT


def check_terms(owner: str, tries: Any, delay: Any, timeout: Any) -> None:
    """Raises DefinitionError for terms under which nothing can be tried: when they are written down, not at the first failure."""
    check_tries(owner, "max_retries", tries)
    if not _is_number(delay) or not 0 <= delay < math.inf:
        raise DefinitionError(f"{owner}: retry_delay is seconds and must not be negative, it is {delay!r}")
    check_seconds(owner, timeout)


def check_tries(owner: str, field: str, tries: Any) -> None:
    """Raises DefinitionError for what is no count of tries; `field` is its name to the author."""
    if type(tries) is not int or tries < 1:
        raise DefinitionError(f"{owner}: {field} counts all tries and must be at least 1, not {tries!r}")


def check_seconds(owner: str, timeout: Any) -> None:
    """Raises DefinitionError for what is no time limit."""
    if timeout is not None and (not _is_number(timeout) or not timeout > 0):
        raise DefinitionError(f"{owner}: timeout must be more than 0 seconds, not {timeout!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and type(value) is not bool


ONCE = StepPolicy()
"""One attempt, no limit on its time, safe to repeat after a crash."""
