"""What is done to the marked runs at once: each is previewed, one `y`, what came of each is told, and `u` takes a pause back."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from lexiconsole.app.outcome import Preview
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import RunFilter
from lexiconsole.tui.acts import Change, Done
from lexiconsole.tui.widgets.confirm import ConfirmPanel
from lexiconsole.types import RunStatus
from tests.tui.making import check, console, settled, shown, until
from tests.tui.test_exporting import panel, told
from tests.tui.test_terminal import terminal  # noqa: F401 - a fixture

WAITING, DONE = ("wait-1", "wait-2", "wait-3"), "done-1"


def runs(root: Path) -> None:
    with Workspace.find(root) as workspace:
        for given in WAITING:
            workspace.settle(workspace.start("permit", {}, id=given)[0], 90)
        workspace.settle(workspace.start("order", {"amount": 1}, id=DONE)[0], 90)
        for given in ("bad-1", "bad-2"):
            workspace.settle(workspace.start("order", {"amount": 99}, id=given)[0], 90)


def statuses(root: Path) -> dict[str, RunStatus]:
    with Workspace.find(root) as workspace:
        return {row.id: row.status for row in workspace.runs(RunFilter())}


async def asked(app, pilot, key: str, *marks: str) -> None:
    app.screen.runs.table.marks = set(marks)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, ConfirmPanel) and "looking" not in shown(app))
    await settled(pilot)


async def test_marked_runs_are_paused_each_previewed_and_the_one_that_can_not_is_named(root):
    await asyncio.to_thread(runs, root)
    async with console(root) as (app, pilot):
        await settled(pilot)
        await asked(app, pilot, "p", *WAITING[:2], DONE)
        check("many-pause-120x36", panel(shown(app), "Pause 3 runs", "y do it").rstrip())
        await pilot.press("y")
        await until(pilot, lambda: "2 runs paused" in told(app))
        assert "pause refused: done-1: " in told(app) and app.screen.runs.table.marks == set()
        await settled(pilot)
        found = await asyncio.to_thread(statuses, root)
        assert [found[run] for run in WAITING] == [RunStatus.PAUSED, RunStatus.PAUSED, RunStatus.WAITING]
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPanel) and "looking" not in shown(app))
        assert "Resume" in shown(app)
        await pilot.press("y")
        await until(pilot, lambda: "2 runs resumed" in told(app))
        found = await asyncio.to_thread(statuses, root)
        assert RunStatus.PAUSED not in found.values()


async def test_marked_runs_that_are_all_paused_are_resumed(root):
    await asyncio.to_thread(runs, root)
    async with console(root) as (app, pilot):
        await settled(pilot)
        await asked(app, pilot, "p", *WAITING[:2])
        await pilot.press("y")
        await until(pilot, lambda: "2 runs paused" in told(app))
        await settled(pilot)
        await asked(app, pilot, "p", *WAITING[:2])
        assert "Resume 2 runs" in shown(app)
        await pilot.press("escape")
        await settled(pilot)
        assert (await asyncio.to_thread(statuses, root))["wait-1"] is RunStatus.PAUSED, "escape does nothing"


async def test_marked_runs_are_tried_again_and_cancelled(root):
    await asyncio.to_thread(runs, root)
    async with console(root) as (app, pilot):
        await settled(pilot)
        await asked(app, pilot, "R", "bad-1", "bad-2", DONE)
        await pilot.press("y")
        await until(pilot, lambda: "2 runs tried again" in told(app) and "retry refused: done-1: " in told(app))
        await settled(pilot)
        await asked(app, pilot, "c", *WAITING)
        assert "Type 3 and press y" in shown(app)
        await pilot.press("3", "y")
        await until(pilot, lambda: "3 runs cancelled" in told(app))
        found = await asyncio.to_thread(statuses, root)
        assert {found[run] for run in WAITING} == {RunStatus.CANCELLED}


async def test_every_one_of_many_is_looked_at_before_y_and_none_any_more_once_it_was_left(root, monkeypatch):
    monkeypatch.setattr("lexiconsole.tui.widgets.confirm._TELL_EVERY", -1)
    go_on, seen = threading.Event(), []

    def look(workspace):
        for number in range(30):
            seen.append(number)
            yield Preview("nothing new is started", [], None, "" if number < 29 else "it has ended")
            go_on.wait(30)

    change = Change(
        "Pause 30 runs", "pause", look, lambda *_: Done("30 paused"), tuple((f"r{n}", 1) for n in range(30))
    )
    async with console(root) as (app, pilot):
        app.acts.ask(change)
        await until(pilot, lambda: "looking what it would do…  1 of 30" in shown(app))
        await pilot.press("y")
        await until(pilot, lambda: "once it stands here, y does it" in shown(app))
        open_one = app.screen
        await pilot.press("escape")
        await until(pilot, lambda: not open_one.is_attached)
        go_on.set()
        await settled(pilot)
        assert len(seen) == 2
        app.acts.ask(change)
        await until(pilot, lambda: "29 × nothing new is started" in shown(app))
        assert "not possible: it has ended" in shown(app)


def test_in_a_real_terminal_two_runs_are_marked_and_paused(terminal, root):  # noqa: F811 - the fixture
    runs(root)
    console = terminal()
    console.until("Runs  6")
    console.keys("jj  ")
    console.until("2 marked")
    console.keys("p")
    console.until("Pause 2 runs")
    console.until("nothing new is started")  # a y before that is not heard
    console.keys("y")
    console.until("‖ wait-3")  # by this process or by the engine's, whichever is quicker
    console.until("‖ wait-2")
    console.keys("\x11")
    assert console.ended() == 0
