"""Driver: the engine in a process of its own, for a face that must never wait for a step. It ends with that face.

What it is asked comes in on its standard input, a line each: `take RUN` and `stop`; the end of the input is the end of whoever
asked. What it tells goes out on its standard output, one JSON object of one name in each line. Steps see neither.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lexiconsole.errors import LexiconsoleError, RefusedError

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.context import Progress
    from lexiconsole.durable.entry import Entry

__all__ = ["COMMAND", "Driver", "main"]

COMMAND = (
    "import json, sys; terms = json.loads(sys.argv[1]); sys.path[:] = terms.pop('path'); "
    "from lexiconsole.app.driver import main; main(**terms)"
)
"""What `python -c` runs. The folder one stands in is not searched for modules, only where the face searched."""

_BEHIND = 10
"""How much nicer than the face: with few cores a key goes before a step."""

_LOOK = 1.0
"""Seconds between two looks at how the engine is."""

_FRAME = 1 / 15
"""Seconds between two tellings of progress; the last of each key counts."""

_GRACE = 5.0
"""Seconds that what is being put down has once nobody is there any more who could ask to end it at once."""

_STORE = 0.1
"""Seconds between two looks whether there is a store by now; driving would make one."""


class Driver:
    """`asked` is what it reads, `told` what it writes to. `run` returns when it was asked to stop, or can not go on."""

    def __init__(self, workspace: Workspace, asked: IO[str], told: IO[str]) -> None:
        self._workspace, self._asked, self._told = workspace, asked, told
        self._stop, self._news = threading.Event(), threading.Event()
        self._turn = threading.Lock()
        self._progress: dict[tuple[str, str], Progress] = {}
        self._health: dict[str, Any] | None = None
        self._fault: BaseException | None = None

    def run(self) -> int:
        """The exit code."""
        threading.Thread(target=self._listen, name="listening", daemon=True).start()
        try:
            if self._await_store():
                self._drive()
            self._stop.set()
            bugs = self._workspace.interrupt()
            self._fault = self._fault or next(iter(bugs), None)
        except KeyboardInterrupt:
            self._stop.set()
            self._workspace.interrupt()
        except Exception as fault:
            self._fault = fault
        if self._fault is not None:
            self._tell("fault", _said(self._fault))
        return int(self._fault is not None)

    def _await_store(self) -> bool:
        """Whether there is one, and nobody asked us to stop meanwhile."""
        while not self._workspace.store_path.exists():
            if self._stop.wait(_STORE):
                return False
        return not self._stop.is_set()

    def _drive(self) -> None:
        catalog = self._workspace.catalog
        known = catalog.definitions, catalog.problems
        serving = threading.Thread(target=self._serve, name="serving", daemon=True)
        serving.start()
        looked = 0.0
        while serving.is_alive() and not self._stop.is_set():
            self._news.wait(_LOOK)
            self._news.clear()
            self._tell_progress()
            if time.monotonic() - looked < _LOOK / 2:
                continue
            looked = time.monotonic()
            self._tell_health()
            if known != (known := (catalog.definitions, catalog.problems)):
                self._tell("reloaded", True)

    def _serve(self) -> None:
        """On a thread, so that this one sees the end of it whatever holds the engine."""
        try:
            self._workspace.listen(self._hear)
            self._workspace.serve(stop=self._stop)
        except BaseException as fault:
            self._fault = fault
        self._news.set()

    # what it is asked

    def _listen(self) -> None:
        """On a thread. Whatever holds the engine, the end of the face is seen."""
        for line in self._asked:
            word, _, subject = line.strip().partition(" ")
            if word == "take":
                threading.Thread(target=self._take, args=(subject,), name=f"take {subject}", daemon=True).start()
            elif word == "stop":
                self._end()
        self._end()
        time.sleep(_GRACE)
        os._exit(1)

    def _end(self) -> None:
        self._stop.set()
        self._news.set()

    def _take(self, run_id: str) -> None:
        """Before whatever else waits: a person waits for it."""
        try:
            self._workspace.drive(self._workspace.run(run_id))
        except RefusedError as fault:
            if "driven by another process" not in str(fault):
                self._tell("declined", _said(fault))
        except Exception as fault:
            if not self._stop.is_set():
                self._tell("declined", _said(fault))

    # what it tells

    def _hear(self, item: Entry | Progress, run_id: str) -> None:
        """On the engine's thread."""
        from lexiconsole.durable.context import Progress

        if isinstance(item, Progress):
            with self._turn:
                self._progress[run_id, item.key] = item
            self._news.set()

    def _tell_progress(self) -> None:
        with self._turn:
            latest, self._progress = self._progress, {}
        if latest:
            self._tell("progress", [[run_id, asdict(note)] for (run_id, _), note in latest.items()])
            self._stop.wait(_FRAME)

    def _tell_health(self) -> None:
        """Only when it reads otherwise: a quiet engine says nothing."""
        health = self._workspace.health(store=False)
        data = None if health is None else asdict(health)
        if data is not None:
            data |= {"lag": round(data["lag"], 1), "rate": round(data["rate"]), "size": 0}
        if data != self._health:
            self._health = data
            self._tell("health", data)

    def _tell(self, name: str, value: Any) -> None:
        with suppress(OSError, ValueError):  # nobody listens any more: its end comes on the other way
            self._told.write(json.dumps({name: value}) + "\n")
            self._told.flush()


def _said(fault: BaseException) -> str:
    return str(fault) if isinstance(fault, LexiconsoleError) else f"{type(fault).__name__}: {fault}"


_streams: list[IO[str]] = []


def _close_in_child() -> None:
    """A child that a step forks must not seem to be us once we are gone."""
    for stream in _streams:
        with suppress(OSError):
            os.close(stream.fileno())


os.register_at_fork(after_in_child=_close_in_child)


def main(root: str, store: str, profile: str) -> None:
    """Never returns. The process ends here, whatever threads of steps are still at work."""
    asked, told = _private(0, "r"), _private(1, "w")
    for sent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sent, signal.default_int_handler)
    _step_back()
    code = 1
    try:
        from lexiconsole.app.workspace import Workspace

        workspace = Workspace.find(Path(root), store=Path(store), profile=profile)
        code = Driver(workspace, asked, told).run()
    except Exception as fault:
        told.write(json.dumps({"fault": _said(fault)}) + "\n")
        told.flush()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _step_back() -> None:
    """Behind the face. Linux weighs sessions before it weighs their processes, and this one has a session of its own."""
    with suppress(OSError):
        os.nice(_BEHIND)
    for _ in range(20):
        try:
            Path("/proc/self/autogroup").write_text(str(_BEHIND), encoding="ascii")
        except BlockingIOError:
            time.sleep(0.1)  # the kernel takes one such wish in that time, whoever has it
        except OSError:
            return  # another system, or one that does not weigh sessions
        else:
            return


def _private(number: int, mode: str) -> IO[str]:
    """A standard stream for ourselves alone; steps, and the programs they start, find nothing there."""
    kept = os.dup(number)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, number)
    os.close(nothing)
    stream = os.fdopen(kept, mode, encoding="utf-8")
    _streams.append(stream)
    return stream
