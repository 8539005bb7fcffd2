"""Playback of a saga: its entries, and which of them the picture shows: the present at a pace one can follow, or the past."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.outline import Outline
from lexiconsole.views.lanes import Lanes, lanes_of
from lexiconsole.views.pacing import Pacer, Showing

__all__ = ["Playback"]


class Playback:
    """`past` is the seq that is looked at, None for the present. `clock` counts seconds, for the pace alone."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.entries: list[Entry] = []
        self.outline = Outline()
        self.past: int | None = None
        self._pacer, self._clock = Pacer(), clock

    @property
    def head(self) -> int:
        """The newest seq, 0 before there is any."""
        return self.entries[-1].seq if self.entries else 0

    def take(self, new: Sequence[Entry], outline: Outline) -> None:
        """More entries; those known already are ignored. The first ones are shown at once, later ones hop by hop."""
        self.outline, known = outline, self.head
        self.entries += [entry for entry in new if entry.seq > known]
        if known:
            self._pacer.heard(self.head, self._moves(known), self._clock())
        else:
            self._pacer.jump(self.head)

    def showing(self) -> Showing:
        return Showing(self.past) if self.past is not None else self._pacer.at(self._clock())

    def lanes(self, seq: int) -> Lanes:
        """As they stood after that entry."""
        return lanes_of([entry for entry in self.entries if entry.seq <= seq], self.outline)

    def freeze(self) -> None:
        """Stands still at what is shown now."""
        self.past = self.showing().seq or None

    def live(self) -> None:
        self.past = None
        self._pacer.jump(self.head)

    def go_to(self, seq: int) -> None:
        """To that entry; to the present where it is the newest."""
        if seq >= self.head:
            self.live()
        else:
            self.past = max(1, seq)

    def scrub(self, by: int) -> None:
        """So many entries back or on; beyond the newest is the present."""
        at = max(1, (self.head if self.past is None else self.past) + by)
        if at > self.head or (self.past is None and by > 0):
            self.live()
        else:
            self.past = at

    def scrub_to_move(self, by: int) -> None:
        """To the nearest entry before or behind at which the token moved."""
        here = self.head if self.past is None else self.past
        moves = [seq for seq in self._moves(0) if (seq < here if by < 0 else seq > here)]
        if moves:
            self.past = moves[-1] if by < 0 else moves[0]
        elif by > 0:
            self.live()

    def _moves(self, known: int) -> list[int]:
        """The entries behind `known` that take the token one stop further."""
        moves, length = [], len(self.lanes(known).path)
        for entry in self.entries:
            if entry.seq > known and (longer := len(self.lanes(entry.seq).path)) > length:
                length = longer
                moves.append(entry.seq)
        return moves
