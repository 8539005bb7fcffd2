"""A little of the fuzz, on each run of the tests; `python -m tests.e2e.fuzz` does the 20,000 events."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.furnished import furnished
from tests.e2e.fuzz import run_chunk

pytestmark = pytest.mark.timeout(400)  # a busy machine takes its time


@pytest.mark.parametrize("seed", [1001, 1002])
def test_random_keys_clicks_sizes_and_events_never_crash_or_lock_the_console(tmp_path: Path, seed: int) -> None:
    assert run_chunk(furnished(tmp_path), seed, 100).done == 100
