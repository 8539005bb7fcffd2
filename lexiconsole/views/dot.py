"""An outline in Graphviz's DOT language."""

from __future__ import annotations

import json

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode

__all__ = ["dot"]

_SHAPES = {
    NodeKind.START: "oval",
    NodeKind.END: "oval",
    NodeKind.GATE: "diamond",
    NodeKind.HUMAN: "house",
    NodeKind.APPROVAL: "house",
    NodeKind.SUBFLOW: "box3d",
    NodeKind.BULK: "box3d",
    NodeKind.STATE: "ellipse",
    NodeKind.COMPENSATION: "cds",
}


def dot(outline: Outline, name: str) -> str:
    """The graph's text, with a newline at the end."""
    lines = [f"digraph {_quoted(name)} {{", "  rankdir=TB;", "  node [shape=box];"]
    lines += [_node(node) for node in outline.nodes]
    lines += [_edge(edge) for edge in outline.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _node(node: OutlineNode) -> str:
    shape = _SHAPES.get(node.kind)
    fields = [f"label={_quoted(node.title)}"] if node.label else []
    fields += [f"shape={shape}"] if shape else []
    return f"  {_quoted(node.key)}{_listed(fields)};"


def _edge(edge: OutlineEdge) -> str:
    label = edge.label or ("" if edge.kind is EdgeKind.NEXT else edge.kind.value)
    fields = [f"label={_quoted(label)}"] if label else []
    fields += ["style=dashed"] if edge.kind in (EdgeKind.UNDO, EdgeKind.LOOP) else []
    return f"  {_quoted(edge.source)} -> {_quoted(edge.target)}{_listed(fields)};"


def _listed(fields: list[str]) -> str:
    return f" [{', '.join(fields)}]" if fields else ""


def _quoted(text: str) -> str:
    return json.dumps("".join(sign if sign.isprintable() else " " for sign in text), ensure_ascii=False)
