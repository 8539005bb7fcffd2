"""Time at work, as the entries of a run tell it."""

from __future__ import annotations

import pytest

from lexiconsole.durable.driven import Driven
from lexiconsole.durable.entry import Entry, EntryKind

K = EntryKind


@pytest.mark.parametrize(
    ("story", "seconds"),
    [
        ([(0, K.CREATED), (10, K.DONE), (25, K.DONE)], [0, 10, 25]),
        ([(0, K.CREATED), (10, K.PARKED), (500, K.OWNED), (503, K.ANSWERED)], [0, 10, 10, 13]),
        ([(0, K.CREATED), (10, K.PARKED), (400, K.SIGNALLED), (500, K.OWNED), (503, K.RECEIVED)], [0, 10, 10, 10, 13]),
        ([(0, K.CREATED), (7, K.STARTED), (900, K.OWNED), (903, K.DONE)], [0, 7, 7, 10]),
        ([(0, K.CREATED), (50, K.RENEWED), (60, K.DONE)], [0, 0, 10]),
        ([(9, K.CREATED), (5, K.OWNED), (6, K.DONE)], [0, 0, 1]),
    ],
    ids=["at work", "parked", "parked, and told something", "left by a crash", "renewed", "a clock set back"],
)
def test_only_time_at_work_counts(story: list[tuple[float, EntryKind]], seconds: list[float]) -> None:
    driven = Driven()
    entries = [Entry("r", seq, 1000.0 + at, kind) for seq, (at, kind) in enumerate(story, start=1)]
    for entry in entries:
        driven.take(entry)
    assert [driven.until(entry) for entry in entries] == seconds


def test_a_retry_of_what_had_ended_gives_all_the_time_anew() -> None:
    driven = Driven()
    entries = [
        Entry("r", 1, 0.0, K.CREATED),
        Entry("r", 2, 90.0, K.DONE, "a"),
        Entry("r", 3, 91.0, K.FAILED),
        Entry("r", 4, 500.0, K.OWNED),
        Entry("r", 5, 500.0, K.RETRIED, "", 0, {"voids": [3]}),
        Entry("r", 6, 530.0, K.DONE, "b"),
    ]
    for entry in entries:
        driven.take(entry)
    assert [driven.until(entry) for entry in entries] == [0, 0, 0, 0, 0, 30]


def test_trying_again_at_once_what_rests_gives_none() -> None:
    driven = Driven()
    entries = [Entry("r", 1, 0.0, K.CREATED), Entry("r", 2, 90.0, K.RETRIED, "a", 0, {"voids": []})]
    for entry in entries:
        driven.take(entry)
    assert driven.until(entries[-1]) == 90
