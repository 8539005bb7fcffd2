"""Attempts and the pauses between them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.durable.policy import Backoff, OnUnknown, StepPolicy


def test_pauses_grow_to_the_maximum_and_stay_there() -> None:
    backoff = Backoff(initial=1, factor=2, maximum=10, jitter=0)
    assert [backoff.delay(n, random.Random(0)) for n in range(1, 7)] == [1, 2, 4, 8, 10, 10]
    assert backoff.delay(100_000, random.Random(0)) == 10


@given(st.integers(1, 10_000), st.floats(0, 1), st.integers())
def test_chance_moves_a_pause_by_its_share_and_never_below_nothing(attempt: int, jitter: float, seed: int) -> None:
    pause = Backoff(initial=1, factor=2, maximum=300, jitter=jitter).delay(attempt, random.Random(seed))
    plain = min(300.0, 2.0 ** min(attempt - 1, 20))
    assert max(0, plain * (1 - jitter)) - 1e-9 <= pause <= plain * (1 + jitter) + 1e-9


@pytest.mark.parametrize(
    ("policy", "comes_to"),
    [
        (StepPolicy(), OnUnknown.FAIL),
        (StepPolicy(idempotent=False), OnUnknown.DOUBT),
        (StepPolicy(idempotent=False, on_unknown=OnUnknown.FAIL), OnUnknown.FAIL),
        (StepPolicy(on_unknown=OnUnknown.DOUBT), OnUnknown.DOUBT),
    ],
)
def test_what_an_unknown_outcome_comes_to(policy: StepPolicy, comes_to: OnUnknown) -> None:
    assert policy.unknown is comes_to


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"timeout": 0}, {"timeout": -1.0}])
def test_terms_without_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        StepPolicy(**wrong)  # type: ignore[arg-type]
