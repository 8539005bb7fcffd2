"""How entries read that were written before a run was migrated to another version of its definition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import Outline

__all__ = ["former_keys", "migrated", "names_of_now", "outline_of_now", "renames", "version_of"]

_READ = "names_read"
"""Set in a migration whose new names the entries before it bear already."""


def migrated(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries under the keys of the newest version, with the results that were added in their places.

    Added ones bear the seq of the migration, so that what is void or edited by seq never means them. Must not be done twice.
    """
    marks = [entry for entry in entries if entry.kind is EntryKind.MIGRATED]
    for mark in marks:
        entries = _read(entries, mark)
    return entries


def names_of_now(entries: Sequence[Entry]) -> list[Entry]:
    """Each entry under the key that it has by now, as what is drawn by the newest definition wants it; nothing else changes.
    May be done again.
    """
    found = list(entries)
    for place, mark in enumerate(found):
        if renames(mark):
            found[:place] = [_renewed(entry, mark) for entry in found[:place]]
            found[place] = mark._replace(data={**mark.data, _READ: True})
    return found


def outline_of_now(outline: Outline, entries: Iterable[Entry]) -> Outline:
    """The outline that a run was made with, its nodes under the names that migrations gave them; not to be done again."""
    for entry in entries:
        names: Any = entry.data.get("keys") if entry.kind is EntryKind.MIGRATED else None
        outline = outline.renamed(names) if names else outline
    return outline


def renames(entry: Entry) -> dict[str, str]:
    """The keys that the entries before a migration have from then on; empty for other entries, and where they have them."""
    given: Any = entry.data.get("keys", {}) if entry.kind is EntryKind.MIGRATED and _READ not in entry.data else {}
    return dict(given)


def version_of(entries: Sequence[Entry], made_under: int) -> int:
    """The version that the run stands under now."""
    marks = [entry for entry in entries if entry.kind is EntryKind.MIGRATED]
    return int(str(marks[-1].data["to"])) if marks else made_under


def former_keys(entries: Sequence[Entry]) -> dict[str, str]:
    """What keys were called when this generation first used them, by their names now: whoever is called again for an effect
    that may have been made under the old name must be told the same idempotency key. A name that was given up has the
    version behind it, for whatever is called so from then on is another effect.
    """
    found: dict[str, str] = {}
    for entry in entries:
        if entry.kind is EntryKind.RENEWED:
            found = {}
        elif entry.kind is EntryKind.MIGRATED:
            keys: Any = entry.data.get("keys", {})
            kept = {now: first for now, first in found.items() if now not in keys}
            freed = {before: f"{before}~{entry.data['to']}" for before in keys}
            found = kept | freed | {now: found.get(before, before) for before, now in keys.items()}
    return found


def _read(entries: Sequence[Entry], mark: Entry) -> list[Entry]:
    found: list[Entry] = []
    for entry in entries:
        if entry.seq < mark.seq:
            found += [*_added(mark, entry.seq), _renewed(entry, mark)]
        else:
            found += [*_added(mark, 0), entry] if entry is mark else [entry]
    return found


def _added(mark: Entry, before: int) -> list[Entry]:
    """The results added before that seq; 0 for those behind everything there was."""
    rows: Any = mark.data.get("added", [])
    return [
        mark._replace(kind=EntryKind(row["kind"]), key=row["key"], data=row["data"])
        for row in rows
        if row["before"] == before
    ]


def _renewed(entry: Entry, mark: Entry) -> Entry:
    keys: Any = mark.data.get("keys", {})
    if entry.kind is EntryKind.CREATED and "input" in mark.data and mark.seq > _taken_over(entry):
        return entry._replace(data={**entry.data, "input": mark.data["input"]})
    return entry._replace(key=keys[entry.key]) if entry.key in keys else entry


def _taken_over(created: Entry) -> int:
    """The last seq that a fork took over; it was made with an input as it read there. 0 for what is no fork."""
    origin: Any = created.data.get("origin", {})
    return int(origin.get("seq", 0))
