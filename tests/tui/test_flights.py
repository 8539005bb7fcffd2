"""When hops are seen: each for a quarter of a second at least, in the order of the work, caught up when far behind."""

from __future__ import annotations

from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.tui.flights import LEAST, Flights, UnderWay
from lexiconsole.views.picture import Hop, Picture
from lexiconsole.views.story import Story

KEYS = [f"n{n}" for n in range(40)]
CHAIN = Outline.sequence([OutlineNode(key) for key in KEYS])


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def pictured(*hops: Hop) -> Picture:
    return Picture(CHAIN, hops=hops, story=Story(seq=max((hop.seq for hop in hops), default=1)))


def ready() -> tuple[Flights, Clock]:
    clock = Clock()
    flights = Flights(clock)
    flights.draw(dict.fromkeys(range(len(KEYS)), 3))
    flights.reset(pictured())
    return flights, clock


def test_hops_that_come_at_once_are_seen_one_after_the_other_each_long_enough() -> None:
    flights, clock = ready()
    flights.take(pictured(Hop(2, 0.0, 0), Hop(3, 0.0, 1), Hop(4, 0.0, 2)))
    seen: dict[int, list[float]] = {}
    for _ in range(200):
        for flight in flights.flying():
            seen.setdefault(flight.edge, []).append(clock.now)
        clock.now += 0.01
    assert list(seen) == [0, 1, 2]
    assert all(times[-1] - times[0] >= LEAST - 0.02 for times in seen.values())
    assert seen[1][0] >= seen[0][-1] and not flights.moves


def test_branches_move_side_by_side() -> None:
    flights, _ = ready()
    flights.take(pictured(Hop(2, 0.0, 4), Hop(3, 0.0, 9)))
    assert {flight.edge for flight in flights.flying()} == {4, 9}


def test_what_has_not_arrived_looks_as_before() -> None:
    flights, clock = ready()
    flights.take(pictured(Hop(2, 0.0, 0), Hop(3, 0.0, 1)))
    assert flights.under_way() == UnderWay(frozenset({"n1", "n2"}), frozenset({1}), frozenset({0}))
    clock.now += 10
    assert flights.flying() == [] and flights.under_way() == UnderWay()


def test_far_behind_it_goes_to_the_present_and_says_how_many_it_left_out() -> None:
    flights, clock = ready()
    flights.take(pictured(*(Hop(n + 2, 0.0, n) for n in range(30))))
    assert flights.left_out > 0
    last = max(flight.ends for flight in flights._flights)
    assert last - clock.now < 3.5, "never more than a moment behind"
    clock.now += 10
    assert flights.left_out == 0


def test_what_happened_before_somebody_looked_is_not_played() -> None:
    flights, _ = ready()
    flights.reset(pictured(Hop(2, 0.0, 0)))
    flights.take(pictured(Hop(2, 0.0, 0)))
    assert not flights.moves
