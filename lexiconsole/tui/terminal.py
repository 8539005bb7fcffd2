"""A driver that outlives its terminal, so that a console whose window was closed ends and puts down what it drives; and that
sleeps until a key comes.
"""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, Any, TextIO

from textual._parser import ParseError
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from lexiconsole.tui.ahead import ALTERNATE, write_all

if TYPE_CHECKING:
    from lexiconsole.tui.ahead import Ahead

__all__ = ["LastingDriver", "Told"]

_AT_ONCE = 4096
"""Bytes that are read at once."""


class LastingDriver(LinuxDriver):
    """What is written to a terminal that is gone is dropped.

    Textual writes on a thread with a short queue. That thread dies of the first error, and whoever fills the queue after it
    waits for ever: the kernel sends SIGCONT behind SIGHUP, at which Textual begins its interface again.

    Its reader looks ten times a second whether it is to end; here it is told.
    """

    def __init__(self, *about: Any, **terms: Any) -> None:
        super().__init__(*about, **terms)
        self._file: Any = _Lasting(self._file)
        self.exit_event: Told = Told()
        self._stands = False

    def start_application_mode(self) -> None:
        """On the screen where the first frame stands, if it was painted ahead."""
        ahead: Ahead | None = getattr(self._app, "ahead", None)
        self._stands = ahead is not None and ahead.hand_over()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def write(self, data: str) -> None:
        if self._stands and data == ALTERNATE:
            self._stands = False
        else:
            super().write(data)

    def run_input_thread(self) -> None:
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode  # one stray byte must not end the console
        try:
            while not self.exit_event.is_set():
                until = parser._timeout_time  # noqa: SLF001 - when what began like a sequence is the key itself
                wait = None if until is None else max(0.0, until - get_time())
                ready, _, _ = select.select([self.fileno, self.exit_event.fd], [], [], wait)
                if self.fileno in ready:
                    read = os.read(self.fileno, _AT_ONCE)
                    if not read:
                        return
                    text = decode(read)  # none of it where a character was cut, and no text is the end to the parser
                    for message in parser.feed(text) if text else ():
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
        finally:
            with suppress(EOFError, ParseError):
                list(parser.feed(""))


class Told(Event):
    """An event that one can wait for beside a terminal: `fd` can be read while it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.fd, self._end = os.pipe()

    def set(self) -> None:
        super().set()
        os.write(self._end, b"!")

    def clear(self) -> None:
        if self.is_set():
            os.read(self.fd, 1)
        super().clear()


class _Lasting:
    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.fileno = file.fileno

    def write(self, text: str) -> None:
        with suppress(OSError):
            write_all(self._file, text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()
