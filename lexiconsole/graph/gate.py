"""GateNode: does nothing itself and decides which way goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.calling import check_call
from lexiconsole.durable.context import INFER, Durable
from lexiconsole.durable.truth import truth
from lexiconsole.graph.edge import Condition, open_edges
from lexiconsole.graph.node import AbstractWorkflowNode, NodeType
from lexiconsole.graph.plan import Way
from lexiconsole.graph.state import WorkflowState

if TYPE_CHECKING:
    from lexiconsole.graph.walk import Visit, Walk

__all__ = ["GateNode"]


class GateNode(AbstractWorkflowNode):
    """With a `condition`, its first edge is taken when the answer is true, its second when it is false.

    Without one, the conditions of its edges decide. The decision is made once and remembered under the gate's key.
    """

    node_type = NodeType.GATE
    condition: Condition | None = None

    def __init__(self, name: str = "", condition: Condition | None = None) -> None:
        super().__init__(name)
        self.condition = condition if condition is not None else type(self).condition
        if self.condition is not None:
            check_call(name, "the condition", self.condition)

    def begin(self, walk: Walk, visit: Visit) -> Durable[Any] | None:
        if self.condition is None:
            return walk.ctx.choose(visit.key, partial(open_edges, walk.plan.ways[self.name], visit.state))
        return walk.ctx.choose(visit.key, partial(truth, self.condition, visit.state))

    def chosen(self, value: Any, ways: Sequence[Way]) -> Sequence[Way]:
        """The ways that a decision opens."""
        if self.condition is None:
            return [way for way in ways if way.target in value]
        place = 0 if value else 1
        return ways[place : place + 1]

    def writes(self, value: Any, state: WorkflowState) -> Mapping[str, Any]:
        return {}

    @property
    def returns(self) -> Any:
        return INFER

    async def execute(self, state: Any) -> dict[str, Any]:
        return {}
