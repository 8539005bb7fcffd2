"""The order of steps: dependencies first, else as they were added; and the errors for an order that can not be."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from lexiconsole.errors import DefinitionError, nearest

__all__ = ["in_order"]


def in_order(pipeline: str, dependencies: Mapping[str, Sequence[str]]) -> list[str]:
    """The names, each behind everything it depends on; among those that are free, the one that was added first.

    Raises DefinitionError for a dependency that does not exist, and for a cycle, which it prints.
    """
    for name, needed in dependencies.items():
        for other in needed:
            if other not in dependencies:
                close = nearest(other, dependencies)
                hint = f"; did you mean {close!r}?" if close else ""
                raise DefinitionError(f"{pipeline}: step {name!r} depends on {other!r}, which is no step of it{hint}")
    place = {name: index for index, name in enumerate(dependencies)}
    if all(place[other] < place[name] for name, needed in dependencies.items() for other in needed):
        return list(dependencies)
    return _sorted(pipeline, dependencies, place)


def _sorted(pipeline: str, dependencies: Mapping[str, Sequence[str]], place: Mapping[str, int]) -> list[str]:
    names = list(dependencies)
    missing = {name: len(set(needed)) for name, needed in dependencies.items()}
    dependents: dict[str, list[str]] = {name: [] for name in names}
    for name, needed in dependencies.items():
        for other in set(needed):
            dependents[other].append(name)
    free = [place[name] for name in names if not missing[name]]
    order: list[str] = []
    while free:
        name = names[heapq.heappop(free)]
        order.append(name)
        for dependent in dependents[name]:
            missing[dependent] -= 1
            if not missing[dependent]:
                heapq.heappush(free, place[dependent])
    if len(order) < len(names):
        cycle = _cycle({name: dependencies[name] for name in names if missing[name]})
        raise DefinitionError(f"{pipeline}: these steps wait for each other: {' → '.join(cycle)}")
    return order


def _cycle(stuck: Mapping[str, Sequence[str]]) -> list[str]:
    """One cycle, from the step that was added first back to itself. Every stuck step depends on a stuck one."""
    path: list[str] = []
    name = next(iter(stuck))
    while name not in path:
        path.append(name)
        name = next(other for other in stuck[name] if other in stuck)
    loop = path[path.index(name) :]
    first = min(range(len(loop)), key=lambda index: list(stuck).index(loop[index]))
    loop = loop[first:] + loop[:first]
    return [*loop, loop[0]]
