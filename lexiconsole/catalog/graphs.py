"""Checks of graphs: gates with a side missing, loops that nothing leads out of, people without a due time, branches that
write one key. A graph is known by its shape: `nodes` by name, `edges`, `terminals`, `reducers`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import combinations, product
from typing import Any

from lexiconsole.catalog.reading import own_nodes

__all__ = ["endless_loops", "graph_in", "graph_problems", "keys_returned"]

Written = Callable[[Any], frozenset[str]]
"""The keys that a node is known to write."""


def graph_in(model: Any) -> Any:
    """The graph that a model is, or drives; None when it is none."""
    for one in (model, getattr(model, "graph", None), getattr(model, "workflow", None)):
        if isinstance(getattr(one, "nodes", None), Mapping) and hasattr(one, "edges") and hasattr(one, "terminals"):
            return one
    return None


def _waits_for_good(node: Any) -> bool:
    """A person is asked and no time is named; in a chain that is a level's matter, and who decides by itself has none."""
    chain = getattr(node, "chain", None)
    if chain is not None:
        return any(level.who and level.due is None for level in getattr(chain, "levels", ()))
    return _kind(node) == "human" and getattr(node, "due", 0) is None


def graph_problems(graph: Any, written: Written, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Code, node and sentence; also of the graphs inside it, whose nodes are `outer/inner`."""
    out: dict[str, list[Any]] = {name: [] for name in graph.nodes}
    for edge in graph.edges:
        out[edge.source].append(edge)
    for name, node in graph.nodes.items():
        sentence = _missing_side(node, out[name]) if name not in graph.terminals else ""
        if sentence:
            yield "LX010", prefix + name, f"the gate {prefix}{name} {sentence}"
        if _waits_for_good(node):
            yield "LX012", prefix + name, f"{prefix}{name} waits for a person and has no due time"
        inner = graph_in(getattr(node, "graph", None))
        if inner is not None:
            yield from graph_problems(inner, written, f"{prefix}{name}/")
    ways = {name: [edge.target for edge in edges] for name, edges in out.items()}
    for loop in endless_loops(ways):
        if not graph.terminals & set(loop):
            said = " → ".join(prefix + each for each in (*loop, loop[0]))
            yield "LX011", prefix + loop[0], f"nothing leads out of the loop {said}"
    yield from _clashes(graph, out, ways, written, prefix)


def _kind(node: Any) -> str:
    return str(getattr(node, "node_type", ""))


def _missing_side(gate: Any, edges: list[Any]) -> str:
    if _kind(gate) != "gate":
        return ""
    if not edges:
        return "leads nowhere"
    if getattr(gate, "condition", None) is not None:
        return "does not say what follows when its condition is false" if len(edges) == 1 else ""
    if all(edge.is_active is not None for edge in edges):
        return "does not say what follows when none of its conditions holds; give it an edge that is taken otherwise"
    return ""


def endless_loops(ways: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Sets of nodes from each of which all the others can be reached, and nothing else; each in the order of its ways."""
    reach = {key: _reach(key, ways) for key in ways}
    told: set[str] = set()
    for key, onward in reach.items():
        if key not in told and key in onward and all(key in reach[other] for other in onward):
            told |= onward  # whoever is reached leads back, so nobody leaves
            yield _in_walking_order(key, onward, ways)


def _reach(start: str, ways: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached from there; itself only if a way leads back."""
    reached: set[str] = set()
    waiting = list(ways[start])
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting += ways[key]
    return reached


def _in_walking_order(start: str, members: set[str], ways: Mapping[str, Iterable[str]]) -> list[str]:
    order: list[str] = []
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key not in order:
            order.append(key)
            waiting += [target for target in reversed(list(ways[key])) if target in members]
    return order


def _clashes(
    graph: Any, out: Mapping[str, list[Any]], ways: Mapping[str, list[str]], written: Written, prefix: str
) -> Iterator[tuple[str, str, str]]:
    """Where ways that are always open part, what lies on one of them only must not write what the other writes."""
    told: set[str] = set()
    for name in graph.nodes:
        always = [edge.target for edge in out[name] if not edge.depends]
        if len(always) < 2 or _kind(graph.nodes[name]) == "gate":
            continue
        for one, other in combinations(always, 2):
            left, right = _alone(one, out), _alone(other, out)
            together = left & right
            together |= set().union(*(_reach(each, ways) for each in together))
            for mine, theirs in product(sorted(left - together), sorted(right - together)):
                keys = written(graph.nodes[mine]) & written(graph.nodes[theirs])
                for key in sorted(keys - set(graph.reducers) - told):
                    told.add(key)
                    yield "LX014", prefix + mine, _clash(prefix + mine, prefix + theirs, key)


def _clash(one: str, other: str, key: str) -> str:
    return (
        f"{one} and {other} run side by side and both write {key!r}; "
        f"give the graph a reducer for {key!r}, or let them write different keys"
    )


def _alone(start: str, out: Mapping[str, list[Any]]) -> set[str]:
    """The nodes that are certainly reached from there: over edges that are always open."""
    return {start} | _reach(
        start, {name: [edge.target for edge in edges if not edge.depends] for name, edges in out.items()}
    )


def keys_returned(node: Any, find: Callable[[Callable[..., Any]], ast.AST | None]) -> frozenset[str]:
    """What a node writes: its `output_key`, or the keys that stand in every `return {…}` of its function."""
    if getattr(node, "output_key", None) is not None:
        return frozenset({node.output_key})
    call = getattr(node, "call", None)
    while isinstance(call, partial):
        call = call.func
    tree = find(call) if callable(call) else None
    if isinstance(tree, ast.Lambda):
        return _keys(tree.body)
    if not isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        return frozenset()
    returns = [each.value for each in own_nodes(tree) if isinstance(each, ast.Return)]
    found = [_keys(value) for value in returns if value is not None]
    return frozenset.intersection(*found) if found and len(found) == len(returns) else frozenset()


def _keys(value: ast.expr) -> frozenset[str]:
    if not isinstance(value, ast.Dict):
        return frozenset()
    return frozenset(str(key.value) for key in value.keys if isinstance(key, ast.Constant))
