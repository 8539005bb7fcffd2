"""Forking: a new run that begins where another one stood, with its facts taken over and, if wanted, some of them changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.codec import Codec
from lexiconsole.durable.context import INFER
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import OUTCOMES, Entry, EntryKind
from lexiconsole.durable.history import History, edits_of
from lexiconsole.durable.journal import NewRun, RunRow
from lexiconsole.durable.migrated import migrated, version_of
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import InvalidInputError, NotFoundError, RefusedError
from lexiconsole.runtime.bound import change_refusal
from lexiconsole.runtime.origin import lineage, starters
from lexiconsole.runtime.patching import patch_of
from lexiconsole.types import Instant, Json, JsonObject

if TYPE_CHECKING:
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["fork_of", "forked"]


async def fork_of(
    runtime: Runtime,
    origin: RunRow,
    at: int,
    edits: Sequence[tuple[str, Json]],
    patch: JsonObject | None,
    behind: str,
    *,
    compensate: bool,
    by: str,
) -> NewRun:
    """The run that a fork would make, or the error it would raise; writes nothing."""
    definition = runtime.definition_for(origin)
    if not 1 <= at <= origin.seq:
        raise RefusedError(f"run {origin.id} has entries 1 to {origin.seq}, not {at}")
    entries = await runtime.journal.load(origin)
    if reason := change_refusal(runtime.people, entries, [key for key, _ in edits], by, at, patched=bool(patch)):
        raise RefusedError(reason)
    if reason := _of_another_version(definition, origin, entries, at):
        raise RefusedError(reason)
    now = runtime.clock.now()
    return forked(origin, entries[:at], at, definition, edits, compensate, runtime.codec, now, patch, behind)


def forked(
    origin: RunRow,
    entries: Sequence[Entry],
    at: int,
    definition: Definition,
    edits: Sequence[tuple[str, Json]],
    compensate: bool,
    codec: Codec,
    now: Instant,
    patch: JsonObject | None = None,
    behind: str = "",
) -> NewRun:
    """The run to make; its id is still to be given. Its edits are part of it, so that nobody takes it up without them.

    `patch` changes a graph's state behind that node, by default the one that ended last in it. Raises NotFoundError for an
    edit of a key without an outcome in the part that is taken over, RefusedError for a patch that does not fit.
    """
    history = History.of(migrated(entries), copied=origin.origin_seq)
    created = entries[0]
    given = history.input
    changed: dict[tuple[Json, bool], JsonObject] = {}
    if edits or patch or "edits" in created.data:  # else those of the origin's entries come along by themselves
        for key, edit in edits_of([e for e in entries if e.seq not in history.voided], origin.origin_seq):
            if 1 < int(str(edit["target"])) <= at:
                _change(changed, key, edit)
    for key, value in edits:
        if not key:
            given = codec.encode(
                definition.validate(value), definition.input if definition.input is not None else INFER, "input"
            )
            continue
        outcomes = [e for e in entries if e.key == key and e.kind in OUTCOMES and e.seq not in history.voided]
        if not outcomes:
            raise NotFoundError("recorded step", key, {e.key for e in entries if e.kind in OUTCOMES})
        _change(changed, key, {"target": outcomes[-1].seq, "value": codec.masked(value)})
    if patch is not None:
        _change(changed, *patch_of(definition, origin.id, entries, history, behind, codec.masked(patch)))
    family: JsonObject = {"run": origin.id, "seq": at, "lineage": lineage(created, at, history.generation)}
    if began := [name for name in dict.fromkeys((*starters(created), created.by)) if name]:
        family["started_by"] = list[Json](began)
    if compensate:
        family["compensate"] = True
    data: JsonObject = {"input": given, "origin": family}
    if changed:
        data["edits"] = list[Json](changed.values())
    return NewRun(
        id="",
        name=definition.name,
        kind=definition.kind.value,
        version=definition.version,
        at=now,
        data=data,
        outline=_outline(definition, given),
        origin=origin.id,
        origin_seq=at,
    )


def _outline(definition: Definition, given: Json) -> Outline:
    try:
        return definition.outline_for(definition.validate(given))
    except InvalidInputError:
        return definition.outline()


def _of_another_version(definition: Definition, origin: RunRow, entries: Sequence[Entry], at: int) -> str:
    """Why the first `at` entries can not be taken over: a migration behind them says how the definition reads them."""
    version = version_of(entries[:at], origin.version)
    marks = [entry for entry in entries[at:] if entry.kind is EntryKind.MIGRATED]
    if version == definition.version or not any(_changes(mark, entries[:at]) for mark in marks):
        return ""
    return (
        f"the first {at} entries of run {origin.id} are of version {version}, and it was migrated to {marks[0].data['to']} "
        f"in entry {marks[0].seq}: fork it from there or later, or with version {version} of {definition.name}"
    )


def _changes(mark: Entry, entries: Sequence[Entry]) -> bool:
    """Whether the migration makes the entries read otherwise."""
    keys: Any = mark.data.get("keys", {})
    voids: Any = mark.data.get("voids", [])
    added: Any = mark.data.get("added", [])
    between = any(0 < row["before"] <= entries[-1].seq for row in added)
    return "input" in mark.data or between or any(entry.key in keys or entry.seq in voids for entry in entries)


def _change(changed: dict[tuple[Json, bool], JsonObject], key: str, data: JsonObject) -> None:
    """Adds an edit to those that the fork is made with: a later one of the same result, or field, counts."""
    target, patch = data["target"], data.get("patch")
    if isinstance(patch, dict):
        before: Any = changed.get((target, True), {}).get("patch", {})
        changed[target, True] = {"target": target, "key": key, "patch": {**before, **patch}}
    else:
        changed[target, False] = {"target": target, "key": key, "value": data["value"]}
