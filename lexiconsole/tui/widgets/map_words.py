"""What is said of a map below it, and how often it says something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.types import RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.widgets.map import MapView
    from lexiconsole.types import Instant

__all__ = ["ages", "catching_up", "map_words", "size_of"]

_MOVING = frozenset({RunStatus.RUNNING, RunStatus.COMPENSATING, RunStatus.SLEEPING})


def ages(row: RunRow, now: Instant) -> bool:
    """Whether its ages are to be told anew at this second; who waits for days need not be counted by the second."""
    return not row.status.ended and (row.status in _MOVING or int(now) % 10 == 0)


def map_words(view: MapView) -> str:
    """How much is drawn, how large, and whether the token is followed; or that moves had to be left out."""
    state = "view paused" if not view.playing else "following" if view.follow else "follow off"
    return catching_up(view) or f"{size_of(view)} · zoom {view.shown_zoom}/3 · {state}"


def catching_up(view: MapView) -> str:
    return f"catching up: {view.flights.left_out} moves left out" if view.flights.left_out else ""


def size_of(view: MapView) -> str:
    nodes = len(view.picture.outline.nodes)
    return "1 node" if nodes == 1 else f"{nodes} nodes"
