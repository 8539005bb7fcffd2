"""Quiet while a file is imported: what it prints is kept, what it asks gets no answer, the screen stays whole."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, cast

__all__ = ["quiet"]


@contextmanager
def quiet() -> Iterator[io.StringIO]:
    """Gives what this thread prints meanwhile. Other threads print where they always did.

    Somebody may keep the stream (logging does, and whoever stands in for `sys.stdout` over it); what is written to it later
    goes where `sys.stdout` then leads. One thread at a time: two that end in another order would leave each other's streams.
    """
    with _TURN:
        yield from _kept()


_TURN = threading.RLock()


def _kept() -> Iterator[io.StringIO]:
    kept = io.StringIO()
    before = sys.stdin, sys.stdout, sys.stderr
    streams = _Catch(before[1], "stdout", kept), _Catch(before[2], "stderr", kept)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), cast(TextIO, streams[0]), cast(TextIO, streams[1])
    asked = sys.stdin
    try:
        yield kept
    finally:
        for stream in streams:
            stream.release()
        if sys.stdin is asked:
            sys.stdin = before[0]
        if cast(object, sys.stdout) is streams[0]:  # unless somebody put another one over it, which leads here and on
            sys.stdout = before[1]
        if cast(object, sys.stderr) is streams[1]:
            sys.stderr = before[2]


_DEEP = 100
"""Streams over each other that are looked through."""


class _Catch(io.TextIOBase):
    """A stream that keeps what one thread writes and passes on the rest."""

    encoding = "utf-8"

    def __init__(self, behind: TextIO, name: str, kept: io.StringIO) -> None:
        self.behind, self._name, self._kept = behind, name, kept
        self._thread: int | None = threading.get_ident()

    def release(self) -> None:
        self._thread = None

    def write(self, text: str) -> int:
        if threading.get_ident() == self._thread:
            return self._kept.write(text)
        return self._onward().write(text)

    def flush(self) -> None:
        if self._thread is None:
            self._onward().flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def _onward(self) -> TextIO:
        now: TextIO = getattr(sys, self._name)
        return self.behind if self._thread is not None or self._leads_here(now) else now

    def _leads_here(self, stream: object) -> bool:
        """Whether what is written to the stream comes here: it was put over this one while that was in place."""
        for _ in range(_DEEP):
            if stream is self or stream is None:
                return stream is self
            stream = getattr(stream, "behind", None)
        return False
