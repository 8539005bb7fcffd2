"""What a fork has from the run it came from: the idempotency keys of effects that run, or one before it, made."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.durable.addresses import idempotency_key
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.migrated import former_keys
from lexiconsole.types import Json, JsonObject

__all__ = ["begun_keys", "effects_of_origin", "inherited_keys", "lineage", "starters"]

_EFFECTS = frozenset({EntryKind.DONE, EntryKind.SKIPPED, EntryKind.RESOLVED})


def lineage(created: Entry, at: int, generation: int) -> list[Json]:
    """The ancestors of a fork of this run at entry `at`, oldest first: run, seq up to which entries are theirs, generation."""
    older = _origin(created).get("lineage", [])
    assert isinstance(older, list)
    mine: JsonObject = {"run": created.run_id, "seq": at, "generation": generation}
    return [*(row for row in older if isinstance(row, dict) and int(str(row["seq"])) < at), mine]


def inherited_keys(created: Entry, entries: Sequence[Entry]) -> dict[str, str]:
    """Keys whose effects an ancestor made, with that ancestor's idempotency keys; empty when they are to be undone here."""
    return effects_of_origin(created, entries) or {}


def effects_of_origin(created: Entry, entries: Sequence[Entry]) -> dict[str, str] | None:
    """Keys whose effects an ancestor made, with that ancestor's idempotency keys; None when they are to be undone here."""
    if _origin(created).get("compensate"):
        return None
    return _keys(created, entries, [entry for entry in entries if entry.kind in _EFFECTS])


def begun_keys(created: Entry, entries: Sequence[Entry]) -> dict[str, str]:
    """Keys whose effects an ancestor had begun, and that must not be repeated: asked for again, it is under its key."""
    begun = [entry for entry in entries if entry.data.get("intent") or entry.kind is EntryKind.DOUBTED]
    return _keys(created, entries, begun)


def _keys(created: Entry, entries: Sequence[Entry], wanted: Sequence[Entry]) -> dict[str, str]:
    """Idempotency keys of those ancestors that the entries came from; what this run wrote itself is left out."""
    rows = _origin(created).get("lineage", [])
    keys: dict[str, str] = {}
    former = former_keys(entries) if rows else {}
    for entry in wanted:
        for row in rows if isinstance(rows, list) else ():
            assert isinstance(row, dict)
            if entry.seq <= int(str(row["seq"])):
                first = former.get(entry.key, entry.key)
                keys[entry.key] = idempotency_key(str(row["run"]), int(str(row["generation"])), first)
                break
    return keys


def starters(created: Entry) -> tuple[str, ...]:
    """Who started the runs that a fork descends from: rules for whoever began something hold for its forks too."""
    named = _origin(created).get("started_by", [])
    return tuple(str(name) for name in named) if isinstance(named, list) else ()


def _origin(created: Entry) -> JsonObject:
    origin = created.data.get("origin", {})
    return origin if isinstance(origin, dict) else {}
