"""Forgetting: secrets that people typed leave the vault when the run that asked for them can not go on any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from lexiconsole.app.vault import FileVault
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import RunFilter, RunRow
from lexiconsole.durable.vault import references
from lexiconsole.errors import StoreError
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.types import ENDED, RunStatus

__all__ = ["Forgetting"]

_FINAL = frozenset({EntryKind.COMPLETED, EntryKind.COMPENSATED, EntryKind.CANCELLED})
"""A run that failed may be tried again, and then it needs what it was told."""

_OVER = frozenset({RunStatus.COMPLETED, RunStatus.COMPENSATED, RunStatus.CANCELLED})

_HOLD = tuple(status for status in RunStatus if status not in ENDED or status is RunStatus.FAILED)
_PAGE = 1000

_log = logging.getLogger(__name__)


class Forgetting:
    """Follows what one process commits. A fork that still goes on, or may, keeps what it took over."""

    def __init__(self, runtime: Runtime, vault: FileVault) -> None:
        self._runtime, self._vault = runtime, vault
        self._ended: list[str] = []
        self._news, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()
        runtime.journal.subscribe(self._hear)

    def _hear(self, entries: Sequence[Entry]) -> None:
        ended = [entry.run_id for entry in entries if entry.kind in _FINAL]
        if ended and self._vault.used:
            self._ended += ended
            self._idle.clear()
            self._news.set()

    async def work(self) -> None:
        try:
            await self._look_back()
        except StoreError as fault:
            _log.warning("it was not looked for secrets that outlived their runs: %s", fault)
        while True:
            await self._news.wait()
            self._news.clear()
            while self._ended:
                try:
                    await self._forget(self._ended.pop())
                except (StoreError, OSError) as fault:
                    _log.warning("secrets were not taken out of the vault: %s", fault)
            self._idle.set()

    async def _look_back(self) -> None:
        """A process may have died between the end of a run and this."""
        for run_id in self._vault.runs():
            row = await self._runtime.journal.run(run_id)
            if row is not None and row.status in _OVER:
                self._ended.append(run_id)
        if self._ended:
            self._idle.clear()
            self._news.set()

    async def settled(self) -> None:
        """When the secrets of all runs that ended so far are gone."""
        await self._idle.wait()

    async def _forget(self, run_id: str) -> None:
        row = await self._runtime.journal.run(run_id)
        if row is None:
            return
        kept = self._vault.runs().get(run_id, set()) | await self._secrets(row)
        if not kept:
            return
        for other in await self._relatives(row):
            kept -= await self._secrets(other)
        for reference in kept:
            self._vault.forget(reference)

    async def _secrets(self, row: RunRow) -> set[str]:
        entries = await self._runtime.journal.load(row)
        return {reference for entry in entries for reference in references(entry.data)}

    async def _relatives(self, row: RunRow) -> list[RunRow]:
        """Runs that may go on and share a beginning with this one: forks, and what all of its family descend from."""
        first = await self._first(row)
        found: list[RunRow] = []
        before: int | None = None
        while rows := await self._runtime.journal.runs(RunFilter(statuses=_HOLD, limit=_PAGE, before=before)):
            found += [other for other in rows if other.origin or other.id == first]
            before = rows[-1].number
        return found

    async def _first(self, row: RunRow) -> str:
        """The run that this one is a fork of, or a fork of a fork; itself when it is none."""
        while row.origin and (origin := await self._runtime.journal.run(row.origin)) is not None:
            row = origin
        return row.origin or row.id
