"""`y`: a menu of what can be copied, to the clipboard and to a file that is named."""

from __future__ import annotations

import json
import stat

import pytest

from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens.diffing import Moment, subject_of
from lexiconsole.tui.widgets.copy_panel import CopyPanel
from tests.tui.making import BUSY_DAY, check, console, settled, shown, until, write
from tests.tui.test_diff import BAD, GOOD


def panel(app) -> dict[str, str]:
    assert isinstance(app.screen, CopyPanel)
    return {copy.key: copy.text for copy in app.screen.copies}


def told(app) -> list[str]:
    return [one.message for one in app._notifications]


def cropped(text: str) -> str:
    """The panel alone, where it stands; what lies under it is another picture."""
    lines = text.splitlines()
    top = next(n for n, line in enumerate(lines) if "Copy of" in line)
    end = next(n for n, line in enumerate(lines) if "a letter or enter copies" in line)
    left, right = lines[top].index("┏━ Copy of"), lines[top].rindex("┓")
    return "\n".join(line[left : right + 1] for line in lines[top : end + 1])


async def opened(app, pilot) -> dict[str, str]:
    await pilot.press("y")
    await until(pilot, lambda: isinstance(app.screen, CopyPanel))
    await settled(pilot)
    return panel(app)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_menu_of_a_failed_run(root, store, size):
    await write(store, [BAD])
    async with console(root, size) as (app, pilot):
        app.go(Place.RUN, "bad-1042")
        await until(pilot, lambda: "✗ FAILED" in shown(app))
        await settled(pilot)
        copies = await opened(app, pilot)
        assert copies["t"].startswith("TimeoutError: no answer from the bank"), "the selected step's"
        check(f"copy-{size[0]}x{size[1]}", cropped(shown(app)))


async def test_what_is_copied_is_in_the_clipboard_and_in_a_private_file_that_is_named(root, store):
    await write(store, [BAD])
    async with console(root) as (app, pilot):
        await settled(pilot)
        await opened(app, pilot)
        await pilot.press("e")
        file = store.parent / "copied.txt"
        await until(pilot, lambda: f"copied the error; also in {file}" in told(app))
        assert app.clipboard.startswith("TimeoutError: no answer") and file.read_text() == app.clipboard
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        await opened(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app.clipboard == "bad-1042")
        assert file.read_text() == "bad-1042", "the last copy alone"
        await opened(app, pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert app.clipboard == "bad-1042" and not isinstance(app.screen, CopyPanel)


async def test_what_is_too_long_for_a_terminal_is_in_the_file_alone(root, store):
    from lexiconsole.tui.copying import copy_out
    from lexiconsole.views.copies import Copy

    await write(store, [BAD])
    async with console(root) as (app, pilot):
        await settled(pilot)
        copy_out(app, Copy("s", "story as JSON", "x" * 60_000))
        await until(pilot, lambda: "is too long for a terminal's clipboard; it is in " in "".join(told(app)))
        assert len((store.parent / "copied.txt").read_text()) == 60_000 and app.clipboard == ""


async def test_each_pane_and_screen_has_a_menu_of_its_own(root, store):
    await write(store, [*BUSY_DAY, GOOD, BAD])
    async with console(root) as (app, pilot):
        await settled(pilot)
        menus = []
        for pane in "1234":
            await pilot.press(pane)
            await settled(pilot)
            menus.append(await opened(app, pilot))
            await pilot.press("escape")
        assert menus[0]["1"].startswith("lexiconsole run ")
        assert menus[1]["c"].startswith("lexiconsole show-run ")
        assert menus[2]["1"].startswith("lexiconsole answer ")
        assert menus[3]["1"].startswith("lexiconsole runs --status ")
        app.go(Place.DIFF, subject_of(Moment("good-1041"), Moment("bad-1042")))
        await until(pilot, lambda: "first difference" in shown(app))
        copies = await opened(app, pilot)
        assert copies["c"] == "lexiconsole diff good-1041 bad-1042" and json.loads(copies["s"])["alike"] is False
        await pilot.press("escape")
        for place, run in ((Place.SAGA, "aaaa1111"), (Place.DOUBT, "hhhh8888"), (Place.BULK, "aaaa1111")):
            app.go(place, run)
            await settled(pilot)
            assert run in (await opened(app, pilot))["i"]
            await pilot.press("escape", "q")
            await settled(pilot)
