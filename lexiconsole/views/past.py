"""The past of one run as pictures: each is folded on from the nearest moment that was kept, not from the beginning."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.outline import Outline
from lexiconsole.views.picture import Picture
from lexiconsole.views.picturing import Picturing

__all__ = ["Past"]

_NEAR = 32
"""Entries before a moment that was looked at, of which one is kept: the next step back is at most so far."""

_MOST = 16
"""Moments that are kept of the whole run, spread over it; twice as many while it grows."""


class Past:
    """`entries` may grow behind its back; what it was asked for before stays as it is."""

    def __init__(self, outline: Outline, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._kept: dict[int, Picturing] = {0: Picturing(outline)}  # by how many entries were taken in
        self._near = 0, self._kept[0]

    def picture(self, count: int) -> Picture:
        """As it stood after so many entries."""
        begun = max((at for at in self._kept if at <= count), default=0)
        fold = self._kept[begun]
        if begun < self._near[0] <= count:
            begun, fold = self._near
        fold = fold.branch()
        apart = max(_NEAR, len(self._entries) // _MOST)
        for at in range(begun, count):
            if at % apart == 0:
                self._keep(at, fold)
            if at == count - _NEAR:
                self._near = at, fold.branch()
            fold.add(self._entries[at])
        return fold.picture

    def _keep(self, at: int, fold: Picturing) -> None:
        self._kept.setdefault(at, fold.branch())
        if len(self._kept) > 2 * _MOST:
            self._kept = {kept: self._kept[kept] for kept in sorted(self._kept)[::2]}
