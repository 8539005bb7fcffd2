"""Which edges of a graph lead back to where one comes from: without them it has no circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["leading_back"]


def leading_back(out: Mapping[str, Sequence[int]], targets: Sequence[str]) -> frozenset[int]:
    """The numbers of the edges that close a circle, found depth first in the order of `out`.

    `out` has the numbers of the edges that leave each node, `targets` where the edge of each number leads.
    """
    back: set[int] = set()
    on_path: dict[str, bool] = {}
    for start in out:
        if start in on_path:
            continue
        on_path[start] = True
        path = [(start, iter(out[start]))]
        while path:
            key, rest = path[-1]
            for number in rest:
                target = targets[number]
                if on_path.get(target):
                    back.add(number)
                elif target not in on_path:
                    on_path[target] = True
                    path.append((target, iter(out.get(target, ()))))
                    break
            else:
                on_path[key] = False
                path.pop()
    return frozenset(back)
