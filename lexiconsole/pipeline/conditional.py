"""ConditionalStep: one of two steps, by a condition that is asked once and remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from lexiconsole.durable.calling import check_call, wants_argument
from lexiconsole.durable.memory import memory_context
from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.durable.truth import truth
from lexiconsole.errors import StepError
from lexiconsole.pipeline.context import PipelineContext
from lexiconsole.pipeline.function import as_step
from lexiconsole.pipeline.step import PipelineStep
from lexiconsole.pipeline.walk import SKIPPED, Outcome, Walk
from lexiconsole.result import Err, Ok

__all__ = ["ConditionalStep"]


class ConditionalStep(PipelineStep):
    """Runs `true_step` when the condition holds, else `false_step`, if there is one.

    The condition may be async, give a bool or a `Result` of one, and takes the context if it takes an argument. What the
    chosen step gives is the result of this step too. The decision is recorded under the step's own name.
    """

    def __init__(
        self,
        name: str,
        condition: Callable[..., Any],
        true_step: PipelineStep | Callable[..., Any],
        false_step: PipelineStep | Callable[..., Any] | None = None,
        dependencies: Sequence[str] = (),
        timeout: float | None = None,
    ) -> None:
        super().__init__(name, dependencies=dependencies, timeout=timeout)
        self.condition = condition
        self.true_step = as_step(true_step)
        self.false_step = None if false_step is None else as_step(false_step)

    def otherwise(self, step: PipelineStep | Callable[..., Any]) -> ConditionalStep:
        """Sets the step for when the condition does not hold; may stand above it as a decorator."""
        self.false_step = as_step(step)
        return self

    async def execute(self, ctx: PipelineContext) -> Outcome:
        """The step by itself, in memory."""
        outcome = await memory_context().drive(lambda inner: self.perform(Walk(inner, ctx), self.name, f"{self.name}/"))
        return Ok(None) if isinstance(outcome, Ok) and outcome.value is SKIPPED else outcome

    def begin(self, walk: Walk, key: str, under: str) -> Awaitable[Outcome]:
        return self._one_of_two(walk.within(self.timeout), key, under)

    async def _one_of_two(self, walk: Walk, key: str, under: str) -> Outcome:
        try:
            holds = await walk.ctx.choose(key, partial(truth, self._question(walk.shared)))
        except StepError as error:
            return Err(error)
        chosen = self.true_step if holds else self.false_step
        if chosen is None:
            return Ok(None)
        outcome = await chosen.perform(walk, under + chosen.name, f"{under}{chosen.name}/")
        if isinstance(outcome, Ok) and outcome.value is not SKIPPED:
            walk.shared.put(chosen.name, outcome.value)
        return outcome

    def check(self) -> None:
        """Raises DefinitionError when it can not work."""
        super().check()
        check_call(self.name, "the condition", self.condition)

    def _question(self, shared: PipelineContext) -> Callable[[], Any]:
        return partial(self.condition, shared) if wants_argument(self.condition) else self.condition

    @property
    def parts(self) -> Sequence[PipelineStep]:
        return (self.true_step,) if self.false_step is None else (self.true_step, self.false_step)

    def outline(self, key: str, under: str, parent: str = "") -> Outline:
        gate = OutlineNode(key, NodeKind.GATE, label="" if key == self.name else self.name, parent=parent)
        nodes, edges = [gate], []
        for kind, part in zip((EdgeKind.TRUE, EdgeKind.FALSE), self.parts, strict=False):
            inner = part.outline(under + part.name, f"{under}{part.name}/", parent)
            nodes += inner.nodes
            edges += [OutlineEdge(key, inner.nodes[0].key, kind), *inner.edges]
        return Outline(tuple(nodes), tuple(edges))

    def exits(self, key: str, under: str) -> Sequence[tuple[str, EdgeKind]]:
        ends = [end for part in self.parts for end in part.exits(under + part.name, f"{under}{part.name}/")]
        return ends if self.false_step is not None else [*ends, (key, EdgeKind.FALSE)]
