"""Times for people: how long something took, how long ago it was, and when it is due."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from lexiconsole.types import Instant

__all__ = ["age", "ahead", "clock", "day", "deadline", "minute", "span", "stamp"]


def span(seconds: float) -> str:
    """`120 ms`, `3.2 s`, `2m 14s`, `3h 05m`, `2d 4h`; a negative time (the clock was set back) counts as none."""
    if seconds == math.inf:
        return "for ever"
    seconds = max(0.0, seconds)
    if seconds < 0.0005:
        return "0 ms"
    if seconds < 0.9995:
        return f"{round(seconds * 1000)} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{round(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h {minutes:02d}m"
    days, hours = divmod(hours, 24)
    return f"{days}d {hours}h"


def age(then: Instant, now: Instant) -> str:
    """`now`, `32 s ago`, `3h 05m ago`."""
    return "now" if now - then < 1 else f"{span(now - then)} ago"


def ahead(then: Instant, now: Instant) -> str:
    """`in 46m 00s`, or `overdue by 5 s` when the moment has passed."""
    return f"in {span(then - now)}" if then >= now else f"overdue by {span(now - then)}"


def deadline(then: Instant, now: Instant) -> str:
    """`due in 46m 00s`, or `overdue by 5 s` when the moment has passed."""
    return f"due {ahead(then, now)}" if then >= now else ahead(then, now)


def clock(at: Instant) -> str:
    """Local time of day, `12:04:31`."""
    return _local(at, "%H:%M:%S")


def minute(at: Instant) -> str:
    """Local time of day, `12:04`."""
    return _local(at, "%H:%M")


def day(at: Instant) -> str:
    """Local date, `2026-01-31`."""
    return _local(at, "%Y-%m-%d")


def stamp(at: Instant) -> str:
    """Local date and time, `2026-01-31 12:04:31`."""
    return _local(at, "%Y-%m-%d %H:%M:%S")


def _local(at: Instant, form: str) -> str:
    """In the time zone of whoever looks. No calendar has the years that a definition may sleep for."""
    try:
        return datetime.fromtimestamp(at, UTC).astimezone().strftime(form)
    except (OverflowError, ValueError, OSError):
        return "after 9999" if at > 0 else "before 1"
