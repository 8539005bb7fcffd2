"""When hops are seen: each for a quarter of a second at least, in the order of the work, caught up when far behind."""

from __future__ import annotations

from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.tui.motion import LEAST, Motion, UnderWay
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


def ready() -> tuple[Motion, Clock]:
    clock = Clock()
    motion = Motion(clock)
    motion.draw(dict.fromkeys(range(len(KEYS)), 3))
    motion.reset(pictured())
    return motion, clock


def test_hops_that_come_at_once_are_seen_one_after_the_other_each_long_enough() -> None:
    motion, clock = ready()
    motion.take(pictured(Hop(2, 0.0, 0), Hop(3, 0.0, 1), Hop(4, 0.0, 2)))
    seen: dict[int, list[float]] = {}
    for _ in range(200):
        for flight in motion.flying():
            seen.setdefault(flight.edge, []).append(clock.now)
        clock.now += 0.01
    assert list(seen) == [0, 1, 2]
    assert all(times[-1] - times[0] >= LEAST - 0.02 for times in seen.values())
    assert seen[1][0] >= seen[0][-1] and not motion.moves


def test_branches_move_side_by_side() -> None:
    motion, _ = ready()
    motion.take(pictured(Hop(2, 0.0, 4), Hop(3, 0.0, 9)))
    assert {flight.edge for flight in motion.flying()} == {4, 9}


def test_what_has_not_arrived_looks_as_before() -> None:
    motion, clock = ready()
    motion.take(pictured(Hop(2, 0.0, 0), Hop(3, 0.0, 1)))
    assert motion.under_way() == UnderWay(frozenset({"n1", "n2"}), frozenset({1}), frozenset({0}))
    clock.now += 10
    assert motion.flying() == [] and motion.under_way() == UnderWay()


def test_far_behind_it_goes_to_the_present_and_says_how_many_it_left_out() -> None:
    motion, clock = ready()
    motion.take(pictured(*(Hop(n + 2, 0.0, n) for n in range(30))))
    assert motion.left_out > 0
    last = max(flight.ends for flight in motion._flights)
    assert last - clock.now < 3.5, "never more than a moment behind"
    clock.now += 10
    assert motion.left_out == 0


def test_what_happened_before_somebody_looked_is_not_played() -> None:
    motion, _ = ready()
    motion.reset(pictured(Hop(2, 0.0, 0)))
    motion.take(pictured(Hop(2, 0.0, 0)))
    assert not motion.moves
