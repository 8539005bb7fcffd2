"""Checks of a picture: keys used twice, edges that lead nowhere, boxes that nothing leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lexiconsole.durable.outline import NodeKind, Outline
from lexiconsole.errors import nearest
from lexiconsole.types import ModelKind

__all__ = ["holes"]


def holes(outline: Outline, kind: ModelKind) -> Iterator[tuple[str, str]]:
    """Codes and messages for what is wrong with an outline."""
    counts = Counter(node.key for node in outline.nodes)
    for key, count in counts.items():
        if count > 1:
            yield "LX005", f"the key {key!r} is used {count} times"
    for edge in outline.edges:
        for end in (edge.source, edge.target):
            if end not in counts:
                close = nearest(end, counts)
                hint = f"; did you mean {close!r}?" if close else ""
                yield "LX007", f"the edge {edge.source} → {edge.target} names {end!r}, which is no step{hint}"
    for key in _unreached(outline, kind):
        yield "LX006", f"no way leads to {key!r}"


def _unreached(outline: Outline, kind: ModelKind) -> list[str]:
    """Keys that no way leads to. Where a model does not say where it begins, it begins wherever no edge leads to."""
    if not outline.edges:
        return []
    entered = {edge.target for edge in outline.edges}
    starts = [node.key for node in outline.nodes if node.kind is NodeKind.START]
    if not starts and kind in {ModelKind.GRAPH, ModelKind.MACHINE}:
        starts = [outline.nodes[0].key] if outline.nodes else []
    reached = set(starts) or {node.key for node in outline.nodes if node.key not in entered}
    while True:
        onward = {edge.target for edge in outline.edges if edge.source in reached}
        onward |= {node.key for node in outline.nodes if node.parent and node.parent in reached}
        onward |= {node.parent for node in outline.nodes if node.parent and node.key in reached}
        if onward <= reached:
            return [node.key for node in outline.nodes if node.key not in reached]
        reached |= onward
