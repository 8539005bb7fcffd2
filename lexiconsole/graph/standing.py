"""Standing: the states that the nodes of a run found and left, seen by driving its graph along its journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from lexiconsole.durable.context import Context
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import RefusedError
from lexiconsole.graph.engine import WorkflowEngine
from lexiconsole.graph.graph import WorkflowGraph
from lexiconsole.graph.joining import Visit, joined
from lexiconsole.graph.walk import Walk
from lexiconsole.result import Result

__all__ = ["Standing"]


class Standing:
    """A model for a dry replay, in place of the graph; afterwards it tells how the state stands. Sub-workflows keep theirs.

    Nodes are named by the key of a visit: `review`, `review#2`.
    """

    def __init__(self, graph: WorkflowGraph | WorkflowEngine) -> None:
        self._engine = graph if isinstance(graph, WorkflowEngine) else graph.engine
        self._walk: Walk | None = None

    def outline(self) -> Outline:
        return self._engine.outline()

    async def drive(self, ctx: Context) -> Result[Any, Any]:
        self._walk = self._engine.walk(ctx, self._engine.config)
        return await self._walk.go(self._engine.graph.entry, self._engine.graph.begins_with(ctx.run.input))

    @property
    def _visits(self) -> list[Visit]:
        return self._walk.visits if self._walk is not None else []

    @property
    def under_way(self) -> str:
        """The node that failed, else the last one that was come to and has not ended; "" when all have ended."""
        walk = self._walk
        if walk is None:
            return ""
        open_ones = [visit.key for visit in walk.visits if visit.key not in walk.trail.path]
        return next((key for key in open_ones if key in walk.failures), open_ones[-1] if open_ones else "")

    def found(self, node: str) -> Mapping[str, Any] | None:
        """The state with which a node began; None when the run has not come to it."""
        visit = self._visit(node)
        return None if visit is None else visit.state

    @property
    def now(self) -> Mapping[str, Any]:
        """The state that the node under way found, else the one in which the graph ended."""
        walk = self._walk
        if walk is None:
            return {}
        if node := self.under_way:
            return self.found(node) or {}
        ends = sorted(walk.ends, key=lambda visit: (walk.plan.numbers[visit.name], visit.number)) or walk.visits[-1:]
        return joined(ends, walk.visits, walk.plan.numbers)[0] if ends else {}

    def behind(self, node: str, fields: Collection[str]) -> str:
        """The node behind which those fields have to be changed so that `node` finds them changed; "" for the run's input.

        Raises RefusedError where that is not one place.
        """
        visit = self._visit(node)
        if visit is None:
            raise RefusedError(f"the run has not come to {node}")
        came_from = [before for before in visit.came_from if before.index >= 0]
        if len(came_from) < 2:
            return came_from[0].key if came_from else ""
        places = {field: self._writer(field, came_from) for field in fields}
        if len(set(places.values())) > 1:
            told = ", ".join(f"{field} of {place}" for field, place in places.items())
            raise RefusedError(f"branches that meet at {node} wrote them ({told}); change them one after the other")
        return next(iter(places.values()), came_from[0].key)

    def _writer(self, field: str, came_from: list[Visit]) -> str:
        """Of the branches that meet the one that wrote the field, the first one when they have it from before."""
        shared = came_from[0].past
        for other in came_from[1:]:
            shared &= other.past
        wrote = [
            branch
            for branch in came_from
            if any(field in each.writes for each in self._visits if branch.past & ~shared & (1 << each.index))
        ]
        if len(wrote) > 1:
            names = " and ".join(branch.key for branch in wrote)
            raise RefusedError(f"{names} both wrote {field}, and a reducer puts them together; change their results")
        return (wrote or came_from)[0].key

    def _visit(self, node: str) -> Visit | None:
        return next((visit for visit in self._visits if visit.key == node), None)
