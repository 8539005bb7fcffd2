"""Watching: who wants to hear of executions in memory. While nobody does, they cost nothing more than a look here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from secrets import token_hex
from typing import Any, Protocol, TypeVar

from lexiconsole.durable.context import INFER, RunInfo
from lexiconsole.durable.live import LiveContext
from lexiconsole.durable.policy import ONCE, StepPolicy, StepRole
from lexiconsole.durable.steps import Step
from lexiconsole.durable.work import Work
from lexiconsole.result import Err, Ok

__all__ = ["Watch", "WatchedContext", "tell_transition", "watch", "watched"]

T = TypeVar("T")


class Watch(Protocol):
    """Hears of every execution in memory of this process, on the thread it happens on. It must return at once and not raise."""

    def run_started(self, run: RunInfo) -> None: ...

    def run_ended(self, run: RunInfo, outcome: Any) -> None:
        """`outcome` is the `Result` that the model gave, or the exception that left it."""
        ...

    def step_started(self, run: RunInfo, key: str, role: StepRole) -> None: ...

    def step_ended(self, run: RunInfo, key: str, role: StepRole, outcome: Any, attempts: int) -> None:
        """`outcome` is `Ok` with the step's value or `Err` with its StepError."""
        ...

    def transitioned(self, run: RunInfo, event: str, from_state: str, to_state: str) -> None: ...


_watches: list[Watch] = []


def watch(one: Watch) -> Callable[[], None]:
    """Begins to tell `one`; gives the way to stop. Executions that are under way already are not told of."""
    _watches.append(one)
    return lambda: _watches.remove(one) if one in _watches else None


def watched() -> bool:
    """Whether anybody listens now."""
    return bool(_watches)


def tell_transition(run: RunInfo, event: str, from_state: str, to_state: str) -> None:
    """A state machine that is no run went on; costs a look when nobody listens."""
    for one in _watches:
        one.transitioned(run, event, from_state, to_state)


class WatchedContext(LiveContext):
    """A context in memory that tells of what happens in it."""

    @property
    def observed(self) -> bool:
        return True

    def step(
        self,
        key: str,
        call: Callable[[], Any],
        *,
        policy: StepPolicy = ONCE,
        role: StepRole = StepRole.ACTION,
        returns: Any = INFER,
    ) -> Step:
        strand = self._here(key)
        return self._add(_WatchedStep(self, strand.prefix + key, call, policy, role, returns), strand)

    def settled(self, work: Work) -> None:
        super().settled(work)
        if isinstance(work, _WatchedStep):
            for one in _watches:
                one.step_ended(work.shown_run, work.key, work.role, work.value, work.attempt)

    async def drive(self, body: Callable[[LiveContext], Awaitable[T]]) -> T:
        """As any context does; tells of its beginning and its end. A new generation is no new run."""
        for one in list(_watches) if self.run.generation == 0 else ():
            one.run_started(self.shown_run)
        try:
            value = await super().drive(body)
        except (Exception, asyncio.CancelledError) as fault:
            self._tell_end(fault)
            raise
        if isinstance(value, (Ok, Err)):
            self._tell_end(value)
        return value

    def _tell_end(self, outcome: Any) -> None:
        for one in _watches:
            one.run_ended(self.shown_run, outcome)

    @property
    def shown_run(self) -> RunInfo:
        """The run under an id of its own, also where the model's name stands for it."""
        if self._shown is None:
            run = self.run
            alone = run.id not in {"memory", run.definition}
            self._shown = run if alone else replace(run, id=f"{run.definition}-{token_hex(4)}")
        return self._shown

    _shown: RunInfo | None = None


class _WatchedStep(Step):
    __slots__ = ("shown_run",)

    def __init__(self, ctx: WatchedContext, *terms: Any) -> None:
        super().__init__(ctx, *terms)
        self.shown_run = ctx.shown_run

    async def _try(self) -> Any:
        if self.attempt == 1:
            for one in _watches:
                one.step_started(self.shown_run, self.key, self.role)
        return await super()._try()
