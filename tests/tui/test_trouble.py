"""What can not be read says so where it would be shown, says what to do, and comes back by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from lexiconsole.errors import StoreError
from lexiconsole.tui.keymap import Place
from tests.tui.making import BUSY_DAY, console, settled, shown, until, write


def damage(store) -> bytes:
    """Overwrites every page behind the first one, as a failing disk may; gives what the file was."""
    with closing(sqlite3.connect(store, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sound = store.read_bytes()
    with store.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (len(sound) - 4096))
    return sound


def said(app) -> str:
    return " ".join(shown(app).replace("│", " ").replace("┃", " ").split())


async def test_a_store_that_is_damaged_is_told_of_in_the_panes_until_it_is_put_back(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        board, counts = app.screen, app.vitals.counts
        sound = damage(store)
        app.reads._look._shut()  # it remembers pages
        board.returned()
        await until(pilot, lambda: said(app).count("This can not be read:") >= 2)
        assert "is damaged;" in said(app)
        app.go(Place.RUN, BUSY_DAY[4].id)
        await until(pilot, lambda: said(app).count("This can not be read:") == 3)
        store.write_bytes(sound)
        await until(pilot, lambda: "This can not be read" not in shown(app) and "zoom 3/3" in shown(app))
        assert app.screen.map.has_focus
        await pilot.press("q")
        await until(pilot, lambda: "This can not be read" not in shown(app) and "2 Runs  12" in shown(app))
        assert board.runs.table.has_focus
        assert board.runs.selected is not None
        assert app.vitals.counts == counts


async def test_a_store_that_is_deleted_or_replaced_under_an_open_console_is_not_shown_as_if_it_were_there(root, store):
    """Whoever has a file open reads it on when it is gone: the console showed runs that nobody else could find."""
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        aside, counts = store.with_name("aside.db"), app.screen.header.counts
        store.rename(aside)
        app.feed.hurry()
        await until(pilot, lambda: said(app).count("This can not be read:") >= 3 and "deleted" in said(app))
        await until(pilot, lambda: app.screen.header.counts == {})  # what stood there was of before
        with pytest.raises(StoreError, match="nothing new can be kept in it"):
            app.reads.check()  # before each act
        aside.rename(store)
        await until(pilot, lambda: "This can not be read" not in shown(app) and app.screen.header.counts == counts)
        aside.write_bytes(store.read_bytes())
        aside.replace(store)
        app.feed.hurry()
        await until(pilot, lambda: said(app).count("This can not be read:") >= 3 and "replaced" in said(app))
