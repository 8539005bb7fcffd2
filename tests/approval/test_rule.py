"""The rule as a table: levels and votes in, what happens next out."""

from __future__ import annotations

import pytest

from lexiconsole.approval.rule import (
    ApprovalPolicy,
    Approved,
    Ask,
    LevelOutcome,
    LevelRule,
    Rejected,
    Stuck,
    Threshold,
    Verdict,
    Vote,
    decide,
    needed,
    tally,
)

ALL, ANY, MAJORITY = ApprovalPolicy.ALL, ApprovalPolicy.ANY, ApprovalPolicy.MAJORITY
VERDICTS = {"+": Verdict.APPROVE, "-": Verdict.REJECT, "0": Verdict.ABSTAIN}


def votes(text: str, level: str = "l", round: int = 1) -> list[Vote]:
    """`+a -b 0c`, or `+a:b` for b's vote in the seat of a."""
    found = []
    for word in text.split():
        seat, _, by = word[1:].partition(":")
        found.append(Vote(level, seat, VERDICTS[word[0]], by=by, round=round))
    return found


@pytest.mark.parametrize(
    ("threshold", "seats", "need"),
    [
        (ALL, 3, 3), (ALL, 1, 1), (ALL, 0, 1), (ANY, 3, 1), (ANY, 0, 1),
        (MAJORITY, 1, 1), (MAJORITY, 2, 2), (MAJORITY, 3, 2), (MAJORITY, 4, 3), (MAJORITY, 0, 1),
        (2, 3, 2), (2, 1, 2), (0.5, 3, 2), (0.5, 4, 2), (0.7, 10, 7), (0.1, 30, 3), (0.01, 3, 1), (1.0, 3, 3), (1, 3, 1),
        (1 / 3, 3, 1), (2 / 3, 3, 2),
    ],
)  # fmt: skip
def test_how_many_approvals_a_threshold_needs(threshold: Threshold, seats: int, need: int) -> None:
    assert needed(threshold, seats) == need


@pytest.mark.parametrize(
    ("threshold", "seats", "cast", "outcome"),
    [
        (ALL, "abc", "", "open"),
        (ALL, "abc", "+a +b", "open"),
        (ALL, "abc", "+a +b +c", "approved"),
        (ALL, "abc", "-a", "rejected"),
        (ALL, "abc", "+a 0b", "stuck"),
        (ALL, "abc", "0a -b", "stuck"),
        (ANY, "abc", "+c", "approved"),
        (ANY, "abc", "-a -b", "open"),
        (ANY, "abc", "-a -b -c", "rejected"),
        (ANY, "abc", "-a 0b", "open"),
        (ANY, "abc", "-a 0b -c", "stuck"),
        (ANY, "abc", "0a 0b 0c", "stuck"),
        (MAJORITY, "abc", "+a -b", "open"),
        (MAJORITY, "abc", "+a -b +c", "approved"),
        (MAJORITY, "abc", "-a -b", "rejected"),
        (MAJORITY, "abcd", "-a -b", "rejected"),
        (MAJORITY, "abcd", "+a +b", "open"),
        (2, "abc", "+a +b", "approved"),
        (2, "abc", "-a -b", "rejected"),
        (2, "abc", "-a 0b", "stuck"),
        (2, "a", "", "stuck"),
        (2, "a", "+a", "stuck"),
        (ALL, "", "", "stuck"),
        (ANY, "", "+a", "stuck"),
        (0.5, "abcd", "+a +b", "approved"),
        (0.75, "abcd", "-a +b +c +d", "approved"),
        (0.75, "abcd", "-a -b", "rejected"),
        # nobody counts twice
        (2, "abc", "+a +a", "open"),
        (2, "abc", "+a +b:a", "open"),
        (2, "abc", "+a:d +b:d", "open"),
        (2, "abc", "+a:d +b", "approved"),
        (2, "abc", "+a:b +b", "open"),
        (2, "abb", "+a +b", "approved"),
        (ALL, "abb", "+a +b", "approved"),
        # a vote may be changed until the level is decided, not afterwards
        (2, "abc", "+a -a +b", "open"),
        (2, "abc", "-a +a +b", "approved"),
        (ANY, "abc", "+a -a -b -c", "approved"),
        (ALL, "abc", "-a +a +b +c", "rejected"),
        # who has no seat has no say
        (ANY, "abc", "+x", "open"),
        (ANY, "abc", "-x -y -z", "open"),
    ],
)
def test_a_level(threshold: Threshold, seats: str, cast: str, outcome: str) -> None:
    assert tally(LevelRule("l", tuple(seats), threshold), votes(cast)).outcome is LevelOutcome(outcome)


