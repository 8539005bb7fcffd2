"""A few of the orders that `python -m tests.runtime.explorer` goes through by the thousand: each went wrong, or would again."""

from __future__ import annotations

import pytest

from lexiconsole.runtime.runtime import Runtime
from tests.runtime.explorer import explore

WENT_WRONG = {
    2: "a run that was renewed while it was about to leave memory stayed there",
    8: "a request was done by the claim and then refused by who had an older list",
    19: "a cancelled model waited for ever beside a branch that was being taken down",
    87: "an automatic retry set a cancel aside",
    101: "a request was refused by who did not hold the run",
    134: "an engine that was being stopped began to drive",
    139: "a run that was migrated elsewhere stayed left alone",
    90409: "a cancelled run that was about to end was taken for one that rests, and left memory for good",
}


@pytest.mark.parametrize("seed", WENT_WRONG)
def test_many_hands_on_few_runs_leave_each_as_it_must_be(seed: int) -> None:
    assert explore(seed).wrong == []


@pytest.mark.parametrize(("seed", "matter"), [(54, "votes"), (3010, "votes"), (3205, "votes"), (1, "edits")])
def test_nobody_s_vote_or_edit_is_lost(seed: int, matter: str) -> None:
    """A vote that came as time ran out was missing from what its level came to (54); an engine that was stopped while it
    registered went on beating, and broke (3010); a retry that asked anew did not say that the votes until then no longer count (3205).
    """
    assert explore(seed, matter).wrong == []


def test_the_explorer_finds_two_takers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is about to be driven counts as driven; without that one of its first seeds has a step at work twice."""
    monkeypatch.setattr(Runtime, "has", lambda self, run_id: run_id in self.drives)
    assert any("at work twice" in sentence for sentence in explore(5).wrong)
