"""Pulse: how well the engine's loop keeps time, and what holds it when it does not. Read from any thread, without waiting."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.durable.entry import Entry
from lexiconsole.runtime.quiet import until_next

if TYPE_CHECKING:
    from lexiconsole.runtime.drive import Drive
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["Held", "Pulse"]

BEAT = 0.1
"""Seconds between two beats, twice as many while nothing is driven: the resolution of what is told here, and all it costs."""

HELD_AFTER = 0.25
"""Seconds that the loop may be late before something counts as holding it."""

UNKNOWN_AFTER = 1.0
"""The same for what is no run's: a machine that is busy is late by itself now and then."""

_REMEMBERED = 20
_OURS = f"{Path(__file__).parents[1]}{os.sep}"


@dataclass(frozen=True, slots=True)
class Held:
    """What has held the loop for so many seconds. `key` is "" for a workflow's own code between its steps, `run_id` too when
    it is no run. `where` is the file and line it is at.
    """

    run_id: str
    key: str
    seconds: float
    where: str = ""

    def __str__(self) -> str:
        what = f"step {self.key}" if self.key else "the workflow's own code" if self.run_id else "something"
        return f"{what} has held the loop for {self.seconds:.1f} s"


class Pulse:
    """Beats on the loop of `runtime`, which runs in `thread`. Made and started there, looked at from anywhere."""

    def __init__(self, runtime: Runtime, thread: threading.Thread) -> None:
        self._runtime, self._thread = runtime, thread
        self._loop = asyncio.get_running_loop()
        self._due = time.monotonic() + BEAT
        self._late: deque[float] = deque([0.0], maxlen=_REMEMBERED)
        self._written: deque[tuple[float, int]] = deque([(time.monotonic(), 0)], maxlen=_REMEMBERED)
        self._count = 0
        self._timer = self._loop.call_later(BEAT, self._beat)

    def stop(self) -> None:
        self._timer.cancel()

    def committed(self, entries: Sequence[Entry]) -> None:
        """As a listener of the journal."""
        self._count += len(entries)

    def _beat(self) -> None:
        now = time.monotonic()
        self._late.append(max(0.0, now - self._due))
        self._written.append((now, self._count))
        left = until_next(BEAT if self._runtime.drives else 2 * BEAT)
        self._due = now + left
        self._timer = self._loop.call_later(left, self._beat)

    # from outside

    @property
    def lag(self) -> float:
        """Seconds that the loop was late at worst in the last two seconds, or is late by now."""
        return max(time.monotonic() - self._due, *list(self._late), 0.0)

    @property
    def rate(self) -> float:
        """Entries that this process committed in a second, over the last two."""
        since, before = self._written[0]
        return (self._count - before) / max(time.monotonic() - since, BEAT)

    def held(self) -> Held | None:
        """What holds the loop right now; None while it keeps time."""
        seconds = time.monotonic() - self._due
        if seconds < HELD_AFTER:
            return None
        try:
            run_id, key = self._who()
        except RuntimeError:  # it let go while we looked, and what we looked at changed
            run_id, key = "", ""
        late = time.monotonic() - self._due
        if late < HELD_AFTER or (not run_id and late < UNKNOWN_AFTER):
            return None
        return Held(run_id, key, seconds, self._where())

    def _who(self) -> tuple[str, str]:
        """The run whose task the loop executes, and the key it is at."""
        task = asyncio.current_task(self._loop)
        for drive in list(self._runtime.drives.values()):
            key = None if task is None else _key_in(drive, task)
            if key is not None:
                return drive.row.id, key
        return "", ""

    def _where(self) -> str:
        """The innermost line that is not ours."""
        frame = sys._current_frames().get(self._thread.ident or 0)  # noqa: SLF001 - documented, whatever its name says
        while frame is not None and frame.f_code.co_filename.startswith(_OURS):
            frame = frame.f_back
        return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""


def _key_in(drive: Drive, task: asyncio.Task[object]) -> str | None:
    """The key of the work that the task executes for this run, "" for the model itself, None when it is not of this run."""
    ctx = drive.ctx
    if ctx is None:
        return "" if task is drive.task else None
    for work in list(ctx.open.values()):
        if task in work.tasks and work.word != "a branch":
            return work.key
    strand = ctx.main if task is ctx.main.task else ctx.strands.get(task)
    if strand is None:
        return "" if task is drive.task else None
    if strand.busy:
        return next((work.key for work in list(ctx.open.values()) if work.begun and not work.tasks), "")
    return ""
