"""A console that only looks: no key changes anything, each says why, and the store's file stays byte for byte what it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.errors import RefusedError, StoreError
from lexiconsole.store import SqliteJournal
from lexiconsole.tui.acts import READ_ONLY
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.requesting import change_of
from lexiconsole.types import RunStatus
from tests.e2e.terminal import opened
from tests.store.bereft import bereft
from tests.tui.making import BUSY_DAY, Story, check, console, fill, settled, shown, until, waiting, write


def digest(store: Path) -> str:
    return hashlib.sha256(store.read_bytes()).hexdigest()


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_it_says_that_it_only_looks(root, store, size):
    await write(store, BUSY_DAY)
    async with console(root, size, readonly=True) as (app, pilot):
        await settled(pilot)
        check(f"dashboard-readonly-{size[0]}x{size[1]}", shown(app))


async def test_every_key_that_changes_something_is_off_and_says_why(root, store):
    await write(store, [Story("ffff6666", waiting())])
    before = digest(store)
    async with console(root, readonly=True) as (app, pilot):
        for place, subject in ((Place.DASHBOARD, ""), (Place.RUN, "ffff6666"), (Place.INBOX, "")):
            if subject or place is Place.INBOX:
                app.go(place, subject)
                await settled(pilot)
            changing = [key for key in app.screen.served() if key.changes]
            assert changing
            assert {app.screen.off(key.action) for key in changing} == {READ_ONLY}
            assert not {key.action for key in app.screen.footer._keys.values()} & {key.action for key in changing}
            app.screen.do("cancel" if place is not Place.INBOX else "approve")
            await pilot.pause()
            assert READ_ONLY in app.screen.status.text
        assert app.driving.pid is None
    assert digest(store) == before


async def test_an_act_that_comes_another_way_is_refused_too(root, store):
    await write(store, [Story("ffff6666", waiting())])
    before = digest(store)
    async with console(root, readonly=True) as (app, pilot):
        await until(pilot, lambda: app.screen.runs.selected is not None)
        change = change_of([app.screen.runs.selected], RequestKind.PAUSE)
        app.acts.ask(change)
        app.acts.begin(change, ())
        await pilot.pause()
        assert app.screen.place is Place.DASHBOARD
        assert not app.acts.requested("ffff6666")
        assert f"pause: {READ_ONLY}" in app.screen.status.text
        await pilot.press("colon", *"start order", "enter")
        await settled(pilot)
        assert app.screen.place is Place.DASHBOARD
        assert f"start: {READ_ONLY}" in app.screen.status.text
    assert digest(store) == before


async def test_a_question_in_sql_is_answered_and_not_written_down(root, store):
    await write(store, [Story("ffff6666", waiting())])
    before = sorted(file.name for file in store.parent.iterdir())
    with bereft(store.parent):  # nor could it be: not even the files are made that reading a store usually takes
        async with console(root, readonly=True) as (app, pilot):
            await settled(pilot)
            await pilot.press("semicolon")
            await until(pilot, lambda: app.screen.place is Place.SQL)
            await settled(pilot)
            await pilot.press(*"select id from runs", "enter")
            await until(pilot, lambda: app.screen.answer is not None)
            assert app.screen.answer.rows == (("ffff6666",),)
    assert sorted(file.name for file in store.parent.iterdir()) == before


def test_the_workspace_refuses_whatever_would_write(root, store):
    store.parent.mkdir(exist_ok=True)
    fill(store, Story("ffff6666", waiting()))
    before, files = digest(store), sorted(store.parent.iterdir())
    with bereft(store.parent), Workspace.find(root, readonly=True) as workspace:
        run = workspace.run("ffff6666")
        assert workspace.preview(Request(run.id, RequestKind.PAUSE)).sentence
        assert list(workspace.audit()) == []
        for act in (
            lambda: workspace.start("order", {}),
            lambda: workspace.act(Request(run.id, RequestKind.PAUSE)),
            lambda: workspace.fork(run, 1),
            lambda: workspace.drive(run),
        ):
            with pytest.raises(RefusedError, match="read-only"):
                act()
        assert workspace.run(run.id).status is RunStatus.WAITING
    assert digest(store) == before
    assert sorted(store.parent.iterdir()) == files


async def test_sqlite_itself_refuses_a_change(store):
    store.parent.mkdir(parents=True, exist_ok=True)
    journal = SqliteJournal(store)
    await journal.open()
    await journal.close()
    looking = SqliteJournal(store, readonly=True)
    await looking.open()
    try:
        with pytest.raises(StoreError, match="read-only"):
            await looking.attempted(0.0, "key", "ana", {})
    finally:
        await looking.close()


def test_a_store_of_an_older_form_is_not_brought_up_to_date_by_looking(root, store):
    import sqlite3
    from contextlib import closing

    store.parent.mkdir(exist_ok=True)
    fill(store, Story("ffff6666", waiting()))
    with closing(sqlite3.connect(store)) as raw:
        raw.execute("PRAGMA user_version = 1")
    with Workspace.find(root, readonly=True) as workspace, pytest.raises(StoreError, match="without --readonly"):
        list(workspace.audit())


def test_in_a_terminal_a_key_says_why_it_is_off_and_nothing_is_driven(root, store):
    store.parent.mkdir(exist_ok=True)
    fill(store, Story("ffff6666", waiting()))
    before = digest(store)
    with opened(root, "--readonly") as terminal:
        terminal.until("READ-ONLY", "1 Catalogue  2", "ffff6666")
        terminal.press("c")
        terminal.until(READ_ONLY)
        program = terminal.program()
        children = Path(f"/proc/{program}/task/{program}/children").read_text(encoding="ascii").split()
        assert children == []
        terminal.press("ctrl+q")
        assert terminal.left() == 0
    assert digest(store) == before


def test_a_command_with_it_is_a_mistake(root):
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "lexiconsole", "--readonly", "runs"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 2
    assert "--readonly" in done.stderr
