"""ApprovalChain: levels in order, each decided by its approvers. `drive` is the whole of it, `rule.decide` its judgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, ClassVar, assert_never

from lexiconsole.approval.level import ApprovalLevel, ApprovalStep
from lexiconsole.approval.outcome import Approval, ApprovalError, RejectedError
from lexiconsole.approval.panel import Panel, applies
from lexiconsole.approval.rule import Approved, Ask, LevelRule, Rejected, Stuck, decide
from lexiconsole.durable.context import Context, RunInfo
from lexiconsole.durable.memory import memory_context
from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.errors import DefinitionError, LexiconsoleError, StepError, nearest
from lexiconsole.result import Err, Ok, Result
from lexiconsole.types import ModelKind

__all__ = ["ApprovalChain"]

_FROM_RUN: Any = object()


class ApprovalChain:
    """Levels are asked one after the other, the steps of a level side by side, until the outcome is certain.

    A step given as a level is a level of its own. As a run, the subject is the run's input unless `subject` is given.
    `max_rounds` is how often the chain is gone through when rejections lead back, the first time included.
    """

    VERSION: ClassVar[int] = 1
    KIND: ClassVar[ModelKind] = ModelKind.CHAIN

    def __init__(
        self,
        levels: Sequence[ApprovalLevel | ApprovalStep] = (),
        *,
        name: str = "",
        subject: Any = _FROM_RUN,
        max_rounds: int = 3,
    ) -> None:
        if max_rounds < 1:
            raise DefinitionError(f"max_rounds counts the first round too and must be at least 1, not {max_rounds}")
        self._name, self.max_rounds, self._subject = name, max_rounds, subject
        self.levels: list[ApprovalLevel] = []
        for level in levels:
            self.add_level(level)

    def add_level(self, level: ApprovalLevel | ApprovalStep) -> None:
        """Adds a level at the end."""
        if isinstance(level, ApprovalStep):
            level = ApprovalLevel(level.name, [level])
        if not isinstance(level, ApprovalLevel):
            raise DefinitionError(f"{self.name}: {level!r} is no level; give an ApprovalLevel, or an ApprovalStep")
        names = [one.name for one in self.levels]
        if level.name in names:
            raise DefinitionError(f"{self.name} has two levels named {level.name!r}; each needs a name of its own")
        if level.back_to and level.back_to not in (*names, level.name):
            close = nearest(level.back_to, names)
            hint = f"; did you mean {close!r}?" if close else ""
            raise DefinitionError(
                f"{self.name}: a rejection at {level.name} leads back to {level.back_to!r}, which is no level before it{hint}"
            )
        self.levels.append(level)

    @property
    def name(self) -> str:
        return self._name or type(self).__name__

    # its meaning

    async def drive(self, ctx: Context) -> Result[Approval, LexiconsoleError]:
        """Has the run's input approved, or the `subject` the chain was made with."""
        subject = ctx.run.input if self._subject is _FROM_RUN else self._subject
        return await self.judge(ctx, subject)

    async def judge(self, ctx: Context, subject: Any) -> Result[Approval, LexiconsoleError]:
        """Asks whom the rule says to ask, and lets it judge after every vote. See `Context.approve`."""
        if not self.levels:
            raise DefinitionError(f"{self.name} has no levels; nobody would be asked")
        try:
            rules = [await self._rule(ctx, level, subject) for level in self.levels]
        except StepError as failed:
            return Err(failed)
        name = self._name or ctx.run.definition or self.name
        panel = Panel(ctx, name, self.levels, rules, subject, self.max_rounds)
        while True:
            now = decide(panel.rules, panel.votes, rounds=self.max_rounds, stop=panel.stop)
            await panel.settle(now.tallies)
            match now:
                case Ask():
                    await panel.ask(now)
                case Approved(tallies):
                    return Ok(Approval(tallies))
                case Rejected(tallies):
                    return Err(RejectedError(name, tallies))
                case Stuck(tallies):
                    return Err(ApprovalError(name, tallies, people=tallies[-1].level in panel.people))
                case _ as never:
                    assert_never(never)

    async def _rule(self, ctx: Context, level: ApprovalLevel, subject: Any) -> LevelRule:
        """The level for this subject. With nobody who is to be asked, it does not apply itself."""
        seats: list[str] = []
        holds = await applies(ctx, level.name, level.condition, subject)
        if holds:
            seats += [
                step.name
                for step in level.steps
                if await applies(ctx, f"{level.name}/{step.name}", step.condition, subject)
            ]
        rule = LevelRule(level.name, tuple(seats), level.policy, level.back_to, skipped=not seats)
        return replace(rule, seats=None, skipped=False) if holds and level.who else rule

    # in memory

    async def execute(self, subject: Any = None) -> Result[Approval, LexiconsoleError]:
        """Asks here and now. `Err` is RejectedError, or ApprovalError when a level can not come to a decision.

        Raises HumanInputRequiredError when a level asks people: in memory there is nobody to ask.
        """
        context = memory_context(RunInfo(self.name, self.name, self.VERSION, input=subject))
        return await context.drive(lambda ctx: self.judge(ctx, subject))

    async def approve(self, subject: Any) -> bool:
        """The chain as an approver. Raises ApprovalError when it can not come to a decision."""
        match await self.execute(subject):
            case Ok():
                return True
            case Err(RejectedError()):
                return False
            case Err(error):
                raise error

    def outline(self) -> Outline:
        """A node for each level with its steps inside; a dashed way back where a rejection leads back."""
        nodes, edges = [], [OutlineEdge(a.name, b.name) for a, b in pairwise(self.levels)]
        for level in self.levels:
            nodes.append(OutlineNode(level.name, NodeKind.APPROVAL))
            nodes += [OutlineNode(f"{level.name}/{who}", NodeKind.HUMAN, who, parent=level.name) for who in level.who]
            nodes += [
                OutlineNode(f"{level.name}/{step.name}", label=step.name, parent=level.name) for step in level.steps
            ]
            if level.back_to:
                edges.append(OutlineEdge(level.name, level.back_to, EdgeKind.LOOP, "rejected"))
        return Outline(tuple(nodes), tuple(edges))
