"""The run screen in a real terminal: from the list to the map, through time and back, and out again."""

from __future__ import annotations

from pathlib import Path

from tests.tui.loans import loans, run_loan
from tests.tui.test_terminal import Terminal


def test_a_run_is_watched_scrubbed_and_left_with_the_keys_of_the_design(tmp_path: Path) -> None:
    run_loan(loans(tmp_path))
    terminal = Terminal(tmp_path)
    terminal.until("manual review")
    terminal.keys("\r")
    terminal.until("waits for role:underwriter")
    terminal.until("┃ ◆ manual review ┃")
    terminal.keys("[")
    terminal.until("PAST seq")
    terminal.keys(".")
    terminal.until("LIVE")
    terminal.keys("v")
    terminal.until("1 Rail")
    terminal.keys("?")
    terminal.until("type to search")
    terminal.keys("\x1b")
    terminal.until_gone("type to search")
    terminal.keys("q")
    terminal.until("Dashboard")
    terminal.keys("q")
    assert terminal.ended() == 0
