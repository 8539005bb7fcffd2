"""What a saga looks like: its steps in a row, and a second lane with their compensations, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.saga.step import PreparedStep, Stage

__all__ = ["saga_outline"]


def saga_outline(stages: Sequence[Stage]) -> Outline:
    """A step's key, `undo/` and its key for the compensation in the lane "undo"; a group is a node around its steps."""
    undoable = [step for stage in stages for step in stage.steps if step.step.compensation is not None]
    undo = [
        OutlineNode(step.undo_key, NodeKind.COMPENSATION, label=step.name, lane="undo") for step in reversed(undoable)
    ]
    heads = [stage.name or stage.steps[0].name for stage in stages]
    edges = [OutlineEdge(a, b) for a, b in pairwise(heads)]
    edges += [OutlineEdge(step.name, step.undo_key, EdgeKind.UNDO) for step in undoable]
    edges += [OutlineEdge(a.key, b.key, EdgeKind.UNDO) for a, b in pairwise(undo)]
    return Outline((*_nodes(stages), *undo), tuple(edges))


def _nodes(stages: Sequence[Stage]) -> Iterator[OutlineNode]:
    for stage in stages:
        if stage.name:
            yield OutlineNode(stage.name, NodeKind.PARALLEL)
        for step in stage.steps:
            yield OutlineNode(step.name, label=_label(step), parent=stage.name)


def _label(step: PreparedStep) -> str:
    """What can never be undone, and what needs no undoing, is said in the label: it does not change the shape."""
    mark = "pivot" if step.step.pivot else "read-only" if step.step.read_only else ""
    return f"{step.name} ({mark})" if mark else ""
