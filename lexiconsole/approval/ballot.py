"""Ballot: one level of a chain as a question to people. Who holds a seat now, and what one more act leads to.

Pure: everything follows from what was asked, the acts since (entries), and who is who at that moment. Who may fill a seat:
its person; whom they handed it to, as far as the level allows; whoever stands in for an absent one; and for any seat that
is still empty those the level was escalated to. Nobody fills two seats, and who is barred (four-eyes) fills none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lexiconsole.approval.rule import (
    ApprovalPolicy,
    LevelOutcome,
    LevelRule,
    Tally,
    Threshold,
    Verdict,
    Vote,
    needed,
    tally,
)
from lexiconsole.approval.seats import ANYBODY, EMPTY, Floor, floor_after, is_time_to_come
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.durable.people import People
from lexiconsole.durable.question import Ruling
from lexiconsole.types import Json, JsonObject

__all__ = ["LevelBallot"]

_SAID = {Verdict.APPROVE: "approved", Verdict.REJECT: "rejected"}


@dataclass(frozen=True, slots=True)
class LevelBallot:
    """`seats` are persons and `automatic` approvers, who have voted; `who` are the names and roles that the level is for.

    `barred` may not decide here, `delegation` is how often a seat may be handed on, to whom `delegates` (names and roles;
    empty: somebody who shares a role). `floor` is what carried over from before: votes, delegations, escalation.
    `then` says what follows each verdict, "" for the end. `levels` are all levels of the chain and `told` what
    was asked back and answered, for people who look.
    """

    chain: str
    level: str
    seats: tuple[str, ...]
    threshold: Threshold
    round: int = 1
    who: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    initiator: str = ""
    enforced: bool = True
    automatic: tuple[str, ...] = ()
    delegation: int = 1
    delegates: tuple[str, ...] = ()
    escalate_to: tuple[str, ...] = ()
    floor: Floor = EMPTY
    then: tuple[tuple[str, str], ...] = ()
    levels: tuple[JsonObject, ...] = ()
    told: tuple[JsonObject, ...] = ()
    not_enforced: tuple[str, ...] = ()

    @property
    def rule_of_level(self) -> LevelRule:
        return LevelRule(self.level, self.seats, self.threshold, barred=frozenset(self.barred))

    def tally(self, floor: Floor) -> Tally:
        return tally(self.rule_of_level, floor.votes, self.round)

    def after(self, acts: Sequence[Entry]) -> Floor:
        """How things stand after those acts."""
        return floor_after(self.floor, acts, self.level, self.round)

    # what it keeps

    def to_data(self) -> JsonObject:
        """The keys are those of the fields; empty ones are left out, `needed` is added."""
        need = needed(self.threshold, len([seat for seat in self.seats if seat not in self.barred]))
        data: dict[str, Any] = {
            "chain": self.chain,
            "level": self.level,
            "round": self.round,
            "seats": list(self.seats),
            "threshold": self.threshold,
            "needed": need,
            "who": list(self.who),
            "barred": list(self.barred),
            "initiator": self.initiator,
            "enforced": self.enforced,
            "automatic": list(self.automatic),
            "delegation": self.delegation,
            "delegates": list(self.delegates),
            "escalate_to": list(self.escalate_to),
            "floor": self.floor.to_data(),
            "then": dict(self.then),
            "levels": list(self.levels),
            "told": list(self.told),
            "not_enforced": list(self.not_enforced),
        }
        return {name: value for name, value in data.items() if value not in ("", [], {}, None)}

    @classmethod
    def from_data(cls, data: JsonObject) -> LevelBallot:
        given: dict[str, Any] = dict(data)
        given.pop("needed", None)
        given.setdefault("seats", [])
        policy = given["threshold"]
        given["threshold"] = ApprovalPolicy(policy) if isinstance(policy, str) else policy
        given["floor"] = Floor.from_data(given.get("floor", {}), given["level"])
        given["then"] = tuple(given.get("then", {}).items())
        fields: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
        return cls(**fields)

    # what an act leads to

    def rule(self, acts: Sequence[Entry], request: Request, people: People) -> Ruling:
        floor = self.after(acts)
        match request.kind:
            case RequestKind.VOTE:
                return self._vote(floor, request, people)
            case RequestKind.WITHDRAW:
                return self._withdraw(floor, request)
            case RequestKind.DELEGATE:
                return self._delegate(floor, request, people)
            case RequestKind.ESCALATE:
                return self._escalate(floor, request, people)
            case RequestKind.ASK_INFO:
                return self._ask_info(floor, request, people)
            case _:
                return Ruling(refused=f"{self.level} is decided by votes: approve it, or reject it")

    def at_due(self, acts: Sequence[Entry]) -> JsonObject:
        return self._outcome(self.after(acts), LevelOutcome.OVERDUE)

    def _vote(self, floor: Floor, request: Request, people: People) -> Ruling:
        said = str(request.data.get("verdict", ""))
        if said not in (Verdict.APPROVE, Verdict.REJECT):
            return Ruling(refused=f"{said!r} is no verdict; a vote says approve or reject")
        seat = self.seat_of(request.by, floor, people, request.at)
        if not seat:
            return Ruling(refused=self.why_no_seat(request.by, floor, people))
        verdict, reason = Verdict(said), str(request.data.get("reason") or "")
        earlier = floor.vote_of(request.by)
        if earlier is not None and earlier.verdict is verdict:
            return Ruling(
                refused=f"{request.by} has {_SAID[verdict]} {self.level} already; it stands, nothing was changed"
            )
        by = "" if request.by == seat else request.by
        voted = floor.with_vote(Vote(self.level, seat, verdict, reason, by, self.round))
        data: JsonObject = {"verdict": verdict.value, "seat": seat}
        now = self.tally(voted)
        if now.outcome is LevelOutcome.OPEN:
            changed = f", instead of {_SAID[earlier.verdict]} before" if earlier is not None else ""
            return Ruling(sentence=f"{self.quorum(voted)}{changed}; {self.level} stays open", data=data)
        return self._settles({**data, "value": self._outcome(voted, now.outcome)}, self.leads_to(now.outcome))

    def _withdraw(self, floor: Floor, request: Request) -> Ruling:
        vote = floor.vote_of(request.by)
        if vote is not None:
            data: JsonObject = {"verdict": Verdict.WITHDRAWN.value, "seat": vote.seat}
            return Ruling(sentence=f"{request.by} takes the vote back; {self.level} stays open", data=data)
        if request.by in self.barred or request.by == self.initiator or not self.enforced:
            value = self._outcome(floor, LevelOutcome.WITHDRAWN)
            value |= {"by": request.by, "reason": str(request.data.get("reason") or "")}
            return self._settles({"value": value}, "the request is withdrawn; nobody is asked any more")
        started = f", and {self.initiator} began it" if self.initiator else ""
        return Ruling(refused=f"{request.by} has no vote at {self.level} to take back{started}")

    def _delegate(self, floor: Floor, request: Request, people: People) -> Ruling:
        to = str(request.data.get("to", ""))
        if not self.enforced:
            return Ruling(refused="no operators are configured, so anybody may decide; there is nobody to hand it to")
        seat = floor.held_by(request.by, request.at) or (request.by if request.by in self.open_to else "")
        if not seat:
            return Ruling(refused=self.why_no_seat(request.by, floor, people))
        if reason := self._why_not_to(to, seat, request, floor, people):
            return Ruling(refused=reason)
        data: JsonObject = {"from": request.by, "seat": seat, "to": to}
        if (until := request.data.get("until")) is not None:
            data["until"] = until
        return Ruling(sentence=f"{to} may decide for {seat}", kind=EntryKind.DELEGATED, data=data)

    def _why_not_to(self, to: str, seat: str, request: Request, floor: Floor, people: People) -> str:
        if floor.vote_of(request.by) is not None:
            return f"{request.by} has voted; withdraw the vote before handing the seat on"
        if not to or not people.members([to]):
            return f"{to or 'nobody'} is no operator; a seat is handed to somebody who is configured"
        if to in self.barred:
            return self._own_request(to)
        if to == request.by:
            return f"{to} has that seat already"
        if self.delegation < 1:
            return f"{self.level} may not be delegated"
        if to in self.seats:
            return f"{to} has a seat at {self.level} already, and nobody votes twice"
        if floor.held_by(to, request.at):
            return f"{to} decides for {floor.held_by(to, request.at)} already, and nobody votes twice"
        if floor.depth_after(seat, request.by) > self.delegation:
            return (
                f"the seat of {seat} was handed on {self.delegation} time{'s' * (self.delegation > 1)}, and no further"
            )
        if not is_time_to_come(request.data.get("until"), request.at):
            return "the seat can only be handed on until a time to come"
        if self.delegates:
            return "" if to in people.members(self.delegates) else f"{to} is none of {', '.join(self.delegates)}"
        shared = people.roles(seat) & people.roles(to)
        return "" if shared else f"{to} shares no role with {seat}; delegation stays within the roles"

    def _escalate(self, floor: Floor, request: Request, people: People) -> Ruling:
        if not self.escalate_to:
            return Ruling(refused=f"{self.level} has nobody to escalate to")
        if floor.escalated:
            return Ruling(refused=f"{self.level} is escalated to {', '.join(floor.escalated)} already")
        if self.enforced and request.by != self.initiator and not self.seat_of(request.by, floor, people, request.at):
            return Ruling(refused=self.why_no_seat(request.by, floor, people))
        data: JsonObject = {"to": list[Json](self.escalate_to), "why": "asked"}
        names = ", ".join(self.escalate_to)
        return Ruling(sentence=f"{names} may decide too", kind=EntryKind.ESCALATED, data=data)

    def _ask_info(self, floor: Floor, request: Request, people: People) -> Ruling:
        question = str(request.data.get("question") or "").strip()
        if not question:
            return Ruling(refused="say what you want to know, as the question")
        if self.seat_of(request.by, floor, people, request.at) == "":
            return Ruling(refused=self.why_no_seat(request.by, floor, people))
        value = self._outcome(floor, None) | {"question": question, "by": request.by, "floor": floor.to_data()}
        whom = self.initiator or "whoever began it"
        return self._settles({"value": value}, f"{whom} is asked; then {self.level} again, with its votes")

    def _settles(self, data: JsonObject, sentence: str) -> Ruling:
        return Ruling(sentence=sentence, kind=EntryKind.ANSWERED, data=data)

    def _outcome(self, floor: Floor, outcome: LevelOutcome | None) -> JsonObject:
        """`outcome` None: somebody wants to know more."""
        word = outcome.value if outcome is not None else "info"
        return {"outcome": word, "level": self.level, "round": self.round, "votes": floor.votes_data()}

    # who may, and what is shown

    @property
    def open_to(self) -> tuple[str, ...]:
        """The seats that people fill."""
        return tuple(seat for seat in self.seats if seat not in self.barred and seat not in self.automatic)

    def seat_of(self, person: str, floor: Floor, people: People, at: float = 0.0) -> str:
        """The seat that this person's vote fills; "" when there is none."""
        if person in self.barred:
            return ""
        if not self.enforced:
            return ANYBODY
        if person in self.open_to:
            return person
        if held := floor.held_by(person, at):
            return held
        standing = floor.standing()
        voted = [seat for seat, vote in standing.items() if vote.person == person]
        left = voted or [seat for seat in self.open_to if seat not in standing]
        for seat in left:
            if people.stand_in(seat) == person:
                return seat
        called = floor.escalated and person in people.members(floor.escalated)
        return left[0] if called and left else ""

    def why_no_seat(self, person: str, floor: Floor, people: People) -> str:
        if person in self.barred:
            return self._own_request(person)
        for seat in self.open_to:
            vote = floor.at_seat(seat)
            if people.stand_in(seat) == person and vote is not None:
                return f"{vote.person} has voted for {seat}; {person}, who stands in, is not needed"
        asked = ", ".join(dict.fromkeys((*(self.who or self.open_to), *floor.escalated))) or "nobody"
        return f"{person or 'nobody'} has no say at {self.level}; it is for {asked}"

    def _own_request(self, person: str) -> str:
        return f"{person} began this and may not decide on it (four-eyes)"

    def quorum(self, floor: Floor) -> str:
        """In words: "1 of 2 approvals"."""
        now = self.tally(floor)
        return f"{len(now.of(Verdict.APPROVE))} of {now.needed} approval{'s' * (now.needed != 1)}"

    def leads_to(self, outcome: LevelOutcome) -> str:
        """What follows when the level ends so: "approved; then finance"."""
        then = dict(self.then)
        match outcome:
            case LevelOutcome.APPROVED:
                return f"{self.level} is approved; {_next(then.get('approve', ''), 'the request is approved')}"
            case LevelOutcome.REJECTED:
                return (
                    f"{self.level} is rejected; {_next(then.get('reject', ''), 'the request is rejected', 'back to')}"
                )
            case _:
                return f"{self.level} is {outcome.value}; the chain ends"


def _next(level: str, end: str, word: str = "then") -> str:
    return f"{word} {level}" if level else end
