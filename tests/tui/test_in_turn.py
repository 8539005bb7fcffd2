"""Keys that come faster than the console deals with them go where the ones before them led."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Input

from lexiconsole.tui.going import go_to_run
from tests.tui.making import BUSY_DAY, PATIENCE, console, settled, shown, until, write


def at_once(pilot: Pilot[Any], *keys: str) -> None:
    """As a terminal sends them that was typed into while the program was busy."""
    driver = pilot.app._driver
    assert driver is not None
    for key in keys:
        event = events.Key({" ": "space", "/": "slash"}.get(key, key), key if len(key) == 1 else None)
        event.set_sender(pilot.app)
        driver.send_message(event)


async def test_the_word_behind_a_slash_is_a_filter_and_no_command(root: Path, store: Path) -> None:
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        at_once(pilot, "/", *"scripx", "enter")
        await until(pilot, lambda: "/ scripx" in shown(app))
        assert len(app.screen_stack) == 1


async def test_what_follows_a_number_is_about_that_pane(root: Path, store: Path) -> None:
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        at_once(pilot, "4", "R")
        await until(pilot, lambda: "Retry" in shown(app))


async def test_what_is_typed_behind_the_key_that_opens_a_panel_stands_in_the_panel(root: Path, store: Path) -> None:
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        at_once(pilot, "question_mark", *"mark")
        await until(pilot, lambda: "unmark all" in shown(app) and "mark" in shown(app))
        typed = app.screen.query_one("Input")
        assert typed.value == "mark"  # type: ignore[attr-defined]


async def test_a_key_that_closes_what_it_was_pressed_in_holds_up_no_other(root: Path, store: Path) -> None:
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        for _ in range(5):
            at_once(pilot, "question_mark", "escape", "enter", "q", "4", "2", "enter", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1 and not app._busy)
        at_once(pilot, "question_mark")
        await until(pilot, lambda: len(app.screen_stack) == 2)


@contextmanager
def no_list_comes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs are not read any more, until it is left."""
    from lexiconsole.tui.widgets import runs_pane

    comes, read = threading.Event(), runs_pane.read_board

    def late(*asked: Any, **more: Any) -> Any:
        comes.wait(600)
        return read(*asked, **more)

    monkeypatch.setattr(runs_pane, "read_board", late)
    try:
        yield
    finally:
        comes.set()


