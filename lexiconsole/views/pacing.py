"""The pace of a moving picture: which entry it shows now, so that every hop of a token can be seen however fast a run is.

A picture that falls behind shows entries one after the other, a hop at a time; one that falls far behind leaves hops out and
says so. No clock in here: whoever draws says what time it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["HOP", "MOST", "Pacer", "Showing"]

HOP = 0.25
"""Seconds that a hop is shown at least."""

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
