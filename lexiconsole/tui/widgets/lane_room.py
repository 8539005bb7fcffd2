"""How a saga's lanes share their room: columns, lines a step, lines above the first one."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WIDE", "Columns", "lines_above", "rows_per_step"]

WIDE, _NARROW, _TIGHT = 92, 70, 50
"""Cells from which keys are written out, below which room is saved, and below which there is none for what took effect."""

_LOW = 5
"""Lines below which the lanes go without their names."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the middle begins and ends, and where the rail of the way back is."""

    width: int
    middle: int
    end: int

    @property
    def back(self) -> int:
        return self.end + 4

    @classmethod
    def of(cls, width: int, name: int) -> Columns:
        """For names of up to so many cells: what does not change while the saga goes on."""
        if width >= WIDE:
            left, middle = max(34, width * 32 // 100), max(26, width * 30 // 100)
            return cls(width, left, left + middle)
        if width < _NARROW:
            left, right = min(width // 2, name + 9), min(width // 2, name + 20)
            return cls(width, left, left if width < _TIGHT else width - right)
        left = max(20, min(width * 34 // 100, name + 12))
        end = width - max(28, min(width * 38 // 100, name + 22))
        return cls(width, left, max(left + 6, end))


def lines_above(steps: int, height: int) -> int:
    """Of the lanes' names, and the free one below them: where steps would be pushed out they go first."""
    return 2 if steps + 2 <= height else 1 if height >= _LOW else 0


def rows_per_step(steps: int, height: int) -> int:
    """Three lines for a step where they fit, else two or one."""
    room = height - lines_above(steps, height)
    return next((per for per in (4, 3, 2) if (steps - 1) * per + 2 <= room), 1)
