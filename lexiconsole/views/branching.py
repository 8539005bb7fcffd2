"""Branching: what a fork takes over, what it asks anew, and what it leaves, said before it is made. A pure fold of entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.views.story import RowKind
from lexiconsole.views.telling import tell
from lexiconsole.views.unresolved import unresolved
from lexiconsole.views.words import StepState

__all__ = ["branch_lines"]

_NAMED = 8
"""How many are named; a bulk operation has thousands."""


def branch_lines(taken: Sequence[Entry], changed: Collection[str], *, undoes: bool) -> list[str]:
    """About a fork that takes over these entries, with the results of the keys `changed` ("" is the input) made others, and
    that compensates them too if it `undoes` them.
    """
    voided = History.of(taken).voided
    standing = [entry for entry in taken if entry.seq not in voided]
    done = [row.key for row in tell(taken).rows if row.kind is RowKind.STEP and row.state is StepState.DONE]
    lines = [f"taken over, not done again: {_several(done)}"] if done else []
    lines += _decisions(standing)
    lines += [f"with another result of {key}" if key else "with another input" for key in changed]
    lines += [
        f"{key} was {what}; it is not sent again: the new run asks whether it took effect"
        for key, what in unresolved(taken).items()
    ]
    if done:
        lines.append(
            "if the new run fails, it undoes that too"
            if undoes
            else "if the new run fails, what was taken over stays done"
        )
    return lines


def _decisions(standing: Sequence[Entry]) -> list[str]:
    """What people decided stands in the fork; votes on what is still open do not."""
    answered = {entry.key: entry for entry in standing if entry.kind is EntryKind.ANSWERED}
    stands = [f"{key} ({_said(entry)})" for key, entry in answered.items()]
    open_keys = dict.fromkeys(e.key for e in standing if e.kind is EntryKind.ASKED and e.key not in answered)
    votes = dict.fromkeys(e.key for e in standing if e.kind is EntryKind.VOTED and e.key in open_keys)
    lines = [f"decided there, and not asked again: {_several(stands)}"] if stands else []
    if open_keys:
        lines.append(f"asked anew: {_several(list(open_keys))}")
    if votes:
        lines.append(f"votes so far on {_several(list(votes))} do not count in the new run")
    return lines


def _said(entry: Entry) -> str:
    value: Any = entry.data.get("value")
    outcome = value.get("outcome") if isinstance(value, dict) else None
    what = str(outcome) if isinstance(outcome, str) and "votes" in value else "answered"
    return f"{what} by {entry.by}" if entry.by else what


def _several(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
