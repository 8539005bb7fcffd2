"""One run as a screen watches it: its entries so far, its picture, its timeline; and the same for any past moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import RunRow
from lexiconsole.durable.migrated import names_of_now, outline_of_now, renames
from lexiconsole.durable.outline import Outline
from lexiconsole.views.chained import with_levels
from lexiconsole.views.past import Past
from lexiconsole.views.picture import Picture
from lexiconsole.views.picturing import Picturing
from lexiconsole.views.story import Moment, Row
from lexiconsole.views.telling import Telling
from lexiconsole.views.words import StepState

__all__ = ["Mark", "Snapshot", "Watched", "drawn_as"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A spot on the scrubber: something failed, was tried again, waits, turned round or was done by a person."""

    seq: int
    state: StepState


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run up to entry `at` of `head`. `lines` are its timeline, the oldest first; `marks` those of the whole run."""

    row: RunRow
    picture: Picture
    lines: tuple[Moment, ...]
    entries: tuple[Entry, ...]
    marks: tuple[Mark, ...]
    at: int
    head: int

    @property
    def past(self) -> bool:
        return self.at < self.head

    def result_of(self, key: str) -> Row | None:
        return self.picture.story.row(key)


def drawn_as(snapshot: Snapshot | None) -> str:
    """` · drawn as version 1 was` of a run that was migrated: its shape is still that of the version it began with."""
    made = snapshot.entries[0].data.get("version", 1) if snapshot is not None and snapshot.entries else None
    now = snapshot.picture.story.version if snapshot is not None else None
    return f" · drawn as version {made} was" if made is not None and now != made else ""


class Watched:
    """Grows by the entries of one run; not for several threads at once."""

    def __init__(self, row: RunRow, outline: Outline) -> None:
        self.row, self._outline = row, outline
        self._picturing, self._telling = Picturing(outline), Telling()
        self._entries: list[Entry] = []
        self._drawn: list[Entry] = []  # the same, under the names that they have by now
        self._past = Past(outline, self._drawn)
        self._lines: list[Moment] = []
        self._marks: list[Mark] = []

    @property
    def seq(self) -> int:
        return self._entries[-1].seq if self._entries else 0

    def add(self, row: RunRow, entries: Iterable[Entry]) -> None:
        """What is known already is left out; the row is the run's newest one."""
        self.row = row
        for entry in entries:
            if entry.seq <= self.seq:
                continue
            self._entries.append(entry)
            self._picture(entry)
            self._lines += _told(self._telling, entry)
            state = _MARKED.get(entry.kind)
            if state is not None:
                self._marks.append(Mark(entry.seq, state))

    def _picture(self, entry: Entry) -> None:
        """A chain of approvals that began is drawn by its levels from then on, also in the past."""
        outline = with_levels(outline_of_now(self._outline, [entry]), entry)
        self._drawn.append(entry)
        if outline is self._outline and not renames(entry):
            self._picturing.add(entry)
            return
        self._outline, self._picturing = outline, Picturing(outline)
        self._drawn = names_of_now(self._entries)
        self._past = Past(outline, self._drawn)
        for known in self._drawn:
            self._picturing.add(known)

    def now(self) -> Snapshot:
        return Snapshot(
            self.row,
            self._picturing.picture,
            tuple(self._lines),
            tuple(self._entries),
            tuple(self._marks),
            self.seq,
            self.seq,
        )

    def then(self, at: int) -> Snapshot:
        """As it stood when entry `at` was its newest."""
        if at >= self.seq:
            return self.now()
        count = max(1, bisect_right(self._entries, at, key=lambda entry: entry.seq))
        entries, lines = self._entries[:count], self._lines[: bisect_right(self._lines, at, key=lambda line: line.seq)]
        shown = self._past.picture(count)
        return Snapshot(self.row, shown, tuple(lines), tuple(entries), tuple(self._marks), at, self.seq)

    def moves(self) -> list[int]:
        """The seqs at which a token went on: what a coarse step through time stops at."""
        return sorted({hop.seq for hop in self._picturing.picture.hops})


def _told(telling: Telling, entry: Entry) -> tuple[Moment, ...]:
    """Its lines, without the clock readings that questions with a due date leave behind."""
    lines = telling.add(entry)
    return () if entry.kind is EntryKind.DECIDED and entry.key.endswith("/asked") else lines


_MARKED = {
    EntryKind.ATTEMPT_FAILED: StepState.RETRYING,
    EntryKind.STEP_FAILED: StepState.FAILED,
    EntryKind.FAILED: StepState.FAILED,
    EntryKind.DOUBTED: StepState.DOUBTFUL,
    EntryKind.ASKED: StepState.WAITING,
    EntryKind.COMPENSATED: StepState.UNDONE,
    EntryKind.COMPLETED: StepState.DONE,
}
