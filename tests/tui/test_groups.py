"""`F`: the list of runs by one of its columns, folded and unfolded, with filters, marks and the way back."""

from __future__ import annotations

import pytest

from lexiconsole.tui.widgets.pick import PickPanel
from tests.tui.making import BUSY_DAY, Story, check, console, failed, settled, shown, until, write
from tests.tui.test_terminal import terminal  # noqa: F401 - a fixture

RUNS = (*BUSY_DAY, *(Story(f"more-{n}", failed(), ago=100 + n) for n in range(3)))


async def grouped(app, pilot, column: str):
    await settled(pilot)
    await pilot.press("F")
    await until(pilot, lambda: isinstance(app.screen, PickPanel))
    names = app.screen._names
    await pilot.press(*["j"] * names.index(column), "enter")
    await until(pilot, lambda: not isinstance(app.screen, PickPanel) and app.reads.idle)
    await settled(pilot)
    return app.screen.runs


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_runs_by_their_error_one_group_unfolded(root, store, size):
    await write(store, RUNS)
    async with console(root, size) as (app, pilot):
        runs = await grouped(app, pilot, "error")
        assert runs.group is not None and runs.selected is None
        await pilot.press("j", "enter")
        await settled(pilot)
        check(f"groups-{size[0]}x{size[1]}", shown(app))
        assert runs.group.runs == 5
        await pilot.press("j")
        await settled(pilot)
        assert runs.selected is not None and runs.selected.error.startswith("RefundError")
        await pilot.press("k", "enter")
        await settled(pilot)
        assert all(not hasattr(row, "status") for row in runs.table.rows_at_hand.values()), "folded again"


async def test_the_filter_counts_in_groups_too_and_escape_takes_groups_away_first(root, store):
    await write(store, RUNS)
    async with console(root) as (app, pilot):
        runs = await grouped(app, pilot, "state")
        assert runs.listed == len(RUNS)
        before, unfiltered = runs._asked, runs._grouping
        await pilot.press("slash", *"name:report", "enter")
        await settled(pilot)
        runs._show_groups(before, unfiltered)  # read late
        runs._mark_all(before, {"aaaa1111"})
        assert [(row.value, row.runs) for row in runs.table.rows_at_hand.values()] == [("failed", 1)]
        assert not runs.table.marks
        await pilot.press("e")
        assert "the list is grouped: esc takes that away" in shown(app)
        await pilot.press("escape")
        await settled(pilot)
        assert runs.column is None and runs.text == "name:report" and runs.selected.id == "dddd4444"
        await pilot.press("escape")
        await settled(pilot)
        assert runs.text == "" and runs.listed == len(RUNS)


async def test_a_group_is_marked_as_a_whole_for_what_is_done_to_many(root, store):
    await write(store, RUNS)
    async with console(root) as (app, pilot):
        runs = await grouped(app, pilot, "error")
        await pilot.press("j", "space")
        await settled(pilot)
        assert runs.table.marks == {"cccc3333", "eeee5555", "more-0", "more-1", "more-2"}
        await pilot.press("R")
        await until(pilot, lambda: "Retry 5 runs" in shown(app))
        await pilot.press("escape")
        await settled(pilot)
        await pilot.press("space")
        await settled(pilot)
        assert runs.table.marks == set()


async def test_what_comes_in_is_counted_and_the_selection_stays(root, store):
    await write(store, RUNS)
    async with console(root) as (app, pilot):
        runs = await grouped(app, pilot, "error")
        await pilot.press("j")
        before = runs.group
        await write(store, [Story("new-1", failed(), ago=5)])
        await until(pilot, lambda: runs.group is not None and runs.group.runs == before.runs + 1)
        assert runs.group.value == before.value


def test_in_a_real_terminal_runs_are_grouped_by_state(terminal, root):  # noqa: F811 - the fixture
    console = terminal()
    console.complete_an_order()
    console.keys("q")
    console.until("Dashboard")
    console.keys("F")
    console.until("Group by")
    console.keys("\r")
    console.until("1 group by state")
    console.keys("\r")
    console.until("took")
    console.keys("\x11")
    assert console.ended() == 0
