"""e, E, w and W go from trouble to trouble on every screen that has any, and say so where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens.jumping import next_place
from tests.tui.articles import articles
from tests.tui.making import BUSY_DAY, Story, completed, console, settled, until, write
from tests.tui.refunds import refunds, run_refunds
from tests.tui.sagas import trips
from tests.tui.visiting import visiting


@pytest.mark.parametrize(
    ("here", "step", "found"), [(0, 1, 2), (2, 1, 5), (5, 1, 2), (9, 1, 2), (0, -1, 5), (5, -1, 2), (2, -1, 5)]
)
def test_jumps_go_round(here, step, found):
    assert next_place([2, 5], here, step) == found
    assert next_place([], here, step) is None


async def test_on_the_dashboard_they_go_to_the_runs_from_any_pane(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        await pilot.press("3", "w")
        await until(pilot, lambda: app.screen.runs.table.selected == "gggg7777")
        assert app.screen.runs.has_focus_within
        await pilot.press("E")
        await until(pilot, lambda: app.screen.runs.table.selected == "cccc3333")


async def test_the_dashboard_says_when_nothing_failed(root, store):
    await write(store, [Story("aaaa1111", completed())])
    async with console(root) as (app, pilot):
        await settled(pilot)
        await pilot.press("e")
        await until(pilot, lambda: app.screen.status.text == "no run has failed")
        await pilot.press("w")
        await until(pilot, lambda: app.screen.status.text == "no run waits for anybody")


async def test_in_a_saga_they_go_from_step_to_step(tmp_path: Path) -> None:
    with Workspace.find(trips(tmp_path)) as workspace:
        row, _ = workspace.start("book_trip", {"desk": str(tmp_path)}, id="trip")
        workspace.settle(row, 90)
    async with visiting(tmp_path, Place.SAGA, "trip", drives=False) as visit:
        await visit.until("ROLLBACK INCOMPLETE")
        keys = []
        for key in ("e", "e", "e"):
            await visit.press(key)
            keys.append(visit.app.screen.selected)  # type: ignore[attr-defined]
        assert sorted(set(keys)) == ["car", "invoice"]
        await visit.press("w")
        assert visit.app.screen.selected == "car"  # type: ignore[attr-defined]
        await visit.press(*"/invoice")
        assert visit.app.screen.selected == "invoice"  # type: ignore[attr-defined]
        await visit.press("escape")
        assert visit.app.screen.selected == "car"  # type: ignore[attr-defined]


async def test_in_a_bulk_operation_they_go_from_cause_to_cause(tmp_path: Path) -> None:
    refunds(tmp_path)
    run_refunds(tmp_path)
    async with visiting(tmp_path, Place.BULK, "refund", drives=False) as visit:
        await visit.until("402 card closed")
        causes = visit.app.screen.causes  # type: ignore[attr-defined]
        await visit.until(lambda: bool(causes.total))
        total = causes.total
        for step in range(1, total + 1):
            await visit.press("w" if step % 2 else "e")
            assert causes.cursor == step % total


async def test_at_a_machine_they_go_from_run_to_run(tmp_path: Path) -> None:
    async with visiting(articles(tmp_path), Place.MACHINE, "kettles", drives=False) as visit:
        await visit.until("✓ publish")
        await visit.press("w")
        await visit.until(lambda: visit.app.screen.run_id != "kettles")  # type: ignore[attr-defined]
        await visit.until(lambda: visit.app.screen.row is not None)  # type: ignore[attr-defined]
        await visit.press("W")
        await visit.until(lambda: visit.app.screen.run_id == "kettles")  # type: ignore[attr-defined]
        await visit.until(lambda: visit.app.screen.row is not None)  # type: ignore[attr-defined]
        await visit.press("e")
        await visit.until("no run of this machine has failed")
