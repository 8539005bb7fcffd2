"""A console whose terminal is a page: what the process of a browser's tab runs. Packets come in on standard input and go out
on standard output; the end of the input is the end of the tab.
"""

from __future__ import annotations

import gc
import os
import select
import sys
from codecs import getincrementaldecoder
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import messages
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver

from lexiconsole.tui.terminal import Told

if TYPE_CHECKING:
    from textual.app import App

__all__ = ["PageDriver", "main"]

_PRELUDE = b"__GANGLION__\n"
_AT_ONCE = 65_536


def main(
    *, folder: str | None, store: str | None, profile: str, ascii_only: bool, readonly: bool, size: tuple[int, int]
) -> int:
    """The exit code. What kept the console from being opened stands on standard error."""
    os.environ.pop("TEXTUAL_COLOR_SYSTEM", None)  # the toolkit knows it by now; it is not about what a step starts
    os.environ["TERM"] = "xterm-256color"
    gc.disable()  # until the first paint: whatever is made before it is kept
    from lexiconsole.errors import LexiconsoleError
    from lexiconsole.tui.open import run_console

    PageDriver.cells = (size[0], size[1])
    try:
        return run_console(
            None if folder is None else Path(folder),
            store=None if store is None else Path(store),
            profile=profile,
            ascii_only=ascii_only,
            readonly=readonly,
            driver=PageDriver,
        )
    except LexiconsoleError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1


class PageDriver(WebDriver):
    """Several consoles of one process, one after the other, are one to the page. What is painted for a page that is gone is
    dropped, and the console ends. It sleeps until a key comes.
    """

    cells: ClassVar[tuple[int, int]] = (80, 24)
    announced: ClassVar[bool] = False

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: Any = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size or PageDriver.cells)
        self.exit_event: Told = Told()
        self._write: Any = self._send

    def _send(self, data: bytes) -> None:
        if data == _PRELUDE:
            if PageDriver.announced:
                return
            PageDriver.announced = True
        with suppress(OSError):
            while data:
                data = data[os.write(self.fileno, data) :]

    def write_meta(self, data: dict[str, object]) -> None:
        """Nothing: the end of the output says that this process ended, and a console opens and delivers nothing in a page."""

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        super().on_meta(packet_type, payload)
        if packet_type == "resize" and self._size is not None:
            PageDriver.cells = self._size

    def stop_application_mode(self) -> None:
        super().stop_application_mode()
        self.write("\x1b[0m\x1b[2J\x1b[Hputting runs down; each can go on later")

    def disable_input(self) -> None:
        """No key goes to this console any more; the next one reads."""
        self.exit_event.set()
        if self._key_thread.ident is not None:
            self._key_thread.join()

    def run_input_thread(self) -> None:
        parser, packets = XTermParser(self._debug), ByteStream()
        decode = getincrementaldecoder("utf-8")("replace").decode
        came = sys.__stdin__.fileno()  # type: ignore[union-attr]
        while not self.exit_event.is_set():
            until = parser._timeout_time  # noqa: SLF001 - when what began like a sequence is the key itself
            wait = None if until is None else max(0.0, until - get_time())
            ready, _, _ = select.select([came, self.exit_event.fd], [], [], wait)
            if came in ready:
                read = os.read(came, _AT_ONCE)
                if not read:
                    self._app.post_message(messages.ExitApp())
                    return
                for kind, payload in packets.feed(read):
                    if kind == "D":
                        text = decode(payload)
                        for message in parser.feed(text) if text else ():
                            self.process_message(message)
                    else:
                        self._on_meta(kind, payload)
            for message in parser.tick():
                self.process_message(message)
