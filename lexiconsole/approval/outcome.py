"""How a chain ended: who decided what, at which level, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lexiconsole.approval.rule import LevelOutcome, Tally, Verdict, Vote
from lexiconsole.errors import LexiconsoleError

__all__ = ["Approval", "ApprovalError", "RejectedError"]


@dataclass(frozen=True, slots=True)
class Approval:
    """An approved subject. `levels` are in the order in which they were decided; a level that was gone back to comes again."""

    levels: tuple[Tally, ...]

    @property
    def votes(self) -> tuple[Vote, ...]:
        return tuple(vote for level in self.levels for vote in level.votes)

    def __str__(self) -> str:
        asked = [level for level in self.levels if level.outcome is LevelOutcome.APPROVED]
        if not asked:
            return "approved: no level applied"
        return "approved: " + ", ".join(f"{one.level} ({_names(one.of(Verdict.APPROVE))})" for one in asked)


class _EndedError(LexiconsoleError):
    """`levels` as in Approval; the last one is where it ended, `level` its name."""

    def __init__(self, chain: str, levels: Sequence[Tally], message: str) -> None:
        self.chain, self.levels = chain, tuple(levels)
        self.level = self.levels[-1].level
        super().__init__(message)

    @property
    def votes(self) -> tuple[Vote, ...]:
        return tuple(vote for level in self.levels for vote in level.votes)


class RejectedError(_EndedError):
    """Enough approvers said no, or the request was withdrawn; a run that ends so was rejected by people or rules, not broken."""

    def __init__(self, chain: str, levels: Sequence[Tally]) -> None:
        last = levels[-1]
        if last.outcome is LevelOutcome.WITHDRAWN:
            why = f"withdrawn at {last.level}{f' by {last.by}' if last.by else ''}{f' ({last.reason})' if last.reason else ''}"
        else:
            why = f"rejected at {last.level} by {_reasons(last.of(Verdict.REJECT))}"
        super().__init__(chain, levels, f"{chain} was {why}")


class ApprovalError(_EndedError):
    """A level can not come to a decision: approvers failed, too few of them apply to the subject, or time ran out."""

    def __init__(self, chain: str, levels: Sequence[Tally], *, people: bool = False) -> None:
        last = levels[-1]
        seats = len(last.votes) + len(last.waiting)
        if last.outcome is LevelOutcome.OVERDUE:
            why = f"nobody decided in time, {len(last.of(Verdict.APPROVE))} of {last.needed} approvals were given"
        elif seats < last.needed:
            why = f"{last.needed} approvals are needed, but only {seats} of its steps apply to this subject"
            if people:
                who = ", ".join((*(vote.person for vote in last.votes), *last.waiting))
                why = f"{last.needed} approvals are needed, but only {seats} may be given{f' ({who})' if who else ''}"
        else:
            why = f"{last.needed} approvals can not be reached without {_reasons(last.of(Verdict.ABSTAIN))}"
        super().__init__(chain, levels, f"{chain} is stuck at {last.level}: {why}")


def _names(votes: Sequence[Vote]) -> str:
    return ", ".join(vote.person for vote in votes)


def _reasons(votes: Sequence[Vote]) -> str:
    return ", ".join(f"{vote.person}{f' ({vote.reason})' if vote.reason else ''}" for vote in votes)
