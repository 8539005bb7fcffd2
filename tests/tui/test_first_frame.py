"""The first frame, which stands before the toolkit is loaded: what it shows the console shows in the same cells."""

from __future__ import annotations

import dataclasses
import os
import pty
import select
import shutil
import sys
import termios
import threading

import pyte
import pytest
from pyte.screens import Char
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual.filter import monochrome_style
from textual.strip import Strip

from lexiconsole.app.look import Look
from lexiconsole.tui.ahead import ahead, escaped, size_of
from lexiconsole.tui.app import ConsoleApp
from lexiconsole.tui.drawing import width_of
from lexiconsole.tui.first_frame import first_frame
from lexiconsole.tui.glyphs import ASCII, UNICODE
from lexiconsole.tui.palettes import palette_of
from lexiconsole.tui.shades import Depth, Shades, shades_of
from lexiconsole.tui.theme import THEMES
from lexiconsole.types import RunStatus
from lexiconsole.views.board import AT_FIRST, read_board
from lexiconsole.views.run_filter import Filter
from tests.tui.making import BUSY_DAY, NOW, StillVitals, Story, completed, console, failed, write

LONG_DAY = (
    *BUSY_DAY,
    *(Story(f"a-long-name-{n:03}", failed(), ago=9000 + n) for n in range(60)),
    Story("短い", completed()),
)
ALL, MANY, SIXTEEN = {"COLORTERM": "truecolor"}, {"TERM": "tmux-256color"}, {"TERM": "xterm"}
GREYS = {"NO_COLOR": "1"}
CASES = [
    ((120, 36), "dark", False, ALL),
    ((80, 24), "light", True, MANY),
    ((200, 50), "contrast", False, SIXTEEN),
    ((100, 31), "light", False, ALL | GREYS),
    ((60, 20), "dark", True, SIXTEEN | GREYS),
    ((40, 10), "contrast", False, MANY | GREYS),
    ((161, 30), "dark", False, MANY),
]


class Face:
    def __init__(self, theme: str, *, ascii_only: bool = False, colourless: bool = False) -> None:
        self.palette = palette_of(theme, colourless=colourless)
        self.glyphs = ASCII if ascii_only else UNICODE

    def now(self) -> float:
        return NOW


def seen_on(size: tuple[int, int], written: str) -> pyte.Screen:
    screen = pyte.Screen(*size)
    pyte.Stream(screen).feed(written)
    return screen


def written_by(app: ConsoleApp) -> str:
    """As the toolkit writes it, but for what it remembers of a style from a terminal with other colours."""
    system = app.console._color_system
    return "".join(
        f"\x1b[{y};1H" + "".join(f"\x1b[{Strip.render_ansi(style, system)}m{text}\x1b[0m" for text, style, _ in strip)
        for y, strip in enumerate(app.screen._compositor.render_strips(), 1)
    )


