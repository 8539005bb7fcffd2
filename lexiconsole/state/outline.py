"""What a state machine looks like: its states, and an edge for each event."""

from __future__ import annotations

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.state.table import Table

__all__ = ["machine_outline"]


def machine_outline(table: Table) -> Outline:
    """The initial state first; a final state is an end."""
    nodes = [OutlineNode(one.name, NodeKind.END if one.final else NodeKind.STATE) for one in table.states.values()]
    edges = dict.fromkeys(
        OutlineEdge(edge.source, edge.target, EdgeKind.EVENT, edge.event) for edge in table.edges()
    )  # two guards may lead the same way
    return Outline(tuple(nodes), tuple(edges))
