"""LevelPeople: the people of one level. Finding who has a seat, asking them, and hearing what they decided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import to_jsonable_python

from lexiconsole.approval.ballot import LevelBallot
from lexiconsole.approval.level import ApprovalLevel
from lexiconsole.approval.rule import (
    ApprovalPolicy,
    Ask,
    LevelOutcome,
    LevelRule,
    Stop,
    Tally,
    Threshold,
    Vote,
    needed,
)
from lexiconsole.approval.seats import ANYBODY, EMPTY, Floor, vote_from
from lexiconsole.durable.context import Context
from lexiconsole.durable.people import People
from lexiconsole.durable.question import WITHDRAWN, OnDue, Question, QuestionKind
from lexiconsole.errors import StepError
from lexiconsole.types import Json, JsonObject

__all__ = ["Heard", "LevelPeople"]


@dataclass(frozen=True, slots=True)
class Heard:
    """All votes of the level's round; a stop, or that it is to be asked again because somebody wanted to know more."""

    votes: tuple[Vote, ...]
    stop: Stop | None = None
    asked_more: bool = False


class LevelPeople:
    """`opened` before `decide`; after a question back to the initiator `decide` again, with its votes kept."""

    def __init__(self, ctx: Context, chain: str, level: ApprovalLevel, subject: Any, rounds: int) -> None:
        self._ctx, self._chain, self._level, self._subject, self._rounds = ctx, chain, level, subject, rounds
        self._automatic: tuple[str, ...] = ()
        self._found: dict[str, Any] = {}
        self._floor: Floor = EMPTY
        self._told: list[JsonObject] = []

    async def opened(self, rule: LevelRule, automatic: Sequence[str]) -> LevelRule:
        """The level with its seats: looked up once, when it is reached, and remembered."""
        level, starters = self._level, self._starters
        self._found = await self._ctx.choose(
            f"{level.name}/seats", lambda: _found(self._ctx.people, level, starters, automatic)
        )
        self._automatic = tuple(automatic)
        seats = (*automatic, *self._found["people"])
        threshold = rule.threshold
        if not self._found["enforced"] and type(threshold) is int:
            threshold = min(threshold, len(seats))
        barred = frozenset(self._found.get("barred", ()))
        return replace(rule, seats=seats, threshold=threshold, barred=barred)

    @property
    def _starters(self) -> list[str]:
        run = self._ctx.run
        return [name for name in (run.started_by, *run.also_started_by) if name]

    async def decide(self, key: str, ask: Ask, rules: Sequence[LevelRule], votes: Sequence[Vote]) -> Heard:
        """Asks, and gives what came of it. `key` is that of the question, `votes` those of the level's round so far."""
        ballot = self._ballot(ask, rules, votes)
        value: dict[str, Any] = await self._ctx.ask(key, self._question(ballot))
        cast = tuple(vote_from(vote, ask.level) for vote in value["votes"])
        cast = tuple(replace(vote, round=ask.round) for vote in cast)
        if value["outcome"] == "info":
            taken_back = await self._inquire(key, value, ask)
            return Heard(cast, taken_back, asked_more=taken_back is None)
        self._floor = EMPTY  # should a rejection lead back here, everybody is asked anew
        if value["outcome"] in (LevelOutcome.WITHDRAWN, LevelOutcome.OVERDUE):
            outcome = LevelOutcome(value["outcome"])
            stop = Stop(ask.level, ask.round, outcome, str(value.get("by", "")), str(value.get("reason", "")))
            return Heard(cast, stop)
        return Heard(cast)

    async def _inquire(self, key: str, value: dict[str, Any], ask: Ask) -> Stop | None:
        """Whoever began it is asked what an approver wants to know; then the level goes on with the votes it had, unless
        they withdraw the request.
        """
        self._floor = Floor.from_data(value.get("floor", {}), self._level.name)
        asked = Question(
            f"{value['by']} wants to know: {value['question']}" if value.get("by") else value["question"],
            form=str,
            who=tuple(self._found.get("asks", ())),
            details=self._details(),
            withdrawers=tuple(self._starters),
        )
        try:
            answer = await self._ctx.ask(f"{key}/info", asked)
        except StepError as fault:
            if fault.type != WITHDRAWN:
                raise
            return Stop(ask.level, ask.round, LevelOutcome.WITHDRAWN, str(fault.value), fault.message)
        self._told.append({"by": value.get("by", ""), "question": value["question"], "answer": answer})
        return None

    def _question(self, ballot: LevelBallot) -> Question:
        level, escalated = self._level, bool(ballot.floor.escalated)
        prompt = level.prompt(self._subject) if callable(level.prompt) else level.prompt
        return Question(
            prompt or f"{self._chain}: approve at {level.name}?",
            form=level.form,
            kind=QuestionKind.APPROVAL,
            who=tuple(level.who),
            due_in=level.due,  # type: ignore[arg-type]
            remind=level.remind,  # type: ignore[arg-type]
            on_due=OnDue.WAIT if escalated and level.on_due is OnDue.ESCALATE else level.on_due,
            escalate_to=tuple(level.escalate_to),
            details=self._details(),
            ballot=ballot,
        )

    def _details(self) -> Json:
        shown: Json = to_jsonable_python(self._subject, fallback=_in_words)
        return shown

    def _ballot(self, ask: Ask, rules: Sequence[LevelRule], votes: Sequence[Vote]) -> LevelBallot:
        level, found = self._level, self._found
        place = next(n for n, rule in enumerate(rules) if rule.name == ask.level)
        rule = rules[place]
        ahead = next((later.name for later in rules[place + 1 :] if not later.skipped), "")
        back = rule.back_to if ask.round < self._rounds else ""
        enforced = bool(found["enforced"])
        return LevelBallot(
            chain=self._chain,
            level=ask.level,
            seats=tuple(rule.seats or ()),
            threshold=rule.threshold,
            round=ask.round,
            who=tuple(level.who),
            barred=tuple(sorted(rule.barred)),
            initiator=self._ctx.run.started_by,
            enforced=enforced,
            automatic=self._automatic,
            delegation=level.delegation,
            delegates=tuple(level.delegate_to),
            escalate_to=tuple(level.escalate_to),
            floor=replace(self._floor, votes=tuple(votes)),
            then=(("approve", ahead), ("reject", back)),
            levels=tuple(_overview(rules, ask)),
            told=tuple(self._told),
            not_enforced=() if enforced else _not_enforced(level),
        )


