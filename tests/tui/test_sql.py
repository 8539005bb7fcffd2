"""`;`: a question in SQL from anywhere, its answer in a table that leads on, and what is wrong with it at its place."""

from __future__ import annotations

import json
import threading

import pytest

from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens import sql as sql_screen
from lexiconsole.tui.screens.sql import SqlScreen
from lexiconsole.tui.widgets.copy_panel import CopyPanel
from tests.tui.making import BUSY_DAY, check, console, settled, shown, until, write
from tests.tui.test_exporting import told
from tests.tui.test_terminal import terminal  # noqa: F401 - a fixture

QUESTION = "SELECT id, name, status, step, error FROM runs WHERE status IN ('failed', 'doubtful') ORDER BY id"


async def opened(app, pilot) -> SqlScreen:
    await pilot.press("semicolon")
    await until(pilot, lambda: isinstance(app.screen, SqlScreen) and app.screen.ready.total > 0)
    await settled(pilot)
    return app.screen


async def asked(pilot, screen, sql: str) -> None:
    screen.query_text.focus()
    screen.query_text.put(sql)
    await pilot.press("enter")
    await until(pilot, lambda: not screen.asking)
    await settled(pilot)


def still(text: str, screen: SqlScreen) -> str:
    """Without how long it took."""
    took = f"{screen.answer.took:.2f} s" if screen.answer else ""
    return text.replace(took, "0.00 s") if took else text


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_question_and_its_answer(root, store, size):
    await write(store, BUSY_DAY)
    async with console(root, size) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        await asked(pilot, screen, QUESTION)
        assert screen.answer.rows[0][0] == "cccc3333" and screen.table.has_focus
        check(f"sql-{size[0]}x{size[1]}", still(shown(app), screen))


async def test_what_is_typed_is_a_question_and_no_key(root, store):
    """Letters, digits, `q`, `;` and `?` are text in the question; enter asks."""
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        await pilot.press(*"select 1 as q;")
        await pilot.press("enter")
        await until(pilot, lambda: screen.answer is not None)
        assert (screen.answer.columns, screen.answer.rows) == (("q",), ((1,),))
        await pilot.press("q")
        await settled(pilot)
        assert not isinstance(app.screen, SqlScreen), "on the answer it is a key again"


async def test_tab_goes_on_with_a_word_of_the_store_and_else_to_the_next_pane(root, store):
    """Its offers stand under the question; again it is the next one, and what is typed has its colours."""
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        await until(pilot, lambda: "runs" in screen.query_text.tables)
        await pilot.press(*"sel", "tab", *" 'é' as x, n from r")
        await settled(pilot)
        assert "tab: requests  runs" in shown(app)
        await pilot.press("tab", "tab", "shift+tab", "tab")
        assert screen.query_text.text == "select 'é' as x, n from runs"
        await pilot.press(*" where st", "tab")
        assert screen.query_text.text == "select 'é' as x, n from runs where status"
        spans = [screen.query_text.get_line(0).get_style_at_offset(app.console, at) for at in (0, 8, 14)]
        assert len({style.color for style in spans}) == 3, "a word of the language, a text, and a name"
        await pilot.press("space", "tab")
        assert screen.ready.has_focus


