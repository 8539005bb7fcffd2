"""Beside: what goes on next to the engine while a store is open. None of it holds up a run."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
from pathlib import Path

from lexiconsole.app.audit_head import HeadFile, HeadKeeper
from lexiconsole.app.config import Settings
from lexiconsole.app.forgetting import Forgetting
from lexiconsole.app.vault import FileVault
from lexiconsole.runtime.runtime import Runtime

__all__ = ["Beside"]

_PATIENCE = 2.0  # seconds that the end waits for it

_log = logging.getLogger(__name__)


class Beside:
    """Keeps the audit's head in its file, forgets secrets nobody needs, and tells people what happened. Made on the engine's loop."""

    def __init__(self, runtime: Runtime, store: Path, settings: Settings) -> None:
        self._runtime, self._store, self._command = runtime, store, settings.audit.head_command
        send = self._send_head if self._command else None
        self._keeper = HeadKeeper(runtime.journal, HeadFile.beside(store), send)
        runtime.spawn(self._keeper.work())
        self._forgetting = Forgetting(runtime, FileVault.beside(store))
        runtime.spawn(self._forgetting.work())
        self._teller = None
        told = settings.notifications
        if told.command is not None or told.webhook is not None:
            from lexiconsole.app.notices import Teller
            from lexiconsole.store import SqliteJournal

            if isinstance(runtime.journal, SqliteJournal):
                self._teller = Teller(runtime, runtime.journal.notices, told)
                runtime.spawn(self._teller.work())

    async def settled(self) -> None:
        """When what was committed so far is taken care of, or patience is over; the next process goes on with the rest."""
        waiting = [asyncio.ensure_future(self._keeper.settled(_PATIENCE))]
        waiting.append(asyncio.ensure_future(self._forgetting.settled()))
        if self._teller is not None:
            waiting.append(asyncio.ensure_future(self._teller.settled()))
        _, late = await asyncio.wait(waiting, timeout=_PATIENCE)
        for one in late:
            one.cancel()

    async def _send_head(self, number: int, digest: str) -> None:
        body = json.dumps({"store": str(self._store), "number": number, "hash": digest})

        def send() -> str:
            try:
                done = subprocess.run(
                    self._command, input=body, text=True, capture_output=True, check=False, timeout=30
                )
            except (OSError, subprocess.TimeoutExpired) as fault:
                return str(fault)
            return done.stderr.strip() or f"it ended with {done.returncode}" if done.returncode else ""

        if fault := await self._runtime.threads.run(send):
            _log.warning("audit.head_command could not take the head: %s", fault)
