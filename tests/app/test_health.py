"""The workspace tells how its engine is doing, at once, also while a step holds the loop."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from lexiconsole.app.workspace import Workspace

FILE = """
import asyncio, os, time
from datetime import timedelta
from pathlib import Path
from lexiconsole import workflow

GO = Path(__file__).parent.parent / "go"


def until_it_may_go():
    end = time.monotonic() + 60
    while not os.access(GO, os.F_OK) and time.monotonic() < end:  # no call of which is a line elsewhere
        time.sleep(0.01)


@workflow(name="hold")
async def hold(ctx):
    async def charge():
        await asyncio.sleep(0.2)
        until_it_may_go()
    await ctx.step("charge", charge)


@workflow(name="nap")
async def nap(ctx):
    await ctx.sleep("night", timedelta(hours=1))


@workflow(name="busy")
async def busy(ctx):
    await ctx.step("press", until_it_may_go)
"""


def made(folder: Path) -> Workspace:
    (folder / "definitions").mkdir()
    (folder / "definitions" / "flows.py").write_text(FILE)
    return Workspace.find(folder)


def until(look: Any) -> Any:
    end = time.monotonic() + 60
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

        def named() -> Any:
            """A busy machine may hold the loop before it comes there, and that is told as well."""
            health = workspace.health()
            held = health and health.held
            return held and (held.run_id, held.key) == (row.id, "charge") and "flows.py:" in held.where and health

        health = until(named)
        assert health.lag >= 0.25
        assert health.driven == 1
        (tmp_path / "go").touch()
        until(lambda: workspace.health().held is None)


def test_the_next_timer_threads_and_size_are_those_of_this_moment(tmp_path: Path) -> None:
    with made(tmp_path) as workspace:
        slept, _ = workspace.start("nap", None)
        until(lambda: (h := workspace.health()) is not None and h.rate > 0)
        workspace.settle(slept)
        health = until(lambda: (h := workspace.health()) is not None and h.next_timer and h)
        assert 3500 < health.next_timer - time.time() < 3601
        assert health.size > 4096
        workspace.start("busy", None)
        health = until(lambda: (h := workspace.health()) is not None and h.busy == 1 and h)
        assert health.threads == workspace.settings.engine.threads
        (tmp_path / "go").touch()
