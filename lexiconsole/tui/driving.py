"""Driving: the console's engine, which lives in a process of its own, so that no step can hold up a key.

Entries come through the store, as those of any other process; only progress and how the engine is are told directly.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lexiconsole.app.engine_process import EngineProcess
    from lexiconsole.app.health import Health
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.context import Progress
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["STARTING", "Driving"]

STARTING = "the engine is starting"


class Driving:
    """Nothing before `begin`, and nothing at all in a console that does not drive: its acts are then done where it is.
    `comes` says whether it will be begun.
    """

    def __init__(self, console: ConsoleApp, *, comes: bool) -> None:
        self._console, self._comes = console, comes
        self._process: EngineProcess | None = None
        self._turn = threading.Lock()
        self._ended = False

    def begin(self, workspace: Workspace) -> None:
        """From now on a process of its own drives what nobody drives, and what is started or asked for here."""
        from lexiconsole.app.engine_process import EngineProcess

        with self._turn:
            if self._process is not None or self._ended:
                return
            self._process = EngineProcess(workspace.root, workspace.store_path, workspace.profile, self)
            workspace.hand_over = self._process.take
            self._process.start()

    @property
    def health(self) -> Health | None:
        """How the engine is doing, wherever it is; None while that is not known."""
        if self._process is not None:
            return self._process.health
        workspace = self._console.workspace
        return None if workspace is None else workspace.health()

    @property
    def fallen(self) -> str:
        """Why there is no engine just now, "" while there is one."""
        return "" if self._process is None else self._process.fallen

    @property
    def awaited(self) -> str:
        """What a run that nobody drives yet waits for, as a clause; "" when there is an engine, or none will come."""
        if self._process is None:
            return STARTING if self._comes else ""
        if self._process.health is not None:
            return ""
        return "the engine ended and is begun again" if self._process.fallen else STARTING

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def end(self) -> None:
        """Asks for the end; `ended` waits for it."""
        with self._turn:
            self._ended = True
        if self._process is not None:
            self._process.stop()

    def let_go(self) -> None:
        """The terminal is gone, and with it whoever could end the waiting."""
        if self._process is not None:
            self._process.let_go()

    def ended(self) -> None:
        if self._process is not None:
            self._process.wait()

    # what it tells, on a thread

    def progress(self, run_id: str, note: Progress) -> None:
        if self._console.feed is not None:
            self._console.feed.progress(run_id, note)

    def reloaded(self) -> None:
        """Forms and previews are made here: they know what the engine knows."""
        workspace = self._console.workspace
        if workspace is not None and workspace.catalog.reload():
            self._console.later(self._console.definitions_loaded, workspace.definitions())

    def declined(self, reason: str) -> None:
        self._console.later(self._console.failed, Exception(reason))

    def fell(self, reason: str) -> None:
        self._console.later(self._console.failed, Exception(reason))
