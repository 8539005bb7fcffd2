"""What holds for every chain and every sequence of votes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.approval.rule import (
    ApprovalPolicy,
    Approved,
    Ask,
    LevelOutcome,
    LevelRule,
    Rejected,
    Stuck,
    Verdict,
    Vote,
    decide,
    needed,
    tally,
)

PEOPLE = "abcde"
people = st.sampled_from(PEOPLE)
thresholds = st.one_of(st.sampled_from(list(ApprovalPolicy)), st.integers(1, 4), st.floats(0.01, 1.0))
names = ["x", "y", "z"]


@st.composite
def chains(draw: Any) -> list[LevelRule]:
    levels = []
    for place, name in enumerate(names[: draw(st.integers(1, 3))]):
        levels.append(
            LevelRule(
                name,
                tuple(draw(st.lists(people, max_size=4))),
                draw(thresholds),
                back_to=draw(st.sampled_from(["", *names[: place + 1]])),
                skipped=draw(st.sampled_from([False, False, False, True])),
                barred=frozenset(draw(st.sets(people, max_size=1))),
            )
        )
    return levels


votes = st.lists(
    st.builds(
        Vote,
        st.sampled_from(names),
        people,
        st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, Verdict.REJECT, Verdict.ABSTAIN]),
        by=st.sampled_from(["", "", "", *PEOPLE]),
        round=st.integers(1, 2),
    ),
    max_size=25,
)


@given(chains(), votes, st.integers(1, 3))
def test_no_way_to_approval_without_the_quorum(chain: list[LevelRule], cast: list[Vote], rounds: int) -> None:
    """Every level that applies has enough approvals, of different people in different seats, none of them barred."""
    now = decide(chain, cast, rounds=rounds)
    if not isinstance(now, Approved):
        return
    last = {one.level: one for one in now.tallies}
    for level in chain:
        if level.skipped:
            continue
        counted = last[level.name].of(Verdict.APPROVE)
        need = needed(level.threshold, len(set(level.seats) - level.barred))
        people, seats = {vote.person for vote in counted}, {vote.seat for vote in counted}
        assert len(people) == len(seats) == len(counted) >= need >= 1
        assert seats <= set(level.seats) and not (people | seats) & level.barred
        assert all(vote in cast for vote in counted)


@given(chains(), votes)
def test_nobody_counts_twice(chain: list[LevelRule], cast: list[Vote]) -> None:
    for level in chain:
        counted = tally(level, cast).votes
        assert len({vote.person for vote in counted}) == len({vote.seat for vote in counted}) == len(counted)


@given(chains(), votes, st.integers(1, 3))
def test_every_vote_given_twice_changes_nothing(chain: list[LevelRule], cast: list[Vote], rounds: int) -> None:
    assert decide(chain, [vote for one in cast for vote in (one, one)], rounds=rounds) == decide(
        chain, cast, rounds=rounds
    )


def independent(cast: Sequence[Vote]) -> list[Vote]:
    """One vote a person and seat, level and round: nobody changes their mind."""
    kept: list[Vote] = []
    for vote in cast:
        same = [one for one in kept if (one.level, one.round) == (vote.level, vote.round)]
        if all(one.person != vote.person and one.seat != vote.seat for one in same):
            kept.append(vote)
    return kept


@given(chains(), votes, st.integers(1, 3), st.randoms())
def test_the_order_of_votes_inside_a_level_does_not_matter(
    chain: list[LevelRule], cast: list[Vote], rounds: int, chance: Any
) -> None:
    cast = independent(cast)
    shuffled = list(cast)
    chance.shuffle(shuffled)
    one, other = decide(chain, cast, rounds=rounds), decide(chain, shuffled, rounds=rounds)
    assert type(one) is type(other)
    assert [(t.level, t.round, t.outcome) for t in one.tallies] == [
        (t.level, t.round, t.outcome) for t in other.tallies
    ]
    if isinstance(one, Ask) and isinstance(other, Ask):
        assert (one.level, one.round, set(one.seats)) == (other.level, other.round, set(other.seats))


@given(chains(), votes, votes, st.integers(1, 3))
def test_what_is_decided_stays_decided(
    chain: list[LevelRule], cast: list[Vote], later: list[Vote], rounds: int
) -> None:
    now = decide(chain, cast, rounds=rounds)
    after = decide(chain, [*cast, *later], rounds=rounds)
    assert after.tallies[: len(now.tallies)] == now.tallies
    if not isinstance(now, Ask):
        assert after == now


@given(chains(), votes)
def test_one_more_approval_never_turns_approval_into_anything_else_and_it_ends(
    chain: list[LevelRule], cast: list[Vote]
) -> None:
    """Asking all that are to be asked comes to an end, whatever they say."""
    cast = list(cast)
    for _ in range(200):
        now = decide(chain, cast, rounds=3)
        if not isinstance(now, Ask):
            break
        assert now.seats
        cast.append(Vote(now.level, now.seats[0], Verdict.REJECT, by=f"someone {len(cast)}", round=now.round))
    assert isinstance(now, (Approved, Rejected, Stuck))


@given(chains(), votes)
def test_an_open_level_can_still_be_approved(chain: list[LevelRule], cast: list[Vote]) -> None:
    """Early decision is neither too early nor too late."""
    for level in chain:
        if not level.skipped:
            counted = tally(level, cast)
            if counted.outcome is LevelOutcome.OPEN:
                fresh = [Vote(level.name, seat, Verdict.APPROVE, by=f"new {seat}") for seat in counted.waiting]
                assert tally(level, [*counted.votes, *fresh]).outcome is LevelOutcome.APPROVED
