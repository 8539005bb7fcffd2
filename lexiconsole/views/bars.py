"""A gantt's time axis: every moment gets a place, long waits are drawn shorter so that quick work stays visible."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from lexiconsole.types import Instant
from lexiconsole.views.picture import NodeView, Picture
from lexiconsole.views.words import StepState

__all__ = ["Axis", "Bar", "axis_of", "bars_of"]


class Axis:
    """Places from 0 to 1. A pause counts by the logarithm of its length, so a week and a millisecond fit on one line."""

    def __init__(self, moments: Iterable[Instant]) -> None:
        self._at = sorted(set(moments)) or [0.0]
        steps = [math.log1p(max(0.0, b - a) / 0.01) + 0.3 for a, b in pairwise(self._at)]
        self._places = [0.0]
        for step in steps:
            self._places.append(self._places[-1] + step)

    def place(self, at: Instant) -> float:
        whole = self._places[-1]
        if whole <= 0:
            return 0.0
        after = bisect.bisect_right(self._at, at)
        if after == 0:
            return 0.0
        if after == len(self._at):
            return 1.0
        begin, end = self._at[after - 1], self._at[after]
        part = (at - begin) / (end - begin)
        return (self._places[after - 1] + part * (self._places[after] - self._places[after - 1])) / whole


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of one node's time, from and to in places of the axis. `sharp` is false where only its end is known."""

    begin: float
    end: float
    state: StepState
    sharp: bool = True


def bars_of(picture: Picture, now: Instant) -> dict[str, tuple[Bar, ...]]:
    """The bars of each node, tries apart, on one axis from the run's beginning to its end or to `now`."""
    axis, _ = axis_of(picture, now)
    end = _end(picture, now)
    return {
        key: tuple(
            Bar(axis.place(begin), axis.place(until), state, sharp) for begin, until, state, sharp in _spans(view, end)
        )
        for key, view in picture.nodes.items()
    }


def axis_of(picture: Picture, now: Instant) -> tuple[Axis, list[Instant]]:
    """The axis, and the moments that it was made of, in their order."""
    end = _end(picture, now)
    spans = [each for view in picture.nodes.values() for each in _spans(view, end)]
    moments = sorted({picture.story.created_at, end, *(moment for each in spans for moment in each[:2])})
    return Axis(moments), moments


def _end(picture: Picture, now: Instant) -> Instant:
    story = picture.story
    return story.ended_at if story.ended_at is not None else max(now, story.changed_at)


def _spans(view: NodeView, end: Instant) -> Iterable[tuple[Instant, Instant, StepState, bool]]:
    if view.began_at is not None and sum(view.items.values()) > 1:
        yield view.began_at, view.ended_at if view.ended_at is not None else end, view.state, True
        return
    for attempt in view.attempts:
        began = attempt.started_at
        until = attempt.ended_at if attempt.ended_at is not None else end
        yield (until if began is None else began), until, attempt.state, began is not None
    if not view.attempts and view.began_at is not None:
        yield view.began_at, view.ended_at if view.ended_at is not None else end, view.state, True
