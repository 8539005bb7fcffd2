"""Draws a screen of the console as an SVG of the same cells as its PNG.

Every word begins in its column and is as wide as its letters, whatever font the reader's machine has; lines and blocks are
shapes. Textual's own picture asks a server for a font, and its lines have gaps between the rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape

from rich.segment import Segment
from signs import HIGH, MARGIN, SIZE, WIDE, Box, Look, bend, boxes, hexed, inked, is_drawn, look_of, rgb

from lexiconsole.views.cells import cell_width

__all__ = ["drawn"]

_FONTS = "'DejaVu Sans Mono', Menlo, Consolas, monospace"
_BASE = 20
"""Where letters stand in a row."""

_WORD = re.compile(r"\S+")
_RADIUS = 4.5
_TURNED = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
"""For each beginning of a quarter of a circle where it begins and ends, in radii from its middle."""


class _Sheet:
    def __init__(self) -> None:
        self.boxes: dict[str, list[Box]] = defaultdict(list)
        self.grounds: dict[str, list[Box]] = defaultdict(list)
        self.bends: dict[str, list[str]] = defaultdict(list)
        self.words: dict[str, list[str]] = defaultdict(list)

    def segment(self, text: str, x: int, y: int, look: Look, ground: str) -> int:
        """Where the next one begins."""
        wide = WIDE * sum(map(cell_width, text))
        if hexed(look.ground) != ground:
            self.grounds[hexed(look.ground)].append((x, y, x + wide, y + HIGH))
        if look.underline:
            self.boxes[hexed(look.ink)].append((x, y + HIGH - 3, x + wide, y + HIGH - 2))
        at = x
        letters = []
        for sign in text:
            if is_drawn(sign):
                self._shape(sign, at, y, look)
            letters.append(" " if is_drawn(sign) else sign)
            at += WIDE * cell_width(sign)
        self._letters("".join(letters), x, y, look)
        return at

    def _shape(self, sign: str, x: int, y: int, look: Look) -> None:
        ink = hexed(inked(sign, look))
        self.boxes[ink] += [(x + left, y + up, x + right, y + down) for left, up, right, down in boxes(sign)]
        bent = bend(sign)
        if bent is not None:
            middle, centre, (x0, y0, x1, y1) = x + bent[0] + 0.5, y + bent[1] + 0.5, _TURNED[bent[2]]
            begin = f"{middle + _RADIUS * x0:g} {centre + _RADIUS * y0:g}"
            way = f"{_RADIUS * (x1 - x0):g} {_RADIUS * (y1 - y0):g}"
            self.bends[ink].append(f"M{begin}a{_RADIUS} {_RADIUS} 0 0 1 {way}")

    def _letters(self, text: str, x: int, y: int, look: Look) -> None:
        for found in _WORD.finditer(text):
            word, before = found.group(), sum(map(cell_width, text[: found.start()]))
            wide = WIDE * sum(map(cell_width, word))
            length = f' textLength="{wide}"' if len(word) > 1 else ""
            said = f'<text x="{x + WIDE * before}" y="{y + _BASE}"{length}>{escape(word, quote=False)}</text>'
            self.words[_face(look)].append(said)


def drawn(lines: Sequence[Iterable[Segment]], columns: int, *, ground: str, text: str, title: str) -> str:
    """`lines` as Textual renders them; `ground` and `text` are the colours where a segment names none."""
    sheet = _Sheet()
    for row, segments in enumerate(lines):
        at = MARGIN
        for segment in segments:
            if not segment.control:
                look = look_of(segment.style, rgb(ground), rgb(text))
                at = sheet.segment(segment.text, at, MARGIN + row * HIGH, look, ground)
    size = columns * WIDE + 2 * MARGIN, len(lines) * HIGH + 2 * MARGIN
    return "\n".join([*_head(size, ground, title), *_body(sheet), "</svg>", ""])


def _head(size: tuple[int, int], ground: str, title: str) -> list[str]:
    wide, high = size
    named = f'role="img" aria-label="{escape(title)}"'
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" {named}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{wide}" height="{high}" fill="{ground}"/>',
    ]


def _body(sheet: _Sheet) -> list[str]:
    said = ['<g shape-rendering="crispEdges">']
    said += [
        f'<path fill="{colour}" d="{_path(found)}"/>' for colour, found in (*_all(sheet.grounds), *_all(sheet.boxes))
    ]
    said.append('</g>\n<g fill="none" stroke-width="2">')
    said += [f'<path stroke="{colour}" d="{"".join(found)}"/>' for colour, found in sheet.bends.items()]
    said.append(f'</g>\n<g font-family="{_FONTS}" font-size="{SIZE}">')
    for face, words in sheet.words.items():
        said += [f"<g {face}>", *words, "</g>"]
    return [*said, "</g>"]


def _all(sheets: dict[str, list[Box]]) -> list[tuple[str, list[Box]]]:
    return [(colour, _joined(found)) for colour, found in sheets.items()]


def _joined(found: Iterable[Box]) -> list[Box]:
    """Those that touch as one: across first, then along."""
    across: list[Box] = []
    for box in sorted(found, key=lambda box: (box[1], box[3], box[0])):
        last = across[-1] if across else None
        if last is not None and (last[1], last[3]) == (box[1], box[3]) and box[0] <= last[2]:
            across[-1] = (last[0], last[1], max(last[2], box[2]), last[3])
        else:
            across.append(box)
    along: list[Box] = []
    for box in sorted(across, key=lambda box: (box[0], box[2], box[1])):
        last = along[-1] if along else None
        if last is not None and (last[0], last[2]) == (box[0], box[2]) and box[1] <= last[3]:
            along[-1] = (last[0], last[1], last[2], max(last[3], box[3]))
        else:
            along.append(box)
    return along


def _path(found: Iterable[Box]) -> str:
    return "".join(f"M{left} {up}H{right}V{down}H{left}z" for left, up, right, down in found)


def _face(look: Look) -> str:
    bold = ' font-weight="bold"' if look.bold else ""
    italic = ' font-style="italic"' if look.italic else ""
    return f'fill="{hexed(look.ink)}"{bold}{italic}'
