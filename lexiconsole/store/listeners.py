"""Listeners: who is told of each committed batch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from lexiconsole.durable.entry import Entry

__all__ = ["Listener", "Listeners"]

Listener = Callable[[Sequence[Entry]], None]

_log = logging.getLogger(__name__)


class Listeners:
    """Calls every listener with each batch; one that fails harms neither the others nor the writer."""

    def __init__(self) -> None:
        self._all: list[Listener] = []

    def add(self, listener: Listener) -> Callable[[], None]:
        """Gives back the way to stop; stopping twice does nothing."""
        self._all.append(listener)

        def stop() -> None:
            if listener in self._all:
                self._all.remove(listener)

        return stop

    def publish(self, entries: Sequence[Entry]) -> None:
        for listener in tuple(self._all) if entries else ():
            try:
                listener(entries)
            except Exception:
                _log.exception("a listener of the journal failed; it was told of %d entries", len(entries))
