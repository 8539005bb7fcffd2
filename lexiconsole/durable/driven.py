"""Driven: how long a run was at work, told by its entries alone, so that a crash gives no new time and a replay finds the same."""

from __future__ import annotations

from bisect import bisect_right

from lexiconsole.durable.entry import ENDINGS, Entry, EntryKind

__all__ = ["Driven"]


class Driven:
    """Counts from the beginning of the generation, or from the last retry of what had ended.

    Left out is the time in which the run was parked, and from the last entry of a process that died until the next one took
    it up: when it died nobody knows.
    """

    __slots__ = ("_before", "_from", "_off", "_resting")

    def __init__(self) -> None:
        self._from: list[int] = []  # seqs; from each on, the part of `at` that does not count stands in `_off`
        self._off: list[float] = []
        self._before = 0.0
        self._resting = False

    def take(self, entry: Entry) -> None:
        """Takes the next entry of the journal, voided ones too: time goes by all the same."""
        kind, at = entry.kind, entry.at
        if not self._from or kind is EntryKind.RENEWED or entry.data.get("voids"):
            self._from, self._off = [entry.seq], [at]
        elif self._resting or kind is EntryKind.OWNED:
            self._from.append(entry.seq)
            self._off.append(self._off[-1] + at - self._before)
        self._before = at
        self._resting = kind is EntryKind.PARKED or kind in ENDINGS or (self._resting and kind is not EntryKind.OWNED)

    def until(self, entry: Entry) -> float:
        """Seconds of work until this entry was written; 0 for one from before the counting began."""
        place = bisect_right(self._from, entry.seq)
        return max(0.0, entry.at - self._off[place - 1]) if place else 0.0
