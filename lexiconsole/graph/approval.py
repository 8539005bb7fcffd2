"""ApprovalNode: a place in a graph where something is approved, by a chain of people and rules or by one approver."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from lexiconsole.contracts.approval import ApprovalProtocol
from lexiconsole.durable.context import INFER, Chain, Durable
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import REJECTION, HumanInputRequiredError, LexiconsoleError
from lexiconsole.graph.handing import HandingNode
from lexiconsole.graph.node import NodeType
from lexiconsole.result import Err, Ok, Result

if TYPE_CHECKING:
    from lexiconsole.graph.walk import Visit, Walk

__all__ = ["ApprovalNode"]


class ApprovalNode(HandingNode):
    """Has `state[input_key]` approved; gives whether it was.

    `approval` is a chain, which may ask people of this run and wait for them, or an approver that decides by itself. With
    `details_key` the state also gets what a chain came to: outcome (approved, rejected, withdrawn), reason, and by whom. A
    rejection gives False, unless `rejection_fails`: then the node fails, and the run ends as rejected.
    """

    node_type = NodeType.APPROVAL
    method = "approve"
    details_key: str | None = None
    rejection_fails = False
    is_let_go = True

    def __init__(
        self,
        name: str = "",
        approval: Chain | ApprovalProtocol | Callable[[Any], Any] | None = None,
        *,
        details_key: str | None = None,
        rejection_fails: bool | None = None,
        **terms: Any,
    ) -> None:
        super().__init__(name, approval, **terms)
        self.details_key = self.details_key if details_key is None else details_key
        self.rejection_fails = self.rejection_fails if rejection_fails is None else rejection_fails
        self.is_waiting = self.chain is not None

    @property
    def chain(self) -> Chain | None:
        return self.to if hasattr(self.to, "judge") else None

    @property
    def returns(self) -> Any:
        return super().returns if self.chain is None else INFER

    def begin(self, walk: Walk, visit: Visit) -> Durable[Any] | None:
        if self.chain is None:
            return super().begin(walk, visit)
        given = self.taken_from(visit.state)
        return walk.ctx.branch(visit.key, partial(self._judged, walk, visit, self.chain.judge, given))

    async def _judged(
        self, walk: Walk, visit: Visit, judge: Callable[..., Awaitable[Result[Any, Any]]], given: Any
    ) -> Result[Any, LexiconsoleError]:
        try:
            outcome = await judge(walk.ctx, given)
        except HumanInputRequiredError as needed:
            walk.trail.waiting[walk.prefix + visit.key] = needed.prompt
            return Err(needed)
        rejected = isinstance(outcome, Err) and type(outcome.error).__name__ == REJECTION
        if isinstance(outcome, Err) and (self.rejection_fails or not rejected):
            return outcome
        if self.details_key is None:
            return Ok(not rejected)
        said = outcome.error if isinstance(outcome, Err) else outcome.value
        votes = [
            {"level": vote.level, "by": vote.person, "verdict": vote.verdict.value, "reason": vote.reason}
            for vote in said.votes
        ]
        came_to = said.levels[-1].outcome.value if rejected else "approved"
        told = {"outcome": came_to, "reason": str(said), "votes": votes}
        return Ok({self.output_key or self.name: not rejected, self.details_key: told})

    def writes(self, value: Any, state: Any) -> Any:
        return value if isinstance(value, dict) and self.details_key in value else super().writes(value, state)

    def outline(self, key: str, parent: str = "") -> Outline:
        """The node, and the levels of its chain inside it."""
        own = super().outline(key, parent)
        drawn = getattr(self.to, "outline", None)
        return own if self.chain is None or drawn is None else own.around(drawn(), key)
