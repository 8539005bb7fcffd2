"""The console at a real pseudo-terminal: what stands on it, keys that are counted, and how the terminal is left.

The program is run by a shell that prints the terminal's settings before and after, as a person's shell would find them.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect

from tests.e2e.journal import journal
from tests.terminals import Screen, Stream

__all__ = ["ROOT", "Terminal", "opened"]

ROOT = Path(__file__).resolve().parents[2]

PATIENCE = 90.0
"""Seconds that a machine which has a lot else to do may take for anything that is waited for."""

_BYTES = {
    "home": "\x1b[H",
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
}
_KITTY = re.compile(rb"\x1b\[[<>=][0-9;]*[um]")  # pyte takes the keyboard protocol's requests for text
_MODES = {
    b"1049": "alternate screen",
    b"1000": "mouse",
    b"1003": "mouse moves",
    b"1006": "mouse cells",
    b"2004": "paste",
}


class Terminal:
    """`pressed` counts the keys since the last `count()`; typing text counts as nothing."""

    def __init__(self, here: Path, program: list[str], *, size: tuple[int, int] = (120, 36), **env: str) -> None:
        self.here, self.size = here, size
        columns, rows = size
        dropped = ("NO_COLOR", "FORCE_COLOR", "SSH_CONNECTION", "TMUX", "COLUMNS", "LINES")
        kept = {
            name: value for name, value in os.environ.items() if name not in dropped and not name.startswith("LEX_")
        }
        kept |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LANG": "C.UTF-8"}
        kept |= {"TEXTUAL_ANIMATIONS": "none", **env}
        script = f'echo "was $(stty -g)"; {shlex.join(program)}; echo "left $? now $(stty -g)"; read end'
        self.child = pexpect.spawn("sh", ["-c", script], cwd=str(here), env=kept, dimensions=(rows, columns))
        self.screen = Screen(columns, rows)
        self._stream = Stream(self.screen)
        self.raw = b""
        self._keys: list[str] = []

    # what stands there

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def line_of(self, text: str) -> int:
        """The first line that holds it."""
        found = [n for n, line in enumerate(self.lines) if text in line]
        assert found, f"{text!r} is not on the screen:\n{self.text}"
        return found[0]

    def until(self, *wanted: str | Callable[[], bool], limit: float = PATIENCE) -> None:
        """Reads until all texts stand on the screen and all conditions hold."""
        deadline = time.monotonic() + limit
        while not all(each in self.text if isinstance(each, str) else each() for each in wanted):
            assert time.monotonic() < deadline, f"never all of {wanted!r} on:\n{self.text}\n{journal(self.here)}"
            self.read(0.05)

    def until_gone(self, text: str) -> None:
        self.until(lambda: text not in self.text)

    def read(self, seconds: float) -> bool:
        """Takes what came, waiting so long for it; False when nothing did."""
        try:
            data = self.child.read_nonblocking(65536, timeout=seconds)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(_KITTY.sub(b"", data))
        return True

    # what a person does

    def press(self, *keys: str) -> None:
        for key in keys:
            self._keys.append(key)
            self.child.send(_BYTES.get(key) or (chr(ord(key[-1]) & 31) if key.startswith("ctrl+") else key))

    def type(self, text: str) -> None:
        """Words into a field."""
        self.child.send(text)

    def count(self) -> int:
        """How many keys were pressed since the last call."""
        pressed, self._keys = len(self._keys), []
        return pressed

    def click(self, column: int, row: int) -> None:
        """With the left button, on a cell counted from 0."""
        self.child.send(f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m")

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self.screen.reset()
        self.size = (columns, rows)
        self.child.setwinsize(rows, columns)

    # how it ends

    def program(self) -> int:
        """The process id of what the shell runs."""
        children = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text(encoding="ascii").split()
        return int(children[0])

    def left(self) -> int:
        """Waits until the shell has the terminal back, as it was; gives the program's exit code."""
        self.until(lambda: re.search(rb"left \d+ now \S+\r*\n", self.raw) is not None)  # a read may give half a line
        was, code, now = re.findall(rb"was (\S+).*left (\d+) now (\S+)", self.raw, re.DOTALL)[0]
        assert now == was, f"the terminal's settings are not what they were: {now!r}, not {was!r}"
        for mode, name in _MODES.items():
            last = self.raw.rfind(b"\x1b[?" + mode + b"h"), self.raw.rfind(b"\x1b[?" + mode + b"l")
            assert last[0] <= last[1], f"{name} is still on"
        assert not self.screen.cursor.hidden, "the cursor is still hidden"
        return int(code)

    def close(self) -> None:
        if self.child.isalive():
            self.child.kill(signal.SIGHUP)
        self.child.close(force=True)


@contextmanager
def opened(
    here: Path, *words: str, size: tuple[int, int] = (120, 36), script: Path | None = None, **env: str
) -> Iterator[Terminal]:
    """`lexiconsole WORDS` in that folder; or a script instead of the program."""
    program = [sys.executable, str(script)] if script is not None else [sys.executable, "-m", "lexiconsole", *words]
    terminal = Terminal(here, program, size=size, **env)
    try:
        yield terminal
    finally:
        terminal.close()