async def test_enter_behind_a_filter_opens_what_the_filter_finds_however_long_that_takes(
    root: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lexiconsole.tui.in_turn._LOOKS", 10**9)
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        with no_list_comes(monkeypatch):
            at_once(pilot, "/", *"id:hhhh", "enter", "enter")
            await until(pilot, lambda: "2 Runs  …  / id:hhhh" in shown(app) and "reading…" in shown(app))
            await until(pilot, lambda: app._looked > 0)
            assert len(app.screen_stack) == 1
        await until(pilot, lambda: len(app.screen_stack) == 2 and "▸ hhhh8888" in shown(app))


async def test_keys_wait_for_a_list_for_a_while_only_and_none_waits_behind_escape(
    root: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lexiconsole.tui.in_turn._LOOKS", 3)
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        with no_list_comes(monkeypatch):
            at_once(pilot, "/", *"id:hhhh", "enter", "enter")
            await until(pilot, lambda: "the list is still being read" in shown(app))
            monkeypatch.setattr("lexiconsole.tui.in_turn._LOOKS", 10**9)
            at_once(pilot, "question_mark")  # of no subject
            await until(pilot, lambda: len(app.screen_stack) == 2)
            at_once(pilot, "escape", "y", "escape")
            await until(pilot, lambda: not app.has_keys and "/ id:hhhh" not in shown(app))


async def test_a_key_about_the_run_of_a_task_waits_for_that_run(root: Path, store: Path) -> None:
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        at_once(pilot, "3", "p")
        await until(pilot, lambda: "Pause order ffff6666" in shown(app))


async def test_keys_stay_in_their_order(root: Path, store: Path) -> None:
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        at_once(pilot, "/", *"abcdefghijklmnopqrstuvwxyz")
        await until(pilot, lambda: "abcdefghijklmnopqrstuvwxyz" in shown(app))


async def test_a_key_behind_one_that_closes_a_panel_is_not_late(
    root: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lexiconsole.tui.in_turn._PATIENCE", 3600.0)
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        at_once(pilot, "y")
        await until(pilot, lambda: "Copy of" in shown(app) and not app.has_keys)
        at_once(pilot, "escape", "4", "R")
        await until(pilot, lambda: "Retry" in shown(app))


async def test_what_a_key_changes_is_painted_together(root: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lexiconsole.tui.in_turn._HELD", 3600.0)
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        painted: list[str] = []
        display = app._display

        def seen(screen: Any, update: Any) -> None:
            if update is not None:
                painted.append(shown(app))
            display(screen, update)

        monkeypatch.setattr(app, "_display", seen)
        before = shown(app).splitlines()[-2]
        at_once(pilot, "j")
        await until(pilot, lambda: bool(painted))
        assert app.screen.runs.table.cursor == 1
        assert painted[0].splitlines()[-2] != before  # the sentence below the list as well


async def test_keys_that_nobody_tells_of_hold_up_the_next_ones_for_a_moment_only(
    root: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lexiconsole.tui.in_turn._PATIENCE", 0.05)
    monkeypatch.setattr("lexiconsole.tui.in_turn.KeysInTurn._settle", lambda *_: None)
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        at_once(pilot, "j", "j", "j")
        await until(pilot, lambda: app.screen.runs.table.cursor == 3)


async def test_a_program_that_stood_still_sends_no_key_elsewhere(root: Path, store: Path) -> None:
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        at_once(pilot, "/", *"id:scripx")
        for _ in range(4):  # the slash is on its way
            await asyncio.sleep(0)
        time.sleep(0.55)  # noqa: ASYNC251 - that it stands still is the point
        await until(pilot, lambda: "/ id:scripx" in shown(app))


async def test_tab_behind_the_beginning_of_an_id_takes_the_run_that_it_finds(root: Path, store: Path) -> None:
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        matched, goes_on = app.reads._look.match, threading.Event()
        app.reads._look.match = lambda words: goes_on.wait(PATIENCE) and matched(words)
        at_once(pilot, "colon", *"eeee", "tab")
        await until(pilot, lambda: any(field.value == "eeee" for field in app.screen.query(Input)))
        await until(pilot, lambda: not app._busy and len(app._ahead) < 2)
        goes_on.set()
        await until(pilot, lambda: app.screen.query_one(Input).value.strip() == "eeee5555")


async def test_enter_behind_words_for_the_palette_does_what_they_find(root: Path, store: Path) -> None:
    """Not the first one of what stands there for the words before: any act of the screen."""
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count > 0)
        panel = app.screen
        matched, goes_on = app.reads._look.match, threading.Event()
        app.reads._look.match = lambda words: goes_on.wait(PATIENCE) and matched(words)
        at_once(pilot, *"permit", "enter")
        await until(pilot, lambda: not panel.is_current or panel.query_one(Input).value == "permit")
        await until(pilot, lambda: not app._busy and len(app._ahead) < 2)
        goes_on.set()
        await until(pilot, lambda: getattr(app.screen, "subject", "") == "permit")


async def test_keys_behind_a_jump_or_a_named_run_are_about_where_that_leads(
    root: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lexiconsole.tui.widgets import runs_pane

    monkeypatch.setattr("lexiconsole.tui.in_turn._LOOKS", 10**9)
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        board, comes, next_of, match = app.screen, threading.Event(), runs_pane.next_of, app.reads._look.match
        monkeypatch.setattr(runs_pane, "next_of", lambda *asked: comes.wait(600) and next_of(*asked))
        monkeypatch.setattr(app.reads._look, "match", lambda words: comes.wait(600) and match(words))
        first = board.runs.selected.id
        try:
            at_once(pilot, "e", "enter")
            await until(pilot, lambda: app.screen is not board or app._looked > 0)
        finally:
            comes.set()
        await until(pilot, lambda: app.screen is not board)
        assert app.screen.run_id == board.runs.selected.id != first
        comes.clear()
        go_to_run(app.screen, "aaaa1111")
        try:
            at_once(pilot, "y")
            await until(pilot, lambda: "Copy of" in shown(app) or app._looked > 0)
        finally:
            comes.set()
        await until(pilot, lambda: "Copy of aaaa1111" in shown(app))


async def test_a_key_behind_a_line_that_names_a_run_is_about_that_run(root: Path, store: Path) -> None:
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        at_once(pilot, "colon", *"aaaa1111", "enter", "y")
        await until(pilot, lambda: "Copy of aaaa1111" in shown(app))
        at_once(pilot, "escape", "colon", *"eeee5555", "enter", "y")
        await until(pilot, lambda: "Copy of eeee5555" in shown(app))
