"""Watch: sleeps until somebody writes in a folder, as the kernel tells it, so that waiting for news costs nothing.

Linux tells it. Elsewhere one has to look from time to time.
"""

from __future__ import annotations

import os
import select
from contextlib import suppress
from io import FileIO
from pathlib import Path

__all__ = ["Watch"]

_MODIFIED, _CREATED, _MOVED_IN = 0x2, 0x100, 0x80  # of sys/inotify.h
_MANY = 65536
"""Bytes of what is told that are taken at once; nobody looks what they say."""


class Watch:
    """`ring` is for any thread, all else for the one that waits."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        heard, ringing = os.pipe()
        os.set_blocking(heard, False)
        os.set_blocking(ringing, False)
        self._heard, self._ringing = FileIO(heard, "r"), FileIO(ringing, "w")
        self._told: FileIO | None = None

    def begin(self) -> None:
        """From now on writes are told of, where the kernel does. The folder is there."""
        if self._told is None:
            self._told = _told_of(self._folder)

    @property
    def told(self) -> bool:
        return self._told is not None

    def wait(self, seconds: float, *, for_writes: bool) -> None:
        """Until it is rung for, or when asked until something is written; at the latest after so many seconds."""
        ears = select.poll()  # `select` hears no descriptor above 1023, and a step may have opened as many
        ears.register(self._heard, select.POLLIN)
        if self._told is not None and for_writes:
            ears.register(self._told, select.POLLIN)
        ears.poll(seconds * 1000)
        self._heard.read(_MANY)

    def written(self) -> bool:
        """Whether something was written since this was asked last."""
        return self._told is not None and bool(self._told.read(_MANY))

    def ring(self) -> None:
        with suppress(OSError, ValueError):  # nobody listens any more
            self._ringing.write(b"!")

    def close(self) -> None:
        for end in (self._heard, self._ringing, self._told):
            if end is not None:
                end.close()


def _told_of(folder: Path) -> FileIO | None:
    """What can be read once a file in the folder is written to; None where there is no such thing."""
    import ctypes

    try:
        libc = ctypes.CDLL(None)
        told: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    except (AttributeError, OSError):
        return None
    if told >= 0 and libc.inotify_add_watch(told, os.fsencode(folder), _MODIFIED | _CREATED | _MOVED_IN) >= 0:
        return FileIO(told, "r")
    if told >= 0:
        os.close(told)
    return None
