"""The levels of a chain as nodes: a step that turned out to be a chain of approvals is drawn by what its question said."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import NodeKind, Outline, OutlineEdge, OutlineNode

__all__ = ["with_levels"]


def with_levels(outline: Outline, entry: Entry) -> Outline:
    """The outline with the levels of the chain that this entry asks in, instead of the node the chain stands for; else the
    same object.
    """
    if entry.kind is not EntryKind.ASKED:
        return outline
    ballot: Any = entry.data.get("ballot")
    chain, found, level = entry.key.partition("#")[0].rpartition("/")
    names = [str(each["name"]) for each in ballot.get("levels", ())] if isinstance(ballot, dict) else []
    nodes = {node.key: node for node in outline.nodes}
    if not found or level not in names or chain not in nodes or f"{chain}/{names[0]}" in nodes:
        return outline
    node = nodes[chain]
    kind = NodeKind.HUMAN
    levels = [OutlineNode(f"{chain}/{name}", kind, parent=node.parent, label=name, lane=node.lane) for name in names]
    first, last = levels[0].key, levels[-1].key
    edges = [
        replace(
            edge,
            source=last if edge.source == chain else edge.source,
            target=first if edge.target == chain else edge.target,
        )
        for edge in outline.edges
    ]
    edges += [OutlineEdge(one.key, other.key) for one, other in pairwise(levels)]
    kept = [new for old in outline.nodes for new in (levels if old.key == chain else [old])]
    return Outline(tuple(kept), tuple(edges))
