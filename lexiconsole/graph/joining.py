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

__all__ = ["StateConflictError", "Visit", "joined"]


class StateConflictError(LexiconsoleError):
    """Two branches wrote one key, and nobody says how to put the values together."""

    def __init__(self, key: str, one: str, other: str) -> None:
        self.key, self.one, self.other = key, one, other
        super().__init__(
            f"{one} and {other} ran side by side and both wrote {key!r}; "
            f"give the graph a reducer for {key!r}, or let them write different keys"
        )


class Visit:
    """One visit of one node, or where a graph begins. `state` is what it found, `after` what it left.

    `index` is its place among all visits, -1 for the beginning; `depth` the number of visits in the longest way to it.
    """

    __slots__ = (
        "after", "asked_at", "came_from", "depth", "index", "key", "known_past", "name", "node", "number", "state", "writes",
    )  # fmt: skip

    def __init__(
        self,
        node: AbstractWorkflowNode,
        state: WorkflowState,
        came_from: Sequence[Visit] = (),
        index: int = -1,
        number: int = 0,
        past: int | None = None,
    ) -> None:
        self.node, self.state, self.after = node, state, state
        self.came_from, self.index, self.number = came_from, index, number
        self.name = node.name
        self.key = self.name if number < 2 else f"{self.name}#{number}"
        self.depth: int = (
            1 + came_from[0].depth if len(came_from) == 1 else max([-1, *[v.depth for v in came_from]]) + 1
        )
        self.writes: Mapping[str, Any] = {}
        self.asked_at = 0.0
        self.known_past = past if past is None or index < 0 else past | (1 << index)

    def give(self, value: Any) -> None:
        """Puts what the node gave into the state."""
        self.writes = self.node.writes(value, self.state)
        if self.writes:
            self.after = self.state.merge(self.writes)

    def change(self, patch: Mapping[str, Any]) -> None:
        """Puts in what an operator wants to stand there: it replaces values, reducers or not."""
        self.writes = {**self.writes, **patch}
        self.after = WorkflowState({**self.after, **patch}, self.after.reducers)

    @property
    def past(self) -> int:
        """The bits of the visits behind it, its own included; put together when it is first asked for."""
        if self.known_past is None:
            steps: list[Visit] = []
            here = self
            while here.known_past is None and here.came_from:
                steps.append(here)
                [here] = here.came_from  # where several meet, the past is known
            bits = here.known_past or 0
            for visit in reversed(steps):
                bits |= 1 << visit.index
                visit.known_past = bits
            self.known_past = bits
        return self.known_past

    def __repr__(self) -> str:
        return f"<visit {self.key!r}>"


def joined(
    came_from: Sequence[Visit], visits: Sequence[Visit], places: Mapping[str, int]
) -> tuple[WorkflowState, int | None]:
    """The state where branches meet, and the past they have together (None for one alone). Raises StateConflictError.

    The first branch's state comes first, then what the others did beside it, in their order: `places` are those of nodes.
    """
    first = came_from[0]
    if len(came_from) == 1:
        return first.after, None
    shared, past, reducers = first.past, first.past, first.after.reducers
    for other in came_from[1:]:
        shared &= other.past
    writers: dict[str, int] = {}
    for visit in _of(past & ~shared, visits):
        _note(writers, visit)
    outputs: list[Mapping[str, Any]] = []
    for other in came_from[1:]:
        fresh = sorted(_of(other.past & ~past, visits), key=lambda v: (v.depth, places[v.name], v.number))
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
