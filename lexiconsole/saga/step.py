"""A saga's step as the saga drives it: its calls with their arguments, and the terms on which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from lexiconsole.contracts.saga import SagaStep
from lexiconsole.durable.calling import check_call, wants_argument
from lexiconsole.durable.context import Context, Durable
from lexiconsole.durable.policy import Backoff, OnUnknown, StepPolicy, StepRole
from lexiconsole.errors import StepError
from lexiconsole.result import Result

__all__ = ["Outcome", "PreparedStep", "SagaContext", "Stage", "outcomes_of"]

Outcome = Result[Any, StepError]


class SagaContext(Mapping[str, Any]):
    """What an action sees that takes an argument: the results of the steps done so far, by name. Read it like a dict."""

    __slots__ = ("_results", "id")

    def __init__(self, id: str, results: Mapping[str, Any]) -> None:
        self.id, self._results = id, results

    def __getitem__(self, step: str) -> Any:
        return self._results[step]

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def __repr__(self) -> str:
        return f"SagaContext({self.id!r}, {dict(self._results)!r})"


class PreparedStep:
    """Made once when the step is added, so that driving it costs no more than the call."""

    __slots__ = ("name", "policy", "step", "undo_key", "undo_policy", "wants_context", "wants_result")

    def __init__(self, step: SagaStep) -> None:
        self.step, self.name, self.undo_key = step, step.name, f"undo/{step.name}"
        check_call(step.name, "the action", step.action)
        if step.compensation is not None:
            check_call(step.name, "the compensation", step.compensation)
        self.wants_context = wants_argument(step.action)
        self.wants_result = step.compensation is not None and wants_argument(step.compensation)
        on_unknown = OnUnknown.FAIL if step.read_only or self.undoes_unknown else OnUnknown.DOUBT
        kinds = step.retry_on if isinstance(step.retry_on, tuple) else (step.retry_on,)
        self.policy = _policy(
            step.max_retries, step.retry_delay, step.timeout, step.action_idempotent, on_unknown, kinds
        )
        tries = step.max_retries if step.compensation_retries is None else step.compensation_retries
        # whatever an undo comes to, the rollback goes on with the others; then an operator is asked about this one
        self.undo_policy = _policy(
            tries if step.idempotent else 1, step.retry_delay, step.timeout, step.idempotent, OnUnknown.FAIL
        )

    @property
    def undoes_unknown(self) -> bool:
        """Whether it may be undone without knowing that it was done."""
        return self.step.compensation is not None and self.step.idempotent and not self.step.pivot

    def act(self, ctx: Context, seen: SagaContext, key: str = "") -> Durable[Outcome]:
        call: Callable[..., Any] = self.step.action
        return ctx.step(key or self.name, partial(call, seen) if self.wants_context else call, policy=self.policy)

    def undo(self, ctx: Context, result: Any, key: str = "") -> Durable[Outcome]:
        """The compensation; `result` is what the action gave."""
        call = self.step.compensation
        if call is None:
            raise ValueError(f"{self.name} has no compensation")
        return ctx.step(
            key or self.undo_key,
            partial(call, result) if self.wants_result else call,
            policy=self.undo_policy,
            role=StepRole.COMPENSATION,
        )


@lru_cache(maxsize=256)
def _policy(
    attempts: int,
    delay: float,
    timeout: float | None,
    idempotent: bool,
    on_unknown: OnUnknown,
    retry_on: tuple[type[Exception], ...] = (Exception,),
) -> StepPolicy:
    """Most steps share their terms, so there is one object for all of them."""
    return StepPolicy(
        attempts=attempts,
        backoff=Backoff(initial=delay),
        timeout=timeout,
        idempotent=idempotent,
        on_unknown=on_unknown,
        retry_on=retry_on,
        retry_err=Exception in retry_on,  # an `Err` without an exception is of no kind that was named
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps that are done side by side; mostly one. `name` is empty unless they form a group."""

    steps: tuple[PreparedStep, ...]
    name: str = ""


async def outcomes_of(ctx: Context, doing: Sequence[Durable[Outcome]]) -> list[Outcome]:
    """Waits for all; one alone is awaited as such, because then it needs no task."""
    return [await doing[0]] if len(doing) == 1 else await ctx.all(doing)
