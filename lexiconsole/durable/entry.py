"""Entry: one fact of one run. The list of kinds is closed and is the vocabulary of journal, timeline, CLI and TUI."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from lexiconsole.types import Instant, JsonObject

__all__ = ["ACTS", "ENDINGS", "INTERVENTIONS", "OUTCOMES", "Entry", "EntryKind"]


class EntryKind(StrEnum):
    """What can happen to a run. Behind each kind: what its `data` holds (fields at their default are left out)."""

    CREATED = "run.created"  # input, definition, version, digest, fingerprint, from; a fork: origin {run, seq, name},
    # edits: [{target: seq, key, value or patch}]
    OWNED = "run.owned"  # owner, epoch, host, pid, digest, fingerprint: who drives on, under which definition
    PARKED = "run.parked"  # status (waiting, sleeping, paused, doubtful), on: [keys], signals: {key: name or [names]}, wake_at
    PAUSED = "run.paused"  # reason
    RESUMED = "run.resumed"  # reason
    CANCEL = "run.cancel"  # reason ("timeout" when the run's own time ran out)
    RENEWED = "run.renewed"  # state, generation, signals: not yet received, go along; since: of its last retry
    COMPLETED = "run.completed"  # result
    FAILED = "run.failed"  # error {type, message, …}
    COMPENSATED = "run.compensated"  # error, undone: [keys]
    CANCELLED = "run.cancelled"  # reason, undone: [keys]

    STARTED = "step.started"  # owner; intent: true when it was on disk before the call; undo: true for a compensation
    ATTEMPT_FAILED = "step.attempt_failed"  # error, retry_at
    DONE = "step.done"  # result; log: what the step printed
    STEP_FAILED = "step.failed"  # error; log
    DOUBTED = "step.doubted"  # why, owner, started_at: the outcome is unknown, an operator must say
    DECIDED = "decided"  # value, or error

    ASKED = "asked"  # prompt, kind, form (JSON schema), who, due, default, …: see Question; ballot: see approval.Ballot
    ANSWERED = (
        "answered"  # value, or error when it was due; of a ballot also verdict, seat, shown of the act that settled it
    )
    VOTED = "voted"  # verdict (approve, reject, withdrawn), seat, value, shown, reason
    DELEGATED = "delegated"  # from: the seat or person, to, until, reason
    ESCALATED = "escalated"  # to: [names and roles], why (due, asked), reason
    SIGNALLED = "signalled"  # name, payload
    RECEIVED = "received"  # name, payload; signal: the seq of the entry that brought it, 0 when a renewal did
    SLEEPING = "sleeping"  # until
    WOKE = "woke"
    CHILD_STARTED = "child.started"  # run, definition
    CHILD_ENDED = "child.ended"  # run, status, result or error
    DROPPED = "dropped"  # reason

    RETRIED = "retried"  # voids: [seqs], reason
    SKIPPED = "skipped"  # result, voids, reason; stands as the outcome of its key
    RESOLVED = "resolved"  # how (again, done, fail), result, reason
    EDITED = "edited"  # target: seq, value, or patch of the state behind it; reason; key "" edits the input
    MIGRATED = "migrated"  # from, to, keys: {old: new}, voids: [seqs], added: [{before, kind, key, data}], input
    REFUSED = "refused"  # request, kind, target, reason, from: {os_user, host, pid}


OUTCOMES = frozenset(
    {
        EntryKind.DONE,
        EntryKind.STEP_FAILED,
        EntryKind.DECIDED,
        EntryKind.ANSWERED,
        EntryKind.RECEIVED,
        EntryKind.WOKE,
        EntryKind.CHILD_ENDED,
        EntryKind.SKIPPED,
    }
)
"""Kinds that settle the durable at their key (`RESOLVED` too, unless it says "again")."""

ACTS = frozenset({EntryKind.VOTED, EntryKind.DELEGATED, EntryKind.ESCALATED})
"""What people do to an open question without settling it."""

ENDINGS = frozenset({EntryKind.COMPLETED, EntryKind.FAILED, EntryKind.COMPENSATED, EntryKind.CANCELLED})

INTERVENTIONS = frozenset(
    {
        EntryKind.PAUSED,
        EntryKind.RESUMED,
        EntryKind.CANCEL,
        EntryKind.RETRIED,
        EntryKind.SKIPPED,
        EntryKind.RESOLVED,
        EntryKind.EDITED,
        EntryKind.MIGRATED,
        EntryKind.ANSWERED,
        EntryKind.VOTED,
        EntryKind.DELEGATED,
        EntryKind.ESCALATED,
        EntryKind.REFUSED,
    }
)
"""What operators did, or tried to do."""


_NOTHING: JsonObject = {}


class Entry(NamedTuple):
    """One fact. `seq` counts from 1 within its run without gaps; `key` is "" for facts about the whole run.

    `data` is JSON; it is never changed after the entry was made. `by` names the person behind it, "" for the engine.
    The data of an entry that a request led to carries that request's id as `request`.
    A named tuple, because one is made for every step and a frozen dataclass takes four times as long to make.
    """

    run_id: str
    seq: int
    at: Instant
    kind: EntryKind
    key: str = ""
    attempt: int = 0
    data: JsonObject = _NOTHING
    by: str = ""
