"""Shades: how a terminal is told of a colour, by how many it shows, before the toolkit is there to do it; the same as it does."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Depth", "Shades", "shades_of"]


class Depth(IntEnum):
    """How many colours there are; numbered as by the toolkit."""

    SIXTEEN = 1
    MANY = 2
    ALL = 3


_DEPTHS = {"256color": Depth.MANY, "kitty": Depth.MANY}
"""By the end of the terminal's name."""

_LIGHT = 0.2126, 0.7152, 0.0722
"""How much of what is seen as light each part of a colour has."""


class Shades(NamedTuple):
    """`colourless`: greys of the same lightness stand for colours."""

    depth: Depth
    colourless: bool = False

    def code(self, colour: str, *, ground: bool = False) -> str:
        """Of a `#rrggbb`, what is written between `ESC [` and `m`."""
        return _code(self, colour, ground=ground)


def shades_of(environment: Mapping[str, str]) -> Shades | None:
    """What the toolkit will find out about the terminal; None where it will do otherwise than is known here."""
    if any(name.startswith("TEXTUAL") for name in environment):
        return None
    term, colourless = environment.get("TERM", "").strip().lower(), "NO_COLOR" in environment
    if term in {"dumb", "unknown"}:
        return None
    if environment.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return Shades(Depth.ALL, colourless)
    return Shades(_DEPTHS.get(term.rpartition("-")[2], Depth.SIXTEEN), colourless)


@lru_cache(maxsize=256)
def _code(shades: Shades, colour: str, *, ground: bool) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    if shades.colourless:
        red = green = blue = round(red * _LIGHT[0] + green * _LIGHT[1] + blue * _LIGHT[2])
    if shades.depth is Depth.ALL:
        return f"{48 if ground else 38};2;{red};{green};{blue}"
    from rich.color import Color, ColorSystem  # the part of the toolkit that knows which colour is the nearest: 5 ms

    nearest = Color.from_rgb(red, green, blue).downgrade(ColorSystem(int(shades.depth)))
    return ";".join(nearest.get_ansi_codes(foreground=not ground))
