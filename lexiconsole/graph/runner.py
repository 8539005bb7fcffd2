"""WorkflowRunner: runs a workflow in memory, tries a failed one again from where it failed, and goes on after a person."""

from __future__ import annotations

import random
from typing import Any, Protocol

from lexiconsole.durable.clock import Clock, SystemClock
from lexiconsole.durable.policy import Backoff
from lexiconsole.errors import HumanInputRequiredError, RefusedError, UsageError
from lexiconsole.graph.builder import WorkflowBuilder
from lexiconsole.graph.checkpoint import WorkflowCheckpoint
from lexiconsole.graph.definition import WorkflowDefinition, WorkflowInstance
from lexiconsole.graph.engine import WorkflowEngine
from lexiconsole.graph.graph import WorkflowGraph
from lexiconsole.result import Err, Result

__all__ = ["WorkflowRunner"]

_CHANCE = random.Random()


class Executable(Protocol):
    """A pipeline, for example: anything that is executed and gives a `Result`."""

    async def execute(self, context: Any = None) -> Result[Any, Any]: ...


class WorkflowRunner:
    """`retries` is how many more times a failed workflow is tried, `retry_delay` seconds before the first of them, twice that
    before the next. A graph goes on from the node that failed; what has no checkpoint begins anew, or where its own
    checkpoints say.
    """

    def __init__(
        self,
        workflow: WorkflowDefinition | WorkflowGraph | WorkflowBuilder | WorkflowEngine | Executable,
        *,
        retries: int = 0,
        retry_delay: float = 1.0,
        clock: Clock | None = None,
    ) -> None:
        if retries < 0 or retry_delay < 0:
            raise UsageError("retries and retry_delay must not be negative")
        if isinstance(workflow, WorkflowDefinition):
            workflow = workflow.build()
        if isinstance(workflow, (WorkflowGraph, WorkflowBuilder)):
            workflow = WorkflowEngine(workflow)
        self.workflow: WorkflowEngine | Executable = workflow
        self.retries, self.backoff = retries, Backoff(initial=retry_delay)
        self.clock: Clock = clock or SystemClock()

    async def run(self, input: Any = None, *, instance: WorkflowInstance | None = None) -> Result[Any, Any]:
        """Executes it. An `instance` gives the execution its id, and must be of this definition and version."""
        if instance is None:
            return await self._persist(input, await self.workflow.execute(input))
        engine = self._engine()
        instance.validate_definition_version(engine.graph)
        return await self._persist(input, await engine.execute(input, id=instance.id))

    async def resume(
        self,
        checkpoint: WorkflowCheckpoint | Any,
        *answer: Any,
        instance: WorkflowInstance | None = None,
        node: str = "",
    ) -> Result[Any, Any]:
        """Goes on from a checkpoint, with an answer if a person was asked; see WorkflowEngine.resume."""
        engine = self._engine()
        if instance is not None:
            instance.validate_definition_version(engine.graph)
        return await self._persist(None, await engine.resume(checkpoint, *answer, node=node))

    def _engine(self) -> WorkflowEngine:
        if not isinstance(self.workflow, WorkflowEngine):
            raise UsageError(f"{type(self.workflow).__name__} has no checkpoints to go on from; only graphs have")
        return self.workflow

    async def _persist(self, input: Any, ended: Result[Any, Any]) -> Result[Any, Any]:
        for attempt in range(1, self.retries + 1):
            if not isinstance(ended, Err) or isinstance(ended.error, (HumanInputRequiredError, RefusedError)):
                break
            await self.clock.sleep(self.backoff.delay(attempt, _CHANCE))
            checkpoint = getattr(ended.error, "checkpoint", None)
            if isinstance(self.workflow, WorkflowEngine) and checkpoint is not None:
                ended = await self.workflow.resume(checkpoint)
            else:
                ended = await self.workflow.execute(input)
        return ended
