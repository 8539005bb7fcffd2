"""From an empty folder to a run that was undone, one that was approved and one that was branched, by what stands on the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.operating import confirmed
from tests.e2e.terminal import Terminal, opened

pytestmark = pytest.mark.timeout(400)  # a busy machine takes its time


def moment(terminal: Terminal) -> str:
    """Which of the run's entries is looked at, as the header says; "" for the present."""
    return (re.findall(r"PAST seq (\d+)/", terminal.lines[0]) or [""])[0]


def test_a_stranger_is_led_from_an_empty_folder_to_workflows_of_their_own(tmp_path: Path) -> None:
    """Each key is one that the screen names at that moment."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    with opened(home, TMPDIR=str(temporary)) as terminal:
        terminal.until("a tour", "nothing is written into it")
        terminal.press("t")
        terminal.until("Tour 1/4", "Watch the token turn round")
        terminal.until("▸ order-1", "« COMPENSATING")
        terminal.until("Tour 2/4", "« ROLLED BACK", "claims expenses")
        terminal.press("q")
        terminal.until("▸ Dashboard", "claim-1 waits for a manager")
        if "w goes to what waits" in terminal.text:  # the list had come before the order was shown, and stands on it
            terminal.press("w")
        terminal.until("i opens the form", "i answer")
        terminal.press("i")
        terminal.until("^s approves, ^r rejects", "all fields are right")
        terminal.press("ctrl+s")
        terminal.until("Tour 3/4", "▸ Dashboard", "enter opens claim-1")
        terminal.press("enter")
        terminal.until("✓ COMPLETED", "What if not?", "LIVE")
        moves = 0
        while "Here it still waited" not in terminal.text:
            assert (moves := moves + 1) < 30, terminal.text
            before = moment(terminal)
            terminal.press("]" if "] goes on, to where it waited" in terminal.text else "[")
            terminal.until(lambda before=before: moment(terminal) not in {before, ""})
            # the band comes a frame after the map
            terminal.until(lambda: ("◆ manager" in terminal.text) is ("Here it still waited" in terminal.text))
        terminal.press("b")
        terminal.until("a new run of expense_claim takes over")
        confirmed(terminal)
        terminal.until("Tour 4/4", "◆ WAITING", "B shows the files")
        said = " ".join(terminal.text.replace("┃", " ").split())  # where its lines break depends on the folder's name
        assert "q goes back, and from the first screen leaves" in said
        assert list(home.iterdir()) == []
        assert [each.name.startswith("lexiconsole-tour-") for each in temporary.iterdir()] == [True]
        terminal.press("B")
        terminal.until("definitions/holiday.py")
        confirmed(terminal)
        terminal.until("1 Catalogue  2", "holiday", "s start a run")
        assert {each.name for each in home.iterdir()} == {"application.yaml", "definitions"}
        terminal.press("ctrl+q")
        assert terminal.left() == 0
        assert [each for each in temporary.iterdir() if each.name.startswith("lexiconsole-tour-")] == []
