"""What a run's map shows: the state of each node and edge, and the hops of its token, from outline and entries alone.

A prefix of the entries gives the picture as it stood then. Nothing in it is guessed: a node that no entry speaks of is
pending, or not reached when nothing on its way there can still come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.story import Attempt, Story
from lexiconsole.views.words import StepState

__all__ = ["Hop", "NodeView", "Picture"]


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node as it stands. `row` is the key of the visit it is in (what an act on it names), `revision` its last seq.

    `visits` counts how often it was come to. `items` counts, by state, the pieces of a fan-out or the steps inside it that
    have no node of their own. `arrived` of `expected` branches have come to a join that still waits; both 0 otherwise.
    `text` is what came of it or what it waits for, in a few words, harmless.
    """

    node: OutlineNode
    state: StepState = StepState.PENDING
    row: str = ""
    revision: int = 0
    visits: int = 0
    attempt: int = 0
    attempts: tuple[Attempt, ...] = ()
    began_at: Instant | None = None
    ended_at: Instant | None = None
    until: Instant | None = None
    text: str = ""
    items: Mapping[StepState, int] = field(default_factory=dict)
    arrived: int = 0
    expected: int = 0

    @property
    def key(self) -> str:
        return self.node.key

    @property
    def took(self) -> float | None:
        """Seconds from when it was come to until it ended; None while it runs or when only its end was worth an entry."""
        if self.began_at is None or self.ended_at is None or self.ended_at <= self.began_at:
            return None
        return self.ended_at - self.began_at


@dataclass(frozen=True, slots=True)
class Hop:
    """The token went along an edge (its number in the outline); `seq` and `at` are those of the entry that shows it."""

    seq: int
    at: Instant
    edge: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """`outline` is flat: what is drawn. `taken` counts for each edge, by number, how often it was gone along."""

    outline: Outline = Outline()
    nodes: Mapping[str, NodeView] = field(default_factory=dict)
    taken: Mapping[int, int] = field(default_factory=dict)
    hops: tuple[Hop, ...] = ()
    story: Story = field(default_factory=Story)

    @property
    def current(self) -> str:
        """The key of the node that matters now: one that needs somebody, else what runs, else what was last; "" for none."""
        open_ones = [view for view in self.nodes.values() if view.state in _RANK]
        if self.story.status is RunStatus.COMPENSATING:  # what failed is told by the way back
            open_ones = [view for view in open_ones if view.state is not StepState.FAILED]
        if open_ones:
            return max(open_ones, key=lambda view: (_RANK[view.state], view.revision)).key
        seen = [view for view in self.nodes.values() if view.revision]
        return max(seen, key=lambda view: view.revision).key if seen else ""

    def edges_of(self, key: str) -> Iterable[tuple[int, OutlineEdge]]:
        """Those that begin or end at a node, with their numbers."""
        return ((n, edge) for n, edge in enumerate(self.outline.edges) if key in (edge.source, edge.target))


_RANK = {
    StepState.RUNNING: 1,
    StepState.SLEEPING: 2,
    StepState.UNDOING: 3,
    StepState.RETRYING: 4,
    StepState.WAITING: 5,
    StepState.FAILED: 6,
    StepState.UNDO_FAILED: 7,
    StepState.DOUBTFUL: 8,
}

SILENT = frozenset({NodeKind.PARALLEL, NodeKind.SUBFLOW, NodeKind.APPROVAL})
"""Kinds that may have no entry of their own: what is inside them speaks for them."""

BACK = frozenset({EdgeKind.UNDO})
"""Kinds of edges that the token takes when the run has turned round."""
