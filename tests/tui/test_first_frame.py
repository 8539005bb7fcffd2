"""The first frame, which stands before the toolkit is loaded: what it shows the console shows in the same cells."""

from __future__ import annotations

import os
import pty
import select
import sys
import termios
import threading

import pytest
from rich.style import Style

from lexiconsole.app.look import Look
from lexiconsole.tui.ahead import ahead
from lexiconsole.tui.app import ConsoleApp
from lexiconsole.tui.drawing import Tone
from lexiconsole.tui.first_frame import first_frame
from lexiconsole.tui.glyphs import ASCII, UNICODE
from lexiconsole.tui.palettes import palette_of
from lexiconsole.tui.plain import plain
from lexiconsole.types import RunStatus
from lexiconsole.views.board import AT_FIRST, read_board
from lexiconsole.views.cells import cell_width
from lexiconsole.views.run_filter import Filter
from tests.tui.making import BUSY_DAY, NOW, StillVitals, Story, completed, console, failed, write

LONG_DAY = (
    *BUSY_DAY,
    *(Story(f"a-long-name-{n:03}", failed(), ago=9000 + n) for n in range(60)),
    Story("短い", completed()),
)
CASES = [
    ((120, 36), "dark", False),
    ((80, 24), "light", True),
    ((161, 50), "contrast", False),
    ((100, 31), "light", False),
    ((60, 20), "dark", True),
    ((40, 10), "contrast", False),
]


class Face:
    def __init__(self, theme: str, *, ascii_only: bool) -> None:
        self.palette, self.glyphs = palette_of(theme), ASCII if ascii_only else UNICODE

    def now(self) -> float:
        return NOW


def cells(text: str, look: tuple[object, ...]) -> list[tuple[str, tuple[object, ...]]]:
    return [(sign, look) for letter in text for sign in (letter, *[""] * (cell_width(letter) - 1))]


def look_of(style: Style | None) -> tuple[object, ...]:
    style = style or Style()
    colours = (None if colour is None else colour.get_truecolor().hex for colour in (style.color, style.bgcolor))
    return (*colours, bool(style.bold), bool(style.italic), bool(style.reverse))


def seen_as(tone: Tone, face: Face) -> tuple[object, ...]:
    return (tone.colour or face.palette.text, tone.back or face.palette.ground, tone.bold, tone.italic, tone.reverse)


def painted(app: ConsoleApp) -> list[list[tuple[str, tuple[object, ...]]]]:
    strips = app.screen._compositor.render_strips()
    return [[cell for text, style, _ in strip for cell in cells(text, look_of(style))] for strip in strips]


@pytest.mark.parametrize(("size", "theme", "ascii_only"), CASES)
async def test_what_stands_first_stays_where_it_stands(root, store, monkeypatch, size, theme, ascii_only):
    """Cell by cell, colours and all; what it left blank may be filled in."""
    firsts = []
    display = ConsoleApp._display

    def seen(app, screen, update):
        if update is not None and not firsts:
            firsts.append(painted(app))
        display(app, screen, update)

    monkeypatch.setattr(ConsoleApp, "_display", seen)
    monkeypatch.setattr("lexiconsole.tui.screens.dashboard._BLANK", 60.0)
    await write(store, LONG_DAY if size[0] != 100 else BUSY_DAY)
    look = Look(store)
    face = Face(theme, ascii_only=ascii_only)
    board = read_board(look, Filter().query((), NOW), 0, AT_FIRST)
    look.close()
    vitals = StillVitals()
    vitals.counts = board.counts  # as they are handed over with the frame
    async with console(root, size, ascii_only=ascii_only, looks={"theme": theme}, vitals=vitals):
        pass
    differing = []
    for y, parts in enumerate(first_frame(board, *size, face)):
        here = [
            cell for text, tone in parts for cell in cells(plain(text) if ascii_only else text, seen_as(tone, face))
        ]
        assert len(here) == size[0]
        for x, (ours, theirs) in enumerate(zip(here, firsts[0][y], strict=True)):
            blank = ours[0] == " " and (theirs[0] != " " or ours[1][1] == theirs[1][1])
            if ours != theirs and not blank:
                differing.append((x, y, ours, theirs))
    assert differing[:5] == [], "\n".join("".join(sign for sign, _ in line) for line in firsts[0])


@pytest.fixture
def terminal(monkeypatch):
    """A terminal that is this process's: its outer end, and the one where keys come from."""
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLORTERM", "truecolor")
    outer, inner = pty.openpty()
    termios.tcsetwinsize(inner, (24, 80))
    with os.fdopen(inner) as keys, os.fdopen(os.dup(inner), "w", encoding="utf-8") as shown:
        monkeypatch.setattr(sys, "__stdin__", keys)
        monkeypatch.setattr(sys, "__stderr__", shown)
        yield outer, inner
    os.close(outer)


def shown_on(outer: int, upto: str) -> str:
    """What the terminal got, up to these words at the latest."""
    got = b""
    while upto.encode() not in got:
        got += os.read(outer, 65536)
    return got.decode(errors="replace")


async def test_a_console_that_does_not_come_up_leaves_the_terminal_as_it_was(root, store, terminal):
    await write(store, BUSY_DAY)
    outer, inner = terminal
    modes = termios.tcgetattr(inner)
    look = Look(store)

    def fails() -> None:
        with ahead(look, Face("dark", ascii_only=False), readonly=False) as standing:
            assert standing is not None
            assert standing.counts[RunStatus.FAILED] == 3
            shown_on(outer, "2 Runs  12")
            os.write(outer, b"x")
            assert select.select([inner], [], [], 20.0)[0], "it is kept for who reads keys"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    look.close()
    assert termios.tcgetattr(inner) == modes
    assert shown_on(outer, "\x1b[?1049l").endswith("\x1b[0m\x1b[0m\x1b[?25h\x1b[?1049l"), "no key was shown on it"


@pytest.mark.parametrize("why", [{"NO_COLOR": "1"}, {"COLORTERM": ""}, {"COLUMNS": "100"}, {"TEXTUAL_DRIVER": "x"}])
async def test_nothing_is_painted_ahead_that_would_look_otherwise_later(root, store, terminal, monkeypatch, why):
    await write(store, BUSY_DAY)
    for name, value in why.items():
        monkeypatch.setenv(name, value)
    look = Look(store)
    with ahead(look, Face("dark", ascii_only=False), readonly=False) as standing:
        assert standing is None
    look.close()


async def test_a_store_that_can_not_be_read_at_once_is_not_waited_for(root, store, terminal, monkeypatch):
    """Its file may have to come from a slow disk; nothing is complained about here."""
    await write(store, BUSY_DAY)
    gate = threading.Event()
    monkeypatch.setattr("lexiconsole.tui.ahead.read_board", lambda *_: gate.wait(20))
    monkeypatch.setattr("lexiconsole.tui.ahead._PATIENCE", 0.0)
    look = Look(store)
    with ahead(look, Face("dark", ascii_only=False), readonly=False) as standing:
        assert standing is None
    gate.set()
    look.close()
