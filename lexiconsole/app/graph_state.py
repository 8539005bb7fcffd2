"""The state of a graph's run: as a node of it found it, and what has to be asked so that it finds another one.

Call these on a thread: the definition's graph is driven along the journal, and nothing of the run is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from lexiconsole.durable.clock import SystemClock
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.vault import hidden
from lexiconsole.errors import RefusedError
from lexiconsole.graph.engine import WorkflowEngine
from lexiconsole.graph.graph import WorkflowGraph
from lexiconsole.graph.standing import Standing
from lexiconsole.runtime.replaying import try_replay
from lexiconsole.types import Json, JsonObject, ModelKind
from lexiconsole.views.fitting import misfits

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.journal import RunRow

__all__ = ["GraphState", "StateChange", "StateMove", "change_of_state", "state_move", "state_of"]

_BACK = 4
"""Outcomes that are looked at for the one that changed the state last; each is the graph driven once more."""

_OUTCOMES = frozenset({EntryKind.DONE, EntryKind.ANSWERED, EntryKind.SKIPPED, EntryKind.RESOLVED, EntryKind.EDITED})


@dataclass(frozen=True, slots=True)
class GraphState:
    """`node` is the one that found it, "" for the state at the end. `fixed` names the fields that are no plain JSON (a
    record, a secret): they are shown, and not edited.
    """

    node: str
    fields: JsonObject
    fixed: frozenset[str] = frozenset()
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StateChange:
    """What to ask for: a patch of the state that `behind` left, or with "" there the run's whole `input`."""

    behind: str
    patch: JsonObject
    input: Json = None

    @property
    def data(self) -> JsonObject:
        """Of a request to edit."""
        return {"patch": self.patch} if self.behind else {"value": self.input}


@dataclass(frozen=True, slots=True)
class StateMove:
    """The state as entry `at` left it, and as it was before the last outcome that changed it: that of `by`, "" where none of
    the last few did.
    """

    at: int
    fields: JsonObject
    before: JsonObject
    by: str = ""


def state_move(workspace: Workspace, run: RunRow, entries: Sequence[Entry]) -> StateMove:
    """How the state stood when the last of these entries was the newest. Raises RefusedError as `state_of` does."""
    fields, at = state_of(workspace, run, entries).fields, entries[-1].seq
    outcomes = [place for place, entry in enumerate(entries) if entry.kind in _OUTCOMES]
    for place in outcomes[: -_BACK - 1 : -1]:
        before = state_of(workspace, run, entries[:place]).fields
        if before != fields:
            return StateMove(at, fields, before, entries[place].key)
    return StateMove(at, fields, fields)


def state_of(workspace: Workspace, run: RunRow, entries: Sequence[Entry], node: str = "") -> GraphState:
    """The state that the node found; without one that of the node that failed or is under way, or at the end.

    Raises RefusedError for what is no graph, is of another version by now, or has not come there.
    """
    standing = _standing(workspace, run, entries)
    found = standing.found(node) if node else standing.now
    if found is None:
        raise RefusedError(f"the run has not come to {node}")
    shown: dict[str, Json] = {name: hidden(_json(value)) for name, value in found.items()}
    fixed = frozenset(name for name, value in found.items() if not _plain(value, shown[name]))
    checked = _schema_of(workspace.definition(run.name).schema(), shown)
    return GraphState(node or standing.under_way, shown, fixed, checked)


def change_of_state(
    workspace: Workspace, run: RunRow, entries: Sequence[Entry], before: GraphState, wanted: Json
) -> StateChange:
    """How the node that found `before` comes to find `wanted`. Raises RefusedError where a change can not bring that about."""
    if not isinstance(wanted, dict):
        raise RefusedError("a state is an object: field: value")
    gone = [name for name in before.fields if name not in wanted and name not in before.fixed]
    if gone:
        raise RefusedError(f"a field of the state can be changed, not taken away: {', '.join(gone)}")
    patch: JsonObject = {
        name: value for name, value in wanted.items() if name not in before.fields or before.fields[name] != value
    }
    if not patch:
        raise RefusedError("nothing is another one")
    if not before.node:
        raise RefusedError("every node has ended, none would find another state; fork the run from before one of them")
    standing = _standing(workspace, run, entries)
    behind = standing.behind(before.node, patch)
    change = _of_input(entries, run, patch) if not behind else StateChange(behind, patch)
    then = _standing(workspace, run, [*entries, _edit(entries, change)]).found(before.node) or {}
    left = [name for name, value in patch.items() if hidden(_json(then.get(name))) != value]
    if left:
        raise RefusedError(f"{before.node} would not find {', '.join(left)} so: something else makes that of it")
    return change


def _schema_of(declared: Any, shown: JsonObject) -> dict[str, Any]:
    """What the input's type says of those fields that still are as it says; a node may have made something else of others."""
    if not isinstance(declared, dict):
        return {}
    known = {"$defs": declared.get("$defs", {})}
    properties = {
        name: part
        for name, part in declared.get("properties", {}).items()
        if name in shown and not misfits({**known, **part}, shown[name])
    }
    return {"type": "object", "properties": properties, **known}


def _of_input(entries: Sequence[Entry], run: RunRow, patch: JsonObject) -> StateChange:
    given = History.of(entries, copied=run.origin_seq).input
    if not isinstance(given, dict):
        raise RefusedError("nothing was done before it, and the run's input has no fields to change")
    return StateChange("", patch, {**given, **patch})


def _edit(entries: Sequence[Entry], change: StateChange) -> Entry:
    """The entry that the change would lead to."""
    last = entries[-1]
    target = next((e.seq for e in reversed(entries) if e.key == change.behind), 1) if change.behind else 1
    data: JsonObject = {"target": target, **change.data}
    return Entry(last.run_id, last.seq + 1, last.at, EntryKind.EDITED, change.behind, 0, data)


def _standing(workspace: Workspace, run: RunRow, entries: Sequence[Entry]) -> Standing:
    definition = workspace.definition(run.name)
    if definition.kind is not ModelKind.GRAPH:
        raise RefusedError(f"{run.name} is a {definition.kind}; only a graph has a state")
    if definition.version != run.version:
        raise RefusedError(f"{run.name} is of version {definition.version} by now, the run is of {run.version}")
    made: list[Standing] = []

    def build(given: Any) -> Standing:
        model = definition.build(given)
        if not isinstance(model, (WorkflowGraph, WorkflowEngine)):
            raise RefusedError(f"{run.name} is no graph")
        made.append(Standing(model))
        return made[-1]

    watched = replace(definition, build=build)
    trial = asyncio.run(try_replay(watched, run, entries, clock=SystemClock(), codec=Codec(), lenient=True))
    if trial.mismatch is not None:
        raise RefusedError(str(trial.mismatch))
    return made[-1]


def _json(value: Any) -> Json:
    made: Json = to_jsonable_python(value, fallback=repr, inf_nan_mode="constants")
    return made


def _plain(value: Any, shown: Json) -> bool:
    """Whether what is shown of a value is the value."""
    try:
        return type(value) is type(shown) and bool(value == shown)
    except Exception:
        return False
