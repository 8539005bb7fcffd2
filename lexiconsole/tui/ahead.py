"""Ahead: the first frame stands on the terminal before the toolkit is loaded, which goes on painting where it stands.

What is typed meanwhile is kept for the console, and not shown.
"""

from __future__ import annotations

import os
import sys
import termios
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, TextIO

from lexiconsole.tui.drawing import Tone
from lexiconsole.tui.first_frame import Drawing, first_frame
from lexiconsole.tui.plain import plain
from lexiconsole.tui.shades import Shades, shades_of
from lexiconsole.views.board import AT_FIRST, read_board
from lexiconsole.views.run_filter import Filter

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.tui.run_row import Face
    from lexiconsole.types import RunStatus

__all__ = ["ALTERNATE", "Ahead", "ahead", "escaped", "size_of", "write_all"]

ALTERNATE = "\x1b[?1049h"
"""Begins the alternate screen; sent there once more it empties it, on some terminals."""

_HIDDEN, _LEFT = "\x1b[?25l", "\x1b[0m\x1b[?25h\x1b[?1049l"
"""The cursor; and everything as it was."""

_PATIENCE = 0.15
"""Seconds that loading the toolkit waits for the runs; those of a file that is not in memory come while it is loaded."""

_INPUT, _LOCAL, _SIGNS = 0, 3, 6
"""Where the modes of input, of the terminal and its special letters are in what `tcgetattr` gives."""


class Ahead:
    """A terminal that may be painted on until it is handed over. `counts` are those that stand on it, `stands` whether any do."""

    def __init__(self, terminal: int) -> None:
        self.counts: dict[RunStatus, int] = {}
        self.stands = False
        self._terminal, self._modes = terminal, termios.tcgetattr(terminal)
        self._turn, self._over = threading.Lock(), False

    def paint(self, frame: str, counts: Mapping[RunStatus, int]) -> None:
        """Escape sequences and all; nothing once it was handed over. From any thread."""
        with self._turn:
            if self._over:
                return
            modes = termios.tcgetattr(self._terminal)
            modes[_INPUT] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
            modes[_LOCAL] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)  # ctrl+c still interrupts
            modes[_SIGNS][termios.VSUSP] = b"\x00"
            termios.tcsetattr(self._terminal, termios.TCSANOW, modes)
            _write(f"{ALTERNATE}{_HIDDEN}{frame}")
            self.counts.update(counts)
            self.stands = True

    def hand_over(self) -> bool:
        """To whoever sets the terminal's modes next, from those it had at first; what stands there stays.
        False when nothing does, or somebody has it already.
        """
        with self._turn:
            held, self._over = self.stands and not self._over, True
            if held:
                termios.tcsetattr(self._terminal, termios.TCSANOW, self._modes)
            return held

    def take_down(self) -> None:
        """Unless somebody took it over, the terminal is as it was."""
        if self.hand_over():
            _write(_LEFT)


@contextmanager
def ahead(look: Look | None, face: Face, *, readonly: bool) -> Iterator[Ahead | None]:
    """Paints the runs of a store, as soon as they are read; None where they are not to be painted."""
    terminal, shades = _terminal(), shades_of(os.environ)
    size = None if terminal is None else size_of(os.environ, os.get_terminal_size(terminal))
    if look is None or terminal is None or size is None or shades is None:
        yield None
        return
    standing = Ahead(terminal)

    def read() -> None:
        try:
            board = read_board(look, Filter().query((), face.now()), 0, AT_FIRST)
        except Exception:  # whoever opens the workspace says what is wrong with it
            return
        frame = first_frame(board, *size, face, readonly=readonly) if board.total else ()
        if frame:
            standing.paint(escaped(frame, face, shades), board.counts)

    reader = threading.Thread(target=read, name="ahead", daemon=True)
    reader.start()
    try:
        reader.join(_PATIENCE)
        yield standing
    finally:
        standing.take_down()


def _terminal() -> int | None:
    """Where keys come from, when what is drawn goes there too."""
    streams = sys.__stdin__, sys.__stderr__
    if not all(stream is not None and stream.isatty() for stream in streams):
        return None
    return None if sys.__stdin__ is None else sys.__stdin__.fileno()


def size_of(environment: Mapping[str, str], real: tuple[int, int]) -> tuple[int, int] | None:
    """Columns and lines as the toolkit reckons with them: the environment may say other ones than the terminal really has.
    None where it says more, for then lines break.
    """
    told = (environment.get(name, "") for name in ("COLUMNS", "LINES"))
    width, height = (int(say) if say.isdecimal() and int(say) else own for say, own in zip(told, real, strict=True))
    return (width, height) if width <= real[0] and height <= real[1] else None


def escaped(frame: Drawing, face: Face, shades: Shades) -> str:
    """As a terminal reads it."""
    shown = plain if face.glyphs.ascii_only else str
    usual = Tone(face.palette.text, back=face.palette.ground)
    signs: list[str] = []
    set_to: Tone | None = None
    for y, parts in enumerate(frame, 1):
        signs.append(f"\x1b[{y};1H")
        for text, tone in parts:
            if set_to is None or (
                tone != set_to and not (text.isspace() and tone.back == set_to.back and not set_to.reverse)
            ):
                signs.append(_sequence(tone, usual, shades))
                set_to = tone
            signs.append(shown(text))
    return "".join(signs) + "\x1b[0m"


@lru_cache(maxsize=256)
def _sequence(tone: Tone, usual: Tone, shades: Shades) -> str:
    codes = [code for code, on in (("1", tone.bold), ("3", tone.italic), ("7", tone.reverse)) if on]
    codes.append(shades.code(tone.colour or usual.colour))
    codes.append(shades.code(tone.back or usual.back, ground=True))
    return f"\x1b[0;{';'.join(codes)}m"


def _write(text: str) -> None:
    """Where the toolkit writes."""
    if sys.__stderr__ is not None:
        write_all(sys.__stderr__, text)
        sys.__stderr__.flush()


def write_all(file: TextIO, text: str) -> None:
    """Where Python keeps no buffer (PYTHONUNBUFFERED) a write that is interrupted gives up the rest."""
    data = text.encode(file.encoding, file.errors or "strict")
    while data:
        data = data[file.buffer.write(data) :]
