"""Hearing: follows what the engine of an application commits and makes events of it, in the order of the commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lexiconsole.app.facts import EntryEvents
from lexiconsole.app.telling import log
from lexiconsole.contracts.events import WorkflowEvent
from lexiconsole.durable.context import Progress
from lexiconsole.durable.entry import ENDINGS, Entry, EntryKind
from lexiconsole.runtime.runtime import Runtime

__all__ = ["Hearing"]


class Hearing:
    """Lives on the engine's loop. An entry does not name its run's definition; the store is asked once for each run."""

    def __init__(self, runtime: Runtime, tell: Callable[[WorkflowEvent], None]) -> None:
        self._runtime, self._tell = runtime, tell
        self._waiting: asyncio.Queue[Entry] = asyncio.Queue()
        self._known: dict[str, tuple[str, str]] = {}
        self._fold = EntryEvents()
        runtime.spawn(self._work())

    def hear(self, item: Entry | Progress, run_id: str) -> None:
        """As a listener of the engine."""
        if isinstance(item, Entry):
            self._waiting.put_nowait(item)

    async def told(self) -> None:
        """When everything that was committed so far has been told."""
        await self._waiting.join()

    async def _work(self) -> None:
        while True:
            entry = await self._waiting.get()
            try:
                name, kind = await self._about(entry.run_id)
                for event in self._fold.events(entry, name, kind):
                    self._tell(event)
            except Exception as fault:  # what comes next is still to be told, and whoever ends waits for that
                log.error("%s of run %s is told to nobody: %s", entry.kind, entry.run_id, fault, exc_info=fault)
            finally:
                self._waiting.task_done()
            if entry.kind in ENDINGS or entry.kind is EntryKind.PARKED:
                self._known.pop(entry.run_id, None)

    async def _about(self, run_id: str) -> tuple[str, str]:
        """Name and kind of the run's definition."""
        if run_id not in self._known:
            drive = self._runtime.drives.get(run_id)
            row = drive.row if drive is not None else await self._runtime.journal.run(run_id)
            self._known[run_id] = (row.name, row.kind) if row is not None else ("", "")
        return self._known[run_id]
