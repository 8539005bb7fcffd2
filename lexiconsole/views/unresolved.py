"""What a part of a run leaves unresolved: effects that must not be repeated, begun or in doubt, and without an outcome."""

from __future__ import annotations

from collections.abc import Iterable

from lexiconsole.durable.entry import OUTCOMES, Entry, EntryKind

__all__ = ["unresolved"]


def unresolved(entries: Iterable[Entry]) -> dict[str, str]:
    """Keys whose effects may have been made at the end of these entries, with what is known of each."""
    open_keys: dict[str, str] = {}
    for entry in entries:
        if entry.data.get("intent"):
            open_keys[entry.key] = "begun, with no outcome there"
        elif entry.kind is EntryKind.DOUBTED:
            open_keys[entry.key] = f"in doubt there: {entry.data.get('why', '')}"
        elif entry.kind in OUTCOMES or entry.kind in (EntryKind.ATTEMPT_FAILED, EntryKind.RESOLVED):
            open_keys.pop(entry.key, None)
    return open_keys
