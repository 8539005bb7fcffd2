"""A driver that outlives its terminal, so that a console whose window was closed ends and puts down what it drives."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver

__all__ = ["LastingDriver"]


class LastingDriver(LinuxDriver):
    """What is written to a terminal that is gone is dropped.

    Textual writes on a thread with a short queue. That thread dies of the first error, and whoever fills the queue after it
    waits for ever: the kernel sends SIGCONT behind SIGHUP, at which Textual begins its interface again.
    """

    def __init__(self, *about: Any, **terms: Any) -> None:
        super().__init__(*about, **terms)
        self._file: Any = _Lasting(self._file)


class _Lasting:
    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.fileno = file.fileno

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()
