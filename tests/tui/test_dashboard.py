"""The dashboard on real stores: what it shows, what stays where it is, and that nothing changes unasked."""

from __future__ import annotations

import asyncio
import threading

import pytest

from lexiconsole.app.outcome import Preview
from lexiconsole.app.workspace import Workspace
from lexiconsole.tui.acts import Change, Done
from lexiconsole.tui.keymap import Place, keys_at
from lexiconsole.tui.widgets.confirm import ConfirmPanel
from lexiconsole.tui.widgets.spans import Span
from lexiconsole.types import RunStatus
from tests.tui.making import (
    BUSY_DAY,
    Story,
    check,
    completed,
    console,
    doubtful,
    failed,
    settled,
    shown,
    until,
    waiting,
    write,
)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (170, 50), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_busy_day(root, store, size):
    await write(store, BUSY_DAY)
    async with console(root, size) as (app, pilot):
        await settled(pilot)
        check(f"dashboard-busy-{size[0]}x{size[1]}", shown(app))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_an_empty_workspace(root, size):
    async with console(root, size) as (app, pilot):
        await settled(pilot)
        check(f"dashboard-empty-{size[0]}x{size[1]}", shown(app))


async def test_a_workspace_of_which_nothing_can_be_loaded_says_where_it_says_why(root):
    """It looked like one without definitions: nothing on the first screen told of the typing error."""
    (root / "definitions" / "order.py").write_text("def order(\n")
    async with console(root) as (app, pilot):
        await until(pilot, lambda: "no definition can be loaded   L definitions" in shown(app))
        assert "L says why 1 file is broken" in shown(app)


async def test_ascii_only(root, store):
    await write(store, BUSY_DAY)
    async with console(root, (80, 24), ascii_only=True) as (app, pilot):
        await settled(pilot)
        text = shown(app)
        assert text.isascii()
        check("dashboard-ascii-80x24", text)


@pytest.mark.parametrize("size", [(60, 20), (40, 10), (20, 5), (200, 60)])
async def test_no_size_is_too_small_or_too_large(root, store, size):
    await write(store, BUSY_DAY)
    async with console(root, size) as (app, pilot):
        for key in [
            "1",
            "2",
            "3",
            "4",
            "5",
            "6",
            "j",
            "k",
            "G",
            "g",
            "e",
            "w",
            "space",
            "z",
            "z",
            "question_mark",
            "escape",
            "slash",
            "a",
            "escape",
            "tab",
        ]:
            await pilot.press(key)
        await settled(pilot)
        await pilot.resize_terminal(120, 36)
        await settled(pilot)
        assert "Runs" in shown(app)


