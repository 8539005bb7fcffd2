"""A clock that was put back: every due date and timer goes by the clock of the machine, so whoever acts is told."""

from __future__ import annotations

from lexiconsole.types import Instant
from lexiconsole.views.durations import span, stamp

__all__ = ["SLACK", "set_back"]

SLACK = 5.0
"""Seconds that processes on one store may disagree about the time before anything is said of it."""


def set_back(last: Instant | None, now: Instant) -> str:
    """What to say when it is earlier by the clock than when something was written last; "" when it is not."""
    if last is None or last - now < SLACK:
        return ""
    return (
        f"the clock of this machine is {span(last - now)} behind what was written last: it says {stamp(now)}, that is of "
        f"{stamp(last)}; what is due waits for the clock, so set it right if it is wrong"
    )
