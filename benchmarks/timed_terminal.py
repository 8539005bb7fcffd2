"""A program at a pseudo-terminal as somebody at it sees it: what is on its screen, when it came, what the process costs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

__all__ = ["ROOT", "Terminal", "cpu", "resident"]

ROOT = Path(__file__).resolve().parents[1]
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")
_FRAME = 1 / 30


class Terminal:
    """The console in a pseudo-terminal, or another program of Python's."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.screen = pyte.Screen(120, 36)
        self._stream = pyte.ByteStream(self.screen)
        settings = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
        settings.pop("PYTHONDONTWRITEBYTECODE", None)
        settings |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
        self.began = time.perf_counter()
        self.child = pexpect.spawn(
            sys.executable, list(words or ("-m", "lexiconsole")), cwd=str(folder), env=settings, dimensions=(36, 120)
        )
        self.child.delaybeforesend = None  # pexpect waits 50 ms before each key otherwise
        self.arrived = self.began

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, seconds: float) -> bytes:
        if not (got := self._take(seconds)):
            return b""
        self.arrived = time.perf_counter()
        self._stream.feed(got)
        return got

    def until(self, true: Callable[[str], bool], within: float = 30.0) -> float:
        """Seconds from now until the screen says so."""
        start = time.perf_counter()
        while not true(self.text):
            if time.perf_counter() - start > within:
                raise TimeoutError(self.text)
            self.read(0.005)
        return max(0.0, self.arrived - start)

    def drain(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.read(0.01)

    def key(self, key: str, true: Callable[[str], bool]) -> float:
        """Seconds from a key press to its effect on the screen."""
        start = time.perf_counter()
        self.child.send(key)
        while time.perf_counter() - start < 20.0:
            shown = None
            for got, arrived in self._burst():
                self._stream.feed(got)
                if shown is None and true(self.text):
                    shown = arrived - start
            if shown is not None:
                return shown
        raise TimeoutError(self.text)

    def _burst(self) -> list[tuple[bytes, float]]:
        """What comes in a tenth of a second, or until nothing came for a frame, and when; nothing is read meanwhile."""
        burst: list[tuple[bytes, float]] = []
        end = time.perf_counter() + 0.1
        while time.perf_counter() < end and (got := self._take(_FRAME if burst else 0.1)):
            burst.append((got, time.perf_counter()))
        return burst

    def _take(self, seconds: float) -> bytes:
        try:
            return self.child.read_nonblocking(65536, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return b""

    @property
    def resident(self) -> float:
        """Megabytes."""
        return resident(self.child.pid)

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far."""
        return cpu(self.child.pid)

    @property
    def engine(self) -> int:
        """The process of its engine."""
        while not (children := _children_of(self.child.pid)):
            self.drain(0.1)
        return children[0]

    def close(self) -> None:
        self.child.send("\x11")
        self.drain(1.5)
        self.child.close(force=True)


def _children_of(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def resident(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK
