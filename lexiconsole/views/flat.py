"""An outline as it is drawn: what is inside a node stands behind it, in plain edges; what only runs have shown, in a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.views.key_parts import bare
from lexiconsole.views.story import Row, RowKind

__all__ = ["MOST", "flat", "shown", "without_seats"]

MOST = 150
"""Boxes in one picture; of a larger outline only the outermost are drawn."""


@lru_cache(maxsize=256)
def flat(outline: Outline) -> Outline:
    """Without nesting: a node leads to the first of what is inside it, and the last of that to whatever followed it."""
    nodes = outline.nodes
    if len(nodes) > MOST and any(node.parent for node in nodes):
        kept = {node.key for node in nodes if not node.parent}
        edges = tuple(edge for edge in outline.edges if edge.source in kept and edge.target in kept)
        return Outline(tuple(node for node in nodes if node.key in kept), edges)
    inside: dict[str, list[str]] = {}
    for node in nodes:
        if node.parent:
            inside.setdefault(node.parent, []).append(node.key)
    if not inside:
        return outline
    kept_edges = [edge for edge in outline.edges if edge.source not in inside or edge.kind is EdgeKind.UNDO]
    for edge in outline.edges:
        if edge.source in inside and edge.kind is not EdgeKind.UNDO:
            kept_edges += [replace(edge, source=last) for last in _ends(edge.source, inside, outline.edges)]
    for parent, children in inside.items():
        led_to = {edge.target for edge in outline.edges if edge.source in children and edge.target in children}
        kept_edges += [OutlineEdge(parent, child) for child in children if child not in led_to]
    return Outline(tuple(replace(node, parent="") for node in nodes), tuple(dict.fromkeys(kept_edges)))


@lru_cache(maxsize=256)
def without_seats(outline: Outline) -> Outline:
    """Without those whom a level of approvals asks: in a run the level itself says what came of asking them."""
    levels = {node.key for node in outline.nodes if node.kind is NodeKind.APPROVAL}
    kept = tuple(node for node in outline.nodes if node.kind is not NodeKind.HUMAN or node.parent not in levels)
    return outline if len(kept) == len(outline.nodes) else replace(outline, nodes=kept)


def _ends(key: str, inside: dict[str, list[str]], edges: Sequence[OutlineEdge]) -> list[str]:
    """The nodes at which what is inside `key` ends."""
    children = inside.get(key)
    if children is None:
        return [key]
    onward = {
        edge.source
        for edge in edges
        if edge.source in children and edge.target in children and edge.kind not in (EdgeKind.LOOP, EdgeKind.UNDO)
    }
    return [end for child in children if child not in onward for end in _ends(child, inside, edges)]


def shown(rows: Iterable[Row]) -> Outline:
    """For a run whose definition says nothing of its shape: its keys in the order in which they first appeared."""
    seen: dict[str, OutlineNode] = {}
    undo: dict[str, OutlineNode] = {}
    for row in rows:
        key = bare(row.key).split("/")[0] if not row.undoes else bare(row.key)
        lane = undo if row.undoes else seen
        kind = NodeKind.COMPENSATION if row.undoes else _KINDS.get(row.kind, NodeKind.TASK)
        lane.setdefault(key, OutlineNode(key, kind, label=row.undoes, lane="undo" if row.undoes else ""))
    forward, back = Outline.sequence(seen.values()), Outline.sequence(undo.values())
    edges = [OutlineEdge(node.label, node.key, EdgeKind.UNDO) for node in back.nodes if node.label in seen]
    edges += [replace(edge, kind=EdgeKind.UNDO) for edge in back.edges]
    return Outline((*forward.nodes, *back.nodes), (*forward.edges, *edges))


_KINDS = {
    RowKind.DECISION: NodeKind.GATE,
    RowKind.QUESTION: NodeKind.HUMAN,
    RowKind.SIGNAL: NodeKind.STATE,
    RowKind.TIMER: NodeKind.STATE,
    RowKind.CHILD: NodeKind.SUBFLOW,
}
