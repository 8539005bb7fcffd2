"""Doubts: steps of which nobody knows whether they happened, with all that is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lexiconsole.durable.addresses import idempotency_key
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.migrated import former_keys
from lexiconsole.durable.outline import EdgeKind, Outline
from lexiconsole.runtime.origin import inherited_keys
from lexiconsole.types import Instant
from lexiconsole.views.story import Attempt, Story
from lexiconsole.views.telling import tell
from lexiconsole.views.values import process_of
from lexiconsole.views.words import StepState

__all__ = ["Doubt", "doubts_of"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """`started_at` is when the attempt in question began, None when that was not written down; `process` who ran it, as
    `pid 12 on here`, "" when nobody knows. `next` are the keys that follow it, `effects` those that took effect before it.
    """

    key: str
    why: str
    attempt: int
    idempotency: str
    since: Instant
    started_at: Instant | None = None
    process: str = ""
    intent: bool = False
    attempts: tuple[Attempt, ...] = ()
    log: str = ""
    undoes: str = ""
    next: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()


def doubts_of(entries: Sequence[Entry], outline: Outline) -> list[Doubt]:
    """Those that are open, the oldest first."""
    if not entries:
        return []
    story, inherited = tell(entries), inherited_keys(entries[0], entries)
    found = []
    for row in story.rows:
        if row.state is not StepState.DOUBTFUL:
            continue
        doubted = [e for e in entries if e.key == row.key and e.kind is EntryKind.DOUBTED][-1]
        started = [e for e in entries if e.key == row.key and e.kind is EntryKind.STARTED and e.seq < doubted.seq]
        at = started[-1].at if started else None
        told = doubted.data.get("started_at")
        found.append(
            Doubt(
                row.key,
                row.text,
                doubted.attempt or row.attempt,
                inherited.get(row.key)
                or idempotency_key(story.run_id, story.generation, _first_name(entries, doubted)),
                doubted.at,
                at if at is not None else float(told) if isinstance(told, int | float) else None,
                _process(entries, started[-1].seq if started else doubted.seq),
                bool(started and started[-1].data.get("intent")),
                row.attempts,
                row.log,
                row.undoes,
                tuple(
                    edge.target for edge in outline.edges if edge.source == row.key and edge.kind is not EdgeKind.UNDO
                ),
                _effects(story, row.key),
            )
        )
    return found


def _first_name(entries: Sequence[Entry], doubted: Entry) -> str:
    """Of its key: what it was called before the migrations that came before it was doubted."""
    return former_keys([entry for entry in entries if entry.seq < doubted.seq]).get(doubted.key, doubted.key)


def _process(entries: Sequence[Entry], seq: int) -> str:
    """Who drove the run when that entry was written."""
    owned = [entry for entry in entries if entry.kind is EntryKind.OWNED and entry.seq <= seq]
    return process_of((owned[-1] if owned else entries[0]).data)


def _effects(story: Story, key: str) -> tuple[str, ...]:
    done = (StepState.DONE, StepState.BY_HAND)
    return tuple(row.key for row in story.rows if row.kind == "step" and row.state in done and row.key != key)
