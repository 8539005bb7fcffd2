"""Floor: how a level stands between two acts. Who voted, to whom seats were handed, and whom it was escalated to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lexiconsole.approval.rule import Verdict, Vote
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.types import Instant, Json, JsonObject

__all__ = ["ANYBODY", "EMPTY", "Floor", "Handed", "floor_after", "is_time_to_come", "over"]

ANYBODY = "anybody"
"""The one seat of a level when no operators are configured."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A seat handed on by `by` to `to`, until an instant or for good."""

    seat: str
    by: str
    to: str
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """`votes` are all that were cast at the level, in their order; the rule says which of them stand."""

    votes: tuple[Vote, ...] = ()
    handed: tuple[Handed, ...] = ()
    escalated: tuple[str, ...] = ()

    def with_vote(self, vote: Vote) -> Floor:
        return replace(self, votes=(*self.votes, vote))

    def standing(self) -> dict[str, Vote]:
        """By seat, the votes that nobody changed or took back."""
        found: dict[str, Vote] = {}
        for vote in self.votes:
            found = {seat: v for seat, v in found.items() if seat != vote.seat and v.person != vote.person}
            if vote.verdict is not Verdict.WITHDRAWN:
                found[vote.seat] = vote
        return found

    def vote_of(self, person: str) -> Vote | None:
        return next((vote for vote in self.standing().values() if vote.person == person), None)

    def at_seat(self, seat: str) -> Vote | None:
        return self.standing().get(seat)

    # delegation

    def line(self, seat: str) -> list[Handed]:
        """The handings-on of a seat that stand. Whoever hands it on again, further up, ends those below."""
        line: list[Handed] = []
        for one in self.handed:
            if one.seat == seat:
                holders = [seat, *(each.to for each in line)]
                keep = holders.index(one.by) if one.by in holders else len(line)
                line = [*line[:keep], one]
        return line

    def depth_after(self, seat: str, by: str) -> int:
        """How often the seat will have been handed on when `by` hands it on now."""
        holders = [seat, *(each.to for each in self.line(seat))]
        return (holders.index(by) if by in holders else len(holders) - 1) + 1

    def held_by(self, person: str, at: Instant = 0.0) -> str:
        """The seat that was handed to this person and is still theirs at `at`; "" when there is none."""
        for seat in dict.fromkeys(one.seat for one in self.handed):
            for one in self.line(seat):
                if over(one.until, at):
                    break  # who got it from there has it no longer either
                if one.to == person:
                    return seat
        return ""

    # as JSON

    def votes_data(self) -> list[Json]:
        return [_vote_data(vote) for vote in self.votes]

    def to_data(self) -> JsonObject:
        data: JsonObject = {}
        if self.votes:
            data["votes"] = self.votes_data()
        if self.handed:
            data["handed"] = [_handed_data(one) for one in self.handed]
        if self.escalated:
            data["escalated"] = list(self.escalated)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any], level: str) -> Floor:
        votes = tuple(vote_from(vote, level) for vote in data.get("votes", ()))
        handed = tuple(Handed(**one) for one in data.get("handed", ()))
        return cls(votes, handed, tuple(data.get("escalated", ())))


EMPTY = Floor()
"""Before anybody did anything."""


def is_time_to_come(until: Json, at: Instant) -> bool:
    """Whether something can be handed on until then; None is for good."""
    return until is None or (isinstance(until, (int, float)) and until > at)


def over(until: Json, at: Instant) -> bool:
    """Whether the time until which something was handed on is over."""
    return isinstance(until, (int, float)) and at > until


def floor_after(floor: Floor, acts: Sequence[Entry], level: str, round: int) -> Floor:
    """The floor after what people did, as the journal holds it."""
    votes, handed, escalated = list(floor.votes), list(floor.handed), list(floor.escalated)
    for act in acts:
        data: dict[str, Any] = act.data
        match act.kind:
            case EntryKind.VOTED:
                seat = str(data.get("seat", ""))
                by = "" if act.by == seat else act.by
                votes.append(Vote(level, seat, Verdict(data["verdict"]), str(data.get("reason", "")), by, round))
            case EntryKind.DELEGATED:
                handed.append(Handed(str(data["seat"]), act.by, str(data["to"]), data.get("until")))
            case EntryKind.ESCALATED:
                escalated += [str(one) for one in data.get("to", ()) if one not in escalated]
            case _:
                pass
    return Floor(tuple(votes), tuple(handed), tuple(escalated))


def vote_from(data: Mapping[str, Any], level: str) -> Vote:
    return Vote(
        level,
        str(data["seat"]),
        Verdict(data["verdict"]),
        str(data.get("reason", "")),
        str(data.get("by", "")),
        int(data.get("round", 1)),
    )


def _vote_data(vote: Vote) -> JsonObject:
    data: JsonObject = {"seat": vote.seat, "verdict": vote.verdict.value}
    if vote.by:
        data["by"] = vote.by
    if vote.reason:
        data["reason"] = vote.reason
    if vote.round != 1:
        data["round"] = vote.round
    return data


def _handed_data(one: Handed) -> JsonObject:
    data: JsonObject = {"seat": one.seat, "by": one.by, "to": one.to}
    if one.until is not None:
        data["until"] = one.until
    return data
