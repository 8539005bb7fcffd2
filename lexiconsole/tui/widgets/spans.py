"""Spans: where the rows of a list stand whose rows are not all equally high, without looking at each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Span", "at_line", "height_of", "lines_of", "top_of"]


@dataclass(frozen=True, slots=True)
class Span:
    """So many rows, each so many lines high."""

    rows: int
    height: int = 1


def lines_of(spans: Sequence[Span]) -> int:
    """Lines of the whole list."""
    return sum(span.rows * span.height for span in spans)


def top_of(spans: Sequence[Span], index: int) -> int:
    """The line on which a row begins."""
    top = 0
    for span in spans:
        if index < span.rows:
            return top + index * span.height
        top, index = top + span.rows * span.height, index - span.rows
    return top


def height_of(spans: Sequence[Span], index: int) -> int:
    """Lines of one row."""
    for span in spans:
        if index < span.rows:
            return span.height
        index -= span.rows
    return 1


def at_line(spans: Sequence[Span], place: int) -> tuple[int, int]:
    """The row that has a line, and which of its lines that is."""
    before = 0
    for span in spans:
        lines = span.rows * span.height
        if place < lines:
            index, part = divmod(place, span.height)
            return before + index, part
        place, before = place - lines, before + span.rows
    return max(0, before - 1), 0
