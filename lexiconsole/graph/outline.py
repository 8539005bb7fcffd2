"""What a graph looks like: its nodes from the entry on, what is inside them, and the edges between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.durable.outline import EdgeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.graph.gate import GateNode
from lexiconsole.graph.plan import Way

if TYPE_CHECKING:
    from lexiconsole.graph.graph import WorkflowGraph

__all__ = ["graph_outline"]


def graph_outline(graph: WorkflowGraph, prefix: str = "", parent: str = "") -> Outline:
    nodes: list[OutlineNode] = []
    edges: list[OutlineEdge] = []
    names = [graph.entry, *(name for name in graph.nodes if name != graph.entry)]
    for name in names:
        drawn = graph.nodes[name].outline(prefix + name, parent)
        nodes += drawn.nodes
        edges += drawn.edges
    for name in names:
        for place, way in enumerate(graph.plan.ways[name]):
            kind, label = _kind(graph, way, place)
            edges.append(OutlineEdge(prefix + way.source, prefix + way.target, kind, label))
    return Outline(tuple(nodes), tuple(edges))


def _kind(graph: WorkflowGraph, way: Way, place: int) -> tuple[EdgeKind, str]:
    """A gate's edges say for which answer they are taken, also where they lead back."""
    node = graph.nodes[way.source]
    decided = isinstance(node, GateNode) and node.condition is not None
    answer = (EdgeKind.TRUE, EdgeKind.FALSE)[place] if decided else EdgeKind.NEXT
    if way.closes_loop:
        return EdgeKind.LOOP, way.label or (answer.value if decided else "")
    return answer, way.label
