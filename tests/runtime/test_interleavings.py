"""A few of the orders that `python -m tests.runtime.explorer` goes through by the thousand, among them some that went wrong once."""

from __future__ import annotations

import pytest

from lexiconsole.runtime.runtime import Runtime
from tests.runtime.explorer import explore


@pytest.mark.parametrize("seed", [1, 12, 14, 221, 1053, 1258])
def test_many_hands_on_few_runs_leave_each_as_it_must_be(seed: int) -> None:
    assert explore(seed).wrong == []


def test_the_explorer_finds_two_takers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is about to be driven counts as driven; without that one of its first seeds has a step at work twice."""
    monkeypatch.setattr(Runtime, "has", lambda self, run_id: run_id in self.drives)
    assert any("at work twice" in sentence for sentence in explore(12).wrong)
