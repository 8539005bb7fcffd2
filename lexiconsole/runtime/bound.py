"""Bound: what people decided stands on what they were shown, so neither is changed under them; they are asked anew instead."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lexiconsole.durable.entry import OUTCOMES, Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.people import People
from lexiconsole.runtime.rights import may_answer

__all__ = ["change_refusal"]


def change_refusal(
    people: People, entries: Sequence[Entry], changed: Collection[str], by: str, upto: int, *, patched: bool = False
) -> str:
    """Why recorded results (by key, "" is the input) may not become others in the first `upto` entries; "" when they may.

    What was recorded before a chain had asked its people, its conditions among it, is what they decided on. A graph's state
    (`patched`) also holds what they decided on behind the chain.
    """
    voided = History.of(entries).voided
    standing = [entry for entry in entries if entry.seq not in voided]
    chains = dict.fromkeys(_chain_of(entry.key) for entry in standing if "ballot" in entry.data)
    targets = {key or "the input": _target(standing, key, upto) for key in changed}
    if patched:
        targets["the state"] = 0
    for chain in chains:
        seqs = [e.seq for e in standing if e.key.startswith(chain) and e.key and e.seq <= upto]
        for what, target in targets.items():
            if seqs and target <= seqs[-1]:
                asked_at = chain.rstrip("/") or "the approval"
                return (
                    f"{what} is what people were asked about at {asked_at}; fork the run from entry {seqs[0] - 1} or before, "
                    "and they are asked anew"
                )
    for key in changed:
        asked = next((e for e in standing if e.kind is EntryKind.ASKED and e.key == key), None)
        if key and asked is not None and not may_answer(people, asked.data, by):
            return f"{by or 'nobody'} may not answer {key}, and so not change its answer"
    return ""


def _chain_of(key: str) -> str:
    """What the keys of a chain begin with, from that of one of its levels; "" for one that is a whole run."""
    return key[: key.rfind("/") + 1]


def _target(standing: Sequence[Entry], key: str, upto: int) -> int:
    """The seq of what would be changed."""
    if not key:
        return 1
    outcomes = OUTCOMES | {EntryKind.RESOLVED}
    return max((e.seq for e in standing if e.key == key and e.kind in outcomes and e.seq <= upto), default=upto + 1)
