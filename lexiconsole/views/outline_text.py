"""An outline as a tree of text: what follows what, where it branches and joins, and what undoes what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode

__all__ = ["outline_text"]


@dataclass(frozen=True, slots=True)
class _Strokes:
    branch: str
    last: str
    trunk: str
    arrow: str
    undo: str


_DRAWN = _Strokes("├─ ", "└─ ", "│  ", "→", "«")
_ASCII = _Strokes("+- ", "`- ", "|  ", "->", "<")

_SHAPES = {
    NodeKind.START: "({})",
    NodeKind.END: "({})",
    NodeKind.STATE: "({})",
    NodeKind.GATE: "<{}>",
    NodeKind.HUMAN: "{{{}}}",
    NodeKind.APPROVAL: "{{{}}}",
    NodeKind.SUBFLOW: "[[{}]]",
    NodeKind.BULK: "[[{}]]",
}


def outline_text(outline: Outline, *, ascii_only: bool = False) -> list[str]:
    """One line per node, in the order of the work. A node that was shown further up is only named again."""
    return list(_Drawing(outline, _ASCII if ascii_only else _DRAWN).lines())


class _Drawing:
    def __init__(self, outline: Outline, strokes: _Strokes) -> None:
        self._strokes = strokes
        self._nodes = {node.key: node for node in outline.nodes if not _is_undo(node)}
        forward = [edge for edge in outline.edges if edge.kind is not EdgeKind.UNDO]
        self._next = {key: [e for e in forward if e.source == key and e.target in self._nodes] for key in self._nodes}
        self._undo = {e.source: e.target for e in outline.edges if e.kind is EdgeKind.UNDO}
        self._titles = {node.key: node.title for node in outline.nodes}
        self._after = {key: self._reach(key) for key in self._nodes}
        self._shown: set[str] = set()

    def lines(self) -> Iterator[str]:
        aimed_at = {edge.target for edges in self._next.values() for edge in edges if edge.kind is not EdgeKind.LOOP}
        for key, node in self._nodes.items():
            if key not in self._shown and key not in aimed_at and node.parent not in self._nodes:
                yield from self._walk(key, "", frozenset())
        for key, node in self._nodes.items():  # what only a circle leads to
            if key not in self._shown and node.parent not in self._nodes:
                yield from self._walk(key, "", frozenset())

    def _walk(self, key: str, indent: str, stop: frozenset[str]) -> Iterator[str]:
        """The node and what follows it, up to the nodes in `stop`, which somebody further out draws."""
        while True:
            self._shown.add(key)
            yield indent + self._box(key)
            yield from self._inside(key, indent)
            ways = self._next[key]
            if len(ways) == 1 and not ways[0].label and ways[0].kind is EdgeKind.NEXT:
                target = ways[0].target
                if target in stop:
                    return
                if target in self._shown:
                    yield f"{indent}{self._strokes.arrow} {self._titles[target]}"
                    return
                key = target
                continue
            joins = self._joins(ways, stop)
            yield from self._fan(ways, indent, stop | frozenset(joins))
            left = [join for join in joins if join not in self._shown and join not in stop]
            if not left:
                return
            key = left[0]

    def _inside(self, key: str, indent: str) -> Iterator[str]:
        inner = [node.key for node in self._nodes.values() if node.parent == key]
        for child in inner:
            if child not in self._shown:
                yield from self._walk(child, indent + self._strokes.trunk, frozenset())

    def _fan(self, ways: Sequence[OutlineEdge], indent: str, stop: frozenset[str]) -> Iterator[str]:
        for number, edge in enumerate(ways, start=1):
            final = number == len(ways)
            lead = indent + (self._strokes.last if final else self._strokes.branch)
            label = edge.label or ("" if edge.kind is EdgeKind.NEXT else edge.kind.value)
            lead += f"{label} {self._strokes.arrow} " if label else ""
            if edge.target in stop or edge.target in self._shown:
                again = "back to " if edge.kind is EdgeKind.LOOP else ""
                yield f"{lead}{again}{self._titles[edge.target]}"
                continue
            deeper = indent + ("   " if final else self._strokes.trunk)
            lines = self._walk(edge.target, "", stop)
            yield lead + next(lines)
            yield from (deeper + line for line in lines)

    def _joins(self, ways: Sequence[OutlineEdge], stop: frozenset[str]) -> list[str]:
        """Where two of the ways come together again, nearest first."""
        reached = [self._after[edge.target] | {edge.target} for edge in ways if edge.kind is not EdgeKind.LOOP]
        shared = {key for i, one in enumerate(reached) for other in reached[i + 1 :] for key in one & other}
        return sorted(shared - stop - self._shown, key=lambda key: -len(self._after[key]))

    def _box(self, key: str) -> str:
        node = self._nodes[key]
        text = _SHAPES.get(node.kind, "[{}]").format(node.title)
        notes = [node.kind.value] if node.kind in _NAMED else []
        if key in self._undo:
            undo = self._titles.get(self._undo[key], self._undo[key])
            notes.append(f"{self._strokes.undo} {'undo' if undo == node.title else undo}")
        return "  ".join([text, *notes])

    def _reach(self, key: str) -> frozenset[str]:
        seen: set[str] = set()
        todo = [key]
        while todo:
            for edge in self._next[todo.pop()]:
                if edge.target not in seen and edge.kind is not EdgeKind.LOOP:
                    seen.add(edge.target)
                    todo.append(edge.target)
        return frozenset(seen)


_NAMED = frozenset({NodeKind.TOOL, NodeKind.MODEL, NodeKind.AGENT, NodeKind.BULK, NodeKind.APPROVAL, NodeKind.SUBFLOW})


def _is_undo(node: OutlineNode) -> bool:
    return node.lane == "undo" or node.kind is NodeKind.COMPENSATION
