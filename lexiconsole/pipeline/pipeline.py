"""Pipeline: steps in the order of their dependencies. `carry` is the whole of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import EllipsisType
from typing import Any, ClassVar

from pydantic import BaseModel

from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.durable.context import Context, RunInfo
from lexiconsole.durable.memory import memory_context
from lexiconsole.durable.outline import EdgeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.durable.policy import check_seconds
from lexiconsole.errors import DefinitionError, RefusedError, StepError
from lexiconsole.pipeline.checkpoint import Checkpoint
from lexiconsole.pipeline.context import PipelineContext
from lexiconsole.pipeline.error import PipelineError
from lexiconsole.pipeline.function import as_step
from lexiconsole.pipeline.order import in_order
from lexiconsole.pipeline.step import PipelineStep
from lexiconsole.pipeline.walk import SKIPPED, Walk
from lexiconsole.result import Err, Ok, Result
from lexiconsole.types import ModelKind

__all__ = ["Pipeline"]


class Pipeline:
    """Runs its steps one after the other, each behind those it depends on, else in the order in which they were added.

    With `fail_fast` the first failure ends it; without, everything still runs that does not depend on a failed step.
    `timeout` is seconds for the whole, counted while it is at work, over crashes too; None for no limit, and where it is left out
    DEFAULT_TIMEOUT, which an application sets from its `workflow.pipeline_timeout`. `metadata` is what steps find
    beside the results; a run without any finds the run's input there. A `checkpoint` cache keeps results between
    executions in memory; recorded runs need none.
    """

    KIND: ClassVar[ModelKind] = ModelKind.PIPELINE
    VERSION: ClassVar[int] = 1
    DEFAULT_TIMEOUT: ClassVar[float | None] = 300.0
    ENABLED: ClassVar[bool] = True
    """False where an application's `workflow.enabled` is: then `execute` refuses."""

    def __init__(
        self,
        name: str = "pipeline",
        steps: Iterable[PipelineStep | Callable[..., Any]] = (),
        *,
        fail_fast: bool = True,
        timeout: float | EllipsisType | None = ...,
        metadata: Mapping[str, Any] | BaseModel | None = None,
        checkpoint: CacheBackendProtocol | None = None,
    ) -> None:
        self.name, self.fail_fast = name, fail_fast
        self.timeout = self.DEFAULT_TIMEOUT if isinstance(timeout, EllipsisType) else timeout
        check_seconds(name, self.timeout)
        self.metadata, self.checkpoint = metadata, checkpoint
        self._steps: dict[str, PipelineStep] = {}
        for step in steps:
            self.add_step(step)

    # what it consists of

    def add_step(self, step: PipelineStep | Callable[..., Any]) -> Pipeline:
        """Adds a step; a named function becomes a step of its name. Gives the pipeline, so that calls can be chained."""
        ready = as_step(step)
        ready.check()
        if ready.name in self._steps:
            raise DefinitionError(f"{self.name} has two steps named {ready.name!r}; each needs a name of its own")
        self._steps[ready.name] = ready
        self.__dict__.pop("_plan", None)
        return self

    @property
    def steps(self) -> list[PipelineStep]:
        """In the order in which they run. Raises DefinitionError for unknown dependencies and cycles."""
        return [step for step, _ in self._plan]

    @cached_property
    def _plan(self) -> list[tuple[PipelineStep, Sequence[str]]]:
        """The steps in order, each with the names of the steps it depends on."""
        owners = {
            part: name for name, step in self._steps.items() for part in _names_inside(step) if part not in self._steps
        }
        needed = {name: _needs(step, owners) for name, step in self._steps.items()}
        return [(self._steps[name], needed[name]) for name in in_order(self.name, needed)]

    def outline(self) -> Outline:
        nodes: list[OutlineNode] = []
        edges: list[OutlineEdge] = []
        before: Sequence[tuple[str, EdgeKind]] = ()
        for step in self.steps:
            drawn = step.outline(step.name, f"{step.name}/")
            edges += [OutlineEdge(source, step.name, kind) for source, kind in before]
            nodes += drawn.nodes
            edges += drawn.edges
            before = step.exits(step.name, f"{step.name}/")
        return Outline(tuple(nodes), tuple(edges))

    # its meaning

    async def drive(self, ctx: Context) -> Result[Any, PipelineError]:
        """As a run: its result is what the last step gave."""
        shared = self._shared_by(self.metadata if self.metadata is not None else ctx.run.input)
        if ctx.journaled:
            shared.close_metadata()
        ended = await self.carry(Walk(ctx, shared, self.timeout if ctx.journaled else None))
        return Ok(shared.value) if isinstance(ended, Ok) else ended

    async def carry(self, walk: Walk) -> Result[PipelineContext, PipelineError]:
        """Runs the steps in order, each with the results of those before it.

        A failure ends it; without `fail_fast` only what depends on the failed step is left out.
        """
        shared, failures, left_out = walk.shared, walk.failures, walk.left_out
        for step, needed in self._plan:
            if failures and (
                self.fail_fast
                or (needed and not failures.keys().isdisjoint(needed))
                or (left_out and not left_out.keys().isdisjoint(needed))
            ):
                left_out[step.name] = None
                continue
            walk.at = step.name
            outcome = self._late(walk) if walk.over else await step.perform(walk, step.name, f"{step.name}/")
            if isinstance(outcome, Err):
                failures[step.name] = outcome.error
            elif outcome.value is SKIPPED:
                shared.skipped.append(step.name)
            else:
                shared.put(step.name, outcome.value)
        return Err(PipelineError(self.name, failures, list(left_out), shared)) if failures else Ok(shared)

    def _late(self, walk: Walk) -> Err[StepError]:
        seconds = f"{self.timeout:g}" if self.timeout is not None else "no"
        return Err(StepError(walk.at, f"the pipeline's {seconds} s were over", type="TimeoutError", unknown=True))

    # in memory

    async def execute(
        self, context: PipelineContext | Mapping[str, Any] | BaseModel | None = None, *, checkpoint_id: str = ""
    ) -> Result[PipelineContext, PipelineError]:
        """Runs it here and now. A mapping becomes the metadata; the `Ok` is the context with all results.

        With a checkpoint cache, an execution that failed or was killed goes on where it stopped: the one with that
        `checkpoint_id`, or without an id the one with the same metadata. Raises RefusedError where pipelines are off.
        """
        if not self.ENABLED:
            raise RefusedError(f"{self.name} was not started: pipelines are switched off (workflow.enabled is false)")
        shared = context if isinstance(context, PipelineContext) else self._shared_by(self.metadata, context)
        if self.checkpoint is None:
            return await self._in_time(shared, None)
        checkpoint = Checkpoint(self.checkpoint, self.name, shared, checkpoint_id)
        await checkpoint.load()
        ended = await self._in_time(shared, checkpoint)
        if isinstance(ended, Ok):
            await checkpoint.forget()
        return ended

    async def _in_time(
        self, shared: PipelineContext, checkpoint: Checkpoint | None
    ) -> Result[PipelineContext, PipelineError]:
        inner = memory_context(RunInfo(self.name, self.name, self.VERSION))
        walk = Walk(inner if checkpoint is None else checkpoint.context(inner), shared)
        limit = asyncio.timeout(self.timeout)
        try:
            async with limit:
                return await inner.drive(lambda _: self.carry(walk))
        except TimeoutError:
            if not limit.expired():
                raise
            await walk.tidy_up()
            walk.failures[walk.at] = self._late(walk).error
            rest = self.steps[[step.name for step in self.steps].index(walk.at) + 1 :]
            return Err(PipelineError(self.name, walk.failures, [step.name for step in rest], shared))
        except asyncio.CancelledError:
            await walk.tidy_up()
            raise

    def _shared_by(self, *given: Any) -> PipelineContext:
        """Metadata from mappings and models, the later over the earlier; anything else is found as `input`."""
        metadata: dict[str, Any] = {}
        for one in given:
            if one is not None:
                metadata |= dict(one) if isinstance(one, (Mapping, BaseModel)) else {"input": one}
        return PipelineContext(metadata)


def _names_inside(step: PipelineStep) -> Iterator[str]:
    for part in step.parts:
        yield part.name
        yield from _names_inside(part)


def _needs(step: PipelineStep, owners: Mapping[str, str]) -> list[str]:
    """What must be done before: a step inside another stands for that one, and brings its own dependencies along."""
    wanted = [*step.dependencies, *(name for part in step.parts for name in _needs(part, owners))]
    outside = (owners.get(name, name) for name in wanted)
    return list(dict.fromkeys(name for name in outside if name != step.name))
