"""The first frame: the dashboard with its runs, drawn without a toolkit, which is half of what the first paint takes.

What it draws the console draws in the same cells, in the same colours; what it leaves blank the console fills in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeAlias

from lexiconsole.tui.drawing import Drawn, Said, Tone, laid, width_of
from lexiconsole.tui.header_words import GAP, counted, led_here
from lexiconsole.tui.keymap import with_keys
from lexiconsole.tui.run_row import Face, letters_of, run_lines, spans_of
from lexiconsole.tui.screens.dashboard_shape import (
    ENGINE,
    NEEDED_FIRST,
    OPENS_IT,
    WIDE,
    sides_of,
    title_of,
)
from lexiconsole.tui.widgets.spans import height_of, lines_of
from lexiconsole.views.cells import cut
from lexiconsole.views.durations import minute
from lexiconsole.views.words import FAINT

if TYPE_CHECKING:
    from lexiconsole.views.board import Board

__all__ = ["Drawing", "first_frame"]

_BLANK = Tone()
_LEAST = 40, 10
"""Columns and lines from which it is drawn at all."""

_ROUND, _HEAVY = tuple("╭─╮│╰╯"), tuple("┏━┓┃┗┛")
"""Corner, edge and corner of the top, the sides, the corners of the bottom."""

Drawing: TypeAlias = list[list[Said]]
"""Lines from the top, all of them equally wide, on the ground of the screen."""


def first_frame(board: Board, width: int, height: int, face: Face, *, readonly: bool = False) -> Drawing:
    """A screen of that size without the sentence and the keys at its bottom; of a tiny one nothing.
    `board` is the first stretch of its list.
    """
    if width < _LEAST[0] or height < _LEAST[1]:
        return []
    head = _head(board, width, face, readonly=readonly)
    foot = [_nothing(width), _nothing(width, face.palette.bar)]
    if width < WIDE:  # one pane, below the names of all
        return [head, _nothing(width), *_runs(board, width, height - 4, face), *foot]
    tall = height - 3
    left, right = sides_of(width)
    upper, lower = _shared(tall, 2, 3)
    inbox, incidents = _shared(tall - ENGINE, 3, 2)
    columns = (
        [*_pane(1, left, upper, face), *_pane(5, left, lower, face)],
        _runs(board, width - left - right, tall, face),
        [
            *_pane(3, right, inbox, face, with_keys(OPENS_IT)),
            *_pane(4, right, incidents, face),
            *_pane(6, right, ENGINE, face),
        ],
    )
    return [head, *(list(chain(*parts)) for parts in zip(*columns, strict=True)), *foot]


def _shared(lines: int, upper: int, lower: int) -> tuple[int, int]:
    """Lines, divided in that proportion."""
    first = lines * upper // (upper + lower)
    return first, lines - first


def _head(board: Board, width: int, face: Face, *, readonly: bool) -> list[Said]:
    left = led_here(("Dashboard",), face, readonly=readonly)
    right = counted(board.counts, minute(face.now()), face)
    fits = width_of(left) + width_of(right) + GAP <= width
    parts = laid(left, width, right, _BLANK) if fits else _nothing(width)
    return [(text, tone.on(face.palette.bar)) for text, tone in parts]


def _nothing(width: int, back: str = "") -> list[Said]:
    return [(" " * width, Tone(back=back))]


def _runs(board: Board, width: int, height: int, face: Face) -> Drawing:
    """The list has the focus, and its first run is selected."""
    colours = face.palette
    title = title_of(2, f"{board.total:,}"), Tone(colours.accent, bold=True)
    order = NEEDED_FIRST, Tone(colours.states.get(FAINT, FAINT))
    rows = islice(_rows(board, width - 2, height - 2, face), height - 2)
    return _box(_HEAVY, Tone(colours.accent), width, height, title, order, rows)


def _rows(board: Board, width: int, height: int, face: Face) -> Iterator[list[Said]]:
    spans = spans_of(board, height)
    bar = int(lines_of(spans) > height)  # the scroll bar is the console's
    room = width - bar
    letters = letters_of(board.rows, room)
    for number, row in enumerate(board.rows):
        how = Drawn(room, height_of(spans, number), selected=number == 0, marked=False, focused=True)
        for line in run_lines(row, how, face, letters=letters):
            parts = laid(line.left, room, line.right, _BLANK)
            yield [*((text, tone.on(line.back)) for text, tone in parts), (" " * bar, _BLANK)]


def _pane(number: int, width: int, height: int, face: Face, below: str = "") -> Drawing:
    """One of which nothing was read yet."""
    colours = face.palette
    title, sub = (title_of(number), Tone(colours.text)), (below, Tone(colours.states.get(FAINT, FAINT)))
    return _box(_ROUND, Tone(colours.line), width, height, title, sub, ())


def _box(
    signs: tuple[str, ...], edge: Tone, width: int, height: int, title: Said, below: Said, inside: Iterable[list[Said]]
) -> Drawing:
    room = width - 2
    title, below = ((cut(text, room - 4), tone) for text, tone in (title, below))
    left, across, right, side, low_left, low_right = signs
    wall = side, edge
    top = [(left + across, edge), *_label(title), (across * (room - 1 - _wide(title)) + right, edge)]
    bottom = [(low_left + across * (room - 1 - _wide(below)), edge), *_label(below), (across + low_right, edge)]
    lines = [[wall, *parts, wall] for parts in inside]
    empty = [[wall, *_nothing(room), wall]] * (height - 2 - len(lines))
    return [top, *lines, *empty, bottom]


def _label(label: Said) -> list[Said]:
    text, tone = label
    return [(f" {text} ", tone)] if text else []


def _wide(label: Said) -> int:
    return width_of(_label(label))
