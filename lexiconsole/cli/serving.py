"""The worker's loop: drives what nobody drives, logs it, hears signals, knows when nothing is left."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.interrupts import Terminated
from lexiconsole.cli.report import moment_line
from lexiconsole.durable.entry import ENDINGS, Entry, EntryKind
from lexiconsole.durable.journal import RunFilter
from lexiconsole.types import RunStatus
from lexiconsole.views.shapes import entry_shape
from lexiconsole.views.story import Lane, Moment
from lexiconsole.views.values import brief, error_line
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.face import Face

__all__ = ["serve"]

_LOGGED = ENDINGS | {EntryKind.CREATED, EntryKind.OWNED, EntryKind.PARKED}
_POLL = 0.2  # seconds between two looks whether anything is left to do
_CAN_GO_ON = (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPENSATING)


def serve(face: Face, *, until_idle: bool, take_over: bool) -> ExitCode:
    """Serves until a signal comes or, if wanted, until no run is left that can go on by itself."""
    with face.workspace() as workspace:
        face.remember(workspace)
        for problem in workspace.problems():
            face.err.error(f"{problem}; its runs are left alone")
        service = _Service(face, workspace, take_over=take_over)
        try:
            service.start()
            while service.alive and not (until_idle and service.idle()):
                service.wait(_POLL)
                service.report()
        except Terminated:
            face.err.hint("asked to stop; stopping cleanly")
        except KeyboardInterrupt:
            face.err.line()
            face.err.say("stopping; press Ctrl-C again to stop at once")
            service.stop()
            workspace.interrupt()
            face.err.say("stopped; nothing is lost, a worker or `lexiconsole resume ID` goes on")
            return ExitCode.INTERRUPTED
        service.stop()
    return ExitCode.COMPLETED


class _Service:
    """The workspace's loop on a thread of its own, so that this one hears signals and can tell when nothing is left."""

    def __init__(self, face: Face, workspace: Workspace, *, take_over: bool) -> None:
        self._face, self._workspace, self._take_over = face, workspace, take_over
        self._names = {definition.name for definition in workspace.definitions()}
        self._stop = threading.Event()
        self._fault: BaseException | None = None
        self._quiet_since = 0.0
        self._told: queue.SimpleQueue[Entry] = queue.SimpleQueue()
        self._titles: dict[str, str] = {}
        self._thread = threading.Thread(target=self._serve, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def stop(self) -> None:
        """Ends the loop and raises what it ended with."""
        self._stop.set()
        self._thread.join()
        self.report()
        if self._fault is not None:
            raise self._fault

    def idle(self) -> bool:
        """Whether, at two looks in a row, no run was left that can go on by itself."""
        rows = self._workspace.runs(RunFilter(statuses=_CAN_GO_ON, names=tuple(self._names), limit=1))
        if rows or self._due():
            self._quiet_since = 0.0
            return False
        now = time.monotonic()
        self._quiet_since = self._quiet_since or now
        return now - self._quiet_since >= _POLL

    def _due(self) -> bool:
        parked = RunFilter(statuses=(RunStatus.SLEEPING, RunStatus.WAITING), names=tuple(self._names), limit=1_000)
        now = time.time()
        return any(row.wake_at is not None and row.wake_at <= now for row in self._workspace.runs(parked))

    def report(self) -> None:
        """One line for each thing that this process did to a run since the last look."""
        while not self._told.empty():
            entry = self._told.get()
            if self._face.json:
                self._face.out.object(entry_shape(entry))
                continue
            status, said = _standing(entry)
            title, look = self._title(entry.run_id), RUN_LOOKS[status]
            if status is not RunStatus.RUNNING:
                del self._titles[entry.run_id]
            moment = Moment(entry.seq, entry.at, look, f"{status.value:<11}", Lane.RUN, f"{title}  {said}".rstrip())
            self._face.err.line(moment_line(moment, self._face.err.paint))

    def _title(self, run_id: str) -> str:
        if run_id not in self._titles:
            self._titles[run_id] = f"{self._workspace.run(run_id).name} {run_id}"
        return self._titles[run_id]

    def _serve(self) -> None:
        try:
            self._workspace.serve(take_over=self._take_over, stop=self._stop, told=self._hear)
        except BaseException as fault:
            self._fault = fault

    def _hear(self, entry: Entry) -> None:
        """Called on the engine's thread, which must not wait for a terminal."""
        if entry.kind in _LOGGED:
            self._told.put(entry)


def _standing(entry: Entry) -> tuple[RunStatus, str]:
    data = entry.data
    match entry.kind:
        case EntryKind.CREATED | EntryKind.OWNED:
            return RunStatus.RUNNING, ""
        case EntryKind.PARKED:
            on = data.get("on")
            return RunStatus(str(data["status"])), ", ".join(str(key) for key in on) if isinstance(on, list) else ""
        case EntryKind.COMPLETED:
            return RunStatus.COMPLETED, brief(data.get("result")) if "result" in data else ""
        case _:
            error = data.get("error")
            status = RunStatus(entry.kind.value.removeprefix("run."))
            return status, error_line(error if isinstance(error, dict) else None)
