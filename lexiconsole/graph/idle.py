"""Idle: time in which a graph only waits for people, which does not count against its limit."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lexiconsole.graph.walk import Walk

__all__ = ["Idle"]


class Idle:
    """Entered around a walk's wait. It is idle while everything it waits for is a person, or a sub-workflow that is idle.

    So what several sub-workflows wait for side by side is left out once, and not at all while something else runs.
    """

    __slots__ = ("_inside", "_since", "_waits", "_walk")

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._waits = False
        self._inside = 0
        self._since: float | None = None

    def __enter__(self) -> None:
        self._waits = True
        self._reckon()

    def __exit__(self, *_: object) -> None:
        self._waits = False
        self._reckon()

    def _reckon(self) -> None:
        walk = self._walk
        busy = (visit for visit in walk.waiting if not visit.node.is_waiting)
        idle = self._waits and self._inside == sum(1 for _ in islice(busy, self._inside + 1))  # of a wide graph not all
        if idle == (self._since is not None):
            return
        if self._since is None:
            self._since = walk.ctx.elapsed
        else:
            walk.deadline += walk.ctx.elapsed - self._since
            self._since = None
        if walk.outer is not None:
            walk.outer.idle.turned(1 if idle else -1)

    def turned(self, more: int) -> None:
        """A sub-workflow became idle, or is not any more."""
        self._inside += more
        self._reckon()
