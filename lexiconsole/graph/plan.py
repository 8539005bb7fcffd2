"""Plan: what follows from the shape of a graph alone. Which edges close a loop, and for whom a join has to wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from lexiconsole.graph.edge import WorkflowEdge

__all__ = ["Plan", "Way"]


class Way(WorkflowEdge):
    """An edge in its place: `number` counts the edges of the graph, `closes_loop` tells that it leads back."""

    __slots__ = ("closes_loop", "number")

    def __init__(self, edge: WorkflowEdge, number: int, *, closes_loop: bool) -> None:
        super().__init__(edge.source, edge.target, edge.is_active, label=edge.label, otherwise=edge.otherwise)
        self.number, self.closes_loop = number, closes_loop


class Plan:
    """`ways` are the edges out of each node, in order; nodes that `decides` names choose among theirs.

    Without the edges that close a loop every graph runs one way. A node that several ways lead to (`upstream` has the bits
    of all nodes from which it is reached) waits for whoever is still under way there, so nothing can wait for itself, and a
    join inside a loop waits in each round.
    """

    __slots__ = ("bits", "decides", "numbers", "upstream", "ways")

    def __init__(
        self, nodes: Sequence[str], edges: Sequence[WorkflowEdge], entry: str, gates: Iterable[str] = ()
    ) -> None:
        out: dict[str, list[int]] = {name: [] for name in nodes}
        for number, edge in enumerate(edges):
            out[edge.source].append(number)
        order, back = _ordered(nodes, edges, out, entry)
        self.ways: Mapping[str, Sequence[Way]] = {
            name: [Way(edges[n], n, closes_loop=n in back) for n in numbers] for name, numbers in out.items()
        }
        self.decides = frozenset(gates) | {name for name, ways in self.ways.items() if any(w.depends for w in ways)}
        self.numbers = {name: number for number, name in enumerate(nodes)}
        self.bits = {name: 1 << number for name, number in self.numbers.items()}
        self.upstream = self._joins(order)

    def _joins(self, order: Sequence[str]) -> Mapping[str, int]:
        """For each node with several ways to it: the bits of all nodes from which it can be reached."""
        before: dict[str, list[str]] = {name: [] for name in order}
        for name in order:
            for way in self.ways[name]:
                if not way.closes_loop:
                    before[way.target].append(name)
        if all(len(sources) < 2 for sources in before.values()):
            return {}
        above: dict[str, int] = {}
        for name in order:
            mask = 0
            for source in before[name]:
                mask |= above[source] | self.bits[source]
            above[name] = mask
        return {name: above[name] for name, sources in before.items() if len(sources) > 1}

    def loop(self, name: str) -> list[str]:
        """The shortest way from a node back to itself, both ends included; just the node if there is none."""
        came_from: dict[str, str] = {}
        todo = deque([name])
        while todo:
            here = todo.popleft()
            for way in self.ways[here]:
                if way.target == name:
                    path = [name, here]
                    while path[-1] != name:
                        path.append(came_from[path[-1]])
                    return path[::-1] if here != name else [name, name]
                if way.target not in came_from:
                    came_from[way.target] = here
                    todo.append(way.target)
        return [name]


def _ordered(
    nodes: Sequence[str], edges: Sequence[WorkflowEdge], out: Mapping[str, Sequence[int]], entry: str
) -> tuple[list[str], set[int]]:
    """The nodes, each behind those that lead to it, and the numbers of the edges that lead back (found depth first)."""
    done: list[str] = []
    back: set[int] = set()
    state: dict[str, bool] = {}  # True while it is on the path
    for start in (entry, *nodes):
        if start in state:
            continue
        state[start] = True
        path = [(start, iter(out[start]))]
        while path:
            name, rest = path[-1]
            for number in rest:
                target = edges[number].target
                if state.get(target):
                    back.add(number)
                elif target not in state:
                    state[target] = True
                    path.append((target, iter(out[target])))
                    break
            else:
                state[name] = False
                done.append(name)
                path.pop()
    return done[::-1], back
