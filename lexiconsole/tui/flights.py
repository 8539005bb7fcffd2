"""Flights: when each hop of a run's tokens is seen on the map. Time-based and without a toolkit: the clock is given.

However fast the engine is, a hop is seen for a quarter of a second; branches move side by side, and a hop begins when the
one that led to its source has arrived. Whoever falls too far behind leaves hops out and says how many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lexiconsole.views.picture import Hop, Picture

__all__ = ["LEAST", "Flight", "Flights", "UnderWay"]

LEAST = 0.25
"""Seconds that a hop is seen at least."""

_MOST, _CELL = 0.7, 0.03  # seconds for the longest line, and for each of its cells
_BEHIND = 2.5  # seconds after which it goes straight to the present
_SAY = 3.0  # seconds for which it says so


@dataclass(frozen=True, slots=True)
class Flight:
    """One token on its way along an edge, between two moments of the clock."""

    edge: int
    back: bool
    begins: float
    ends: float

    def progress(self, now: float) -> float:
        """0 where it leaves, 1 where it has arrived."""
        return min(1.0, max(0.0, (now - self.begins) / (self.ends - self.begins)))


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Nodes whose token has not arrived and edges it has yet to take look as they did before; `live` edges bear a token."""

    nodes: frozenset[str] = frozenset()
    edges: frozenset[int] = frozenset()
    live: frozenset[int] = frozenset()


class Flights:
    """`clock` counts seconds; `lengths` are those of the edges' lines in cells."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lengths: Mapping[int, int] = {}
        self._flights: list[Flight] = []
        self._arrival: dict[str, float] = {}
        self._targets: dict[int, tuple[str, str]] = {}
        self._seen = 0
        self._left_out, self._left_out_at = 0, -_SAY

    def draw(self, lengths: Mapping[int, int]) -> None:
        """The lines are other ones now."""
        self._lengths = lengths

    def reset(self, picture: Picture) -> None:
        """What has happened so far is not played."""
        self._seen = picture.story.seq
        self._flights.clear()
        self._arrival.clear()

    def take(self, picture: Picture) -> None:
        """Plays the hops that are new in the picture."""
        edges = picture.outline.edges
        self._targets = {number: (edge.source, edge.target) for number, edge in enumerate(edges)}
        new = [hop for hop in picture.hops if hop.seq > self._seen]
        self._seen = max(self._seen, picture.story.seq)
        self._plan(new)

    def _plan(self, hops: Iterable[Hop]) -> None:
        now = self._clock()
        for hop in hops:
            source, target = self._targets[hop.edge]
            begins = max(now, self._arrival.get(source, 0.0))
            if begins - now > _BEHIND:
                self._catch_up(now)
                begins = now
            ends = begins + max(LEAST, min(_MOST, self._lengths.get(hop.edge, 0) * _CELL))
            self._arrival[target] = max(ends, self._arrival.get(target, 0.0))
            self._flights.append(Flight(hop.edge, hop.back, begins, ends))

    def _catch_up(self, now: float) -> None:
        """What has not begun is left out; what flies lands where it would."""
        flying = [flight for flight in self._flights if flight.begins <= now]
        recent = self._left_out if now - self._left_out_at < _SAY else 0
        self._left_out = recent + len(self._flights) - len(flying)
        self._left_out_at, self._flights = now, flying
        self._arrival = {self._targets[flight.edge][1]: flight.ends for flight in flying}

    def flying(self) -> list[Flight]:
        """The tokens that are on their way now; those that arrived are forgotten."""
        now = self._clock()
        self._flights = [flight for flight in self._flights if flight.ends > now]
        return [flight for flight in self._flights if flight.begins <= now]

    @property
    def moves(self) -> bool:
        """Whether anything is or will be on its way."""
        return bool(self._flights)

    def under_way(self) -> UnderWay:
        """What does not look settled yet."""
        now = self._clock()
        flights = [flight for flight in self._flights if flight.ends > now]
        return UnderWay(
            frozenset(self._targets[flight.edge][1] for flight in flights if flight.edge in self._targets),
            frozenset(flight.edge for flight in flights if flight.begins > now),
            frozenset(flight.edge for flight in flights if flight.begins <= now),
        )

    @property
    def left_out(self) -> int:
        """How many hops were left out a moment ago, to catch up with the run."""
        return self._left_out if self._clock() - self._left_out_at < _SAY else 0
