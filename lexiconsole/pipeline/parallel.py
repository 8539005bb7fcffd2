"""ParallelStep: several steps side by side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from lexiconsole.durable.memory import memory_context
from lexiconsole.durable.outline import NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.errors import DefinitionError, RunCancelled, StepError
from lexiconsole.pipeline.context import PipelineContext
from lexiconsole.pipeline.function import as_step
from lexiconsole.pipeline.step import PipelineStep
from lexiconsole.pipeline.walk import SKIPPED, Outcome, Walk
from lexiconsole.result import Err, Ok

__all__ = ["ParallelStep"]

TIMER = ""  # no step has that name


class ParallelStep(PipelineStep):
    """Starts all its steps together; its result is a dict of theirs by name.

    With `fail_fast` the first failure ends it and the others are dropped: what is running is let go of, except for steps
    with a `cleanup`, which are waited for. Without, all run to their end; then it fails if any of them did. `timeout` is
    seconds for the whole group.
    """

    def __init__(
        self,
        name: str,
        steps: Iterable[PipelineStep | Callable[..., Any]] = (),
        fail_fast: bool = True,
        timeout: float | None = None,
        dependencies: Sequence[str] = (),
    ) -> None:
        super().__init__(name, dependencies=dependencies, timeout=timeout)
        self.fail_fast = fail_fast
        self.steps = [as_step(step) for step in steps]

    def also(self, step: PipelineStep | Callable[..., Any]) -> ParallelStep:
        """Adds a step to the group; may stand above it as a decorator."""
        self.steps.append(as_step(step))
        return self

    async def execute(self, ctx: PipelineContext) -> Outcome:
        """The step by itself, in memory."""
        return await memory_context().drive(lambda inner: self.perform(Walk(inner, ctx), self.name, f"{self.name}/"))

    def begin(self, walk: Walk, key: str, under: str) -> Awaitable[Outcome]:
        return self._together(walk.within(self.timeout), key, under)

    async def _together(self, walk: Walk, key: str, under: str) -> Outcome:
        """Starts all, takes them as they end, and lets go of what is left when one failed or the time is over."""
        waiting: dict[str, Any] = {part.name: self._start(walk, part, under) for part in self.steps}
        if self.timeout is not None:
            waiting[TIMER] = walk.ctx.sleep(f"{under}timeout", timedelta(seconds=self.timeout))
        ended: dict[str, Outcome] = {}
        try:
            while len(ended) < len(self.steps):
                name = await walk.ctx.first(waiting)
                if name == TIMER:
                    break
                ended[name] = await waiting.pop(name)
                if self.fail_fast and isinstance(ended[name], Err):
                    break
        except RunCancelled:
            await self._wait_for(walk, waiting)
            raise
        await self._let_go(walk, waiting)
        return self._came_to(walk, ended)

    def _start(self, walk: Walk, part: PipelineStep, under: str) -> Awaitable[Outcome]:
        """One piece of work is started as it is; anything more is a sequence of its own, whose own work is called `do`."""
        if part.is_single:
            return part.begin(walk, under + part.name, "")
        return walk.ctx.branch(under + part.name, partial(_inside, part, walk))

    async def _let_go(self, walk: Walk, waiting: dict[str, Any]) -> None:
        """What has nothing to tidy up is dropped; the rest is waited for, so that it can."""
        tidies = {part.name for part in self.steps if part.cleans_up}
        await self._wait_for(walk, {name: waiting.pop(name) for name in tidies & waiting.keys()})
        for name, durable in waiting.items():
            walk.ctx.drop(durable, f"{self.name} is over" if name == TIMER else f"{self.name} failed")

    async def _wait_for(self, walk: Walk, waiting: Mapping[str, Any]) -> None:
        async with walk.ctx.shielded():
            for name, durable in waiting.items():
                if name != TIMER:
                    with suppress(RunCancelled):  # that is how a branch ends after a cancel
                        await durable

    def _came_to(self, walk: Walk, ended: Mapping[str, Outcome]) -> Outcome:
        """The results in the order of the steps, or what failed. Results of steps that succeeded are kept in any case."""
        results: dict[str, Any] = {}
        failures: list[StepError] = []
        for part in self.steps:
            match ended.get(part.name):
                case Ok(value) if value is SKIPPED:
                    walk.shared.skipped.append(part.name)
                case Ok(value):
                    results[part.name] = value
                    walk.shared.put(part.name, value)
                case Err(error):
                    failures.append(error)
                case None:
                    pass
        if len(failures) == 1:
            return Err(failures[0])
        if failures:
            told = "; ".join(str(error) for error in failures)
            return Err(StepError(self.name, f"{len(failures)} of {len(self.steps)} failed: {told}", type="StepsFailed"))
        late = [part.name for part in self.steps if part.name not in ended]
        if late:
            why = f"{', '.join(late)} did not end within {self.timeout:g} s"
            return Err(StepError(self.name, why, type="TimeoutError", unknown=True))
        return Ok(results)

    @property
    def parts(self) -> Sequence[PipelineStep]:
        return self.steps

    def outline(self, key: str, under: str, parent: str = "") -> Outline:
        nodes = [OutlineNode(key, NodeKind.PARALLEL, label="" if key == self.name else self.name, parent=parent)]
        edges: list[OutlineEdge] = []
        for part in self.steps:
            at = under + part.name
            inner = part.outline(at, "", key) if part.is_single else part.outline(f"{at}/do", f"{at}/", key)
            nodes += inner.nodes
            edges += inner.edges
        return Outline(tuple(nodes), tuple(edges))

    def check(self) -> None:
        super().check()
        names = [part.name for part in self.steps]
        if not names:
            raise DefinitionError(f"the parallel step {self.name!r} has no steps")
        for part in self.steps:
            if names.count(part.name) > 1:
                raise DefinitionError(f"the parallel step {self.name!r} has two steps named {part.name!r}")
            clash = [name for name in part.dependencies if name in names]
            if clash:
                raise DefinitionError(
                    f"{part.name!r} runs beside {clash[0]!r} in {self.name!r} and can not depend on it; put one after the other"
                )


async def _inside(part: PipelineStep, walk: Walk) -> Outcome:
    return await part.perform(walk, "do", "")
