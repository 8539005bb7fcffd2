"""The program in a real terminal: what is painted, what a key does, and how the terminal is left."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pytest

from tests.terminals import Screen, Stream
from tests.tui.making import Story, completed, fill, waiting

ROOT = Path(__file__).resolve().parents[2]
QUICK = 90.0
"""Seconds that a loaded machine may take for anything."""


class Terminal:
    """The console behind a terminal of its own, read as a person would."""

    def __init__(self, folder: Path, *words: str, size: tuple[int, int] = (120, 36), **environment: str) -> None:
        self.screen = Screen(*size)
        self._stream = Stream(self.screen)
        self.bytes = b""
        settings = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("LEX_", "NO_COLOR", "COLUMNS", "LINES"))
        }
        settings |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)} | environment
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "lexiconsole", *words],
            cwd=str(folder),
            env=settings,
            dimensions=(size[1], size[0]),
        )

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def until(self, words: str) -> None:
        end = time.monotonic() + QUICK
        while words not in self.text:
            assert time.monotonic() < end, f"{words!r} did not come\n{self.text}"
            self._read()

    def until_gone(self, words: str) -> None:
        end = time.monotonic() + QUICK
        while words in self.text:
            assert time.monotonic() < end, f"{words!r} did not go\n{self.text}"
            self._read()

    def keys(self, keys: str) -> None:
        self.child.send(keys)

    def ended(self) -> int:
        end = time.monotonic() + QUICK
        while self._read():
            assert time.monotonic() < end, self.text
        while self.child.isalive():  # who closed the terminal is there for a moment yet
            assert time.monotonic() < end, self.text
            time.sleep(0.01)
        self.child.close()
        return self.child.exitstatus

    def _read(self) -> bool:
        try:
            got = self.child.read_nonblocking(65536, 0.05)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.bytes += got
        self._stream.feed(got)
        return True

    def close(self) -> None:
        self.child.close(force=True)

    def complete_an_order(self) -> None:
        """From the first screen through its form and its preview to its end."""
        self.until("1 Catalogue  2")
        self.keys("1s")
        self.until("Takes an order")
        self.keys("\x13")  # ctrl+s
        self.until("start a run of order")
        self.keys("y")
        self.until("completed")


@pytest.fixture
def terminal(root):
    opened: list[Terminal] = []

    def open_one(*words, **terms):
        opened.append(Terminal(root, *words, **terms))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def restored(terminal: Terminal) -> bool:
    """The alternate screen was left, the cursor is shown again and the mouse is the terminal's."""
    left = terminal.bytes.rpartition(b"\x1b[?1049h")[2]
    return all(code in left for code in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l"))


def test_start_run_quit(terminal):
    """Without arguments the console opens; a run goes from its form to its end; the terminal is as it was."""
    console = terminal()
    console.until("1 Catalogue  2")
    console.keys("1")
    console.keys("s")
    console.until("Takes an order")
    console.keys("\x13")  # ctrl+s
    console.until("start a run of order")
    console.keys("y")
    console.until("completed")  # on the run's own screen
    console.keys("q")
    console.until("Dashboard")
    console.until("✓")
    console.keys("\x11")  # ctrl+q
    assert console.ended() == 0
    assert restored(console)


def test_commands_are_typed_and_completed(terminal):
    """A view is saved from a filter that was typed, and kept for the next time; the shell knows it too."""
    console = terminal()
    console.until("1 Catalogue  2")
    console.keys(":st")
    console.until("start DEFINITION")
    console.keys("\t")
    console.until("Waits until somebody says")
    console.keys("per\t\r")
    console.until("Start")
    console.keys("\x1b")
    console.until("1 Catalogue  2")
    console.keys(":runs state:me name:per*\r")
    console.until("/ state:me  name:per*")
    console.keys(":save mine\r")
    console.until("saved: :view mine shows")
    console.keys("\x11")
    assert console.ended() == 0
    again = terminal("runs", "--view", "mine")
    assert again.ended() == 0
    assert "no runs" in again.text


def test_w_goes_to_what_waits_and_e_says_that_nothing_failed(terminal, store):
    store.parent.mkdir()
    fill(store, Story("aaaa1111", waiting()), Story("bbbb2222", completed()), Story("cccc3333", waiting()))
    console = terminal()
    console.until("2 Runs  3")
    console.keys("w")  # this may be the frame that stands before the toolkit is loaded: what is typed is kept
    console.until("◆ aaaa1111 manager waits")
    console.keys("e")
    console.until("no run has failed")
    console.keys("\x11")
    assert console.ended() == 0
    assert console.bytes.count(b"\x1b[?1049h") == 1, "the console paints where the first frame stands"
    assert restored(console)


def test_a_store_of_another_program_is_named_after_the_terminal_was_restored(terminal, root):
    (root / ".lexiconsole").mkdir()
    import sqlite3

    with sqlite3.connect(root / ".lexiconsole" / "store.db") as db:
        db.execute("CREATE TABLE t (a)")
    db.close()
    console = terminal()
    assert console.ended() != 0
    assert restored(console)
    assert "another program" in console.text
    assert "Traceback" not in console.text


def test_no_color_is_respected(terminal):
    console = terminal(NO_COLOR="1")
    console.until("1 Catalogue  2")
    colours = {cell.fg for line in console.screen.buffer.values() for cell in line.values()}
    assert all(len(colour) != 6 or len({colour[:2], colour[2:4], colour[4:]}) == 1 for colour in colours)
    console.keys("q")
    assert console.ended() == 0


def test_a_pipe_gets_the_help(root):
    out = pexpect.run(
        f"sh -c '{sys.executable} -m lexiconsole | cat'",
        cwd=str(root),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=QUICK,
    )
    assert b"show-run" in out


def test_a_terminal_that_is_closed_takes_its_console_with_it(terminal):
    """Nobody is left behind that drives runs and can not be seen: the kernel's SIGHUP is followed by SIGCONT, which begins an
    interface again on a terminal that takes nothing.
    """
    consoles = [terminal() for _ in range(3)]
    for console in consoles:
        console.until("1 Catalogue  2")
        console.child.ptyproc.fileobj.close()
        console.child.kill(signal.SIGCONT)
    end = time.monotonic() + QUICK
    while left := [console.child.pid for console in consoles if console.child.isalive()]:
        assert time.monotonic() < end, f"{left} go on without a terminal"
        time.sleep(0.05)
