"""The workspace tells how its engine is doing, at once, also while a step holds the loop."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from lexiconsole.app.workspace import Workspace

FILE = """
import asyncio, time
from datetime import timedelta
from lexiconsole import workflow


@workflow(name="hold")
async def hold(ctx):
    async def charge():
        await asyncio.sleep(0.2)
        time.sleep(2)
    await ctx.step("charge", charge)


@workflow(name="nap")
async def nap(ctx):
    await ctx.sleep("night", timedelta(hours=1))


@workflow(name="busy")
async def busy(ctx):
    await ctx.step("press", lambda: time.sleep(1))
"""


def made(folder: Path) -> Workspace:
    (folder / "definitions").mkdir()
    (folder / "definitions" / "flows.py").write_text(FILE)
    return Workspace.find(folder)


def until(look: Any) -> Any:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if found := look():
            return found
        threading.Event().wait(0.02)
    raise AssertionError("it did not come to that")


def test_there_is_no_health_without_an_engine(tmp_path: Path) -> None:
    with made(tmp_path) as workspace:
        assert workspace.health() is None


def test_a_step_that_holds_the_loop_is_named_and_looking_does_not_wait_for_it(tmp_path: Path) -> None:
    with made(tmp_path) as workspace:
        row, _ = workspace.start("hold", None)

        def held() -> Any:
            began = time.monotonic()
            health = workspace.health()
            assert time.monotonic() - began < 1, "it waited for the step, which takes two seconds"
            return health if health is not None and health.held and health.held.key else None

        health = until(held)
        assert (health.held.run_id, health.held.key) == (row.id, "charge")
        assert health.held.where.rpartition(":")[0].endswith("flows.py")
        assert health.lag >= 0.25
        assert health.driven == 1
        until(lambda: workspace.health().held is None)


def test_the_next_timer_threads_and_size_are_those_of_this_moment(tmp_path: Path) -> None:
    with made(tmp_path) as workspace:
        slept, _ = workspace.start("nap", None)
        workspace.settle(slept)
        health = until(lambda: (h := workspace.health()) is not None and h.next_timer and h)
        assert 3500 < health.next_timer - time.time() < 3601
        assert health.size > 4096
        assert health.rate > 0
        workspace.start("busy", None)
        health = until(lambda: (h := workspace.health()) is not None and h.busy == 1 and h)
        assert health.threads == workspace.settings.engine.threads
