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
from typing import TYPE_CHECKING

from lexiconsole.tui.drawing import Tone
from lexiconsole.tui.first_frame import Drawing, first_frame
from lexiconsole.tui.plain import plain
from lexiconsole.views.board import AT_FIRST, read_board
from lexiconsole.views.run_filter import Filter

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.tui.run_row import Face
    from lexiconsole.types import RunStatus
    from lexiconsole.views.board import Board

__all__ = ["ALTERNATE", "Ahead", "ahead", "shows_it_alike"]

ALTERNATE = "\x1b[?1049h"
"""Begins the alternate screen; sent there once more it empties it, on some terminals."""

_HIDDEN, _LEFT = "\x1b[?25l", "\x1b[0m\x1b[?25h\x1b[?1049l"
"""The cursor; and everything as it was."""

_PATIENCE = 0.15
"""Seconds that the runs are waited for: a file that is not in memory is read while the toolkit is loaded."""

_INPUT, _LOCAL, _SIGNS = 0, 3, 6
"""Where the modes of input, of the terminal and its special letters are in what `tcgetattr` gives."""


class Ahead:
    """A frame that stands on the terminal. `counts` are those that it shows."""

    def __init__(self, counts: Mapping[RunStatus, int], terminal: int) -> None:
        self.counts = dict(counts)
        self._terminal, self._modes = terminal, termios.tcgetattr(terminal)
        self._held = True

    def paint(self, frame: str) -> None:
        """Escape sequences and all."""
        modes = termios.tcgetattr(self._terminal)
        modes[_INPUT] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        modes[_LOCAL] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)  # ctrl+c still interrupts
        modes[_SIGNS][termios.VSUSP] = b"\x00"
        termios.tcsetattr(self._terminal, termios.TCSANOW, modes)
        _write(f"{ALTERNATE}{_HIDDEN}{frame}")

    def hand_over(self) -> bool:
        """To whoever sets the terminal's modes next, from those it had at first; the frame stays. False when nobody holds it."""
        held, self._held = self._held, False
        if held:
            termios.tcsetattr(self._terminal, termios.TCSANOW, self._modes)
        return held

    def take_down(self) -> None:
        """Unless somebody took it over, the terminal is as it was."""
        if self.hand_over():
            _write(_LEFT)


@contextmanager
def ahead(look: Look | None, face: Face, *, readonly: bool) -> Iterator[Ahead | None]:
    """Paints the runs of a store, if they are there at once; None when nothing was painted."""
    terminal = _terminal()
    board = None if look is None or terminal is None else _read(look, face)
    if terminal is None or board is None:
        yield None
        return
    frame = first_frame(board, *os.get_terminal_size(terminal), face, readonly=readonly)
    if not frame:
        yield None
        return
    standing = Ahead(board.counts, terminal)
    try:
        standing.paint(_escaped(frame, face))
        yield standing
    finally:
        standing.take_down()


def _terminal() -> int | None:
    """Where keys come from, when what is drawn goes there too and looks there as the toolkit would have it."""
    streams = sys.__stdin__, sys.__stderr__
    if not shows_it_alike(os.environ) or not all(stream is not None and stream.isatty() for stream in streams):
        return None
    return None if sys.__stdin__ is None else sys.__stdin__.fileno()


def shows_it_alike(environment: Mapping[str, str]) -> bool:
    """Whether the toolkit would show the frame in these colours and in the terminal's own size."""
    told = any(name in environment for name in ("NO_COLOR", "COLUMNS", "LINES"))
    told = told or any(name.startswith("TEXTUAL") for name in environment)
    return not told and environment.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}


def _read(look: Look, face: Face) -> Board | None:
    found: list[Board] = []

    def read() -> None:
        try:
            found.append(read_board(look, Filter().query((), face.now()), 0, AT_FIRST))
        except Exception:  # whoever opens the workspace says what is wrong with it
            return

    reader = threading.Thread(target=read, name="ahead", daemon=True)
    reader.start()
    reader.join(_PATIENCE)
    return found[0] if found and found[0].total else None


def _escaped(frame: Drawing, face: Face) -> str:
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
                signs.append(_sequence(tone, usual))
                set_to = tone
            signs.append(shown(text))
    return "".join(signs) + "\x1b[0m"


@lru_cache(maxsize=256)
def _sequence(tone: Tone, usual: Tone) -> str:
    codes = [code for code, on in (("1", tone.bold), ("3", tone.italic), ("7", tone.reverse)) if on]
    colours = (("38", tone.colour or usual.colour), ("48", tone.back or usual.back))
    for kind, colour in colours:
        codes.append(f"{kind};2;" + ";".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)))
    return f"\x1b[0;{';'.join(codes)}m"


def _write(text: str) -> None:
    """Where the toolkit writes."""
    if sys.__stderr__ is not None:
        sys.__stderr__.write(text)
        sys.__stderr__.flush()
