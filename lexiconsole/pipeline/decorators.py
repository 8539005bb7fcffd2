"""`step`, `conditional` and `parallel`: steps from functions, as decorators or in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import update_wrapper
from typing import Any, TypedDict, Unpack, overload

from lexiconsole.pipeline.conditional import ConditionalStep
from lexiconsole.pipeline.function import FunctionStep, as_step
from lexiconsole.pipeline.parallel import ParallelStep
from lexiconsole.pipeline.step import PipelineStep

__all__ = ["conditional", "parallel", "step"]

Function = Callable[..., Any]


class StepTerms(TypedDict, total=False):
    """The other fields of a FunctionStep."""

    dependencies: Sequence[str]
    timeout: float | None
    max_retries: int
    retry_delay: float
    idempotent: bool


@overload
def step(name: str = "", func: None = None, **terms: Unpack[StepTerms]) -> Callable[[Function], FunctionStep]: ...
@overload
def step(name: str, func: Function, **terms: Unpack[StepTerms]) -> FunctionStep: ...
@overload
def step(name: Function, func: None = None, **terms: Unpack[StepTerms]) -> FunctionStep: ...


def step(name: str | Function = "", func: Function | None = None, **terms: Unpack[StepTerms]) -> Any:
    """A FunctionStep: of `func`, or as a decorator of what it stands above. The name is by default the function's."""
    if callable(name):
        return _decorated(name.__name__, name, terms)
    if func is not None:
        return FunctionStep(name, func, **terms)
    return lambda function: _decorated(name or function.__name__, function, terms)


def _decorated(name: str, function: Function, terms: StepTerms) -> FunctionStep:
    """Reads like the function itself: its docstring, its signature."""
    made = FunctionStep(name, function, **terms)
    update_wrapper(made, function, updated=())
    return made


@overload
def conditional(
    name: str,
    condition: Function,
    true_step: PipelineStep | Function,
    false_step: PipelineStep | Function | None = None,
    *,
    dependencies: Sequence[str] = (),
    timeout: float | None = None,
) -> ConditionalStep: ...
@overload
def conditional(
    name: str,
    condition: Function,
    true_step: None = None,
    false_step: PipelineStep | Function | None = None,
    *,
    dependencies: Sequence[str] = (),
    timeout: float | None = None,
) -> Callable[[Function], ConditionalStep]: ...


def conditional(
    name: str,
    condition: Function,
    true_step: PipelineStep | Function | None = None,
    false_step: PipelineStep | Function | None = None,
    *,
    dependencies: Sequence[str] = (),
    timeout: float | None = None,
) -> Any:
    """A ConditionalStep. As a decorator the function is the true branch; `.otherwise(function)` adds the other one."""

    def build(function: PipelineStep | Function) -> ConditionalStep:
        return ConditionalStep(name, condition, function, false_step, dependencies, timeout)

    return build if true_step is None else build(true_step)


@overload
def parallel(
    name: str,
    steps: Iterable[PipelineStep | Function],
    fail_fast: bool = True,
    timeout: float | None = None,
    *,
    dependencies: Sequence[str] = (),
) -> ParallelStep: ...
@overload
def parallel(
    name: str,
    steps: None = None,
    fail_fast: bool = True,
    timeout: float | None = None,
    *,
    dependencies: Sequence[str] = (),
) -> Callable[[Function], ParallelStep]: ...


def parallel(
    name: str,
    steps: Iterable[PipelineStep | Function] | None = None,
    fail_fast: bool = True,
    timeout: float | None = None,
    *,
    dependencies: Sequence[str] = (),
) -> Any:
    """A ParallelStep. As a decorator the function is the first of the group; `.also(function)` adds more."""

    def build(members: Iterable[PipelineStep | Function]) -> ParallelStep:
        return ParallelStep(name, members, fail_fast, timeout, dependencies)

    return build(steps) if steps is not None else lambda function: build([as_step(function)])
