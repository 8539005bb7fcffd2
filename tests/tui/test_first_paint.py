"""What the first paint may load: the toolkit and the store, not what can come after it."""

import subprocess
import sys
from pathlib import Path

from textual import events

from lexiconsole.tui.app import ConsoleApp
from tests.tui.making import BUSY_DAY, console, settled, shown, until, write

ROOT = Path(__file__).resolve().parents[2]


def test_the_first_paint_loads_neither_settings_nor_models_nor_engine():
    script = (
        "import sys, lexiconsole.tui.open, lexiconsole.tui.screens.dashboard\n"
        "heavy = {'pydantic', 'pydantic_core', 'aiosqlite', 'yaml', 'lexiconsole.app.workspace', 'lexiconsole.runtime.engine'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_first_frame_loads_no_toolkit():
    script = (
        "import sys, lexiconsole.__main__, lexiconsole.tui.open\n"
        "print(sorted({'textual', 'rich', 'asyncio', 'tempfile', 'typer'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_but_shared_options_opens_the_console_without_typer():
    script = (
        "import sys\n"
        "from lexiconsole.cli.main import main\n"
        "main(['-C', 'somewhere'], bare=lambda shared: sys.stdout.write(f'{shared.folder}') and 0)\n"
        "print(sorted({'typer', 'click', 'lexiconsole.cli.root'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "somewhere[]"


async def test_the_first_paint_shows_the_runs(root, store, monkeypatch):
    """Nothing is painted that is replaced a moment later."""
    monkeypatch.setattr("lexiconsole.tui.screens.dashboard._BLANK", 60.0)
    painted = []
    display = ConsoleApp._display

    def seen(app, screen, update):
        if update is not None:
            painted.append(shown(app))
        display(app, screen, update)

    monkeypatch.setattr(ConsoleApp, "_display", seen)
    await write(store, BUSY_DAY)
    async with console(root):
        assert "2 Runs  " in painted[0]
        assert BUSY_DAY[0].id[:8] in painted[0]


async def test_runs_that_do_not_come_leave_the_screen_blank_for_a_moment_only(root, store, monkeypatch):
    monkeypatch.setattr("lexiconsole.tui.widgets.runs_pane.RunsPane._show", lambda *_: None)
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await until(pilot, lambda: not app.screen.blank)
        assert "1 Catalogue" in shown(app)


async def test_keys_for_the_catalogue_wait_until_definitions_are_found(root):
    """They take a second to load, and people know where their workflow stands in the list."""
    async with console(root) as (app, pilot):
        found = list(app.definitions.values())
        app.definitions, app.looks_for_definitions, app.screen._latest = {}, True, {}
        app.screen.returned()
        await pilot.press("1", "j", "k")
        await until(pilot, lambda: app.screen.catalogue.kept == ["j", "k"])
        app.screen._latest = dict.fromkeys(("order", "permit"), ())  # runs of them are read first
        app.screen._show_catalogue()
        await pilot.press("j")
        await until(pilot, lambda: app.screen.catalogue.kept == ["j", "k", "j"] and not app.has_keys)
        app._held = True
        app.post_message(events.Key("s", "s"))  # on its way when they are found
        await until(pilot, lambda: app.has_keys)
        app.definitions_loaded(found)
        app.take_keys()
        await until(pilot, lambda: "Start ▸ permit" in shown(app))
        await pilot.press("escape", "2")
        app.definitions, app.looks_for_definitions = {}, True
        app.screen.returned()
        await pilot.press("s")
        await until(pilot, lambda: "is done when they are found" in shown(app))
        await pilot.press("i")
        app.definitions_loaded(found)
        await settled(pilot)
        assert len(app.screen_stack) == 1, "something else was asked for meanwhile"