async def test_a_failed_run_is_first_with_its_error_under_it(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        lines = shown(app).splitlines()
        row = next(n for n, text in enumerate(lines) if "eeee55" in text)
        assert "RefundError: 402 card closed" in lines[row + 1]


async def test_runs_that_get_a_second_line_show_their_error_on_it(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        table = app.screen.runs.table
        spans, rows = table.spans, [table.rows_at_hand[n] for n in range(table.total)]
        table.show([Span(len(rows))], 0, rows, at=0)  # as it is while the pane has no room yet
        await settled(pilot)
        assert "    RefundError: 402 card closed" not in shown(app)
        table.show(spans, 0, rows, at=0)
        await settled(pilot)
        lines = shown(app).splitlines()
        row = next(n for n, text in enumerate(lines) if "eeee55" in text)
        assert "    RefundError: 402 card closed" in lines[row + 1]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_what_needs_somebody_is_first_however_old_it_is(root, store, size):
    """Ten years ago, before hundreds of others that ended well this minute: seen without a key."""
    old = 10 * 365 * 86_400.0
    stories = [
        Story("failed00", failed(), ago=old),
        Story("doubtful", doubtful(), ago=old),
        Story("waiting0", waiting(), ago=old),
    ]
    await write(store, [*stories, *(Story(f"good{n:04}", completed(), ago=60 - n / 10) for n in range(300))])
    async with console(root, size) as (app, pilot):
        await settled(pilot)
        seen = shown(app)
        first = [row.id for row in app.screen.runs.board.rows[:3]]
        assert first == ["doubtful", "failed00", "waiting0"]
        assert all(f" {run} " in seen for run in first)
        assert app.screen.runs.board.total == 303


async def test_the_selection_stays_on_its_run_and_its_place_when_others_come_in_above(root, store):
    await write(store, [Story(f"run{n:05}", failed(), ago=5000 - n) for n in range(100)])
    async with console(root) as (app, pilot):
        await settled(pilot)
        for _ in range(6):
            await pilot.press("j")
        await settled(pilot)
        chosen, before = app.screen.runs.table.selected, shown(app).splitlines()
        await write(store, [Story(f"new{n:05}", failed(), ago=3) for n in range(3)])
        await until(pilot, lambda: "3 new" in shown(app).splitlines()[-3] and app.reads.idle)
        after = shown(app).splitlines()
        assert app.screen.runs.board.total == 103
        assert app.screen.runs.table.selected == chosen
        place = [n for n, text in enumerate(before) if chosen[:6] in text and "✗" in text]
        assert [n for n, text in enumerate(after) if chosen[:6] in text and "✗" in text] == place
        await pilot.press("g")
        await settled(pilot)
        assert "new0000" not in shown(app).splitlines()[-3]
        assert "new000" in shown(app).splitlines()[2]
        assert " new, g" not in shown(app)


async def test_what_another_process_commits_is_seen_and_the_focus_stays(root, store):
    await write(store, [Story("aaaa1111", completed())])
    async with console(root) as (app, pilot):
        await pilot.press("3")
        focused = app.focused
        await asyncio.to_thread(asyncio.run, write(store, [Story("zzzz9999", waiting("may it?"))]))
        await until(pilot, lambda: "zzzz99" in shown(app) and "may it?" in shown(app))
        assert app.focused is focused


async def test_a_filter_as_it_is_typed(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await pilot.press("slash", *"state:failed err~402")
        await settled(pilot)
        assert app.screen.runs.board.total == 2
        assert "/ state:failed  err~402" in shown(app)
        await pilot.press(*"x", "enter")
        await settled(pilot)
        assert "no run is like that: esc takes the filter away" in shown(app) and "has run here yet" not in shown(app)
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen.runs.board.total == len(BUSY_DAY)
        pane, rows = app.screen.runs, dict(app.screen.runs.table.rows_at_hand)
        await pilot.press("slash", *"err~402", "enter")
        await settled(pilot)
        late = pane._asked, pane.board
        await pilot.press("escape")
        await settled(pilot)
        pane._fill(*late)  # what was asked for under another filter, and comes when that is gone
        assert pane.table.rows_at_hand == rows


async def test_the_line_of_the_filter_goes_when_one_goes_to_another_pane_and_the_filter_stays(root, store):
    """Else the pane's number would lead into the line, and the next key would be a letter."""
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        await pilot.press("slash", *"state:failed")
        await settled(pilot)
        app.screen.incidents.focus()
        await settled(pilot)
        assert not app.screen.runs.typing
        await pilot.press("2")
        await settled(pilot)
        assert app.focused is app.screen.runs.table
        assert "/ state:failed" in shown(app)


async def test_a_word_that_is_no_filter_is_named_and_changes_nothing(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await pilot.press("slash", *"state:faild")
        await settled(pilot)
        assert "did you mean failed" in app.screen.status.text


async def test_jumps_to_errors_and_to_what_waits(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        seen = []
        for key in "eeeewwEW":
            await pilot.press(key)
            await settled(pilot)
            seen.append(app.screen.runs.table.selected[:4])
        assert seen == ["eeee", "dddd", "cccc", "hhhh", "gggg", "ffff", "cccc", "ffff"]


async def test_a_group_of_failures_is_one_line_and_enter_lists_it(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await pilot.press("4")
        await settled(pilot)
        assert "2 runs" in shown(app)
        app.screen.incidents.go(next(n for n, row in app.screen.incidents.rows_at_hand.items() if row.runs == 2))
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen.runs.board.total == 2


@pytest.mark.parametrize("action", [key for key in keys_at(Place.DASHBOARD) if key.changes], ids=lambda key: key.action)
async def test_every_change_is_previewed_and_enter_does_not_confirm_it(root, store, action, monkeypatch):
    done = []
    monkeypatch.setattr(Workspace, "act", lambda self, request, **terms: done.append(request))
    monkeypatch.setattr(Workspace, "start", lambda self, *given, **terms: done.append(given))
    status = (
        RunStatus.WAITING if action.action in {"pause", "cancel", "approve", "reject", "delegate"} else RunStatus.FAILED
    )
    await write(store, [Story("aaaa1111", failed() if status is RunStatus.FAILED else waiting())])
    async with console(root) as (app, pilot):
        await settled(pilot)
        if not app.screen.offers(action.action):
            pytest.skip("the dashboard does not serve it")
        await pilot.press("space", action.keys[0])
        await settled(pilot)
        if action.action == "start":
            await pilot.press("ctrl+s")
            await settled(pilot)
        if action.action == "undo":
            assert "undo: nothing was changed here that could be taken back" in app.screen.status.text
            return
        if action.action in {"approve", "reject", "delegate"}:  # on the screen of the task, where what follows is shown
            assert app.seen_screen().place is Place.TASK and done == []
            return
        assert isinstance(app.screen, ConfirmPanel), shown(app)
        await pilot.press("enter", "escape")
        await settled(pilot)
        assert not isinstance(app.screen, ConfirmPanel)
        assert done == []


async def test_keys_in_the_sentence_and_in_edges_are_buttons(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)

        async def click(words):
            y, row = next((y, row) for y, row in enumerate(shown(app).splitlines()) if words in row)
            await pilot.click(offset=(row.index(words) + 1, y))

        await click("those that need somebody first")
        await until(pilot, lambda: "newest first" in shown(app))
        await click("newest first")
        await until(pilot, lambda: "those that need somebody first" in shown(app))
        await click("I opens the inbox")
        await until(pilot, lambda: app.screen.place is Place.INBOX)
        await pilot.press("q", "2", "y")
        await until(pilot, lambda: "esc leaves" in shown(app))
        await click("esc leaves")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        status = app.screen.status
        await until(pilot, lambda: "try again" in status.text)
        await pilot.click(status, offset=(shown(app).splitlines()[status.region.y].index("try again"), 0))
        await until(pilot, lambda: isinstance(app.screen, ConfirmPanel) and app.screen.change.word == "retry")


async def test_y_does_it_and_the_screen_follows_the_store(root, store):
    """Nothing is painted that was not committed: the run is `failed` until an entry says otherwise."""
    with Workspace.find(root) as workspace:
        row, _ = workspace.start("order", {"amount": 12}, id="toolarge1234")
        workspace.settle(row, 90)
    async with console(root, drives=True) as (app, pilot):
        await settled(pilot)
        assert "courier does not carry more than 9" in shown(app)
        said = []
        app.toast = lambda text, good=True: said.append(text)
        await pilot.press("r")
        await until(
            pilot, lambda: "try" in shown(app) and isinstance(app.screen, ConfirmPanel) and app.screen.can_be_done
        )
        await pilot.press("y")
        await until(pilot, lambda: app.screen.runs.selected is not None and app.screen.runs.selected.seq > row.seq)
        await until(pilot, lambda: app.screen.runs.selected.status is RunStatus.FAILED)
        await until(pilot, lambda: said)
        assert said[0].startswith(("order toolarge1234 tried again", "order toolarge1234: retry is recorded; it waits"))


async def test_what_can_not_be_taken_back_wants_the_end_of_the_id(root, store):
    with Workspace.find(root) as workspace:
        row, _ = workspace.start("permit", None, id="aaaabbbb1111")
        workspace.settle(row, 90)
    async with console(root, drives=True) as (app, pilot):
        await settled(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPanel) and "Type 1111" in shown(app))
        await pilot.press("y")
        assert isinstance(app.screen, ConfirmPanel)
        await pilot.press("backspace", "1", "1", "1", "1")
        await until(pilot, lambda: app.screen.can_be_done)
        await pilot.press("y")
        await until(pilot, lambda: app.screen is not None and not isinstance(app.screen, ConfirmPanel))
        await until(pilot, lambda: app.screen.runs.selected.status is RunStatus.CANCELLED)


async def test_a_key_that_is_off_says_why(root, store):
    await write(store, [Story("aaaa1111", completed())])
    async with console(root) as (app, pilot):
        await settled(pilot)
        await pilot.press("r")
        assert "has nothing to try again" in app.screen.status.text
        await pilot.press("R")
        assert "mark runs with space" in app.screen.status.text


async def test_help_is_searched_and_does_what_is_found(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        await pilot.press("question_mark", *"next waiting")
        await settled(pilot)
        check("help-120x36", shown(app))
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen.runs.table.selected == "gggg7777"


async def test_a_run_is_started_through_its_form(root):
    async with console(root, drives=True) as (app, pilot):
        await until(pilot, lambda: app.definitions)
        await pilot.press("s")  # with nothing selected it asks of which workflow
        await until(pilot, lambda: "A run of which workflow?" in shown(app))
        await pilot.press("escape", "1", "s")
        await until(pilot, lambda: app.screen.place is Place.START and "Takes an order" in shown(app))
        await settled(pilot)
        check("start-120x36", shown(app))
        await pilot.press("5", "escape", "s")  # what was typed is kept when the form is left
        await until(pilot, lambda: app.screen.place is Place.START and app.screen.form.texts == {"amount": "35"})
        await pilot.press("backspace", "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPanel) and app.screen.can_be_done)
        await pilot.press("y")
        await until(pilot, lambda: app.screen.place is Place.RUN and "✓ completed" in shown(app))
        await pilot.press("q")
        await until(pilot, lambda: any(row.status is RunStatus.COMPLETED for row in rows(app)))


def rows(app):
    screen = app.screen_stack[0]
    return screen.runs.table.rows_at_hand.values()


async def test_leaving_the_first_screen_ends_the_program_and_escape_does_not(root, store):
    async with console(root) as (app, pilot):
        await pilot.press("escape")
        assert app.is_running
        await pilot.press("q")
        await until(pilot, lambda: app.return_code == 0 or not app.is_running)


async def test_a_y_that_comes_before_the_preview_is_told_to_come_again(root, store):
    """What nobody saw is not confirmed."""
    await write(store, BUSY_DAY)
    known, done = threading.Event(), []

    def look(workspace):
        known.wait(60)
        return [Preview("the card is charged", [], None, "")]

    async with console(root) as (app, pilot):
        await settled(pilot)
        app.acts.begin = lambda change, previews: done.append(previews[0].sentence)
        app.acts.ask(Change("try it", "try", look, lambda workspace, previews: Done("done")))
        await until(pilot, lambda: isinstance(app.screen, ConfirmPanel) and "looking" in shown(app))
        await pilot.press("y")
        await until(pilot, lambda: "once it stands here, y does it" in shown(app))
        known.set()
        await until(pilot, lambda: "the card is charged" in shown(app))
        await settled(pilot)
        assert not done
        await pilot.press("y")
        await until(pilot, lambda: done == ["the card is charged"])


async def test_a_rejection_begins_as_one_although_the_question_is_not_among_those_that_were_read(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await pilot.press("slash", *"id:gggg", "enter")
        await settled(pilot)
        app.screen._read.tasks = []
        await pilot.press("x")
        await until(pilot, lambda: "reject: this is a question" in shown(app))
