"""The feed: which runs got entries, whoever wrote them, told to the screens at most thirty times a second.

A thread of its own asks the store whether anything was committed, at once when this process's engine says so and else ten
times a second while its files are written to, and puts together what came: per run only its newest seq counts. Nothing else
comes from the engine to a screen but progress inside a step; what a screen shows of a run it reads, and a gap in what it has
shows in the seq.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lexiconsole.app.look import Watch
from lexiconsole.errors import LexiconsoleError

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.durable.context import Progress

__all__ = ["FRAME", "GLANCE", "Feed", "Tidings"]

GLANCE = 0.1
"""Seconds between two looks for what other processes committed."""

FRAME = 1 / 30
"""Seconds between two tidings."""

_CALM = 1.0
"""Seconds without a write after which it sleeps until the next one. What is written is committed a moment later."""

_MOMENT = 0.01
"""That moment, if the disk is quick."""

_IN_ANY_CASE = 2.0
"""Seconds that it sleeps at most."""


@dataclass(slots=True)
class Tidings:
    """What came since the last ones: the newest seq of each run, how many entries, the newest progress by run and key.

    `fresh`: the store is there for the first time, what was shown before was nothing. `fault` says why it can not be read;
    the next tidings come when it can be again.
    """

    runs: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    progress: dict[tuple[str, str], Progress] = field(default_factory=dict)
    fault: str = ""
    fresh: bool = False

    def __bool__(self) -> bool:
        return bool(self.runs or self.progress or self.fault or self.fresh)


class Feed:
    """`due` is called on the feed's thread when tidings wait to be taken, and not again until they were."""

    def __init__(self, look: Look, due: Callable[[], None]) -> None:
        self._look, self._due = look, due
        self._turn = threading.Lock()
        self._tidings = Tidings()
        self._told = False
        self._watch, self._written_at = Watch(look.path.parent), time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go, name="feed", daemon=True)
        self.version = 0
        """Another number after any commit, with or without entries; 0 while there is no store."""
        self.position = 0
        self.entries = 0
        """All that were seen, for the rate."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._watch.ring()
        if self._thread.is_alive():
            self._thread.join(2.0)
        self._look.close()
        if not self._thread.is_alive():
            self._watch.close()

    def hurry(self) -> None:
        """Something was committed here: look now. Safe from any thread."""
        self._watch.ring()

    def progress(self, run_id: str, event: Progress) -> None:
        """Progress inside a step of a run that is driven here. Safe from any thread."""
        with self._turn:
            self._tidings.progress[run_id, event.key] = event
        self._tell()

    def take(self) -> Tidings:
        """What came since the last call."""
        with self._turn:
            taken, self._tidings, self._told = self._tidings, Tidings(), False
        return taken

    def _go(self) -> None:
        fault = ""
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                now = self._look.version()
                if self.version == 0 and now != 0:
                    self._begin()
                elif now != self.version:
                    self._read()
                self.version = now
                fault = ""
            except LexiconsoleError as reason:
                if str(reason) != fault:
                    fault = str(reason)
                    self._fail(fault)
            self._rest(began)

    def _rest(self, began: float) -> None:
        """Until there may be something to read."""
        calm = self._watch.told and time.monotonic() - self._written_at > _CALM
        self._watch.wait(_IN_ANY_CASE if calm else GLANCE, for_writes=calm)
        if self._watch.written():
            self._written_at = time.monotonic()
        self._stop.wait(max(_MOMENT, FRAME - (time.monotonic() - began)))

    def _begin(self) -> None:
        """What is in the store by now is read by the screens; what comes from here on is told."""
        self._watch.begin()
        self.position = self._look.head()
        with self._turn:
            self._tidings.fresh = True
        self._tell()

    def _read(self) -> None:
        while not self._stop.is_set():
            position, advances = self._look.advanced(self.position)
            if not advances:
                return
            self.position = position
            with self._turn:
                for advance in advances:
                    self._tidings.runs[advance.run_id] = advance.seq
                    self._tidings.entries += advance.entries
                    self.entries += advance.entries
            self._tell()

    def _fail(self, reason: str) -> None:
        with self._turn:
            self._tidings.fault = reason
        self._tell()

    def _tell(self) -> None:
        with self._turn:
            if self._told or not self._tidings:
                return
            self._told = True
        self._due()
