"""Walk: one execution of a pipeline, as its steps see it from inside."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.context import Context
from lexiconsole.durable.policy import StepPolicy
from lexiconsole.errors import StepError
from lexiconsole.pipeline.context import PipelineContext
from lexiconsole.result import Result

if TYPE_CHECKING:
    from lexiconsole.pipeline.step import PipelineStep

__all__ = ["SKIPPED", "Outcome", "Walk"]

Outcome = Result[Any, StepError]


class _Skipped:
    def __repr__(self) -> str:
        return "SKIPPED"


SKIPPED = _Skipped()
"""The value of a step that did not run because it said so: it leaves no result."""


class Walk:
    """The durable context, what the steps share, and until when there is time: by `ctx.elapsed`, infinite without a limit."""

    __slots__ = ("at", "ctx", "deadline", "failures", "left_out", "shared", "under_way")

    def __init__(self, ctx: Context, shared: PipelineContext, seconds: float | None = None) -> None:
        self.ctx, self.shared = ctx, shared
        self.deadline = math.inf if seconds is None else ctx.elapsed + seconds
        self.at = ""
        self.failures: dict[str, StepError] = {}
        self.left_out: dict[str, None] = {}
        self.under_way: list[PipelineStep] = []
        """Steps that were started and want a `cleanup`."""

    def within(self, seconds: float | None) -> Walk:
        """The same walk with at most that much time."""
        if seconds is None:
            return self
        inner = Walk(self.ctx, self.shared, seconds)
        inner.deadline = min(inner.deadline, self.deadline)
        inner.under_way = self.under_way
        return inner

    async def tidy_up(self) -> None:
        """The cleanups of what was under way when the whole was stopped from outside, in memory."""
        while self.under_way:
            step = self.under_way.pop()
            try:
                done = step.cleanup(self.shared)
                if hasattr(done, "__await__"):
                    await done
            except Exception as fault:
                self.shared.cleanup_errors[step.name] = fault

    @property
    def left(self) -> float:
        """Seconds, infinite without a limit; never zero, so that it can stand in a policy."""
        return max(0.001, self.deadline - self.ctx.elapsed)

    @property
    def over(self) -> bool:
        return self.deadline < math.inf and self.ctx.elapsed >= self.deadline

    def terms(self, policy: StepPolicy) -> StepPolicy:
        """The policy with no more time than is left."""
        if self.deadline == math.inf:
            return policy
        left = self.left
        return policy if policy.timeout is not None and policy.timeout <= left else replace(policy, timeout=left)
