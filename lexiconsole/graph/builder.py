"""WorkflowBuilder: says node by node and edge by edge what a graph looks like; `build()` checks that it holds together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar, overload

from pydantic import BaseModel

from lexiconsole.errors import DefinitionError
from lexiconsole.graph.config import GraphConfig
from lexiconsole.graph.edge import Condition, WorkflowEdge
from lexiconsole.graph.gate import GateNode
from lexiconsole.graph.graph import Conclusion, WorkflowGraph
from lexiconsole.graph.node import AbstractWorkflowNode, FunctionNode, PassNode
from lexiconsole.graph.state import Reducer, values_of
from lexiconsole.types import ModelKind

__all__ = ["WorkflowBuilder"]

F = TypeVar("F", bound=Callable[..., Any])


class WorkflowBuilder:
    """All but `node` and `build` give the builder itself, so that calls can be chained.

    The entry is the first node unless one is set; a graph ends at nodes without ways on, and at `terminals` when none of
    their ways on is open. `state` is what it begins with, below its input. `reducers` say by key how values of several
    branches are put together.
    """

    KIND: ClassVar[ModelKind] = ModelKind.GRAPH

    def __init__(
        self,
        name: str = "graph",
        *,
        reducers: Mapping[str, Reducer] | None = None,
        state: Mapping[str, Any] | BaseModel | None = None,
        config: GraphConfig | None = None,
        version: int = 1,
    ) -> None:
        self.name, self.version, self.config = name, version, config
        self._nodes: list[AbstractWorkflowNode] = []
        self._edges: list[WorkflowEdge] = []
        self._entry = ""
        self._terminals: list[str] = []
        self._reducers = dict(reducers or {})
        self._state = values_of(state)
        self._conclusion: Conclusion = None

    def add_node(
        self,
        node: AbstractWorkflowNode | str | Callable[..., Any],
        handler: Callable[..., Any] | None = None,
        *,
        entry_point: bool = False,
        terminal: bool = False,
        **terms: Any,
    ) -> WorkflowBuilder:
        """A node; a name with a function; a function, under its own name; or a bare name, which passes the state through.

        `terms` are those of AbstractWorkflowNode: output_key, timeout, max_retries, retry_delay, idempotent.
        """
        ready = _as_node(node, handler, terms)
        self._nodes.append(ready)
        if entry_point:
            self.set_entry(ready.name)
        if terminal:
            self.set_terminal(ready.name)
        return self

    @overload
    def node(self, name: F, /) -> F: ...
    @overload
    def node(self, name: str = "", **terms: Any) -> Callable[[F], F]: ...

    def node(self, name: Any = "", **terms: Any) -> Any:
        """Decorates a function that becomes a node; it stays as it is."""
        if callable(name):
            return self.node()(name)

        def add(function: F) -> F:
            self.add_node(name or function.__name__, function, **terms)
            return function

        return add

    def add_gate(
        self,
        name: str,
        condition: Condition | None = None,
        *,
        routes: Mapping[str, Condition | None] | None = None,
        entry_point: bool = False,
    ) -> WorkflowBuilder:
        """A gate. With a `condition` its first edge is for true, its second for false.

        `routes` are its edges with a condition each, all that hold are taken; None is the way when no other is open.
        """
        if condition is not None and routes is not None:
            raise DefinitionError(f"{name}: a gate has one condition or routes, not both")
        self.add_node(GateNode(name, condition), entry_point=entry_point)
        for target, holds in (routes or {}).items():
            self.add_edge(name, target, condition=holds, otherwise=holds is None)
        return self

    def add_edge(
        self,
        source: str | WorkflowEdge,
        target: str = "",
        condition: Condition | None = None,
        *,
        is_active: Condition | None = None,
        label: str = "",
        otherwise: bool = False,
    ) -> WorkflowBuilder:
        """An edge, open always, under a condition, or `otherwise`: when no conditional one beside it is open."""
        if isinstance(source, WorkflowEdge):
            self._edges.append(source)
        else:
            self._edges.append(
                WorkflowEdge(source, target, is_active, condition=condition, label=label, otherwise=otherwise)
            )
        return self

    def set_entry(self, name: str) -> WorkflowBuilder:
        self._entry = name
        return self

    def set_terminal(self, name: str) -> WorkflowBuilder:
        self._terminals.append(name)
        return self

    def set_reducer(self, key: str, reducer: Reducer) -> WorkflowBuilder:
        self._reducers[key] = reducer
        return self

    def set_conclusion(self, conclusion: Conclusion) -> WorkflowBuilder:
        """What a run results in: the value at a key of the last state, or a function of it; by default the state."""
        self._conclusion = conclusion
        return self

    def build(self) -> WorkflowGraph:
        """Raises DefinitionError when it can not work."""
        return WorkflowGraph(
            self.name,
            self._nodes,
            self._edges,
            entry=self._entry,
            terminals=self._terminals,
            reducers=self._reducers,
            state=self._state,
            conclusion=self._conclusion,
            config=self.config,
            version=self.version,
        )


def _as_node(node: Any, handler: Callable[..., Any] | None, terms: dict[str, Any]) -> AbstractWorkflowNode:
    if isinstance(node, AbstractWorkflowNode):
        if handler is not None or terms:
            raise DefinitionError(f"{node.name}: a node brings its own function and terms; give them to it")
        return node
    if isinstance(node, str):
        return FunctionNode(node, handler, **terms) if handler is not None else PassNode(node, **terms)
    name = getattr(node, "__name__", "")
    if callable(node) and handler is None and name and name != "<lambda>" and not isinstance(node, type):
        return FunctionNode(name, node, **terms)
    raise DefinitionError(f"{node!r} is no node: give a name, a name with a function, or an AbstractWorkflowNode")