@pytest.mark.parametrize(("size", "theme", "ascii_only", "environment"), CASES)
async def test_what_stands_first_stays_where_it_stands(
    root, store, plain_terminal, monkeypatch, size, theme, ascii_only, environment
):
    """Cell by cell, in the colours of the terminal; what it left blank may be filled in."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    firsts = []
    display = ConsoleApp._display

    def seen(app, screen, update):
        if update is not None and not firsts:
            firsts.append(seen_on(size, written_by(app)))
        display(app, screen, update)

    monkeypatch.setattr(ConsoleApp, "_display", seen)
    monkeypatch.setattr("lexiconsole.tui.screens.dashboard._BLANK", 60.0)
    await write(store, LONG_DAY if size[0] != 100 else BUSY_DAY)
    look = Look(store)
    face = Face(theme, ascii_only=ascii_only, colourless="NO_COLOR" in environment)
    board = read_board(look, Filter().query((), NOW), 0, AT_FIRST)
    look.close()
    vitals = StillVitals()
    vitals.counts = board.counts  # as they are handed over with the frame
    async with console(root, size, ascii_only=ascii_only, looks={"theme": theme}, vitals=vitals):
        pass
    frame = first_frame(board, *size, face)
    assert {width_of(line) for line in frame} == {size[0]}
    here, there = seen_on(size, escaped(frame, face, shades_of(os.environ))), firsts[0]
    pairs = (((x, y), here.buffer[y][x], there.buffer[y][x]) for y in range(len(frame)) for x in range(size[0]))
    differing = [(at, ours, theirs) for at, ours, theirs in pairs if ours != theirs and not left_blank(ours, theirs)]
    assert differing[:5] == [], "\n".join(there.display)


def left_blank(ours: Char, theirs: Char) -> bool:
    return ours.data == " " and (theirs.data != " " or ours.bg == theirs.bg)


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("colourless", [False, True])
@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_is_told_as_the_toolkit_tells_it(theme, colourless, depth):
    palette = palette_of(theme, colourless=colourless)
    named = [value for value in dataclasses.astuple(palette) if isinstance(value, str)]
    for colour in (*named, *palette.states.values()):
        style = Style(color=colour, bgcolor=colour)
        style = monochrome_style(style) if colourless else style
        told = Strip.render_ansi(style, ColorSystem(depth.value))
        shades = Shades(depth, colourless)
        assert f"{shades.code(colour)};{shades.code(colour, ground=True)}" == told


@pytest.mark.parametrize(
    "term", ["xterm", "xterm-256color", "tmux-256color", "xterm-kitty", "linux-16color", "", "ansi"]
)
@pytest.mark.parametrize("colorterm", ["", "truecolor", " 24Bit ", "yes"])
def test_how_many_colours_there_are_is_found_out_as_by_the_toolkit(term, colorterm):
    environment = {"TERM": term, "COLORTERM": colorterm}
    console = Console(color_system="auto", force_terminal=True, _environ=environment)
    assert shades_of(environment) == (console._color_system.value, False)
    assert shades_of(environment | {"NO_COLOR": ""}) == (console._color_system.value, True)


@pytest.mark.parametrize("told", [{}, {"COLUMNS": "70"}, {"LINES": "20", "COLUMNS": "0"}, {"LINES": "many"}])
def test_a_size_that_is_told_is_taken(told, monkeypatch, plain_terminal):
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((80, 24)))
    assert size_of(told, (80, 24)) == shutil.get_terminal_size()
    assert size_of(told | {"COLUMNS": "81"}, (80, 24)) is None, "its lines would break"


@pytest.fixture
def plain_terminal(monkeypatch):
    """Nothing is said of it."""
    told = [name for name in os.environ if name.startswith(("TEXTUAL", "FORCE_COLOR", "TTY_"))]
    for name in (*told, "NO_COLOR", "COLUMNS", "LINES", "COLORTERM", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def terminal(monkeypatch, plain_terminal):
    """A terminal that is this process's: its outer end, and the one where keys come from."""
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
    seen = []

    def fails() -> None:
        with ahead(look, Face("dark"), readonly=False) as standing:
            assert standing is not None
            assert standing.stands
            assert standing.counts[RunStatus.FAILED] == 3
            seen.append(shown_on(outer, "2 Runs  12"))
            os.write(outer, b"x")
            assert select.select([inner], [], [], 20.0)[0], "it is kept for who reads keys"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    look.close()
    assert termios.tcgetattr(inner) == modes
    seen.append(shown_on(outer, "\x1b[?1049l"))
    assert "".join(seen).endswith("\x1b[0m\x1b[0m\x1b[?25h\x1b[?1049l"), "no key was shown on it"


@pytest.mark.parametrize("why", [{"TERM": "dumb"}, {"COLUMNS": "100"}, {"LINES": "25"}, {"TEXTUAL_DRIVER": "x"}])
async def test_nothing_is_painted_ahead_that_would_look_otherwise_later(root, store, terminal, monkeypatch, why):
    await write(store, BUSY_DAY)
    for name, value in why.items():
        monkeypatch.setenv(name, value)
    look = Look(store)
    with ahead(look, Face("dark"), readonly=False) as standing:
        assert standing is None
    look.close()


@pytest.mark.parametrize("late", [False, True], ids=["while the toolkit is loaded", "after it was"])
async def test_runs_that_are_not_read_at_once_are_painted_when_they_are_if_it_is_not_too_late(
    root, store, terminal, monkeypatch, late
):
    """Their file may have to come from a slow disk."""
    await write(store, BUSY_DAY)
    outer, _ = terminal
    gate = threading.Event()
    monkeypatch.setattr("lexiconsole.tui.ahead.read_board", lambda *terms: gate.wait(20) and read_board(*terms))
    monkeypatch.setattr("lexiconsole.tui.ahead._PATIENCE", 0.0)
    look = Look(store)
    with ahead(look, Face("dark"), readonly=False) as standing:
        assert standing is not None
        assert not standing.stands
        assert not (late and standing.hand_over()), "there is nothing to go on from"
        gate.set()
        reader = next(thread for thread in threading.enumerate() if thread.name == "ahead")
        if not late:
            shown_on(outer, "2 Runs  12")
        reader.join(20)
        assert standing.stands is not late
    assert select.select([outer], [], [], 0)[0] == ([] if late else [outer]), "it was taken down, if it stood"
    look.close()
