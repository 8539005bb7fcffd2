"""SubworkflowNode: a workflow inside a graph.

What is built here (a graph, a pipeline, a saga) becomes part of this run: its steps are kept and shown under the node's key,
it is replayed with the run, and a person inside it is asked by this run. What has a definition, or is named, becomes a run
of its own, under its own version, which this one waits for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from lexiconsole.durable.context import INFER, Context, Durable, RunInfo
from lexiconsole.durable.definition import Definition, Model, definition_of
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import DefinitionError
from lexiconsole.graph.builder import WorkflowBuilder
from lexiconsole.graph.engine import WorkflowEngine
from lexiconsole.graph.graph import WorkflowGraph
from lexiconsole.graph.node import AbstractWorkflowNode, NodeType
from lexiconsole.graph.state import WorkflowState, differs
from lexiconsole.result import Ok, Result

if TYPE_CHECKING:
    from lexiconsole.graph.walk import Visit, Walk

__all__ = ["SubworkflowNode"]


class SubworkflowNode(AbstractWorkflowNode):
    """Its input is `state[input_key]`, or the whole state. Its result goes to `state[output_key]`; without one, what of
    the result differs from the input is merged.
    """

    node_type = NodeType.SUBWORKFLOW
    workflow: Any = None
    is_let_go = True

    def __init__(
        self, name: str = "", workflow: Any = None, *, input_key: str | None = None, output_key: str | None = None
    ) -> None:
        super().__init__(name, input_key=input_key, output_key=output_key)
        self.workflow = workflow if workflow is not None else self.workflow
        if isinstance(self.workflow, WorkflowBuilder):
            self.workflow = self.workflow.build()
        self.engine = WorkflowEngine(self.workflow) if isinstance(self.workflow, WorkflowGraph) else self.workflow

    @property
    def graph(self) -> WorkflowGraph | None:
        return self.engine.graph if isinstance(self.engine, WorkflowEngine) else None

    def begin(self, walk: Walk, visit: Visit) -> Durable[Any] | None:
        given = self.taken_from(visit.state)
        if isinstance(self.engine, WorkflowEngine):
            inner = walk.inside(self.engine.graph, self.engine.config, visit.key)
            return walk.ctx.branch(visit.key, partial(_walked, inner, given))
        if self._own_run is not None:
            return walk.ctx.child(visit.key, self._own_run, given)
        run = replace(walk.ctx.run, input=given)
        return walk.ctx.branch(visit.key, partial(self.workflow.drive, cast(Context, _Within(walk.ctx, run))))

    @property
    def _own_run(self) -> Any:
        """The name or definition of a run of its own, None for what is part of this one."""
        if isinstance(self.workflow, (str, Definition)) or definition_of(self.workflow) is not None:
            return self.workflow
        return None

    @property
    def returns(self) -> Any:
        return INFER

    def writes(self, value: Any, state: WorkflowState) -> Mapping[str, Any]:
        if self.output_key is None and self.input_key is None and isinstance(value, Mapping):
            return {key: each for key, each in value.items() if key not in state or differs(state[key], each)}
        return super().writes(value, state)

    async def execute(self, state: Any) -> Any:
        """The workflow by itself, in memory."""
        from lexiconsole.durable.memory import run_in_memory

        return await run_in_memory(self.workflow, self.taken_from(state))

    def outline(self, key: str, parent: str = "") -> Outline:
        """The node, and what is inside it when that is part of this run."""
        own = super().outline(key, parent)
        if self._own_run is not None:
            return own
        graph = self.graph
        if graph is not None:
            from lexiconsole.graph.outline import graph_outline

            inner = graph_outline(graph, f"{key}/", key)
            return Outline((*own.nodes, *inner.nodes), inner.edges)
        return own.around(self.workflow.outline(), key)

    def check(self) -> None:
        super().check()
        if self._own_run is None and not isinstance(self.workflow, Model):
            raise DefinitionError(
                f"{self.name}: {self.workflow!r} is no workflow; give a graph, another model, a definition or its name"
            )


async def _walked(walk: Walk, given: Any) -> Result[Any, Any]:
    graph = walk.graph
    ended = await walk.go(graph.entry, graph.begins_with(given))
    return Ok(graph.concluded(ended.value.state)) if isinstance(ended, Ok) else ended


class _Within:
    """The context of the run, as a model inside it sees it: with an input of its own."""

    __slots__ = ("_ctx", "run")

    def __init__(self, ctx: Context, run: RunInfo) -> None:
        self._ctx, self.run = ctx, run

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)
