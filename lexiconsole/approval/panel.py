"""Panel: whom a chain asks, one level at a time; what they said so far, and what is written down of each level."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from lexiconsole.approval.level import ApprovalDecision, ApprovalLevel, ApprovalStep
from lexiconsole.approval.people import LevelPeople
from lexiconsole.approval.rule import Ask, LevelOutcome, LevelRule, Stop, Tally, Verdict, Vote
from lexiconsole.durable.attempts import is_async
from lexiconsole.durable.calling import arity
from lexiconsole.durable.context import Context, Durable
from lexiconsole.durable.policy import Backoff, StepPolicy
from lexiconsole.result import Err, Ok
from lexiconsole.types import JsonObject

__all__ = ["Panel", "applies"]


class Panel:
    """Asks the seats of one level at a time: automatic approvers side by side, then people by one ballot.

    `rules` are the levels as the rule sees them, `votes` all that were cast, `stop` what ended it early.
    """

    def __init__(
        self,
        ctx: Context,
        chain: str,
        levels: Sequence[ApprovalLevel],
        rules: Sequence[LevelRule],
        subject: Any,
        rounds: int,
    ) -> None:
        self._ctx, self._subject = ctx, subject
        self._steps = {(level.name, step.name): step for level in levels for step in level.steps}
        self.people = {level.name: LevelPeople(ctx, chain, level, subject, rounds) for level in levels if level.who}
        self._asked: dict[str, Durable[Any]] = {}
        self._written = 0
        self._visits: dict[str, int] = {}
        self.rules = list(rules)
        self.votes: list[Vote] = []
        self.stop: Stop | None = None
        self._by_people = 0

    async def ask(self, ask: Ask) -> None:
        """Goes on with that level: opens it, or takes the next vote of a step, or has its people decide."""
        place = next(n for n, rule in enumerate(self.rules) if rule.name == ask.level)
        if self.rules[place].seats is None:
            automatic = [name for level, name in self._steps if level == ask.level]
            self.rules[place] = await self.people[ask.level].opened(self.rules[place], automatic)
            return
        steps = [seat for seat in ask.seats if (ask.level, seat) in self._steps]
        if steps:
            self.votes.append(await self._vote(replace(ask, seats=tuple(steps))))
        else:
            await self._decide(ask)

    async def _decide(self, ask: Ask) -> None:
        """The people of the level vote until it is decided, somebody wants to know more, or it is taken back."""
        here = [vote for vote in self.votes if (vote.level, vote.round) == (ask.level, ask.round)]
        key = _numbered(ask.level, self._visits.get(ask.level, 0) + 1)
        heard = await self.people[ask.level].decide(key, ask, self.rules, here)
        self.votes = [vote for vote in self.votes if vote not in here] + list(heard.votes)
        self.stop = heard.stop
        if heard.asked_more:
            self._visits[ask.level] = self._visits.get(ask.level, 0) + 1
        else:
            self._by_people = len(ask.tallies) + 1

    async def _vote(self, ask: Ask) -> Vote:
        """The next vote of that level; all its steps are asked at once, the first to answer is the first to count."""
        for seat in ask.seats:
            if seat not in self._asked:
                self._asked[seat] = self._question(ask, self._steps[ask.level, seat])
        seat = next(iter(self._asked)) if len(self._asked) == 1 else await self._ctx.first(self._asked)
        outcome = await self._asked.pop(seat)
        if isinstance(outcome, Err):
            return Vote(ask.level, seat, Verdict.ABSTAIN, str(outcome.error), round=ask.round)
        said: ApprovalDecision = outcome.value
        return Vote(ask.level, seat, Verdict.APPROVE if said.approved else Verdict.REJECT, said.reason, round=ask.round)

    async def settle(self, tallies: Sequence[Tally]) -> None:
        """Writes down each level that was decided, and asks those no more whose vote makes no difference."""
        for one in tallies[self._written :]:
            for durable in self._asked.values():
                self._ctx.drop(durable, f"{one.level} is decided")
            self._asked.clear()
            self._visits[one.level] = self._visits.get(one.level, 0) + 1
            self._written += 1
            if self._written == self._by_people:
                continue  # the ballot's answer says it already
            await self._ctx.choose(_numbered(one.level, self._visits[one.level]), partial(_fact, one))

    def _question(self, ask: Ask, step: ApprovalStep) -> Durable[Any]:
        visit = self._visits.get(ask.level, 0) + 1
        return self._ctx.step(
            f"{_numbered(ask.level, visit)}/{step.name}",
            _question(step, self._subject),
            policy=StepPolicy(
                attempts=step.max_retries, backoff=Backoff(initial=step.retry_delay), timeout=step.timeout
            ),
            returns=ApprovalDecision,
        )


async def applies(ctx: Context, key: str, condition: Callable[[Any], Any] | None, subject: Any) -> bool:
    """Asked once and remembered."""
    if condition is None:
        return True
    return bool(await ctx.choose(f"{key}/if", partial(_holds, condition, subject), returns=bool))


async def _holds(condition: Callable[[Any], Any], subject: Any) -> Any:
    """None is no answer: a forgotten `return` must not leave out the people who were to decide."""
    value = condition(subject)
    if hasattr(value, "__await__"):
        value = await value
    if isinstance(value, Err):
        return value
    answer = value.value if isinstance(value, Ok) else value
    if answer is None:
        raise TypeError("the condition gave None; return True or False")
    return bool(answer)


def _question(step: ApprovalStep, subject: Any) -> Callable[[], Any]:
    """The approver with its subject; as async or not as it is, since what is not async is called in a thread."""
    approver = step.approver
    call: Callable[..., Any] = approver if callable(approver) else approver.approve
    if arity(call)[1] > 0:
        call = partial(call, subject)

    async def later() -> Any:
        return _decision(step.name, await call())

    def now() -> Any:
        value = call()
        return _awaited(step.name, value) if hasattr(value, "__await__") else _decision(step.name, value)

    return later if is_async(call) else now


async def _awaited(name: str, value: Any) -> Any:
    return _decision(name, await value)


def _decision(name: str, said: Any) -> Any:
    """Only a clear word counts: something merely truthy, such as a forgotten result, must not approve anything."""
    match said:
        case ApprovalDecision() | Err():
            return said
        case bool():
            return ApprovalDecision(said)
        case Ok(value):
            return _decision(name, value)
        case _:
            raise TypeError(f"an approver says True, False or ApprovalDecision(…); {name} said {said!r}")


def _fact(one: Tally) -> JsonObject:
    """What the journal keeps of a decided level under its name."""
    fact: JsonObject = {"outcome": one.outcome.value}
    if one.outcome is not LevelOutcome.SKIPPED:
        fact["needed"] = one.needed
    said: Mapping[Verdict, str] = {
        Verdict.APPROVE: "approved",
        Verdict.REJECT: "rejected",
        Verdict.ABSTAIN: "undecided",
    }
    for verdict, name in said.items():
        if votes := one.of(verdict):
            fact[name] = {vote.person: vote.reason for vote in votes}
    return fact


def _numbered(name: str, visit: int) -> str:
    return name if visit == 1 else f"{name}#{visit}"
