"""A terminal that is gone: the console ends as if it had been left, and what it drives is put down."""

from __future__ import annotations

import os
import signal

__all__ = ["let_go"]


def let_go() -> None:
    """Makes the standard streams lead nowhere and a continuation mean nothing.

    A kernel sends SIGHUP and then SIGCONT. At the second Textual would begin again on a terminal that no longer takes a byte:
    its writer thread dies of that, and whoever writes to it then waits for ever.
    """
    signal.signal(signal.SIGCONT, lambda *_: None)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)
