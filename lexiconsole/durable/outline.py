"""Outline: what a definition looks like. Drawings, checks, digests and exports come from it, and it is stored with runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any

from lexiconsole.types import JsonObject

__all__ = ["EdgeKind", "NodeKind", "Outline", "OutlineEdge", "OutlineNode"]


class NodeKind(StrEnum):
    START = "start"
    END = "end"
    TASK = "task"
    GATE = "gate"
    HUMAN = "human"
    APPROVAL = "approval"
    TOOL = "tool"
    MODEL = "model"
    AGENT = "agent"
    SUBFLOW = "subflow"
    PARALLEL = "parallel"
    BULK = "bulk"
    STATE = "state"
    COMPENSATION = "compensation"


class EdgeKind(StrEnum):
    NEXT = "next"
    TRUE = "true"
    FALSE = "false"
    LOOP = "loop"
    UNDO = "undo"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class OutlineNode:
    """One box. `key` is the step's key in the journal; `lane` groups boxes ("undo" is the compensation lane)."""

    key: str
    kind: NodeKind = NodeKind.TASK
    label: str = ""
    lane: str = ""
    parent: str = ""

    @property
    def title(self) -> str:
        return self.label or self.key


@dataclass(frozen=True, slots=True)
class OutlineEdge:
    source: str
    target: str
    kind: EdgeKind = EdgeKind.NEXT
    label: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """Nodes in declaration order, and edges. An empty outline means: known only from what its runs have shown."""

    nodes: tuple[OutlineNode, ...] = ()
    edges: tuple[OutlineEdge, ...] = ()

    def around(self, inner: Outline, key: str) -> Outline:
        """This outline with another one inside its box `key`."""
        nodes = [
            replace(n, key=f"{key}/{n.key}", label=n.title, parent=f"{key}/{n.parent}" if n.parent else key)
            for n in inner.nodes
        ]
        edges = [OutlineEdge(f"{key}/{e.source}", f"{key}/{e.target}", e.kind, e.label) for e in inner.edges]
        return Outline((*self.nodes, *nodes), (*self.edges, *edges))

    def renamed(self, names: Mapping[str, str]) -> Outline:
        """With other keys for some nodes; what undoes a step follows it."""

        def now(key: str) -> str:
            step = key.removeprefix("undo/")
            return names.get(key) or (f"undo/{names[step]}" if step != key and step in names else key)

        def labelled(node: OutlineNode) -> str:
            before, after = (key.removeprefix("undo/") for key in (node.key, now(node.key)))
            return node.label.replace(before, after, 1) if node.label.startswith(before) else node.label

        nodes = tuple(replace(n, key=now(n.key), label=labelled(n), parent=now(n.parent)) for n in self.nodes)
        return Outline(nodes, tuple(replace(e, source=now(e.source), target=now(e.target)) for e in self.edges))

    @classmethod
    def sequence(cls, nodes: Iterable[OutlineNode]) -> Outline:
        """Nodes one after the other."""
        row = tuple(nodes)
        return cls(row, tuple(OutlineEdge(a.key, b.key) for a, b in pairwise(row)))

    def to_data(self) -> JsonObject:
        return {
            "nodes": [_lean(asdict(node), NodeKind.TASK) for node in self.nodes],
            "edges": [_lean(asdict(edge), EdgeKind.NEXT) for edge in self.edges],
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Outline:
        return cls(
            tuple(OutlineNode(**{**row, "kind": NodeKind(row.get("kind", "task"))}) for row in data["nodes"]),
            tuple(OutlineEdge(**{**row, "kind": EdgeKind(row.get("kind", "next"))}) for row in data["edges"]),
        )

    @lru_cache(maxsize=256)  # noqa: B019 - outlines are few and small, and most runs have the same ones
    def digest(self) -> str:
        """Sixteen hex digits that change when the shape does; labels do not count."""
        shape = [
            [[n.key, n.kind, n.lane, n.parent] for n in self.nodes],
            [[e.source, e.target, e.kind] for e in self.edges],
        ]
        return hashlib.sha256(json.dumps(shape, separators=(",", ":")).encode()).hexdigest()[:16]

    def differences(self, other: Outline) -> list[str]:
        """What `other` has more, less or otherwise, one sentence each."""
        mine, theirs = {n.key: n for n in self.nodes}, {n.key: n for n in other.nodes}
        lines = [f"{key} is gone" for key in mine if key not in theirs]
        lines += [f"{key} is new" for key in theirs if key not in mine]
        lines += [
            f"{k} was a {mine[k].kind}, is a {theirs[k].kind}"
            for k in mine
            if k in theirs and mine[k].kind != theirs[k].kind
        ]
        kept = [key for key in mine if key in theirs]
        if kept != [key for key in theirs if key in mine]:
            lines.append("the order changed")
        if not lines and {(e.source, e.target, e.kind) for e in self.edges} != {
            (e.source, e.target, e.kind) for e in other.edges
        }:
            lines.append("the connections changed")
        return lines


def _lean(row: dict[str, Any], default_kind: str) -> JsonObject:
    return {
        name: value for name, value in row.items() if value != "" and not (name == "kind" and value == default_kind)
    }
