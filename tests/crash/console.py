"""Real processes for crash tests: `python -m lexiconsole` in a folder of its own, killed when a test likes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
"""Seconds after which a process that says nothing is taken for hung."""


@dataclass
class Ended:
    """How a process ended. `events` are the JSON objects it printed, the last of them what it came to."""

    code: int
    events: list[dict[str, Any]]
    errors: str

    @property
    def last(self) -> dict[str, Any]:
        assert self.events, self.errors
        return self.events[-1]


@dataclass
class Process:
    """A running command."""

    popen: subprocess.Popen[str]
    events: list[dict[str, Any]] = field(default_factory=list)

    def until(self, kind: str, key: str = "") -> bool:
        """Reads on to an entry of that kind and key; False when the process ended before."""
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            event = json.loads(line)
            self.events.append(event)
            if event["type"] == "entry" and event["kind"] == kind and key in ("", event["key"]):
                return True
        return False

    def ended_within(self, seconds: float) -> bool:
        """Gives it so long to end by itself."""
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def interrupt(self) -> None:
        """Ctrl-C, once."""
        self.popen.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.popen.kill()
        self.popen.communicate()

    def end(self) -> Ended:
        """Waits for its end."""
        out, errors = self.popen.communicate(timeout=PATIENCE)
        self.events += [json.loads(line) for line in out.splitlines()]
        return Ended(self.popen.returncode, self.events, errors)


@dataclass
class Console:
    """A workspace without definitions of its own: the bundled ones are used, the store is `.lexiconsole/store.db`."""

    folder: Path
    started: list[Process] = field(default_factory=list)

    def start(self, *arguments: str) -> Process:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LEX_")}
        process = Process(
            subprocess.Popen(
                [sys.executable, "-m", "lexiconsole", *arguments, "--json"],
                cwd=self.folder,
                env={**environment, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        self.started.append(process)
        return process

    def call(self, *arguments: str) -> Ended:
        return self.start(*arguments).end()

    def close(self) -> None:
        for process in self.started:
            if process.popen.poll() is None:
                process.kill()
