"""Paints a screen of the console as a PNG, one cell at a time: fonts and SVG renderers do not agree about widths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.segment import Segment
from signs import BEND, HIGH, MARGIN, SIZE, WIDE, Look, bend, boxes, inked, is_drawn, look_of, rgb

from lexiconsole.views.cells import cell_width

__all__ = ["few_colours", "paint", "save_moving"]


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
            look = look_of(segment.style, rgb(ground), rgb(text))
            for sign in segment.text:
                _cell(pen, MARGIN + column * WIDE, MARGIN + row * HIGH, sign, look)
                column += cell_width(sign)
    return image


def _cell(pen: ImageDraw.ImageDraw, x: int, y: int, sign: str, look: Look) -> None:
    wide = WIDE * max(1, cell_width(sign))
    pen.rectangle((x, y, x + wide - 1, y + HIGH - 1), fill=look.ground)
    if is_drawn(sign):
        for left, up, right, down in boxes(sign):
            pen.rectangle((x + left, y + up, x + right - 1, y + down - 1), fill=inked(sign, look))
        bent = bend(sign)
        if bent is not None:
            middle, centre, start = x + bent[0], y + bent[1], bent[2]
            around = (middle - BEND, centre - BEND, middle + BEND, centre + BEND)
            pen.arc(around, start, start + 90, fill=look.ink, width=2)
    elif sign.strip():
        pen.text((x, y + 1), sign, font=_font(bold=look.bold, italic=look.italic), fill=look.ink)
    if look.underline:
        pen.line((x, y + HIGH - 3, x + wide - 1, y + HIGH - 3), fill=look.ink)


@cache
def _font(*, bold: bool, italic: bool) -> ImageFont.FreeTypeFont:
    kind = {(False, False): "", (True, False): "-Bold", (False, True): "-Oblique", (True, True): "-BoldOblique"}
    return ImageFont.truetype(f"DejaVuSansMono{kind[bold, italic]}.ttf", SIZE)