def test_votes_of_other_levels_and_rounds_do_not_count() -> None:
    level = LevelRule("l", ("a", "b"), ANY)
    assert tally(level, votes("+a", "other")).outcome is LevelOutcome.OPEN
    assert tally(level, votes("+a", round=2)).outcome is LevelOutcome.OPEN
    assert tally(level, votes("+a", round=2), 2).outcome is LevelOutcome.APPROVED


@pytest.mark.parametrize(
    ("threshold", "cast", "outcome", "need"),
    [
        (ALL, "+b +c", "approved", 2),
        (ALL, "+a +b", "open", 2),
        (ALL, "+b:a +c", "open", 2),
        (ANY, "+a", "open", 1),
        (ANY, "+c:a", "open", 1),
        (MAJORITY, "+b +c", "approved", 2),
        (3, "+b +c", "stuck", 3),
    ],
)
def test_a_barred_person_decides_neither_for_themselves_nor_for_others(
    threshold: Threshold, cast: str, outcome: str, need: int
) -> None:
    """Four-eyes: a started the run. Their seat is not missing either."""
    counted = tally(LevelRule("l", ("a", "b", "c"), threshold, barred=frozenset("a")), votes(cast))
    assert (counted.outcome, counted.needed) == (LevelOutcome(outcome), need)
    assert "a" not in counted.waiting and "a" not in {vote.person for vote in counted.votes}


FIRST, SECOND, THIRD = (LevelRule(name, (f"{name}1", f"{name}2")) for name in ("x", "y", "z"))


def test_levels_come_one_after_the_other() -> None:
    chain = [FIRST, SECOND]
    assert decide(chain, []) == Ask("x", 1, ("x1", "x2"), ())
    early = votes("+y1 +y2", "y")
    assert isinstance(decide(chain, early), Ask)
    now = decide(chain, [*early[:1], *votes("+x1 +x2", "x")])
    assert isinstance(now, Ask) and (now.level, now.seats) == ("y", ("y2",))
    assert [one.outcome for one in now.tallies] == [LevelOutcome.APPROVED]
    assert isinstance(decide(chain, [*votes("+x1 +x2", "x"), *early]), Approved)


def test_a_rejection_ends_the_chain() -> None:
    now = decide([FIRST, SECOND], [*votes("+x1 +x2", "x"), *votes("-y1", "y")])
    assert isinstance(now, Rejected) and [one.level for one in now.tallies] == ["x", "y"]


def test_a_level_that_is_stuck_ends_it_too_but_is_no_rejection() -> None:
    assert isinstance(decide([FIRST, SECOND], votes("0x1", "x")), Stuck)


def test_skipped_levels_are_passed_over_and_named() -> None:
    now = decide([LevelRule("s", (), skipped=True), FIRST], votes("+x1 +x2", "x"))
    assert isinstance(now, Approved) and [one.outcome.value for one in now.tallies] == ["skipped", "approved"]
    assert decide([], []) == Approved(())


def test_a_rejection_may_lead_back_and_earlier_votes_do_not_count_again() -> None:
    chain = [FIRST, SECOND, LevelRule("z", ("z1",), back_to="y")]
    before = [*votes("+x1 +x2", "x"), *votes("+y1 +y2", "y"), *votes("-z1", "z")]
    assert isinstance(decide(chain, before, rounds=1), Rejected)
    now = decide(chain, before, rounds=2)
    assert isinstance(now, Ask) and (now.level, now.round, now.seats) == ("y", 2, ("y1", "y2"))
    again = [*before, *votes("+y1 +y2", "y", 2)]
    now = decide(chain, again, rounds=2)
    assert isinstance(now, Ask) and (now.level, now.round) == ("z", 2)
    assert isinstance(decide(chain, [*again, *votes("+z1", "z", 2)], rounds=2), Approved)
    ended = decide(chain, [*again, *votes("-z1", "z", 2)], rounds=2)
    assert isinstance(ended, Rejected) and [one.level for one in ended.tallies] == ["x", "y", "z", "y", "z"]


def test_a_level_may_lead_back_to_itself() -> None:
    chain = [LevelRule("x", ("a",), back_to="x")]
    cast = [Vote("x", "a", Verdict.REJECT, round=n) for n in (1, 2, 3)]
    assert decide(chain, cast[:1], rounds=3) == Ask("x", 2, ("a",), decide(chain, cast[:1], rounds=3).tallies)
    assert isinstance(decide(chain, cast, rounds=3), Rejected)
