"""The words of sagas: one step with its compensation, the states a saga goes through, and the port of saga stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from lexiconsole.durable.policy import check_terms, check_tries
from lexiconsole.errors import DefinitionError, LexiconsoleError
from lexiconsole.result import Result

__all__ = ["SagaProtocol", "SagaState", "SagaStep", "SagaStepError", "SagaStoreProtocol"]


class SagaState(StrEnum):
    """PENDING → RUNNING → COMPLETED, or PENDING → RUNNING → COMPENSATING → FAILED.

    A saga that failed is FAILED whether or not it was undone; `was_compensated()` tells the two apart. COMPENSATED is
    the word with which a store is asked for those that failed and were undone completely.
    """

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    COMPENSATING = "compensating"
    COMPENSATED = "compensated"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        return self in {SagaState.COMPLETED, SagaState.COMPENSATED, SagaState.FAILED}


class SagaStepError(LexiconsoleError):
    """What an action puts into its `Err`; `code` is for programs, the message for people."""

    def __init__(self, message: str = "", *, step: str = "", code: str = "") -> None:
        self.message, self.step, self.code = message, step, code
        super().__init__(f"{step}: {message}" if step else message)


@dataclass(frozen=True, slots=True)
class SagaStep:
    """One side effect and how to undo it.

    `action` and `compensation` may be async, and give a value, a `Result`, or raise. An action that takes an argument
    gets the results so far by step name, a compensation that takes one gets its own step's result (None when the
    outcome is unknown).

    `max_retries` counts all tries, `retry_delay` is seconds before the second one and doubles from there; `timeout` is
    seconds for one try. `retry_on` are the exceptions, raised by the action or inside its `Err`, that are worth another
    try: with `retry_on=ConnectionError` a card that is declined is not charged again. `idempotent` is about the
    compensation: only then is it repeated (`compensation_retries` tries in all, by default `max_retries`), and only then
    may it undo a step of which nobody knows whether it took effect.
    `action_idempotent=False` puts the intent on disk before the action, and asks an operator rather than repeat it blindly.
    A `pivot` is the point after which there is no way back. `read_only` says that there is nothing to undo.
    """

    name: str
    action: Callable[..., Any]
    compensation: Callable[..., Any] | None = None
    max_retries: int = 1
    retry_delay: float = 1.0
    idempotent: bool = True
    _: KW_ONLY
    action_idempotent: bool = True
    timeout: float | None = None
    compensation_retries: int | None = None
    pivot: bool = False
    read_only: bool = False
    retry_on: type[Exception] | tuple[type[Exception], ...] = Exception

    def __post_init__(self) -> None:
        name: Any = self.name
        if not isinstance(name, str) or not name or "/" in name or not name.isprintable():
            raise DefinitionError(f"a saga step needs a printable name without slashes, not {name!r}")
        check_terms(name, self.max_retries, self.retry_delay, self.timeout)
        tries: Any = self.compensation_retries
        if tries is not None:
            check_tries(name, "compensation_retries", tries)


@runtime_checkable
class SagaProtocol(Protocol):
    """Something that does its steps or undoes them."""

    @property
    def state(self) -> SagaState: ...

    def get_id(self) -> str: ...

    def is_completed(self) -> bool: ...

    def was_compensated(self, step: str | None = None) -> bool: ...

    async def execute(self) -> Result[Any, Any]: ...


@runtime_checkable
class SagaStoreProtocol(Protocol):
    """Where sagas outlive their process. `data` is JSON: version, position, results by step, errors, what was undone."""

    async def save(self, saga_id: str, state: SagaState, data: dict[str, Any] | None = None) -> None:
        """Keeps the saga; without `data`, what was kept before stays."""
        ...

    async def load(self, saga_id: str) -> tuple[SagaState, dict[str, Any]] | None: ...

    async def list(self, status: SagaState | None = None) -> list[str]:
        """The ids of the sagas in that state. COMPENSATED finds those in FAILED whose data say `compensated`."""
        ...

    async def delete(self, saga_id: str) -> None: ...
