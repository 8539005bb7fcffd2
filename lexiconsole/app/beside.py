"""Beside: what goes on next to the engine while a store is open for writing. None of it holds up a run."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.app.audit_head import HeadFile, HeadKeeper
from lexiconsole.runtime.runtime import Runtime

__all__ = ["Beside"]

_PATIENCE = 2.0  # seconds that the end waits for it


class Beside:
    """Keeps the audit's head in its file. Made on the engine's loop."""

    def __init__(self, runtime: Runtime, store: Path) -> None:
        self._keeper = HeadKeeper(runtime.journal, HeadFile.beside(store))
        runtime.spawn(self._keeper.work())

    async def settled(self) -> None:
        """When what was committed so far is taken care of, or patience is over; the next process goes on with the rest."""
        await self._keeper.settled(_PATIENCE)
