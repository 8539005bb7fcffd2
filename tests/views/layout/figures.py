"""Random figures that look like workflows: a chain of steps with branches that meet again, ways that skip, loops, labels."""

from __future__ import annotations

import random

from lexiconsole.views.layout.figure import Figure, Link, Shape

__all__ = ["workflow_like"]

_LABELS = ("", "", "", "yes", "no", "otherwise", "mid", "docs")


def workflow_like(random: random.Random, most: int = 40) -> Figure:
    """Up to `most` boxes, a spanning tree forwards and at most 30 % further edges, some of them backwards or to itself."""
    count = random.randint(2, most)
    height = random.choice((1, 3, 4))
    shapes = tuple(Shape(f"n{number}", random.choice((7, 9, 13, 17, 21)), height) for number in range(count))
    ways = {(random.randint(max(0, number - 4), number - 1), number) for number in range(1, count)}
    for _ in range(random.randint(0, int(count * 0.3))):
        source, target = random.randrange(count), random.randrange(count)
        if target < source and random.random() < 0.6:
            source, target = target, source
        ways.add((source, target))
    links = tuple(Link(f"n{a}", f"n{b}", random.choice(_LABELS)) for a, b in sorted(ways))
    return Figure(shapes, links)
