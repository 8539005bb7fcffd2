"""At a real terminal: moving bars, questions in place, Ctrl-C."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.cli.test_end_to_end import DEFINITIONS, ROOT
from tests.terminals import Screen, Stream

_NOT_OURS = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")


class Terminal:
    """The program at a terminal of 100 columns and 30 lines; `until` reads until the screen shows a text."""

    def __init__(self, here: Path, *words: str) -> None:
        env = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        env |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        self.child = pexpect.spawn(
            sys.executable, ["-m", "lexiconsole", *words], cwd=str(here), env=env, dimensions=(30, 100)
        )
        self.screen = Screen(100, 30)
        self._stream = Stream(self.screen)
        self.raw, self._all = b"", False

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, wanted: str | Callable[[], bool], seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not (wanted in self.text if isinstance(wanted, str) else wanted()):
            assert time.monotonic() < deadline, f"{wanted!r} is not on the screen:\n{self.text}"
            try:
                data = self.child.read_nonblocking(4096, timeout=0.1)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert not isinstance(wanted, str) or wanted in self.text, self.text
                self._all = True
                time.sleep(0.01)  # who closed the terminal is there for a moment yet
                continue
            self.raw += data
            self._stream.feed(data)

    def type(self, keys: str) -> None:
        self.child.send(keys)

    def resize(self, lines: int, columns: int) -> None:
        self.child.setwinsize(lines, columns)
        self.screen.resize(lines, columns)

    def end(self) -> int | None:
        self.until(lambda: self._all and not self.child.isalive())  # what it wrote last is read before it is looked at
        self.child.close()
        return self.child.exitstatus


@pytest.fixture
def at(tmp_path: Path):
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "some.py").write_text(DEFINITIONS)
    opened: list[Terminal] = []

    def open_terminal(*words: str) -> Terminal:
        opened.append(Terminal(tmp_path, *words))
        return opened[-1]

    yield open_terminal
    for terminal in opened:
        terminal.child.close(force=True)


def test_a_bar_shows_how_far_a_step_is_and_leaves_nothing_behind(at, tmp_path):
    terminal = at("run", "bars")
    terminal.until(lambda: "importing" in terminal.text and "/40, 1 failed" in terminal.text)
    (tmp_path / "go").touch()
    assert terminal.end() == 0
    assert "importing" not in terminal.text
    assert "✓ rows" in terminal.text
    assert "done" in terminal.text
    assert not terminal.screen.cursor.hidden


def test_states_have_colour_on_a_terminal(at):
    terminal = at("run", "count")
    assert terminal.end() == 0
    assert b"\x1b[38;5;" in terminal.raw


def test_a_question_is_answered_in_place(at):
    terminal = at("run", "review")
    terminal.until("approve (yes/no):")
    terminal.type("dunno\r")
    terminal.until("approve is neither yes nor no")
    terminal.type("yes\r")
    terminal.until("note (")
    terminal.type("fine\r")
    assert terminal.end() == 0
    assert "True fine" in terminal.text


def test_who_does_not_want_to_answer_just_presses_return(at):
    terminal = at("run", "review")
    terminal.until("approve (yes/no):")
    terminal.type("\r")
    assert terminal.end() == 4
    assert "lexiconsole answer" in terminal.text


def test_an_act_asks_first(at):
    assert at("run", "paid", "--id", "p").end() == 4
    terminal = at("cancel", "p")
    terminal.until("Do it? [y/N]")
    terminal.type("n\r")
    assert terminal.end() == 8
    terminal = at("cancel", "p")
    terminal.until("Do it? [y/N]")
    terminal.type("y\r")
    assert terminal.end() == 0


def test_ctrl_c_once_stops_cleanly_and_the_run_is_resumed(at, tmp_path):
    (tmp_path / "definitions" / "held.py").write_text(HELD)
    terminal = at("run", "held", "--id", "c")
    terminal.until("✓ first")
    terminal.type("\x03")
    assert terminal.end() == 130
    assert "lexiconsole resume c" in terminal.text
    assert not terminal.screen.cursor.hidden
    (tmp_path / "go").touch()
    assert at("resume", "c").end() == 0


HELD = '''
import asyncio
from pathlib import Path
from lexiconsole import workflow
@workflow(name="held")
async def held(ctx) -> int:
    """Waits for a file named go."""
    async def wait() -> int:
        while not Path("go").exists():
            await asyncio.sleep(0.01)
        return 1
    await ctx.step("first", lambda: 1)
    await ctx.step("wait", wait)
    return 1
'''

STUBBORN = '''
import asyncio
import time
from pathlib import Path
from lexiconsole import workflow
@workflow(name="stubborn")
async def stubborn(ctx) -> int:
    """Holds the engine's loop."""
    async def hold() -> int:
        Path("holding").touch()
        time.sleep(600)
        return 1
    await ctx.step("first", lambda: 1)
    await ctx.step("moment", lambda: asyncio.sleep(1))
    await ctx.step("hold", hold)
    return 1
'''


def test_ctrl_c_twice_stops_at_once_whatever_the_step_does(at, tmp_path):
    (tmp_path / "definitions" / "stubborn.py").write_text(STUBBORN)
    terminal = at("run", "stubborn", "--id", "s")
    terminal.until("✓ first")
    terminal.until((tmp_path / "holding").exists)
    terminal.type("\x03")
    terminal.until("again to stop at once")
    terminal.type("\x03")
    assert terminal.end() == 130  # the step would hold it for ten minutes
    assert not terminal.screen.cursor.hidden


def test_the_worker_is_stopped_with_ctrl_c(at):
    assert at("run", "count", "--record-only").end() == 0
    terminal = at("worker")
    terminal.until("completed")
    terminal.type("\x03")
    assert terminal.end() == 130
    assert "stopped; nothing is lost" in terminal.text