def _found(people: People, level: ApprovalLevel, starters: Sequence[str], automatic: Sequence[str]) -> JsonObject:
    """Who has a seat now. Without operators one person is everybody, and has the one seat there is."""
    if not people.enforced:
        return {"enforced": False, "people": [ANYBODY]}
    barred = [name for name in dict.fromkeys(starters) if level.four_eyes]
    seats = [name for name in people.members(level.who) if name not in barred]
    both = sorted({*seats, *barred} & set(automatic))
    if both:
        raise ValueError(f"an approval step and an operator are both called {both[0]}; rename the step of {level.name}")
    found: JsonObject = {"enforced": True, "people": list[Json](seats)}
    if barred:
        found["barred"] = list[Json](barred)
    if asks := people.members(starters[:1]):
        found["asks"] = list[Json](asks)
    return found


def _not_enforced(level: ApprovalLevel) -> tuple[str, ...]:
    """What the level demands and nobody checks without operators."""
    rules = [f"for {', '.join(level.who)}"]
    if level.four_eyes:
        rules.append("four-eyes")
    if _counts_above_one(level.policy):
        rules.append(f"{level.policy} approvals" if type(level.policy) is int else f"{level.policy} of the approvals")
    return tuple(rules)


def _counts_above_one(policy: Threshold) -> bool:
    return policy is not ApprovalPolicy.ANY and policy != 1


def _overview(rules: Sequence[LevelRule], ask: Ask) -> list[JsonObject]:
    """All levels as they stand when this one is asked, the newest tally of each."""
    tallies: dict[str, Tally] = {tally.level: tally for tally in ask.tallies}
    return [_level(rule, tallies.get(rule.name), asked=rule.name == ask.level) for rule in rules]


def _level(rule: LevelRule, tally: Tally | None, *, asked: bool) -> JsonObject:
    seats = [seat for seat in rule.seats or () if seat not in rule.barred]
    if asked or tally is None:
        state = "open" if asked else "skipped" if rule.skipped else "ahead"
        level: JsonObject = {"name": rule.name, "state": state}
        if seats:
            level |= {"needed": needed(rule.threshold, len(seats)), "of": len(seats)}
        return level
    floor = Floor(tally.votes)
    return {
        "name": rule.name,
        "state": tally.outcome.value,
        "needed": tally.needed,
        "of": len(seats),
        "votes": floor.votes_data(),
    }


def _in_words(value: Any) -> str:
    """What is no data, without its address: of two runs the same is shown, and has the same digest."""
    return _ADDRESS.sub("", str(value))


_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
