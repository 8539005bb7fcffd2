"""Text measured in terminal cells: widths, cutting to a width, and columns that line up."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["cell_width", "columns", "cut", "fitting", "padded"]


def cell_width(text: str) -> int:
    """How many cells a terminal gives the text: two for wide letters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_cells(sign) for sign in text)


def fitting(text: str, width: int) -> int:
    """How many signs from the beginning of the text there is room for in `width` cells."""
    if text.isascii():
        return min(len(text), width)
    used = 0
    for place, sign in enumerate(text):
        used += _cells(sign)
        if used > width:
            return place
    return len(text)


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells; a cut one ends with `…`."""
    if cell_width(text) <= width:
        return text
    return f"{text[: fitting(text, width - 1)]}…" if width > 0 else ""


def padded(text: str, width: int) -> str:
    """The text followed by as many spaces as it takes to fill `width` cells."""
    return text + " " * (width - cell_width(text))


def columns(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Rows of equally many fields as lines whose fields start in the same cell; no spaces at the end."""
    if not rows:
        return []
    widths = [max(cell_width(field) for field in column) for column in zip(*rows, strict=True)]
    between = " " * gap
    return [
        between.join(padded(field, width) for field, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


@lru_cache(4096)
def _cells(sign: str) -> int:
    if unicodedata.combining(sign) or sign == "\u200d" or "\ufe00" <= sign <= "\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
