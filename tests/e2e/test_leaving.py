"""Whatever ends the console, the shell gets its terminal back as it was."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import RunFilter
from lexiconsole.types import RunStatus
from tests.e2e.operating import confirmed
from tests.e2e.terminal import Terminal, opened
from tests.tui.loans import loans

pytestmark = pytest.mark.timeout(400)  # a busy machine takes its time

CRASHING = """
import sys
from pathlib import Path
from lexiconsole.tui.screens.dashboard import DashboardScreen
from lexiconsole.tui.open import run_console

def fails(self):
    raise RuntimeError("made to fail")

DashboardScreen.action_sort = fails
sys.exit(run_console(Path.cwd()))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return loans(tmp_path)


def ready(terminal: Terminal) -> None:
    terminal.until("1 Catalogue  1", "no runs yet")


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_leaving_gives_the_terminal_back(folder: Path, key: str) -> None:
    with opened(folder) as terminal:
        ready(terminal)
        terminal.press(key)
        assert terminal.left() == 0


def test_ctrl_c_says_how_to_leave_and_ends_nothing(folder: Path) -> None:
    with opened(folder) as terminal:
        ready(terminal)
        terminal.press("ctrl+c")
        terminal.until("^q leaves the program")
        terminal.press("ctrl+q")
        assert terminal.left() == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_like_a_key(folder: Path, sent: signal.Signals) -> None:
    with opened(folder) as terminal:
        ready(terminal)
        os.kill(terminal.program(), sent)
        assert terminal.left() == 128 + sent


def test_a_crash_gives_the_terminal_back_and_says_what_it_was(folder: Path) -> None:
    script = folder / "crashing.py"
    script.write_text(CRASHING, encoding="utf-8")
    with opened(folder, script=script) as terminal:
        ready(terminal)
        terminal.press("S")
        assert terminal.left() == 1
        assert "made to fail" in terminal.text


STUBBORN = '''"""A step that holds the engine's loop until there is a file named go."""
import time
from pathlib import Path
from lexiconsole import workflow
@workflow(name="stubborn")
async def stubborn(ctx) -> int:
    """Holds the engine's loop."""
    async def hold() -> int:
        Path("holding").touch()
        end = time.monotonic() + 600
        while not Path("go").exists() and time.monotonic() < end:
            time.sleep(0.05)
        return 1
    return await ctx.step("hold", hold)
'''


def held(folder: Path, terminal: Terminal) -> None:
    """Starts a run whose step holds the engine."""
    terminal.until("1 Catalogue  2")
    terminal.press("1", "G", "s")
    terminal.until("Start ▸ stubborn")
    terminal.press("ctrl+s")
    terminal.until("start a run of stubborn")
    confirmed(terminal)
    terminal.until((folder / "holding").exists)


def left_while_held(folder: Path, terminal: Terminal) -> None:
    held(folder, terminal)
    terminal.press("ctrl+q")
    terminal.until("putting runs down", "ctrl+c ends at once")


def test_leaving_while_a_step_holds_the_engine_takes_no_longer_than_it_says(folder: Path) -> None:
    """The terminal is back at once; putting the run down is announced when it takes longer."""
    (folder / "definitions" / "stubborn.py").write_text(STUBBORN, encoding="utf-8")
    with opened(folder) as terminal:
        left_while_held(folder, terminal)
        (folder / "go").touch()
        assert terminal.left() == 0


def test_ctrl_c_while_runs_are_put_down_ends_at_once(folder: Path) -> None:
    """The step would hold it for ten minutes; its run can be taken up again."""
    (folder / "definitions" / "stubborn.py").write_text(STUBBORN, encoding="utf-8")
    with opened(folder) as terminal:
        left_while_held(folder, terminal)
        os.kill(terminal.program(), signal.SIGINT)
        assert terminal.left() == 130
        assert "Traceback" not in terminal.text
    with Workspace.find(folder) as workspace:
        assert workspace.runs(RunFilter())[0].status is RunStatus.RUNNING


def test_a_console_whose_terminal_is_gone_waits_for_no_step_without_end(folder: Path) -> None:
    """Nobody is there who could press ctrl+c."""
    (folder / "definitions" / "stubborn.py").write_text(STUBBORN, encoding="utf-8")
    with opened(folder) as terminal:
        held(folder, terminal)
        os.kill(terminal.program(), signal.SIGHUP)
        assert terminal.left() == 128 + signal.SIGHUP
    with Workspace.find(folder) as workspace:
        assert workspace.runs(RunFilter())[0].status is RunStatus.RUNNING
