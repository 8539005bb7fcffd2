"""Ageing: whether times that are shown as ages read otherwise by now."""

from __future__ import annotations

from collections.abc import Iterable

from lexiconsole.types import Instant

__all__ = ["reading"]


def reading(moments: Iterable[Instant | None], now: Instant) -> tuple[object, ...]:
    """Another value when one of the times reads otherwise, as `12s`, `12m`, `12h` or `12d`, gone by or to come."""
    ages = (None if moment is None else now - moment for moment in moments)
    return tuple(None if age is None else (age > 0, *_step(abs(age))) for age in ages)


def _step(age: float) -> tuple[int, int]:
    unit = 1 if age < 60 else 60 if age < 3600 else 3600 if age < 86_400 else 86_400
    return unit, int(age // unit)
