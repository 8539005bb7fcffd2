"""The diff screen: which two it compares, what it shows of them, and how one comes to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens.diff import DiffScreen
from lexiconsole.tui.screens.diffing import Moment, pair_of, subject_of
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.views.diff_lines import LineKind
from tests.tui.loans import loans, run_loan
from tests.tui.making import Story, check, completed, console, failed, settled, shown, until, write
from tests.tui.visiting import visiting

LONG = "no answer from the bank within 30 s, tried at three of its addresses, the last one said 503"

GOOD = Story(
    "good-1041",
    [
        (EntryKind.DONE, "reserve", {"result": {"shelf": "B7", "pieces": 3}}),
        (EntryKind.DONE, "charge", {"result": {"paid": 480, "by": "card"}}),
        (EntryKind.DECIDED, "rush?", {"value": False}),
        (EntryKind.DONE, "courier", {"result": "gone at 12:40"}),
        (EntryKind.COMPLETED, "", {"result": {"sent": True}}),
    ],
    ago=7200,
)
BAD = Story(
    "bad-1042",
    [
        (EntryKind.DONE, "reserve", {"result": {"shelf": "B7", "pieces": 4}}),
        (EntryKind.STEP_FAILED, "charge", {"error": {"type": "TimeoutError", "message": LONG}}),
        (EntryKind.FAILED, "", {"error": {"type": "TimeoutError", "message": LONG}}),
    ],
    ago=600,
)
PAIR = subject_of(Moment("good-1041"), Moment("bad-1042"))


def screen(app: Any) -> DiffScreen:
    return cast("DiffScreen", app.screen)


@pytest.mark.parametrize("moments", [(Moment("a"), Moment("b")), (Moment("a@1", 12), Moment("a@1"))])
def test_what_a_diff_is_about_comes_back_from_its_subject(moments: tuple[Moment, Moment]):
    assert pair_of(subject_of(*moments)) == moments


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_good_run_and_a_bad_one(root, store, size):
    await write(store, [GOOD, BAD])
    async with console(root, size) as (app, pilot):
        app.go(Place.DIFF, PAIR)
        await until(pilot, lambda: "first difference" in shown(app))
        await settled(pilot)
        check(f"diff-{size[0]}x{size[1]}", shown(app))


async def test_what_is_alike_unfolds_and_the_values_stand_in_full_below(root, store):
    await write(store, [GOOD, BAD])
    async with console(root) as (app, pilot):
        app.go(Place.DIFF, PAIR)
        await until(pilot, lambda: "first difference" in shown(app))
        await pilot.press("n")
        await until(pilot, lambda: "2 Values  charge" in shown(app))
        assert LONG in " ".join(screen(app).values.text.split()), "a sentence that the column cuts is whole below"
        await pilot.press("v")
        await settled(pilot)
        assert "result.shelf" in shown(app) and "1 Everything" in shown(app)
        check("diff-everything-120x36", shown(app))
        await pilot.press("v", "g", "j", "j")
        line = screen(app).table.selected_row
        assert line is not None and line.kind is LineKind.FOLD
        await pilot.press("enter")
        await until(pilot, lambda: "result.shelf" in shown(app))
        assert screen(app).table.selected_row.open, "the fold keeps the cursor"  # type: ignore[union-attr]
        await pilot.press("enter")
        await until(pilot, lambda: "result.shelf  " not in shown(app))


async def test_n_goes_from_difference_to_difference_and_round(root, store):
    await write(store, [GOOD, BAD])
    async with console(root) as (app, pilot):
        app.go(Place.DIFF, PAIR)
        await until(pilot, lambda: "first difference" in shown(app))
        names = []
        for _ in range(6):
            names.append(screen(app).table.selected_row.name)  # type: ignore[union-attr]
            await pilot.press("n")
        assert names == ["reserve", "charge", "rush?", "courier", "outcome", "reserve"]
        await pilot.press("N", "N")
        assert screen(app).table.selected_row.name == "outcome"  # type: ignore[union-attr]


async def test_two_marked_runs_are_compared_the_older_one_on_the_left(root, store):
    await write(store, [GOOD, BAD])
    async with console(root) as (app, pilot):
        await settled(pilot)
        await pilot.press("D")
        await until(pilot, lambda: "diff: mark two runs with space" in shown(app))
        await pilot.press("space", "space", "D")
        await until(pilot, lambda: "first difference" in shown(app))
        ordered = (Moment("good-1041"), Moment("bad-1042"))
        assert screen(app).moments == ordered
        late = [app.reads._look.run(moment.run) for moment in reversed(ordered)]
        screen(app)._gathered(late)  # was being read before they were put in order
        assert screen(app).moments == ordered
        await pilot.press("q")
        await settled(pilot)
        await write(store, [Story("more-7", completed(), ago=5)])
        await until(pilot, lambda: app.screen.runs.board.total == 3 and app.reads.idle)
        await pilot.press("G", "space", "k")
        await settled(pilot)  # what is said is of the row that is chosen by then
        app.screen.runs.table.marks |= {"more-7", "good-1041", "bad-1042"}
        await pilot.press("D")
        await until(pilot, lambda: "two runs are compared, 3 are marked" in shown(app))
        for table in (app.screen.catalogue, app.screen.incidents):  # what was read slowly is new in them
            app.screen._moved(VirtualTable.Moved(table))
        await settled(pilot)
        assert "two runs are compared, 3 are marked" in shown(app)


async def test_a_marked_run_is_compared_with_the_run_on_the_screen(root, store):
    await write(store, [GOOD, BAD])
    async with console(root) as (app, pilot):
        await settled(pilot)
        app.screen.runs.table.marks.add("good-1041")
        app.go(Place.RUN, "bad-1042")
        await until(pilot, lambda: "✗ FAILED" in shown(app))
        await pilot.press("D")
        await until(pilot, lambda: "good-1041 and bad-1042" in shown(app) and "first difference" in shown(app))


@pytest.mark.parametrize("place", [Place.BULK, Place.MACHINE])
async def test_on_the_screens_without_a_past_a_marked_run_is_compared_too(root, store, place):
    await write(store, [GOOD, BAD])
    async with console(root) as (app, pilot):
        await settled(pilot)
        home = app.screen
        app.go(place, "bad-1042")
        await until(pilot, lambda: getattr(app.screen, "row", None) is not None)
        await pilot.press("D")
        await until(pilot, lambda: "diff: mark another run in the list with space" in shown(app))
        home.runs.table.marks.add("good-1041")
        await pilot.press("D")
        await until(pilot, lambda: "good-1041 and bad-1042" in shown(app) and "first difference" in shown(app))


async def test_the_past_is_compared_with_now(root, store):
    await write(store, [BAD])
    async with console(root) as (app, pilot):
        app.go(Place.RUN, "bad-1042")
        await until(pilot, lambda: "✗ FAILED" in shown(app))
        await pilot.press("D")
        await until(pilot, lambda: "go back in time with [" in shown(app))
        await pilot.press("left_square_bracket", "left_square_bracket")
        await until(pilot, lambda: "PAST seq 2/4" in shown(app))
        await pilot.press("D")
        await until(pilot, lambda: "bad-1042 then and now" in shown(app))
        await until(pilot, lambda: "first difference: only now came to charge" in shown(app))
        assert "entry 2 of 4" in shown(app)


async def test_a_fork_is_compared_with_its_origin_and_followed_while_it_goes_on(tmp_path: Path):
    run_loan(loans(tmp_path))
    with Workspace.find(tmp_path) as workspace:
        origin = workspace.run("loan-1")
        fork = workspace.fork(origin, origin.seq - 1)
        workspace.settle(fork, 90)
    async with visiting(tmp_path, Place.RUN, fork.id, drives=False) as visit:
        await visit.until("◆ WAITING")
        await visit.press("D")
        await visit.until("A and B are alike")
        with Workspace.find(tmp_path) as workspace:
            answer = Request(fork.id, RequestKind.ANSWER, "manual review", {"value": {"decision": "decline"}})
            workspace.settle(workspace.act(answer).run, 90)
        await visit.until("first difference: manual review is waiting in A, done in B")
        await visit.until("decision")
        assert "state" in [part.title for part in screen(visit.app).diff.differing]  # type: ignore[union-attr]


async def test_runs_that_are_not_there_are_said_and_small_terminals_hold_it(root, store):
    await write(store, [GOOD, BAD, Story("odd", failed("E: \x1b[31mred\nline"), ago=5)])
    async with console(root, (40, 10)) as (app, pilot):
        app.go(Place.DIFF, subject_of(Moment("good-1041"), Moment("gone")))
        await until(pilot, lambda: "there is no run gone" in shown(app))
        for key in ("enter", "n", "N", "v", "y", "tab", "question_mark", "escape", "q"):
            await pilot.press(key)
        app.go(Place.DIFF, subject_of(Moment("good-1041"), Moment("odd")))
        await settled(pilot)
        for size in ((60, 20), (120, 36), (40, 10), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.press("j", "enter", "n", "v")
            await settled(pilot)
        assert "\x1b" not in shown(app)
