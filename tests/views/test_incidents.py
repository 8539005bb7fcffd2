"""Failures of one cause are one line."""

import pytest

from lexiconsole.store.look import FailureRow
from lexiconsole.types import RunStatus
from lexiconsole.views.incidents import incidents, signature


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KeyError: 'o-91'", "KeyError: 'o-92'"),
        ("TimeoutError: no answer in 30.01 s", "TimeoutError: no answer in 29.88 s"),
        ("Err: order 8812377 is gone", "Err: order 12 is gone"),
        ("FileExistsError: /tmp/a/b.txt", "FileExistsError: /tmp/c"),
        ("Err: run 01j9f3afk7x2", "Err: run 7kq22m91xx0a"),
    ],
)
def test_what_differs_from_run_to_run_does_not_count(one, other):
    if "order" in one:
        assert signature(one) != signature(other)  # a short number may be a code
    else:
        assert signature(one) == signature(other)


def test_a_code_is_kept():
    assert signature("RefundError: 402 card closed") != signature("RefundError: 403 card closed")


def row(error, runs=1, first=1, last=1, name="order", where="charge", status=RunStatus.FAILED):
    return FailureRow(status, name, where, error, runs, first, last, float(first), float(last))


def test_groups_are_put_together_and_the_largest_comes_first():
    found = incidents(
        [
            row("KeyError: 'x'", 1, 9, 9),
            row("RefundError: 402 closed at '1'", 2, 3, 5),
            row("RefundError: 402 closed at '2'", 4, 1, 7, where="charge#2"),
            row("RefundError: 402 closed at '3'", name="other"),
        ]
    )
    assert [(each.name, each.runs) for each in found] == [("order", 6), ("order", 1), ("other", 1)]
    assert (found[0].error, found[0].first, found[0].last) == ("RefundError: 402 closed at '2'", 1, 7)


def test_one_in_doubt_makes_the_group_doubtful():
    (found,) = incidents([row("Err: a"), row("Err: a", status=RunStatus.DOUBTFUL)])
    assert found.doubtful
