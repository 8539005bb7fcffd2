"""What lines and blocks look like in a cell, as boxes and bends: drawn, not taken from a font, they join from cell to cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rich.color import Color
from rich.style import Style

__all__ = [
    "BEND",
    "HIGH",
    "MARGIN",
    "SIZE",
    "WIDE",
    "Box",
    "Look",
    "bend",
    "boxes",
    "hexed",
    "inked",
    "is_drawn",
    "look_of",
    "rgb",
]

SIZE, MARGIN = 20, 10
WIDE, HIGH = 12, 25
BEND = 5
"""How far from its middle line a bend begins."""

_MIDDLE, _CENTRE = WIDE // 2 - 1, HIGH // 2 - 1

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
"""Left, up, right, down; the last two are outside."""

_NONE, _THIN, _HEAVY, _DOUBLE = range(4)

# For each sign its strokes to the left, up, right and down.
_ARMS = {
    **dict.fromkeys("─╌┄┈", (1, 0, 1, 0)),
    **dict.fromkeys("│╎┆┊", (0, 1, 0, 1)),
    **dict.fromkeys("━╍┅┉", (2, 0, 2, 0)),
    **dict.fromkeys("┃╏┇┋", (0, 2, 0, 2)),
    "═": (3, 0, 3, 0),
    "║": (0, 3, 0, 3),
    **dict(zip("┌┐└┘", ((0, 0, 1, 1), (1, 0, 0, 1), (0, 1, 1, 0), (1, 1, 0, 0)), strict=True)),
    **dict(zip("┏┓┗┛", ((0, 0, 2, 2), (2, 0, 0, 2), (0, 2, 2, 0), (2, 2, 0, 0)), strict=True)),
    **dict(zip("╔╗╚╝", ((0, 0, 3, 3), (3, 0, 0, 3), (0, 3, 3, 0), (3, 3, 0, 0)), strict=True)),
    **dict(zip("├┤┬┴┼", ((0, 1, 1, 1), (1, 1, 0, 1), (1, 0, 1, 1), (1, 1, 1, 0), (1, 1, 1, 1)), strict=True)),
    **dict(zip("┣┫┳┻╋", ((0, 2, 2, 2), (2, 2, 0, 2), (2, 0, 2, 2), (2, 2, 2, 0), (2, 2, 2, 2)), strict=True)),
    **dict(zip("╟╢", ((0, 3, 1, 3), (1, 3, 0, 3)), strict=True)),
    **dict(zip("╴╵╶╷", ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)), strict=True)),
}
_DASHES = {**dict.fromkeys("╌╎╍╏", 2), **dict.fromkeys("┄┆┅┇", 3), **dict.fromkeys("┈┊┉┋", 4)}
_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
_BLOCKS = {
    **{sign: (0.0, 1 - (n + 1) / 8, 1.0, 1.0) for n, sign in enumerate("▁▂▃▄▅▆▇█")},
    **{sign: (0.0, 0.0, 1 - (n + 1) / 8, 1.0) for n, sign in enumerate("▉▊▋▌▍▎▏")},
    **dict.fromkeys(_SHADES, (0.0, 0.0, 1.0, 1.0)),
    "▐": (0.5, 0.0, 1.0, 1.0),
    "▀": (0.0, 0.0, 1.0, 0.5),
    "▔": (0.0, 0.0, 1.0, 0.125),
    "▕": (0.875, 0.0, 1.0, 1.0),
}
_ROUND = {"╭": 180, "╮": 270, "╯": 0, "╰": 90}
"""Where the quarter of a circle begins, in degrees clockwise from three o'clock."""


@dataclass(frozen=True, slots=True)
class Look:
    ink: Colour
    ground: Colour
    bold: bool
    italic: bool
    underline: bool


def look_of(style: Style | None, ground: Colour, text: Colour) -> Look:
    """`ground` and `text` are the colours where a style names none."""
    style = style or Style.null()
    ink, back = _colour(style.color, text), _colour(style.bgcolor, ground)
    if style.reverse:
        ink, back = back, ink
    if style.dim:
        ink = _mix(ink, back, 0.45)
    return Look(ink, back, bool(style.bold), bool(style.italic), bool(style.underline))


def is_drawn(sign: str) -> bool:
    return sign in _ARMS or sign in _BLOCKS or sign in _ROUND


def inked(sign: str, look: Look) -> Colour:
    """A shade is somewhere between its ground and its ink."""
    return _mix(look.ground, look.ink, _SHADES[sign]) if sign in _SHADES else look.ink


@cache
def bend(sign: str) -> tuple[int, int, int] | None:
    """Of a round corner the middle of its quarter of a circle, and the angle at which that begins."""
    if sign not in _ROUND:
        return None
    right, down = sign in "╭╰", sign in "╭╮"
    return (
        _MIDDLE + BEND if right else _MIDDLE - BEND + 1,
        _CENTRE + BEND if down else _CENTRE - BEND + 1,
        _ROUND[sign],
    )


@cache
def boxes(sign: str) -> tuple[Box, ...]:
    """Everything of the sign that is straight."""
    if sign in _BLOCKS:
        left, up, right, down = _BLOCKS[sign]
        return ((round(left * WIDE), round(up * HIGH), round(right * WIDE), round(down * HIGH)),)
    bent = bend(sign)
    if bent is not None:
        x, y, _ = bent
        across = (x, WIDE) if sign in "╭╰" else (0, x + 1)
        along = (y, HIGH) if sign in "╭╮" else (0, y + 1)
        return ((across[0], _CENTRE, across[1], _CENTRE + 2), (_MIDDLE, along[0], _MIDDLE + 2, along[1]))
    return tuple(_strokes(sign))


def _strokes(sign: str) -> Iterator[Box]:
    left, up, right, down = _ARMS[sign]
    reach = {_DOUBLE: 3, _HEAVY: 2}.get(max(left, up, right, down), 1)
    dashes = _DASHES.get(sign, 0)
    for weight, (x0, x1) in ((left, (0, _MIDDLE + reach)), (right, (_MIDDLE - reach + 1, WIDE - 1))):
        for offset, thick in _pens(weight):
            for begin, end in _parts(x0, x1, dashes):
                yield begin, _CENTRE + offset, end, _CENTRE + offset + thick
    for weight, (y0, y1) in ((up, (0, _CENTRE + reach)), (down, (_CENTRE - reach + 1, HIGH - 1))):
        for offset, thick in _pens(weight):
            for begin, end in _parts(y0, y1, dashes):
                yield _MIDDLE + offset, begin, _MIDDLE + offset + thick, end


def _pens(weight: int) -> tuple[tuple[int, int], ...]:
    """Where each line of a stroke is beside the middle, and how thick it is."""
    return {_NONE: (), _THIN: ((0, 2),), _HEAVY: ((-1, 4),), _DOUBLE: ((-2, 2), (2, 2))}[weight]


def _parts(begin: int, end: int, dashes: int) -> list[tuple[int, int]]:
    if not dashes:
        return [(begin, end + 1)]
    step = (end - begin + 1) / max(1, dashes // 2)
    return [(round(begin + n * step), round(begin + (n + 0.55) * step) + 1) for n in range(max(1, dashes // 2))]


def rgb(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def hexed(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _colour(colour: Color | None, otherwise: Colour) -> Colour:
    return tuple(colour.get_truecolor()) if colour is not None and not colour.is_default else otherwise


def _mix(one: Colour, other: Colour, part: float) -> Colour:
    """`one` with `part` of the other in it."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue
