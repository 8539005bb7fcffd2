"""Colour and glyphs for one stream: what the terminal, its encoding and the user's wishes allow."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from lexiconsole.views.words import Look

__all__ = ["Paint", "paint_for"]

_SAMPLE = "◐✓«»≈‖├─→…"
_RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Paint:
    """`depth` is the number of colours as a power of two (0 none, 4, 8 or 24 bits); `ascii_only` forbids glyphs."""

    depth: int = 0
    ascii_only: bool = False

    def look(self, look: Look, *, word: bool = False) -> str:
        """The state's glyph in its colour, followed by its word if wanted."""
        mark = look.mark(self.ascii_only)
        return self.text(f"{mark} {look.word}" if word else mark, look.colour)

    def text(self, text: str, colour: str) -> str:
        """The text in `#rrggbb`, as near as the terminal comes to it."""
        return f"\x1b[{_foreground(colour, self.depth)}m{text}{_RESET}" if self.depth and text else text

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}{_RESET}" if self.depth and text else text

    def plain(self, text: str) -> str:
        """Text with the few drawing signs that we add ourselves replaced, where only ASCII can be shown."""
        return text.translate(_PLAIN) if self.ascii_only else text


_PLAIN = str.maketrans({"…": "...", "→": "->", "•": "*", "─": "-", "│": "|", "·": "-"})


def paint_for(stream: TextIO, environment: Mapping[str, str] = os.environ, *, ascii_only: bool = False) -> Paint:
    """NO_COLOR (any value) and TERM=dumb switch colour off, FORCE_COLOR switches it on where there is no terminal."""
    ascii_only = ascii_only or not _draws_glyphs(stream)
    wanted = bool(environment.get("FORCE_COLOR")) or stream.isatty()
    if not wanted or "NO_COLOR" in environment or environment.get("TERM") == "dumb":
        return Paint(0, ascii_only)
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Paint(24, ascii_only)
    return Paint(8 if "256" in environment.get("TERM", "") else 4, ascii_only)


def _draws_glyphs(stream: TextIO) -> bool:
    try:
        _SAMPLE.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _foreground(colour: str, depth: int) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    if depth == 24:
        return f"38;2;{red};{green};{blue}"
    if depth == 8:
        steps = [round(part / 255 * 5) for part in (red, green, blue)]
        return f"38;5;{16 + 36 * steps[0] + 6 * steps[1] + steps[2]}"
    nearest = min(
        _SIXTEEN, key=lambda code: sum((a - b) ** 2 for a, b in zip(_SIXTEEN[code], (red, green, blue), strict=True))
    )
    return str(nearest)


_SIXTEEN = {
    31: (205, 60, 40),
    32: (60, 190, 90),
    33: (225, 210, 60),
    34: (60, 90, 220),
    35: (150, 110, 240),
    36: (60, 190, 240),
    90: (130, 136, 146),
}
"""What the plain colours look like on usual terminals, roughly; only the ones that our states use."""
