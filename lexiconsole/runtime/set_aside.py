"""Set aside: what of a run's past no longer counts after an act, in words for whoever decides on the act."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lexiconsole.durable.entry import Entry, EntryKind

__all__ = ["set_aside"]

_WORDS = {
    EntryKind.COMPLETED: "the run completed",
    EntryKind.FAILED: "the run failed",
    EntryKind.COMPENSATED: "the run was undone",
    EntryKind.CANCELLED: "the run was cancelled",
    EntryKind.CANCEL: "the run was to be cancelled",
    EntryKind.STARTED: "attempt {n} of {key} began",
    EntryKind.ATTEMPT_FAILED: "attempt {n} of {key} failed",
    EntryKind.DONE: "{key} was done",
    EntryKind.STEP_FAILED: "{key} failed",
    EntryKind.DOUBTED: "it was unknown what came of {key}",
    EntryKind.DECIDED: "{key} was decided",
    EntryKind.ASKED: "{key} was asked",
    EntryKind.ANSWERED: "{key} was answered",
    EntryKind.VOTED: "somebody voted on {key}",
    EntryKind.DELEGATED: "{key} was handed on",
    EntryKind.ESCALATED: "{key} was escalated",
    EntryKind.RECEIVED: "{key} was received",
    EntryKind.SLEEPING: "the timer {key} was set",
    EntryKind.WOKE: "the timer {key} went off",
    EntryKind.CHILD_STARTED: "the child run {key} began",
    EntryKind.CHILD_ENDED: "the child run {key} ended",
    EntryKind.DROPPED: "{key} was dropped",
    EntryKind.SKIPPED: "{key} was skipped",
    EntryKind.RESOLVED: "somebody said what came of {key}",
}


def set_aside(entries: Sequence[Entry], voids: Collection[object], but: str = "") -> tuple[str, ...]:
    """A line for each entry with its number, as `show-run` and the journal have it; `but` says what stays all the same."""
    return tuple(f"no longer counts: {_told(e)} (entry {e.seq}){but}" for e in entries if e.seq in voids)


def _told(entry: Entry) -> str:
    return _WORDS.get(entry.kind, f"{entry.kind} {{key}}").format(n=max(1, entry.attempt), key=entry.key).rstrip()
