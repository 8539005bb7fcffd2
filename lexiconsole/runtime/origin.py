"""What a fork has from the run it came from: the idempotency keys of effects that run, or one before it, made."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.durable.addresses import idempotency_key
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.types import Json, JsonObject

__all__ = ["inherited_keys", "lineage", "starters"]

_EFFECTS = frozenset({EntryKind.DONE, EntryKind.SKIPPED, EntryKind.RESOLVED})


def lineage(created: Entry, at: int, generation: int) -> list[Json]:
    """The ancestors of a fork of this run at entry `at`, oldest first: run, seq up to which entries are theirs, generation."""
    older = _origin(created).get("lineage", [])
    assert isinstance(older, list)
    mine: JsonObject = {"run": created.run_id, "seq": at, "generation": generation}
    return [*(row for row in older if isinstance(row, dict) and int(str(row["seq"])) < at), mine]


def inherited_keys(created: Entry, entries: Sequence[Entry]) -> dict[str, str]:
    """Keys whose effects an ancestor made, with that ancestor's idempotency keys; empty when they are to be undone here."""
    origin = _origin(created)
    rows = origin.get("lineage", [])
    if not isinstance(rows, list) or not rows or origin.get("compensate"):
        return {}
    keys: dict[str, str] = {}
    for entry in entries:
        if entry.kind in _EFFECTS:
            for row in rows:
                assert isinstance(row, dict)
                if entry.seq <= int(str(row["seq"])):
                    keys[entry.key] = idempotency_key(str(row["run"]), int(str(row["generation"])), entry.key)
                    break
    return keys


def starters(created: Entry) -> tuple[str, ...]:
    """Who started the runs that a fork descends from: rules for whoever began something hold for its forks too."""
    named = _origin(created).get("started_by", [])
    return tuple(str(name) for name in named) if isinstance(named, list) else ()


def _origin(created: Entry) -> JsonObject:
    origin = created.data.get("origin", {})
    return origin if isinstance(origin, dict) else {}
