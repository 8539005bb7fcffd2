"""Joining: putting together what branches did side by side. A branch sees its own past only, until it meets another.

So nothing depends on who is faster. What a visit has behind it is a set of visits, kept as the bits of one number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lexiconsole.errors import LexiconsoleError
from lexiconsole.graph.state import WorkflowState

if TYPE_CHECKING:
    from lexiconsole.graph.node import AbstractWorkflowNode

__all__ = ["Origin", "StateConflictError", "Visit", "joined"]


class StateConflictError(LexiconsoleError):
    """Two branches wrote one key, and nobody says how to put the values together."""

    def __init__(self, key: str, one: str, other: str) -> None:
        self.key, self.one, self.other = key, one, other
        super().__init__(
            f"{one} and {other} ran side by side and both wrote {key!r}; "
            f"give the graph a reducer for {key!r}, or let them write different keys"
        )


class Origin:
    """Where a graph begins: nothing is behind it."""

    __slots__ = ("after", "depth", "past")

    def __init__(self, state: WorkflowState) -> None:
        self.after, self.depth, self.past = state, 0, 0


class Visit(Origin):
    """One visit of one node. `past` are the bits of the visits behind it, its own included; `state` is what it found."""

    __slots__ = ("asked_at", "index", "key", "node", "number", "state", "writes")

    def __init__(
        self, index: int, node: AbstractWorkflowNode, number: int, came_from: Sequence[Origin], state: WorkflowState, past: int
    ) -> None:
        super().__init__(state)
        self.index, self.node, self.number, self.state = index, node, number, state
        self.key = node.name if number == 1 else f"{node.name}#{number}"
        self.past = past | (1 << index)
        self.depth = 1 + (came_from[0].depth if len(came_from) == 1 else max(visit.depth for visit in came_from))
        self.writes: Mapping[str, Any] = {}
        self.asked_at = 0.0

    def give(self, value: Any) -> None:
        """Puts what the node gave into the state."""
        self.writes = self.node.writes(value, self.state)
        self.after = self.state.merge(self.writes)

    def __repr__(self) -> str:
        return f"<visit {self.key!r}>"


def joined(came_from: Sequence[Origin], visits: Sequence[Visit], places: Mapping[str, int]) -> tuple[WorkflowState, int]:
    """The state where branches meet, and the past they have together. Raises StateConflictError.

    The first branch's state comes first, then what the others did beside it, in their order: `places` are those of nodes.
    """
    first = came_from[0]
    if len(came_from) == 1:
        return first.after, first.past
    shared, past, reducers = first.past, first.past, first.after.reducers
    for other in came_from[1:]:
        shared &= other.past
    writers: dict[str, int] = {}
    for visit in _of(past & ~shared, visits):
        _note(writers, visit)
    outputs: list[Mapping[str, Any]] = []
    for other in came_from[1:]:
        fresh = sorted(_of(other.past & ~past, visits), key=lambda v: (v.depth, places[v.node.name], v.number))
        for visit in fresh:
            for key in visit.writes:
                clash = writers.get(key, 0) & ~visit.past if key not in reducers else 0
                if clash:
                    raise StateConflictError(key, next(_of(clash, visits)).key, visit.key)
            _note(writers, visit)
            outputs.append(visit.writes)
        past |= other.past
    return first.after.merge_all(outputs), past


def _note(writers: dict[str, int], visit: Visit) -> None:
    for key in visit.writes:
        writers[key] = writers.get(key, 0) | (1 << visit.index)


def _of(bits: int, visits: Sequence[Visit]) -> Iterator[Visit]:
    while bits:
        lowest = bits & -bits
        yield visits[lowest.bit_length() - 1]
        bits ^= lowest
