"""FunctionStep: a step that calls a function; and how a plain function in a list of steps becomes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from lexiconsole.durable.calling import check_call, wants_argument
from lexiconsole.errors import DefinitionError
from lexiconsole.pipeline.context import PipelineContext
from lexiconsole.pipeline.step import PipelineStep, names

__all__ = ["FunctionStep", "as_step"]


class FunctionStep(PipelineStep):
    """Calls `func`, with the context if it takes an argument. Still callable like the function itself."""

    def __init__(
        self,
        name: str,
        func: Callable[..., Any],
        dependencies: Sequence[str] = (),
        timeout: float | None = None,
        *,
        max_retries: int = 1,
        retry_delay: float = 1.0,
        idempotent: bool = True,
    ) -> None:
        # set here, not by super(): a pipeline may have thousands of them
        self.name, self.func, self.dependencies, self.timeout = name, func, names(dependencies), timeout
        self.max_retries, self.retry_delay, self.idempotent = max_retries, retry_delay, idempotent
        self._wants_context = wants_argument(func)

    def check(self) -> None:
        """Raises DefinitionError when it can not work."""
        super().check()
        check_call(self.name, "the function", self.func)

    def execute(self, ctx: PipelineContext) -> Any:
        return self.func(ctx) if self._wants_context else self.func()

    def call(self, shared: PipelineContext) -> Callable[[], Any]:
        """The function itself: its own annotation names the type of the result, and whether it blocks."""
        return partial(self.func, shared) if self._wants_context else self.func

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.func(*arguments, **named)

    def __repr__(self) -> str:
        return f"FunctionStep({self.name!r}, {self.func!r})"


def as_step(thing: Any) -> PipelineStep:
    """A step as it is; a function as a FunctionStep of its name. Raises DefinitionError for anything else."""
    if isinstance(thing, PipelineStep):
        return thing
    name = getattr(thing, "__name__", "")
    if callable(thing) and name and name != "<lambda>" and not isinstance(thing, type):
        return FunctionStep(name, thing)
    raise DefinitionError(
        f"{thing!r} is no step: give a PipelineStep or a named function, or FunctionStep(name, function)"
    )
