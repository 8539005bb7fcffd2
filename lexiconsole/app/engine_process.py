"""EngineProcess: the driver process as the face sees it that began it: what it tells, what it is asked, its end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from lexiconsole.app.driver import COMMAND
from lexiconsole.app.health import Health, Held
from lexiconsole.durable.context import Progress

__all__ = ["EngineProcess", "Hears"]

_SOON, _LATEST = 0.5, 30.0
"""Seconds before it is begun again after its first end; each further end doubles them, up to so many."""

_TOLD = 10.0
"""Seconds for which the reason of an end is told once it was begun again."""

_WELL = 60.0
"""Seconds after which it counts as one that works."""


class Hears(Protocol):
    """Called on a thread of the engine process's keeper."""

    def progress(self, run_id: str, note: Progress) -> None: ...

    def reloaded(self) -> None:
        """Definitions changed on disk, and were loaded again there."""

    def declined(self, reason: str) -> None:
        """A run that was handed over can not be driven."""

    def fell(self, reason: str) -> None:
        """It ended by itself. It is begun again; what it drove is taken up again."""


class EngineProcess:
    """Begun once and kept until `stop`. What it drove when it fell, or when this process is killed, any other process takes
    over: the store knows who owns a run, and the kernel who lives.
    """

    def __init__(self, root: Path, store: Path, profile: str, hears: Hears) -> None:
        terms = {"root": str(root), "store": str(store), "profile": profile, "path": sys.path}
        self._command = [sys.executable, "-c", COMMAND, json.dumps(terms)]
        self._hears = hears
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._leaving = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="engine process", daemon=True)
        self._fault = ""
        self.health: Health | None = None
        """How it is doing, None while that is not known."""
        self._fell, self._began_at = "", 0.0

    @property
    def fallen(self) -> str:
        """Why it is not there just now, or was not a moment ago: on a full disk it is begun again and again."""
        is_young = time.monotonic() - self._began_at < _TOLD
        return self._fell if self.pid is None or is_young else ""

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Gives back at once."""
        self._keeper.start()

    def take(self, run_id: str) -> None:
        """Asks it to drive the run now. Without it nothing is lost: whoever drives next finds the run."""
        self._say(f"take {run_id}")

    def stop(self) -> None:
        """Asks it to put its runs down where they stand; `wait` waits for that."""
        with self._turn:
            self._leaving.set()
        self._say("stop")

    def let_go(self) -> None:
        """Nobody is there to wait for its steps any more: it gives them the seconds that it gives them when its face is gone."""
        process = self._process
        if process is not None and process.stdin is not None:
            with suppress(OSError, ValueError):
                process.stdin.close()

    def wait(self) -> None:
        """Until it has ended. Whoever is tired of waiting (Ctrl-C) ends it at once; its runs can be resumed all the same."""
        try:
            if self._keeper.ident is not None:
                self._keeper.join()
        except BaseException:
            if self._process is not None:
                self._process.kill()
            raise

    def _say(self, line: str) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            with suppress(OSError, ValueError):
                process.stdin.write(line + "\n")
                process.stdin.flush()

    # on the keeper's thread

    def _keep(self) -> None:
        pause = _SOON
        while not self._leaving.is_set():
            self._began_at = began = time.monotonic()
            reason = self._live()
            self.health = None
            if self._leaving.is_set():
                return
            self._fell = reason
            with suppress(Exception):  # whoever hears of it may be closing; it is begun again all the same
                self._hears.fell(reason)
            pause = _SOON if time.monotonic() - began > _WELL else pause
            self._leaving.wait(pause)
            pause = min(pause * 2, _LATEST)

    def _live(self) -> str:
        """One life of it, and what it ended with."""
        self._fault = ""
        with self._turn:  # whoever asks it to stop finds it, or it is not begun
            if self._leaving.is_set():
                return ""
            try:
                self._process = process = self._begun()
            except OSError as fault:
                return f"the engine process can not be begun: {fault}"
        assert process.stdout is not None
        assert process.stdin is not None
        with process.stdout as told:
            for line in told:
                with suppress(
                    Exception
                ):  # what is not understood, or nobody can hear, is no reason to be deaf to the rest
                    self._heard(json.loads(line))
        code = process.wait()
        with suppress(OSError):
            process.stdin.close()
        return (
            self._fault or f"the engine process ended {_how(code)}; it is begun again, runs go on from what is recorded"
        )

    def _begun(self) -> subprocess.Popen[str]:
        """In a session of its own: a Ctrl-C or a hang-up of the terminal is for the face, which then says `stop`."""
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def _heard(self, told: dict[str, Any]) -> None:
        match told:
            case {"progress": notes}:
                for run_id, note in notes:
                    self._hears.progress(run_id, Progress(**note))
            case {"health": None}:
                self.health = None
            case {"health": data}:
                held = data.pop("held")
                self.health = Health(**data, held=None if held is None else Held(**held))
            case {"reloaded": _}:
                self._hears.reloaded()
            case {"declined": reason}:
                self._hears.declined(reason)
            case {"fault": reason}:
                self._fault = reason


def _how(code: int) -> str:
    if code >= 0:
        return f"with code {code}"
    with suppress(ValueError):
        return f"by {signal.Signals(-code).name}"
    return f"by signal {-code}"
