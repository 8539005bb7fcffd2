"""WorkflowGraph: nodes and edges that hold together, ready to go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from lexiconsole.durable.context import INFER, Context
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import DefinitionError, nearest
from lexiconsole.graph.config import GraphConfig
from lexiconsole.graph.edge import WorkflowEdge
from lexiconsole.graph.gate import GateNode
from lexiconsole.graph.node import AbstractWorkflowNode
from lexiconsole.graph.outline import graph_outline
from lexiconsole.graph.plan import Plan
from lexiconsole.graph.state import Reducer, WorkflowState, values_of
from lexiconsole.result import Result
from lexiconsole.types import ModelKind

if TYPE_CHECKING:
    from lexiconsole.graph.engine import WorkflowEngine
    from lexiconsole.graph.result import GraphResult

__all__ = ["Conclusion", "WorkflowGraph"]

Conclusion: TypeAlias = str | Callable[[Mapping[str, Any]], Any] | None
"""What a run of a graph results in: the value at a key of the last state, a function of it, or with None the state."""


class WorkflowGraph:
    """What `WorkflowBuilder.build()` gives. It can be executed as it is, and be handed to an engine with other settings.

    Raises DefinitionError when it can not work: names that do not exist, edges to nowhere, gates with too many sides.
    """

    KIND: ClassVar[ModelKind] = ModelKind.GRAPH

    def __init__(
        self,
        name: str,
        nodes: Sequence[AbstractWorkflowNode],
        edges: Sequence[WorkflowEdge],
        *,
        entry: str = "",
        terminals: Sequence[str] = (),
        reducers: Mapping[str, Reducer] | None = None,
        state: Mapping[str, Any] | None = None,
        conclusion: Conclusion = None,
        config: GraphConfig | None = None,
        version: int = 1,
    ) -> None:
        self.name, self.version, self.config, self.conclusion = name, version, config, conclusion
        self.nodes: Mapping[str, AbstractWorkflowNode] = MappingProxyType({node.name: node for node in nodes})
        self.edges = tuple(edges)
        self.reducers: Mapping[str, Reducer] = MappingProxyType(dict(reducers or {}))
        self.state: Mapping[str, Any] = MappingProxyType(dict(state or {}))
        self.terminals = frozenset(terminals)
        self._check(nodes, entry)
        self.entry = entry or nodes[0].name

    def outline(self) -> Outline:
        return graph_outline(self)

    async def drive(self, ctx: Context) -> Result[Any, Any]:
        """As a run; see WorkflowEngine."""
        return await self.engine.drive(ctx)

    async def execute(self, *arguments: Any, **options: Any) -> Result[GraphResult, Any]:
        """Here and now, in memory; see WorkflowEngine."""
        return await self.engine.execute(*arguments, **options)

    async def resume(self, checkpoint: Any, *arguments: Any, **options: Any) -> Result[GraphResult, Any]:
        return await self.engine.resume(checkpoint, *arguments, **options)

    @cached_property
    def engine(self) -> WorkflowEngine:
        """The one that drives it on the graph's own terms."""
        from lexiconsole.graph.engine import WorkflowEngine

        return WorkflowEngine(self)

    @cached_property
    def plan(self) -> Plan:
        gates = [name for name, node in self.nodes.items() if isinstance(node, GateNode)]
        return Plan(list(self.nodes), self.edges, self.entry, gates)

    @cached_property
    def digest(self) -> str:
        """Changes when nodes or edges do."""
        return self.outline().digest()

    def named(self, name: str, version: int) -> WorkflowGraph:
        """The same graph under another name and version."""
        if (name, version) == (self.name, self.version):
            return self
        return WorkflowGraph(
            name,
            list(self.nodes.values()),
            self.edges,
            entry=self.entry,
            terminals=list(self.terminals),
            reducers=self.reducers,
            state=self.state,
            conclusion=self.conclusion,
            config=self.config,
            version=version,
        )

    def begins_with(self, given: Any) -> WorkflowState:
        """The state that an input makes."""
        return WorkflowState({**self.state, **values_of(given)}, self.reducers)

    def concluded(self, state: Mapping[str, Any]) -> Any:
        """What the graph results in when it ended in this state."""
        match self.conclusion:
            case None:
                return dict(state)
            case str(key):
                return state.get(key)
            case conclude:
                return conclude(state)

    def node_at(self, key: str) -> AbstractWorkflowNode:
        """The node that a key stands for, `outer/inner#2` too. Raises DefinitionError."""
        name, _, rest = key.partition("/")
        found = self.nodes[self._known(name.partition("#")[0], "node")]
        inner = getattr(found, "graph", None)
        return inner.node_at(rest) if rest and isinstance(inner, WorkflowGraph) else found

    def returns_at(self, key: str) -> Any:
        """The type under which the outcome at a key is kept."""
        name, _, rest = key.partition("/")
        found = self.nodes[name.partition("#")[0]]
        inner = getattr(found, "graph", None)
        if not rest:
            return found.returns
        return inner.returns_at(rest) if isinstance(inner, WorkflowGraph) else INFER

    def __repr__(self) -> str:
        return f"WorkflowGraph({self.name!r}, {list(self.nodes)!r})"

    # whether it holds together

    def _check(self, nodes: Sequence[AbstractWorkflowNode], entry: str) -> None:
        if not nodes:
            raise DefinitionError(f"{self.name} has no nodes; add one with add_node()")
        for name, count in Counter(node.name for node in nodes).items():
            if count > 1:
                raise DefinitionError(f"{self.name} has {count} nodes named {name!r}; each needs a name of its own")
        for node in nodes:
            node.check()
        for edge in self.edges:
            self._known(edge.source, f"edge {edge.source} → {edge.target}")
            self._known(edge.target, f"edge {edge.source} → {edge.target}")
        for (source, target), count in Counter((edge.source, edge.target) for edge in self.edges).items():
            if count > 1:
                raise DefinitionError(f"{self.name} has {count} edges {source} → {target}; one can carry any condition")
        if entry:
            self._known(entry, "entry")
        for name in self.terminals:
            self._known(name, "terminal")
        ways: dict[str, list[WorkflowEdge]] = {node.name: [] for node in nodes}
        for edge in self.edges:
            ways[edge.source].append(edge)
        for node in nodes:
            self._check_ways(node, ways[node.name])

    def _known(self, name: str, what: str) -> str:
        if name not in self.nodes:
            close = nearest(name, self.nodes)
            hint = f"; did you mean {close!r}?" if close else f"; it has {', '.join(self.nodes)}"
            raise DefinitionError(f"{self.name}: {what} names {name!r}, which is no node{hint}")
        return name

    def _check_ways(self, node: AbstractWorkflowNode, ways: Sequence[WorkflowEdge]) -> None:
        if isinstance(node, GateNode) and node.condition is not None:
            if len(ways) > 2:
                raise DefinitionError(
                    f"{self.name}: the gate {node.name} has one condition and {len(ways)} edges; "
                    "with more than two, give each edge its own: add_gate(name, routes={target: condition})"
                )
            if any(edge.depends for edge in ways):
                raise DefinitionError(f"{self.name}: the gate {node.name} has a condition, and so has one of its edges")
        inner = getattr(node, "graph", None)
        if isinstance(inner, WorkflowGraph) and "next" in inner.nodes and any(edge.depends for edge in ways):
            raise DefinitionError(
                f"{self.name}: {node.name} decides under the key {node.name}/next which way goes on, "
                "and a node inside it has that key; give the inner node another name"
            )
        if node.name in self.terminals and any(not edge.depends for edge in ways) and not isinstance(node, GateNode):
            raise DefinitionError(
                f"{self.name} can not end at {node.name}: the edge {node.name} → {ways[0].target} is always open"
            )