async def test_what_is_wrong_is_said_and_the_cursor_stands_there(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        await asked(pilot, screen, "select id\nfrom runs\nwher status = 1")
        assert "line 3, column 6: not understood at 'status'" in shown(app)
        assert screen.query_text.cursor_location == (2, 5) and screen.query_text.has_focus
        await asked(pilot, screen, "delete from runs")
        assert "only reading is possible here" in shown(app)


async def test_a_row_leads_to_its_run_and_back_the_answer_stands(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        await asked(pilot, screen, QUESTION)
        await pilot.press("j", "enter")
        await until(pilot, lambda: app.screen is not screen and "dddd4444" in shown(app))
        await pilot.press("q")
        await settled(pilot)
        assert app.screen is screen and screen.table.cursor == 1
        await asked(pilot, screen, "select 1 as one")
        await pilot.press("enter")
        await settled(pilot)
        assert "open: no run's id stands in this row" in shown(app)


async def test_an_answer_takes_no_focus_from_who_types_the_next_question(root, store, monkeypatch):
    """Else the letters that follow would be commands."""
    await write(store, BUSY_DAY)
    known, ask = threading.Event(), sql_screen.ask

    def slow(*asked, **terms):
        known.wait(60)
        return ask(*asked, **terms)

    monkeypatch.setattr(sql_screen, "ask", slow)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        await pilot.press(*"select 1", "enter")
        await until(pilot, lambda: screen.asking)
        await pilot.press("0")
        known.set()
        await until(pilot, lambda: screen.answer is not None)
        await pilot.press("q")
        await settled(pilot)
        assert (app.screen, screen.query_text.text, screen.answer.rows) == (screen, "select 10q", ((1,),))


async def test_ready_questions_and_what_was_asked_before(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        await asked(pilot, screen, "select 41 as before")
        screen.ready.focus()
        screen.ready.go(next(n for n, row in screen.ready.rows_at_hand.items() if row.id == "failures"))
        await settled(pilot)
        assert "what fails most, at which step, since when" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: screen.answer.columns[0] == "name")
        assert screen.query_text.text.startswith("SELECT name, step, error") and screen.answer.rows[0][3] == 2
        assert [row.sql for row in screen.ready.rows_at_hand.values()][-1] == "select 41 as before"
        screen.query_text.focus()
        screen.query_text.put("select 'half typed'")
        await pilot.press("up", "up")
        assert screen.query_text.text == "select 41 as before"
        await pilot.press("down", "down")
        assert screen.query_text.text == "select 'half typed'"


async def test_other_columns_are_a_key_away(root, store):
    await write(store, BUSY_DAY)
    async with console(root, (80, 24)) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        await asked(pilot, screen, "select * from runs order by id")
        assert "more columns" in shown(app) and "wake_at" not in shown(app)
        await pilot.press(*"l" * 18)
        await settled(pilot)
        assert "number" in shown(app) and "more column" not in shown(app)
        await pilot.press("l")
        assert "no column farther that way" in shown(app)
        await pilot.press("h")
        await settled(pilot)
        assert "wake_at" in shown(app)


async def test_a_question_that_does_not_end_is_stopped_with_escape(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        screen.query_text.put("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
        await pilot.press("enter")
        await until(pilot, lambda: screen.asking and "asking… esc stops it" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: not screen.asking and "it was stopped" in shown(app))
        assert app.screen is screen


async def test_an_answer_is_copied_and_written_as_a_file(root, store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen = await opened(app, pilot)
        await asked(pilot, screen, QUESTION)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, CopyPanel))
        assert {copy.key: copy.text for copy in app.screen.copies}["v"] == "cccc3333"
        await pilot.press("escape")
        for key, name in (("c", "answer.csv"), ("n", "answer.jsonl")):
            await pilot.press("X")
            await until(pilot, lambda: isinstance(app.screen, CopyPanel))
            await pilot.press(key)
            await until(pilot, lambda name=name: f"bytes are in {tmp_path / name}" in told(app))
        assert (tmp_path / "answer.csv").read_text().splitlines()[0] == "id,name,status,step,error"
        assert json.loads((tmp_path / "answer.jsonl").read_text().splitlines()[0])["id"] == "cccc3333"


@pytest.mark.parametrize("size", [(60, 20), (40, 10)])
async def test_on_a_small_terminal_nothing_breaks(root, store, size):
    await write(store, BUSY_DAY)
    async with console(root, size) as (app, pilot):
        screen = await opened(app, pilot)
        await asked(pilot, screen, QUESTION)
        assert screen.answer is not None


async def test_before_anything_has_run_there_is_nothing_to_ask(root):
    async with console(root) as (app, pilot):
        app.go(Place.SQL)
        await until(pilot, lambda: isinstance(app.screen, SqlScreen) and app.screen.ready.total > 0)
        await asked(pilot, app.screen, "select 1")
        assert "nothing has run here yet" in shown(app)


def test_in_a_real_terminal_a_question_is_typed_and_answered(terminal, root):  # noqa: F811 - the fixture
    console = terminal()
    console.complete_an_order()
    console.keys(";")
    console.until("Ready and asked")
    console.keys("select name || '-' || status as both from runs\r")
    console.until("order-completed")
    console.until("3 Answer  1 row")
    console.keys("\x11")
    assert console.ended() == 0
