"""The levels of an approval chain as a face shows them: from what one level's question was asked with, and the acts since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lexiconsole.approval.ballot import LevelBallot
from lexiconsole.approval.rule import Vote
from lexiconsole.approval.seats import Floor, vote_from
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import TaskRow
from lexiconsole.durable.people import People
from lexiconsole.types import Instant, JsonObject

__all__ = ["Level", "LevelState", "Seat", "ballot_of", "levels_of"]


class LevelState(StrEnum):
    """How a level of a chain stands; AHEAD: not reached yet."""

    AHEAD = "ahead"
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Seat:
    """One place in a level. `verdict` is approve, reject, abstain, or "" while it is open; `by` who voted, if not `name`.

    `holders` are those who may fill it now besides `name`: delegates and stand-ins.
    """

    name: str
    verdict: str = ""
    by: str = ""
    reason: str = ""
    holders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the chain. `needed` approvals of `of` seats; `quorum` says it in words ("1 of 2 approvals")."""

    name: str
    state: LevelState
    needed: int = 0
    of: int = 0
    quorum: str = ""
    who: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()


def ballot_of(row: TaskRow) -> LevelBallot | None:
    """The ballot as it was asked; None for a plain question."""
    data = row.data.get("ballot")
    return LevelBallot.from_data(data) if isinstance(data, dict) else None


def levels_of(ballot: LevelBallot, acts: Sequence[Entry], people: People, at: Instant) -> tuple[Level, ...]:
    """All levels in their order; the one that is asked now with its seats and who fills them."""
    levels = [_level(data) for data in ballot.levels]
    now = _asked(ballot, ballot.after(acts), people, at)
    return tuple(now if level.name == ballot.level else level for level in levels) or (now,)


def _level(data: JsonObject) -> Level:
    given: Any = data
    votes = [vote_from(vote, given["name"]) for vote in given.get("votes", ())]
    return Level(
        given["name"],
        LevelState(given["state"]),
        given.get("needed", 0),
        given.get("of", 0),
        given.get("quorum", ""),
        tuple(given.get("who", ())),
        tuple(_seat(vote.seat, vote) for vote in votes),
    )


def _asked(ballot: LevelBallot, floor: Floor, people: People, at: Instant) -> Level:
    tally = ballot.tally(floor)
    votes = {vote.seat: vote for vote in tally.votes}
    seats = tuple(_seat(seat, votes.get(seat), _holders(seat, floor, people, at)) for seat in ballot.open_to)
    return Level(
        ballot.level, LevelState.OPEN, tally.needed, len(ballot.open_to), ballot.quorum(floor), ballot.who, seats
    )


def _seat(name: str, vote: Vote | None, holders: tuple[str, ...] = ()) -> Seat:
    return Seat(name, holders=holders) if vote is None else Seat(name, vote.verdict, vote.by, vote.reason, holders)


def _holders(seat: str, floor: Floor, people: People, at: Instant) -> tuple[str, ...]:
    handed = [one.to for one in floor.line(seat) if floor.held_by(one.to, at) == seat]
    stand_in = people.stand_in(seat)
    return tuple(dict.fromkeys([*handed, *([stand_in] if stand_in else [])]))
