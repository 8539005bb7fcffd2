"""The rule of approvals: from levels and votes to what happens next. One pure function, `decide`; no clock, no people, no I/O.

A level has seats: an automatic approver, a named person, or one of those who hold a role, already found by whoever asks.
A vote fills a seat and is cast by a person, mostly the one the seat is for; with a delegation it is somebody else.

* Only votes of the level's round count, only for its seats, and never those of a person who is barred (four-eyes).
* Nobody counts twice: a later vote for the same seat, or by the same person, takes the place of the earlier one.
* A level is decided as soon as its outcome is certain. What comes later does not count.
* A rejection ends the chain, or begins a new round at an earlier level, as often as `rounds` allows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias, assert_never

__all__ = [
    "ApprovalPolicy",
    "Approved",
    "Ask",
    "LevelOutcome",
    "LevelRule",
    "Next",
    "Rejected",
    "Stop",
    "Stuck",
    "Tally",
    "Threshold",
    "Verdict",
    "Vote",
    "decide",
    "needed",
    "tally",
]


class ApprovalPolicy(StrEnum):
    """How many of a level must approve; MAJORITY is more than half."""

    ALL = "all"
    ANY = "any"
    MAJORITY = "majority"


Threshold: TypeAlias = ApprovalPolicy | int | float
"""A policy, a number of approvals (2), or a share of the seats (0.5, rounded up)."""


class Verdict(StrEnum):
    """ABSTAIN: the seat is taken, but says neither; also an approver that could not be asked. WITHDRAWN: the person takes
    back what they said while the level is open.
    """

    APPROVE = "approve"
    REJECT = "reject"
    ABSTAIN = "abstain"
    WITHDRAWN = "withdrawn"


class LevelOutcome(StrEnum):
    """STUCK: the quorum can not be reached any more, and not because of rejections alone. WITHDRAWN: whoever began it took
    the request back. OVERDUE: time ran out.
    """

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    STUCK = "stuck"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Vote:
    """One verdict for one seat. `by` is who cast it, if not the one whose seat it is."""

    level: str
    seat: str
    verdict: Verdict
    reason: str = ""
    by: str = ""
    round: int = 1

    @property
    def person(self) -> str:
        return self.by or self.seat


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A level as the rule sees it: who may decide, how many must, and where a rejection leads (empty: to the end).

    `seats` None: nobody has looked yet who they are; the level is to be opened before it can be judged. `skipped` says
    that it does not apply to the subject. `barred` are persons who may not decide here; their seats do not exist for the
    threshold either.
    """

    name: str
    seats: tuple[str, ...] | None
    threshold: Threshold = ApprovalPolicy.ALL
    back_to: str = ""
    skipped: bool = False
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stop:
    """What ends a chain while that level is open: its request is taken back (WITHDRAWN), or time ran out (OVERDUE)."""

    level: str
    round: int
    outcome: LevelOutcome
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How a level stands in one round. `votes` are those that count, `waiting` the seats without one.

    `by` and `reason` are those of a Stop.
    """

    level: str
    round: int
    outcome: LevelOutcome
    needed: int
    votes: tuple[Vote, ...] = ()
    waiting: tuple[str, ...] = ()
    by: str = ""
    reason: str = ""

    def of(self, verdict: Verdict) -> list[Vote]:
        return [vote for vote in self.votes if vote.verdict is verdict]


@dataclass(frozen=True, slots=True)
class Ask:
    """The level's seats without a vote are to be asked; `tallies` are the levels decided so far, in their order."""

    level: str
    round: int
    seats: tuple[str, ...]
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Approved:
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The last tally is the level that rejected, or at which the request was withdrawn."""

    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Stuck:
    """The last tally is the level that can not come to a decision, or for which time ran out."""

    tallies: tuple[Tally, ...]


Next: TypeAlias = Ask | Approved | Rejected | Stuck


def decide(levels: Sequence[LevelRule], votes: Sequence[Vote], *, rounds: int = 1, stop: Stop | None = None) -> Next:
    """What happens next. `votes` are in the order in which they were cast; `rounds` counts the first one too.

    A `stop` counts only if its level is still open after those votes.
    """
    places = {level.name: place for place, level in enumerate(levels)}
    tallies: list[Tally] = []
    place, current = 0, 1
    while place < len(levels):
        level = levels[place]
        counted = tally(level, votes, current)
        if (
            counted.outcome is LevelOutcome.OPEN
            and stop is not None
            and (stop.level, stop.round) == (level.name, current)
        ):
            counted = replace(counted, outcome=stop.outcome, by=stop.by, reason=stop.reason)
        if counted.outcome is LevelOutcome.OPEN:
            return Ask(level.name, current, counted.waiting, tuple(tallies))
        tallies.append(counted)
        match counted.outcome:
            case LevelOutcome.APPROVED | LevelOutcome.SKIPPED:
                place += 1
            case LevelOutcome.REJECTED if level.back_to and current < rounds:
                place, current = places[level.back_to], current + 1
            case LevelOutcome.REJECTED | LevelOutcome.WITHDRAWN:
                return Rejected(tuple(tallies))
            case LevelOutcome.STUCK | LevelOutcome.OVERDUE:
                return Stuck(tuple(tallies))
            case _ as never:
                assert_never(never)
    return Approved(tuple(tallies))


def tally(level: LevelRule, votes: Iterable[Vote], round: int = 1) -> Tally:
    """How the level stands after those votes; they are taken in their order until the outcome is certain."""
    if level.skipped:
        return Tally(level.name, round, LevelOutcome.SKIPPED, 0)
    if level.seats is None:
        return Tally(level.name, round, LevelOutcome.OPEN, 0)
    seats = tuple(seat for seat in dict.fromkeys(level.seats) if seat not in level.barred)
    need = needed(level.threshold, len(seats))
    standing: dict[str, Vote] = {}
    outcome = _outcome(need, len(seats), standing)
    for vote in votes:
        if outcome is not LevelOutcome.OPEN:
            break
        if _counts(vote, level, round, seats):
            standing = {
                seat: other for seat, other in standing.items() if seat != vote.seat and other.person != vote.person
            }
            if vote.verdict is not Verdict.WITHDRAWN:
                standing[vote.seat] = vote
            outcome = _outcome(need, len(seats), standing)
    waiting = tuple(seat for seat in seats if seat not in standing)
    return Tally(level.name, round, outcome, need, tuple(standing.values()), waiting)


def needed(threshold: Threshold, seats: int) -> int:
    """Approvals that a level with so many seats needs; never less than one."""
    match threshold:
        case ApprovalPolicy.ALL:
            return max(1, seats)
        case ApprovalPolicy.ANY:
            return 1
        case ApprovalPolicy.MAJORITY:
            return seats // 2 + 1
        case float() as share:
            return max(1, math.ceil(Fraction(str(share)) * seats))  # 0.7 of 10 is 7; in floats it is a little more
        case int() as number:
            return max(1, number)
        case _ as never:
            assert_never(never)


def _counts(vote: Vote, level: LevelRule, round: int, seats: Sequence[str]) -> bool:
    here = vote.level == level.name and vote.round == round
    return here and vote.seat in seats and vote.person not in level.barred


def _outcome(need: int, seats: int, standing: Mapping[str, Vote]) -> LevelOutcome:
    verdicts = [vote.verdict for vote in standing.values()]
    rejections = verdicts.count(Verdict.REJECT)
    if verdicts.count(Verdict.APPROVE) >= need:
        return LevelOutcome.APPROVED
    if need <= seats < need + rejections:
        return LevelOutcome.REJECTED
    if seats < need + rejections + verdicts.count(Verdict.ABSTAIN):
        return LevelOutcome.STUCK
    return LevelOutcome.OPEN
