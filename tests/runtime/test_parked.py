"""Runs that wait for people are in the store and nowhere else: ten thousand of them cost a process that idles no memory."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import RunFilter
from lexiconsole.durable.live import LiveContext
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.types import RunStatus

RUNS = 40


async def held(runtime: Runtime) -> int:
    return len(runtime.drives)


def contexts() -> int:
    """What remembers a run's history, in the whole process."""
    gc.collect()
    return sum(isinstance(one, LiveContext) and not one.closed for one in gc.get_objects())


def until(condition: Callable[[], bool]) -> None:
    """A run is put down a moment after it is known to wait."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "they are still held"
        time.sleep(0.01)


def test_a_run_that_waits_is_held_neither_by_who_began_it_nor_by_who_serves_it(tmp_path: Path) -> None:
    (tmp_path / "application.yaml").write_text("engine: {park_after: 0}")
    before = contexts()
    with Workspace.find(tmp_path) as workspace:
        for number in range(RUNS):
            row, _ = workspace.start("expense_claim", {"amount": 40 + number})
            workspace.settle(row)
        assert len(workspace.tasks()) == RUNS
        until(lambda: workspace._look(held) == 0 and contexts() == before)
    with Workspace.find(tmp_path) as workspace:
        stop = threading.Event()
        serving = threading.Thread(target=lambda: workspace.serve(stop=stop))
        serving.start()
        row, _ = workspace.start("expense_claim", {"amount": 7})  # once it is done, the others were looked at as well
        workspace.settle(row)
        assert len(workspace.runs(RunFilter(statuses=(RunStatus.WAITING,)))) == RUNS + 1
        until(lambda: workspace._look(held) == 0 and contexts() == before)
        stop.set()
        serving.join(60)
