"""How a pipeline fails: which steps did, which were not run because of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lexiconsole.errors import LateError, StepError
from lexiconsole.pipeline.context import PipelineContext

__all__ = ["PipelineError"]


class PipelineError(LateError):
    """`failures` are errors by step name, `not_run` the steps that were not tried; `context` holds what was done."""

    def __init__(
        self, pipeline: str, failures: Mapping[str, StepError], not_run: Sequence[str], context: PipelineContext
    ) -> None:
        self.pipeline, self.failures, self.not_run, self.context = pipeline, dict(failures), tuple(not_run), context
        super().__init__(pipeline, failures, not_run, context)

    def told(self) -> str:
        failed = "; ".join(_line(name, error) for name, error in self.failures.items())
        rest = f"; not run: {_some(self.not_run)}" if self.not_run else ""
        return f"{self.pipeline} failed at {failed}{rest}"

    @property
    def step(self) -> str:
        """The name of the step that failed first."""
        return next(iter(self.failures))

    @property
    def cause(self) -> StepError:
        return self.failures[self.step]


def _line(name: str, error: StepError) -> str:
    return str(error) if error.key == name else f"{name}: {error}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
