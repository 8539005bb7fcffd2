"""Whatever people do at a level, in whatever order: no approval without the quorum, nobody counts twice, four-eyes holds."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.approval.ballot import LevelBallot
from lexiconsole.approval.rule import ApprovalPolicy, needed
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request, RequestKind, TaskRow
from lexiconsole.views.inbox import task_of
from tests.people import Staff

NAMES = ["ann", "bob", "cid", "dot", "eve", "fay"]
names = st.sampled_from(NAMES)
policies = st.sampled_from([*ApprovalPolicy, 1, 2, 3, 0.5, 0.7])
deeds = st.one_of(
    st.tuples(st.just(RequestKind.VOTE), names, st.sampled_from(["approve", "reject"])),
    st.tuples(st.just(RequestKind.WITHDRAW), names, st.just("")),
    st.tuples(st.just(RequestKind.DELEGATE), names, names),
    st.tuples(st.just(RequestKind.ESCALATE), names, st.just("")),
)


@st.composite
def levels(draw: st.DrawFn) -> tuple[LevelBallot, Staff]:
    starter = draw(names)
    seats = tuple(name for name in draw(st.lists(names, unique=True, min_size=1, max_size=4)) if name != starter)
    away = draw(st.dictionaries(names, names, max_size=3))
    ballot = LevelBallot(
        "chain", "level", seats, draw(policies), who=seats, barred=(starter,), initiator=starter,
        delegation=draw(st.integers(0, 2)), escalate_to=tuple(draw(st.lists(names, unique=True, max_size=3))),
    )  # fmt: skip
    return ballot, Staff({name: ["all"] for name in NAMES}, away={k: v for k, v in away.items() if k != v})


def request(kind: RequestKind, by: str, more: str) -> Request:
    field = {RequestKind.VOTE: "verdict", RequestKind.DELEGATE: "to"}.get(kind)
    return Request("r", kind, "level", {field: more} if field else {}, by=by, at=1.0)


def go_through(ballot: LevelBallot, staff: Staff, done: list[Any]) -> tuple[list[Entry], dict[str, Any] | None]:
    """The acts that were taken, and what settled the level."""
    acts: list[Entry] = []
    for kind, by, more in done:
        ruling = ballot.rule(acts, request(kind, by, more), staff)
        assert bool(ruling.refused) != bool(ruling.sentence)
        if ruling.refused:
            continue
        if ruling.kind is EntryKind.ANSWERED:
            return acts, ruling.data["value"]  # type: ignore[return-value]
        acts.append(Entry("r", len(acts) + 3, 1.0, ruling.kind, "level", data=ruling.data, by=by))
    return acts, None


def standing(votes: list[dict[str, Any]]) -> dict[str, str]:
    """The last word of each person, written without the rule."""
    said: dict[str, str] = {}
    for vote in votes:
        said[vote.get("by") or vote["seat"]] = vote["verdict"]
    return said


@given(levels(), st.lists(deeds, max_size=14))
def test_nothing_is_approved_without_as_many_different_people_as_it_takes(level: Any, done: list[Any]) -> None:
    ballot, staff = level
    _, value = go_through(ballot, staff, done)
    if value is None or value["outcome"] != "approved":
        return
    yes = [person for person, verdict in standing(value["votes"]).items() if verdict == "approve"]
    assert len(yes) >= needed(ballot.threshold, len(ballot.seats))
    assert not set(yes) & set(ballot.barred), "four-eyes, whoever delegates or stands in"


@given(levels(), st.lists(deeds, max_size=14))
def test_nobody_fills_two_seats_and_nobody_barred_any(level: Any, done: list[Any]) -> None:
    ballot, staff = level
    acts, _ = go_through(ballot, staff, done)
    tally = ballot.tally(ballot.after(acts))
    people = [vote.person for vote in tally.votes]
    assert len(people) == len(set(people)) and not set(people) & set(ballot.barred)
    assert {vote.seat for vote in tally.votes} <= set(ballot.seats)
    standing_votes = {vote.seat: vote for vote in tally.votes}
    assert ballot.after(acts).standing() == standing_votes, "the floor and the rule see the same votes"


@given(
    levels(),
    st.lists(
        st.tuples(st.just(RequestKind.VOTE), names, st.sampled_from(["approve", "reject"])),
        max_size=6,
        unique_by=lambda d: d[1],
    ),
    st.randoms(),
)
def test_the_order_of_votes_does_not_change_what_a_level_comes_to(level: Any, done: list[Any], chance: Any) -> None:
    ballot, _ = level
    staff = Staff({name: ["all"] for name in NAMES})
    mixed = list(done)
    chance.shuffle(mixed)
    outcomes = [
        value["outcome"] if value else None for value in (go_through(ballot, staff, way)[1] for way in (done, mixed))
    ]
    assert outcomes[0] == outcomes[1]


@given(levels(), st.lists(deeds, max_size=10), names)
def test_what_the_inbox_says_one_may_do_is_what_the_owner_takes(level: Any, done: list[Any], me: str) -> None:
    """The ballot made again from what was asked rules as the one that was asked with."""
    ballot, staff = level
    acts, _ = go_through(ballot, staff, done)
    data = {"prompt": "?", "kind": "approval", "ballot": ballot.to_data()}
    assert LevelBallot.from_data(ballot.to_data()) == ballot
    task = task_of(TaskRow("r", "n", "level", 2, 0.0, None, data, tuple(acts)), staff, me, at=1.0)
    for verb in task.verbs:
        if verb.kind is RequestKind.VOTE:
            ruling = ballot.rule(acts, request(RequestKind.VOTE, me, verb.verdict), staff)
            assert (verb.why_not, verb.leads_to) == (ruling.refused, ruling.sentence)
    assert task.level is not None and len(task.level.seats) == len(ballot.seats)
