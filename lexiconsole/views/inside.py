"""What is inside a node speaks for it: the loudest state there, when it began, which nodes have no word of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lexiconsole.durable.outline import NodeKind, Outline
from lexiconsole.views.picture import SILENT, NodeView
from lexiconsole.views.story import Row, RowKind
from lexiconsole.views.words import StepState

__all__ = ["LOUD", "begin_of", "from_inside", "loudest", "silent"]

LOUD = frozenset(
    {
        StepState.FAILED,
        StepState.DOUBTFUL,
        StepState.RETRYING,
        StepState.UNDO_FAILED,
        StepState.WAITING,
        StepState.SLEEPING,
    }
)
"""What is seen at a node although something else of it is settled."""

_ORDER = (
    StepState.DOUBTFUL,
    StepState.FAILED,
    StepState.RETRYING,
    StepState.RUNNING,
    StepState.WAITING,
    StepState.SLEEPING,
    StepState.REJECTED,
    StepState.PENDING,
)


def loudest(states: Iterable[StepState]) -> StepState:
    """That which matters most of them; done when there is none that matters."""
    found = set(states)
    return next((state for state in _ORDER if state in found), StepState.DONE)


def silent(outline: Outline) -> frozenset[str]:
    """The nodes that what is inside them speaks for. A level of a chain is none: what it came to is always written down."""
    around = {node.key.rpartition("/")[0] for node in outline.nodes}
    return frozenset(
        node.key
        for node in outline.nodes
        if node.kind in SILENT and (node.kind is not NodeKind.APPROVAL or node.key in around)
    )


def begin_of(row: Row) -> float | None:
    """When the work began, where that is known: a quick step has only its end."""
    started = next((attempt.started_at for attempt in row.attempts if attempt.started_at is not None), None)
    if started is not None or row.kind is RowKind.STEP:
        return started
    return row.began_at


def from_inside(view: NodeView, inner: list[Row], own: Row | None) -> NodeView:
    """The loudest of what is inside speaks for the node, where its own row does not."""
    if not inner:
        return view
    states = [row.state for row in inner]
    loud = loudest(states)
    if own is not None and loud not in LOUD:
        return view
    chosen = max((row for row in inner if row.state is loud), key=lambda row: row.revision, default=inner[-1])
    running = any(row.open for row in inner)
    return replace(
        view,
        state=loud,
        row=chosen.key if loud in LOUD else view.row,
        revision=max(row.revision for row in inner),
        attempt=chosen.attempt,
        attempts=chosen.attempts,
        began_at=min(row.began_at for row in inner),
        ended_at=None if running else max(row.ended_at or row.began_at for row in inner),
        until=chosen.until,
    )
