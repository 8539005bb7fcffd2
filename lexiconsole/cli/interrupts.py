"""Ctrl-C: once stops cleanly, twice at once. SIGTERM is the same as the first.

The first becomes a KeyboardInterrupt where the command waits, so that every `with` on the way out does its work; a
second one, while that still lasts, ends the process there and then. Either way the runs can be resumed.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from lexiconsole.cli.exits import ExitCode

__all__ = ["Terminated", "listen"]


class Terminated(KeyboardInterrupt):
    """SIGTERM came: the same clean stop, asked for by the system."""


_SHOW_CURSOR = b"\x1b[?25h\x1b[0m\r\n"


def listen() -> None:
    """From here on Ctrl-C and SIGTERM work as said above. Main thread only; elsewhere nothing is changed."""
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        if stopping:
            _leave_at_once()
        stopping = True
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    try:
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
    except ValueError:
        return  # not the main thread: somebody embeds us, and handles this themselves


def _leave_at_once() -> None:
    """No cleaning up but the terminal; what was acknowledged is on disk already."""
    try:
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), _SHOW_CURSOR)
    finally:
        os._exit(ExitCode.INTERRUPTED)
