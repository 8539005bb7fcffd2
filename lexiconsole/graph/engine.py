"""WorkflowEngine: drives a graph, as a run or here and now, on the terms it is given."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, TypedDict, Unpack

from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.durable.context import Context, RunInfo
from lexiconsole.durable.memory import memory_context
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import (
    HumanInputRequiredError,
    NotFoundError,
    RefusedError,
    UsageError,
    WorkflowVersionMismatchError,
)
from lexiconsole.graph.builder import WorkflowBuilder
from lexiconsole.graph.checkpoint import WorkflowCheckpoint
from lexiconsole.graph.config import GraphConfig
from lexiconsole.graph.error import GraphError
from lexiconsole.graph.graph import WorkflowGraph
from lexiconsole.graph.human import HumanNode
from lexiconsole.graph.result import GraphResult
from lexiconsole.graph.settings import current_graph_config
from lexiconsole.graph.state import WorkflowState
from lexiconsole.graph.trail import Trail
from lexiconsole.graph.walk import Ended, Walk
from lexiconsole.result import Err, Ok, Result
from lexiconsole.types import ModelKind

__all__ = ["WorkflowEngine"]

Failure = GraphError | HumanInputRequiredError | RefusedError
UNANSWERED: Any = object()


class GraphTerms(TypedDict, total=False):
    """The fields of GraphConfig."""

    enabled: bool
    max_iterations: int
    node_timeout: float | None
    total_timeout: float | None
    checkpoint_enabled: bool
    parallel_branches: bool
    max_parallel_branches: int


class WorkflowEngine:
    """Drives `workflow` by `config`, or else the graph's own, or else the application's; single terms change those.

    A `checkpoints` cache keeps executions in memory after every node, so that `resume(id)` goes on in another process;
    recorded runs need none.
    """

    KIND: ClassVar[ModelKind] = ModelKind.GRAPH

    def __init__(
        self,
        workflow: WorkflowGraph | WorkflowBuilder,
        config: GraphConfig | None = None,
        *,
        checkpoints: CacheBackendProtocol | None = None,
        **terms: Unpack[GraphTerms],
    ) -> None:
        self.graph = workflow.build() if isinstance(workflow, WorkflowBuilder) else workflow
        self.checkpoints = checkpoints
        self._given = config if config is not None else self.graph.config
        self._terms = terms
        self._standing: Callable[[], WorkflowCheckpoint] | None = None
        self.config  # noqa: B018 - a term without sense is refused here, not when a run begins

    @property
    def config(self) -> GraphConfig:
        config = current_graph_config() if self._given is None else self._given
        return GraphConfig(**{**config.model_dump(), **self._terms}) if self._terms else config

    @property
    def name(self) -> str:
        return self.graph.name

    def outline(self) -> Outline:
        return self.graph.outline()

    async def drive(self, ctx: Context) -> Result[Any, Failure]:
        """As a run: begins with the run's input as its state, and results in what the graph's conclusion says."""
        config = self.config
        if not config.enabled:
            return Err(_switched_off(self.name))
        ended = await self.walk(ctx, config).go(self.graph.entry, self.graph.begins_with(ctx.run.input))
        return Ok(self.graph.concluded(ended.value.state)) if isinstance(ended, Ok) else ended

    def walk(self, ctx: Context, config: GraphConfig) -> Walk:
        """One execution of the graph as a run, yet to go."""
        return Walk(ctx, self.graph, config, Trail(), seconds=config.total_timeout)

    # in memory

    async def execute(
        self, state: Any = None, *, initial_state: Any = None, id: str = ""
    ) -> Result[GraphResult, Failure]:
        """Runs it here and now: `execute(state)`, or `execute(entry, initial_state=state)` to begin at another node.

        A node's fault comes as `Err(GraphError)`, a person that is needed as `Err(HumanInputRequiredError)`; both carry a
        checkpoint for `resume`, unless checkpoints are switched off.
        """
        entry = self.graph.entry
        if initial_state is not None:
            entry, state = entry if state is None else state, initial_state
        if entry not in self.graph.nodes:
            raise NotFoundError(f"node of {self.name}", str(entry), self.graph.nodes)
        return await self._run(
            id or f"{self.name}-{uuid.uuid4().hex[:12]}", entry, self.graph.begins_with(state), Trail()
        )

    async def resume(
        self, checkpoint: WorkflowCheckpoint | Mapping[str, Any] | str, answer: Any = UNANSWERED, *, node: str = ""
    ) -> Result[GraphResult, Failure]:
        """Goes on where an execution stopped, without running earlier nodes again.

        `checkpoint` is one, or its JSON, or the id of the execution. `answer` is for the person's node that it stopped at;
        `node` says which, when there are several. Raises InvalidInputError for an answer that does not fit,
        WorkflowVersionMismatchError and RefusedError when the graph has changed, NotFoundError for an unknown id.
        """
        found = await self._found(checkpoint)
        self._check_fits(found)
        answers = {} if answer is UNANSWERED else self._answered(found, answer, node)
        state = WorkflowState(found.state, self.graph.reducers)
        return await self._run(found.id, found.entry, state, Trail(found, answers))

    @property
    def last_checkpoint(self) -> WorkflowCheckpoint | None:
        """Where the execution stands that was started last; None when it has ended well, or nothing is kept."""
        return self._standing() if self._standing is not None else None

    async def _run(self, id: str, entry: str, state: WorkflowState, trail: Trail) -> Result[GraphResult, Failure]:
        config = self.config
        if not config.enabled:
            return Err(_switched_off(self.name))
        ctx = memory_context(RunInfo(id, self.name, self.graph.version, input=state))
        walk = Walk(ctx, self.graph, config, trail, seconds=config.total_timeout, timed=False)
        if config.checkpoint_enabled:
            self._standing = partial(self._checkpoint, id, entry, state, walk)
            if self.checkpoints is not None:
                trail.save = partial(self._save, self.checkpoints)
        limit = asyncio.timeout(config.total_timeout)
        try:
            async with limit:
                ended = await ctx.drive(lambda _: walk.go(entry, state))
        except TimeoutError:
            if not limit.expired():
                raise
            return Err(await self._stopped(walk.too_late()))
        if isinstance(ended, Err):
            return Err(await self._stopped(ended.error))
        return await self._completed(id, ended.value, trail)

    async def _completed(self, id: str, ended: Ended, trail: Trail) -> Result[GraphResult, Failure]:
        self._standing = None
        if self.checkpoints is not None:
            await self.checkpoints.delete(_key(id))
        state = ended.state
        value = self.graph.concluded(state)
        return Ok(GraphResult(id, self.name, state.to_dict(), value, tuple(trail.path), ended.at))

    async def _stopped(self, error: GraphError | HumanInputRequiredError) -> GraphError | HumanInputRequiredError:
        if self._standing is not None:
            error.checkpoint = self._standing()
            if self.checkpoints is not None:
                await self._save(self.checkpoints)
        return error

    async def _save(self, checkpoints: CacheBackendProtocol) -> None:
        if self._standing is not None:
            kept = self._standing()
            await checkpoints.set(_key(kept.id), kept.to_data())

    def _checkpoint(self, id: str, entry: str, state: WorkflowState, walk: Walk) -> WorkflowCheckpoint:
        return WorkflowCheckpoint(
            id,
            self.name,
            self.graph.version,
            self.graph.digest,
            entry,
            state.to_dict(),
            dict(walk.trail.outcomes),
            dict(walk.trail.waiting),
            tuple(walk.failures),
            types={key: self.graph.returns_at(key) for key in walk.trail.outcomes},
        )

    async def _found(self, given: WorkflowCheckpoint | Mapping[str, Any] | str) -> WorkflowCheckpoint:
        if isinstance(given, WorkflowCheckpoint):
            return given
        if not isinstance(given, str):
            return WorkflowCheckpoint.from_data(given)
        last = self.last_checkpoint
        if last is not None and last.id == given:
            return last
        data = await self.checkpoints.get(_key(given)) if self.checkpoints is not None else None
        if data is None:
            hint = "" if self.checkpoints is not None else "an engine with checkpoints= keeps them"
            raise NotFoundError("checkpoint of an execution", given, hint=hint)
        return WorkflowCheckpoint.from_data(data)

    def _check_fits(self, found: WorkflowCheckpoint) -> None:
        if found.graph != self.name:
            raise RefusedError(f"the checkpoint is one of {found.graph}, this engine drives {self.name}")
        if found.version != self.graph.version:
            raise WorkflowVersionMismatchError(self.name, found.version, self.graph.version)
        if found.digest != self.graph.digest:
            raise RefusedError(
                f"the nodes or edges of {self.name} have changed since the checkpoint was made, under the same version "
                f"{found.version}; resume it with the graph as it was, or execute it anew"
            )

    def _answered(self, found: WorkflowCheckpoint, answer: Any, node: str) -> dict[str, Any]:
        if not found.waiting:
            raise UsageError(f"{self.name} does not wait for a person there; resume the checkpoint without an answer")
        key = node or next(iter(found.waiting))
        if key not in found.waiting:
            raise NotFoundError("open question", key, found.waiting)
        asked = self.graph.node_at(key)
        return {key: asked.accepts(answer) if isinstance(asked, HumanNode) else answer}


def _key(id: str) -> str:
    return f"graph:{id}"


def _switched_off(name: str) -> RefusedError:
    return RefusedError(f"{name} was not started: graphs are switched off; set graph.enabled to true")
