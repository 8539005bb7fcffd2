"""Forking: a new run that begins where another one stood, with its facts taken over and, if wanted, some of them changed."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.durable.codec import Codec
from lexiconsole.durable.context import INFER
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import OUTCOMES, Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.journal import NewRun, RunRow
from lexiconsole.errors import NotFoundError
from lexiconsole.runtime.origin import lineage, starters
from lexiconsole.runtime.patching import patch_of
from lexiconsole.types import Instant, Json, JsonObject

__all__ = ["forked"]


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
) -> tuple[NewRun, list[tuple[EntryKind, str, JsonObject]]]:
    """The run to make (its id is still to be given) and what to write into it before it goes on.

    `patch` changes a graph's state behind the node that ended last in it. Raises NotFoundError for an edit of a key without
    an outcome in the part that is taken over, RefusedError for a patch that does not fit.
    """
    history = History.of(entries, copied=at)
    created = entries[0]
    given = history.input
    writes: list[tuple[EntryKind, str, JsonObject]] = []
    for key, value in edits:
        if not key:
            given = codec.encode(
                definition.validate(value), definition.input if definition.input is not None else INFER, "input"
            )
            continue
        outcomes = [e for e in entries if e.key == key and e.kind in OUTCOMES and e.seq not in history.voided]
        if not outcomes:
            raise NotFoundError("recorded step", key, {e.key for e in entries if e.kind in OUTCOMES})
        writes.append((EntryKind.EDITED, key, {"target": outcomes[-1].seq, "value": value}))
    if patch is not None:
        key, data = patch_of(definition, origin.id, entries, history, "", patch)
        writes.append((EntryKind.EDITED, key, data))
    family: JsonObject = {"run": origin.id, "seq": at, "lineage": lineage(created, at, history.generation)}
    if began := [name for name in dict.fromkeys((*starters(created), created.by)) if name]:
        family["started_by"] = list[Json](began)
    if compensate:
        family["compensate"] = True
    new = NewRun(
        id="",
        name=definition.name,
        kind=definition.kind.value,
        version=definition.version,
        at=now,
        data={"input": given, "origin": family},
        outline=definition.outline(),
        origin=origin.id,
        origin_seq=at,
    )
    return new, writes
