"""A graph as a list: its nodes in the order of the work, beside rails that branch and meet again."""

from __future__ import annotations

from dataclasses import dataclass

from lexiconsole.durable.outline import EdgeKind, Outline
from lexiconsole.views.leading_back import leading_back

__all__ = ["RailRow", "rails"]

_MOST = 6  # rails beside one another; what is wider than that is listed without them


@dataclass(frozen=True, slots=True)
class RailRow:
    """`rail` holds two signs for each lane; the one at `lane` is where the state's glyph goes."""

    key: str
    rail: str
    lane: int


def rails(outline: Outline) -> tuple[RailRow, ...]:
    order = _ordered(outline)
    place_of = {key: place for place, key in enumerate(order)}
    onward: dict[str, list[str]] = {key: [] for key in order}
    for edge in outline.edges:
        ahead = edge.source in onward and edge.target in onward and place_of[edge.source] < place_of[edge.target]
        if ahead and edge.kind is not EdgeKind.UNDO and edge.target not in onward[edge.source]:
            onward[edge.source].append(edge.target)
    lanes: list[str] = []  # which node each lane leads to, "" for a free one
    rows: list[RailRow] = []
    for key in order:
        coming = [n for n, target in enumerate(lanes) if target == key]
        lane = coming[0] if coming else _free(lanes)
        before = list(lanes)
        for n in coming:
            lanes[n] = ""
        forks: list[int] = []
        for place, target in enumerate(onward[key]):
            at = lane if place == 0 else _free(lanes, lane + 1)
            _put(lanes, at, target)
            if place:
                forks.append(at)
        if not onward[key]:
            _put(lanes, lane, "")
        rows.append(RailRow(key, _art(before, lanes, lane, coming[1:], forks), lane))
    if max((len(row.rail) for row in rows), default=0) > 2 * _MOST:
        return tuple(RailRow(row.key, "  ", 0) for row in rows)
    width = max((len(row.rail) for row in rows), default=2)
    return tuple(RailRow(row.key, row.rail.ljust(width), row.lane) for row in rows)


def _art(before: list[str], after: list[str], lane: int, meets: list[int], forks: list[int]) -> str:
    width = max(len(before), len(after), lane + 1)
    last = max([lane, *meets, *forks])
    signs = []
    for n in range(width):
        through = n < len(before) and bool(before[n]) and n < len(after) and bool(after[n])
        if n == lane:
            sign = " "
        elif n in meets and n in forks:
            sign = "┤" if n == last else "┼"
        elif n in meets:
            sign = "╯" if n == last else "┴"
        elif n in forks:
            sign = "╮" if n == last else "┬"
        elif lane < n < last:
            sign = "┼" if through else "─"
        else:
            sign = "│" if through else " "
        signs.append(sign + ("─" if lane <= n < last else " "))
    return "".join(signs)


def _free(lanes: list[str], start: int = 0) -> int:
    return next((n for n in range(start, len(lanes)) if not lanes[n]), max(start, len(lanes)))


def _put(lanes: list[str], at: int, target: str) -> None:
    lanes.extend([""] * (at + 1 - len(lanes)))
    lanes[at] = target


def _ordered(outline: Outline) -> list[str]:
    """Each node behind those that lead to it, loops left aside; else as declared. Compensations come last."""
    keys = [node.key for node in outline.nodes]
    waits: dict[str, set[str]] = {key: set() for key in keys}
    back = _backward(outline)
    for number, edge in enumerate(outline.edges):
        if number not in back and edge.source in waits and edge.target in waits and edge.kind is not EdgeKind.UNDO:
            waits[edge.target].add(edge.source)
    order: dict[str, None] = {}
    left = dict.fromkeys(keys)
    while left:
        key = next((key for key in left if waits[key] <= order.keys()), next(iter(left)))
        order[key] = None
        del left[key]
    return list(order)


def _backward(outline: Outline) -> frozenset[int]:
    """The edges that lead back, found depth first in the order of declaration."""
    out: dict[str, list[int]] = {node.key: [] for node in outline.nodes}
    for number, edge in enumerate(outline.edges):
        out.setdefault(edge.source, []).append(number)
    return leading_back(out, [edge.target for edge in outline.edges])
