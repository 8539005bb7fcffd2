"""Following a run: what it did so far, then what it does, whoever drives it."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from lexiconsole.durable.context import Progress
from lexiconsole.durable.entry import ENDINGS, Entry, EntryKind
from lexiconsole.durable.journal import RunRow
from lexiconsole.errors import NotOwnedError
from lexiconsole.runtime.engine import Engine
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.types import RunStatus

__all__ = ["follow"]

_GLANCE = 0.1  # seconds between two looks for what other processes wrote


def follow(engine: Engine, run: RunRow, after: int, timeout: float | None) -> Iterator[Entry | Progress]:
    """Entries behind `after`, with progress in between, until one that ends or parks the run is the newest there is.

    A run driven here is told of at once; one driven elsewhere is looked at ten times a second.
    """
    woken: queue.SimpleQueue[Progress | None] = queue.SimpleQueue()

    def hear(item: Entry | Progress, run_id: str) -> None:
        if run_id == run.id:
            woken.put(item if isinstance(item, Progress) else None)

    deadline = None if timeout is None else time.monotonic() + timeout
    silence = engine.listen(hear)
    try:
        while True:
            entries = engine.call(partial(_load, run, after))
            for entry in entries:
                after = entry.seq
                yield entry
            if entries and _rests(entries[-1]):
                return
            fault = engine.call(partial(_stopped_by, run))
            if fault is not None and not entries:
                raise fault
            if deadline is not None and time.monotonic() >= deadline:
                return
            yield from _wait(woken)
            if not entries and not engine.call(partial(_moves, run)):
                yield from engine.call(partial(_load, run, after))  # came since the last look
                return
    finally:
        silence()


def _wait(woken: queue.SimpleQueue[Progress | None]) -> Iterator[Progress]:
    """Until something was committed or a moment has passed; the last progress of each key is enough."""
    latest: dict[str, Progress] = {}
    with suppress(queue.Empty):
        item = woken.get(timeout=_GLANCE)
        while True:
            if item is not None:
                latest[item.key] = item
            item = woken.get_nowait()
    yield from latest.values()


def _rests(entry: Entry) -> bool:
    return entry.kind in ENDINGS or entry.kind is EntryKind.PARKED


async def _stopped_by(run: RunRow, runtime: Runtime) -> BaseException | None:
    """What made this process stop driving the run without an ending; losing it to another process does not count."""
    fault = runtime.faults.get(run.id)
    return None if isinstance(fault, NotOwnedError) or runtime.has(run.id) else fault


async def _load(run: RunRow, after: int, runtime: Runtime) -> list[Entry]:
    return await runtime.journal.load(run, after=after)


async def _moves(run: RunRow, runtime: Runtime) -> bool:
    """Whether anything more can be expected: a run that rests says so in its status."""
    row = await runtime.journal.run(run.id)
    return row is not None and row.status in (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPENSATING)
