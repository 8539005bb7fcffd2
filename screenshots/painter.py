"""Paints a screen of the console as a PNG, one cell at a time: fonts and SVG renderers do not agree about widths.

Lines and blocks are drawn, not taken from the font, so that they join from cell to cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from lexiconsole.views.cells import cell_width

__all__ = ["few_colours", "paint", "save_moving"]

SIZE, MARGIN = 20, 10
WIDE, HIGH = 12, 25

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
    **dict(zip("╭╮╰╯", ((0, 0, 1, 1), (1, 0, 0, 1), (0, 1, 1, 0), (1, 1, 0, 0)), strict=True)),
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
    "▐": (0.5, 0.0, 1.0, 1.0),
    "▀": (0.0, 0.0, 1.0, 0.5),
    "▔": (0.0, 0.0, 1.0, 0.125),
    "▕": (0.875, 0.0, 1.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class _Look:
    ink: tuple[int, int, int]
    ground: tuple[int, int, int]
    bold: bool
    italic: bool
    underline: bool


def few_colours(image: Image.Image) -> Image.Image:
    """A third of the size: the colours that are met most stay what they are, the edges of letters go to the nearest."""
    counted = sorted(image.getcolors(1 << 24) or [], reverse=True)[:256]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in counted for part in colour])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def save_moving(frames: Sequence[Image.Image], file: Path, milliseconds: int) -> None:
    """An animated PNG that runs for ever; its last frame is held for three seconds."""
    first, *others = frames
    held = [milliseconds] * len(others) + [3_000]
    first.save(file, save_all=True, append_images=others, duration=held, loop=0, optimize=True)


def paint(lines: Sequence[Iterable[Segment]], columns: int, *, ground: str, text: str) -> Image.Image:
    """`lines` as Textual renders them; `ground` and `text` are the colours where a segment names none."""
    image = Image.new("RGB", (columns * WIDE + 2 * MARGIN, len(lines) * HIGH + 2 * MARGIN), ground)
    pen = ImageDraw.Draw(image)
    for row, segments in enumerate(lines):
        column = 0
        for segment in segments:
            if segment.control:
                continue
            look = _look(segment.style or Style.null(), _rgb(ground), _rgb(text))
            for sign in segment.text:
                _cell(pen, MARGIN + column * WIDE, MARGIN + row * HIGH, sign, look)
                column += cell_width(sign)
    return image


def _look(style: Style, ground: tuple[int, int, int], text: tuple[int, int, int]) -> _Look:
    ink, back = _colour(style.color, text), _colour(style.bgcolor, ground)
    if style.reverse:
        ink, back = back, ink
    if style.dim:
        ink = _mix(ink, back, 0.45)
    return _Look(ink, back, bool(style.bold), bool(style.italic), bool(style.underline))


def _cell(pen: ImageDraw.ImageDraw, x: int, y: int, sign: str, look: _Look) -> None:
    wide = WIDE * max(1, cell_width(sign))
    pen.rectangle((x, y, x + wide - 1, y + HIGH - 1), fill=look.ground)
    if sign in _ARMS:
        _strokes(pen, x, y, sign, look)
    elif sign in _BLOCKS:
        left, up, right, down = _BLOCKS[sign]
        box = (x + round(left * WIDE), y + round(up * HIGH), x + round(right * WIDE) - 1, y + round(down * HIGH) - 1)
        pen.rectangle(box, fill=look.ink)
    elif sign in _SHADES:
        pen.rectangle((x, y, x + wide - 1, y + HIGH - 1), fill=_mix(look.ground, look.ink, _SHADES[sign]))
    elif sign.strip():
        pen.text((x, y + 1), sign, font=_font(bold=look.bold, italic=look.italic), fill=look.ink)
    if look.underline:
        pen.line((x, y + HIGH - 3, x + wide - 1, y + HIGH - 3), fill=look.ink)


def _strokes(pen: ImageDraw.ImageDraw, x: int, y: int, sign: str, look: _Look) -> None:
    middle, centre = x + WIDE // 2 - 1, y + HIGH // 2 - 1
    if sign in "╭╮╰╯":
        _round(pen, x, y, sign, look)
        return
    left, up, right, down = _ARMS[sign]
    reach = {_DOUBLE: 3, _HEAVY: 2}.get(max(left, up, right, down), 1)
    for weight, (x0, x1) in ((left, (x, middle + reach)), (right, (middle - reach + 1, x + WIDE - 1))):
        for offset, thick in _pens(weight):
            for begin, end in _parts(x0, x1, _DASHES.get(sign, 0)):
                pen.rectangle((begin, centre + offset, end, centre + offset + thick - 1), fill=look.ink)
    for weight, (y0, y1) in ((up, (y, centre + reach)), (down, (centre - reach + 1, y + HIGH - 1))):
        for offset, thick in _pens(weight):
            for begin, end in _parts(y0, y1, _DASHES.get(sign, 0)):
                pen.rectangle((middle + offset, begin, middle + offset + thick - 1, end), fill=look.ink)


def _pens(weight: int) -> tuple[tuple[int, int], ...]:
    """Where each line of a stroke is beside the middle, and how thick it is."""
    return {_NONE: (), _THIN: ((0, 2),), _HEAVY: ((-1, 4),), _DOUBLE: ((-2, 2), (2, 2))}[weight]


def _parts(begin: int, end: int, dashes: int) -> list[tuple[int, int]]:
    if not dashes:
        return [(begin, end)]
    step = (end - begin + 1) / max(1, dashes // 2)
    return [(round(begin + n * step), round(begin + (n + 0.55) * step)) for n in range(max(1, dashes // 2))]


def _round(pen: ImageDraw.ImageDraw, x: int, y: int, sign: str, look: _Look) -> None:
    middle, centre, bend = x + WIDE // 2 - 1, y + HIGH // 2 - 1, 5
    right, down = sign in "╭╰", sign in "╭╮"
    corner_x = middle + bend if right else middle - bend + 1
    corner_y = centre + bend if down else centre - bend + 1
    start = {"╭": 180, "╮": 270, "╯": 0, "╰": 90}[sign]
    box = (corner_x - bend, corner_y - bend, corner_x + bend, corner_y + bend)
    pen.arc(box, start, start + 90, fill=look.ink, width=2)
    across = (corner_x, x + WIDE - 1) if right else (x, corner_x)
    along = (corner_y, y + HIGH - 1) if down else (y, corner_y)
    pen.rectangle((across[0], centre, across[1], centre + 1), fill=look.ink)
    pen.rectangle((middle, along[0], middle + 1, along[1]), fill=look.ink)


@cache
def _font(*, bold: bool, italic: bool) -> ImageFont.FreeTypeFont:
    kind = {(False, False): "", (True, False): "-Bold", (False, True): "-Oblique", (True, True): "-BoldOblique"}
    return ImageFont.truetype(f"DejaVuSansMono{kind[bold, italic]}.ttf", SIZE)


def _colour(colour: Color | None, otherwise: tuple[int, int, int]) -> tuple[int, int, int]:
    return tuple(colour.get_truecolor()) if colour is not None and not colour.is_default else otherwise


def _rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _mix(one: tuple[int, int, int], other: tuple[int, int, int], part: float) -> tuple[int, int, int]:
    """`one` with `part` of the other in it."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue
