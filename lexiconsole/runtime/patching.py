"""Patching: a graph's state changed by an operator, behind a node that was visited: what follows finds it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lexiconsole.durable.child import came_to_nothing
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import OUTCOMES, Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.errors import RefusedError, nearest
from lexiconsole.types import Json, JsonObject, ModelKind

__all__ = ["patch_of", "said"]


def patch_of(
    definition: Definition, run: str, entries: Sequence[Entry], history: History, key: str, patch: Any
) -> tuple[str, JsonObject]:
    """The key of the node and the data of the entry. Without a key it is the node that ended last.

    Raises RefusedError where there is no such node, and for a patch that is no object.
    """
    if definition.kind is not ModelKind.GRAPH:
        raise RefusedError(
            f"{definition.name} is a {definition.kind}; only a graph has a state, edit a result or the input"
        )
    if not isinstance(patch, Mapping) or not patch:
        raise RefusedError("a patch of the state is an object with at least one field, as key:=value")
    nodes = {node.key for node in definition.build(definition.validate(history.input)).outline().nodes}
    visited = {e.key: e for e in entries if _is_visit(e, nodes) and e.seq not in history.voided}
    if not visited:
        raise RefusedError(f"no node of run {run} has ended yet, so its state is its input; edit that")
    if key and key not in visited:
        close = nearest(key, visited)
        hint = f"; did you mean {close!r}?" if close else f"; it has {', '.join(visited)}"
        raise RefusedError(f"no node {key!r} has ended in run {run}{hint}")
    node = visited[key] if key else max(visited.values(), key=lambda entry: entry.seq)
    return node.key, {"target": node.seq, "patch": dict(patch)}


def said(key: str, patch: Mapping[str, Json]) -> str:
    """What a patch does, in words."""
    changes = ", ".join(f"{name} becomes {value!r}" for name, value in patch.items())
    return f"in the state that {key} left, {changes}"


def _is_visit(entry: Entry, nodes: set[str]) -> bool:
    """Whether a node ended well there: `review#2` is a visit of `review`."""
    plain = "/".join(part.partition("#")[0] for part in entry.key.split("/"))
    failed = entry.kind is EntryKind.STEP_FAILED or came_to_nothing(entry)
    ended = entry.kind in OUTCOMES or (entry.kind is EntryKind.RESOLVED and entry.data.get("how") == "done")
    return ended and not failed and plain in nodes
