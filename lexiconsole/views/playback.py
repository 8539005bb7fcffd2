"""Playback of a saga: which of its entries the picture shows: the present at a pace one can follow, or the past.

A picture that falls behind shows entries one after the other, a hop at a time, so that every hop of the token can be seen
however fast a run is; one that falls far behind leaves hops out and says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.migrated import names_of_now, outline_of_now, renames
from lexiconsole.durable.outline import Outline
from lexiconsole.views.lanes import Lanes, LanesFold

__all__ = ["HOP", "MOST", "Pacer", "Playback", "Showing"]

HOP = 0.25
"""Seconds that a hop is shown at least."""

_KEPT_EACH = 500

MOST = 8
"""Hops that a picture may be behind before it leaves some out."""


@dataclass(frozen=True, slots=True)
class Showing:
    """Fold entries up to `seq`. While a hop is under way `hop` is the seq of its entry and `part` how much of it is done
    (0 to 1); its entry counts once it has arrived. `behind` are the hops still to come, `left_out` those never shown.
    """

    seq: int
    hop: int = 0
    part: float = 1.0
    behind: int = 0
    left_out: int = 0

    @property
    def moving(self) -> bool:
        return self.hop > 0

    @property
    def said(self) -> str:
        """What a face says about it, "" when it shows the present."""
        if self.left_out:
            return f"catching up: {self.left_out} moves left out"
        return f"catching up: {self.behind} more to come" if self.behind else ""


class Pacer:
    """Times are seconds of any one clock. Entries come by `heard`, the past by `jump`."""

    def __init__(self, hop: float = HOP, most: int = MOST) -> None:
        self._hop, self._most = hop, most
        self._head = 0
        self._waiting: deque[int] = deque()
        self._under_way, self._began, self._left_out = 0, 0.0, 0

    def jump(self, seq: int) -> None:
        """Shows that entry at once: the first look, or a moment of the past."""
        self._head, self._under_way, self._left_out = seq, 0, 0
        self._waiting.clear()

    def heard(self, head: int, moves: Iterable[int], now: float) -> None:
        """The run is at `head`; `moves` are the seqs of entries that make the token hop, in order, known ones among them."""
        if head <= self._head:
            return
        newest = max(self._head, self._under_way, self._waiting[-1] if self._waiting else 0)
        self._waiting.extend(seq for seq in moves if newest < seq <= head)
        self._head = head
        while len(self._waiting) > self._most:
            self._waiting.popleft()
            self._left_out += 1
        if not self._under_way:
            self._next(now)

    def at(self, now: float) -> Showing:
        """What is to be shown at that time."""
        while self._under_way and now - self._began >= self._hop:
            self._next(self._began + self._hop)
        if not self._under_way:
            return Showing(self._head)
        part = min(1.0, max(0.0, (now - self._began) / self._hop))
        return Showing(self._under_way - 1, self._under_way, part, len(self._waiting), self._left_out)

    def _next(self, now: float) -> None:
        self._under_way = self._waiting.popleft() if self._waiting else 0
        self._began = now
        if not self._waiting:
            self._left_out = 0


class Playback:
    """`past` is the seq that is looked at, None for the present. `clock` counts seconds, for the pace alone."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.entries: list[Entry] = []
        self.outline = Outline()
        self.past: int | None = None
        self._pacer, self._clock = Pacer(), clock
        self._told, self._fold = LanesFold(self.outline), LanesFold(self.outline)
        self._kept: list[LanesFold] = []  # one every so many entries, so that no moment is far from one of them
        self._moves: list[int] = []

    @property
    def head(self) -> int:
        """The newest seq, 0 before there is any."""
        return self.entries[-1].seq if self.entries else 0

    def take(self, new: Sequence[Entry], outline: Outline) -> None:
        """More entries; those known already are ignored. The first ones are shown at once, later ones hop by hop."""
        known = self.head
        self.entries += [entry for entry in new if entry.seq > known]
        outline = outline_of_now(outline, self.entries)
        if outline != self.outline or any(renames(entry) for entry in new):
            self.entries, self.outline = names_of_now(self.entries), outline
            self._told, self._fold, self._moves, self._kept = LanesFold(outline), LanesFold(outline), [], []
        for entry in self.entries[self._told.seen :]:
            if self._told.add(entry):
                self._moves.append(entry.seq)
            if self._told.seen % _KEPT_EACH == 0:
                self._kept.append(self._told.branch())
        if known:
            self._pacer.heard(self.head, [seq for seq in self._moves if seq > known], self._clock())
        else:
            self._pacer.jump(self.head)

    def showing(self) -> Showing:
        return Showing(self.past) if self.past is not None else self._pacer.at(self._clock())

    def lanes(self, seq: int) -> Lanes:
        """As they stood after that entry: on from the moment shown before or the nearest one that was kept."""
        if seq >= self.head:
            return self._told.lanes
        nearest = next((fold for fold in reversed(self._kept) if fold.seq <= seq), None)
        if not (nearest.seq if nearest is not None else 0) <= self._fold.seq <= seq:
            self._fold = nearest.branch() if nearest is not None else LanesFold(self.outline)
        for entry in self.entries[self._fold.seen :]:
            if entry.seq > seq:
                break
            self._fold.add(entry)
        return self._fold.lanes

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
        moves = [seq for seq in self._moves if (seq < here if by < 0 else seq > here)]
        if moves:
            self.past = moves[-1] if by < 0 else moves[0]
        elif by > 0:
            self.live()
