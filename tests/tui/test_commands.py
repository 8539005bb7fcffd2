"""The line behind `:`: what it understands, how it completes, and where it leads."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from lexiconsole.errors import UsageError
from lexiconsole.tui.commands import commands_of, offers, understood
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.widgets.command_line import CommandLine
from lexiconsole.tui.widgets.confirm import ConfirmPanel
from tests.tui.making import BUSY_DAY, check, console, settled, shown, until, write


async def typed(pilot, text: str) -> None:
    """As a person types it behind `:`, up to enter."""
    await pilot.press("colon")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandLine))
    await pilot.press(*("space" if sign == " " else sign for sign in text))
    await settled(pilot)


@pytest.fixture
async def busy(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        yield app, pilot


async def test_the_line_with_what_it_offers(busy):
    _app, pilot = busy
    await typed(pilot, "run")
    check(
        "command-120x36", "\n".join(shown(pilot.app).splitlines()[-11:])
    )  # what lies behind it has goldens of its own


async def test_a_run_by_the_beginning_of_its_id(busy):
    app, pilot = busy
    await typed(pilot, "cccc")
    await pilot.press("enter")
    await until(pilot, lambda: app.seen_screen().place is Place.RUN)
    assert app.seen_screen().run_id == "cccc3333"


async def test_tab_completes_the_verb_and_then_the_id(busy):
    """What was typed before is deleted as in a shell."""
    app, pilot = busy
    await typed(pilot, "go od")
    await pilot.press("ctrl+w", "left", "x")
    assert app.screen.query_one(Input).value == "gox "
    await pilot.press("ctrl+e", "ctrl+u", *"show")
    await pilot.press("tab")
    await pilot.press("e", "e")
    await until(pilot, lambda: any("eeee5555" in row and "order  failed" in row for row in shown(app).splitlines()))
    await pilot.press("tab", "enter")
    await until(pilot, lambda: app.seen_screen().place is Place.RUN)
    assert app.seen_screen().run_id == "eeee5555"


async def test_a_filter_from_another_screen(busy):
    app, pilot = busy
    app.go(Place.INBOX)
    await settled(pilot)
    await typed(pilot, "runs state:failed")
    await pilot.press("enter")
    await until(pilot, lambda: app.seen_screen().place is Place.DASHBOARD)
    await settled(pilot)
    assert "2 Runs  3  / state:failed" in shown(app)


async def test_an_act_is_previewed_like_its_key(busy):
    app, pilot = busy
    await typed(pilot, "retry cccc")
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, ConfirmPanel))
    await settled(pilot)
    assert "Retry order cccc3333" in shown(app)
    await pilot.press("escape")


async def test_an_act_on_the_selection_says_why_it_is_not_possible(busy):
    app, pilot = busy
    await typed(pilot, "resume")
    await pilot.press("enter")
    await settled(pilot)
    assert "only a run that is paused goes on" in app.screen.status.text


async def test_what_is_no_command_stays_in_the_line_with_the_nearest_one(busy):
    app, pilot = busy
    await typed(pilot, "retri")
    await pilot.press("enter")
    await settled(pilot)
    assert "did you mean retry?" in shown(app)
    await pilot.press("escape")
    await settled(pilot)
    assert app.screen is app.seen_screen()


async def test_a_view_is_saved_shown_offered_and_forgotten(busy, store):
    app, pilot = busy
    for line in ("runs state:failed", "save broken", "runs"):
        await typed(pilot, line)
        await pilot.press("enter")
        await settled(pilot)
    assert app.screen.runs.text == ""
    assert 'broken = "state:failed"' in (store.parent / "views.toml").read_text()
    await typed(pilot, "view ")
    assert "state:failed" in shown(app)
    await pilot.press("tab", "enter")
    await until(pilot, lambda: app.screen is app.seen_screen())
    assert app.screen.runs.text == "state:failed"
    await typed(pilot, "forget broken")
    await pilot.press("enter")
    await settled(pilot)
    assert "broken" not in (store.parent / "views.toml").read_text()


async def test_a_theme_by_its_name(busy):
    app, pilot = busy
    await typed(pilot, "theme light")
    await pilot.press("enter")
    await until(pilot, lambda: not app.current_theme.dark)


async def test_start_goes_to_the_form(busy):
    app, pilot = busy
    await typed(pilot, "start per")
    await pilot.press("tab", "enter")
    await until(pilot, lambda: app.seen_screen().place is Place.START)


async def test_what_can_not_be_done_is_said_before_the_line_closes(busy):
    app, _pilot = busy
    for line, said in {
        "": "type a command",
        "re": "may be retry or resume",
        "inbox now": "takes nothing",
        "start": "needs a definition's name",
        "x y": "is no command",
    }.items():
        with pytest.raises(UsageError, match=said):
            understood(app.screen, line)


async def test_no_line_is_too_odd_to_be_completed(busy):
    app, _pilot = busy
    for line in ("", ":", "  ", "re", "theme x y", "start ", "runs state:", "runs !", "x y", "go:7", "'\"[b]"):
        assert all(offer.line for offer in offers(app.screen, line))


async def test_everything_with_a_key_can_be_typed(busy):
    app, _pilot = busy
    keys = {key.action.replace("_", "-") for key in app.screen.served() if not key.action.startswith("pane_")}
    assert keys - {"command"} <= set(commands_of(app.screen))


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 10)])
async def test_there_is_room_for_it_on_small_screens(root, store, size):
    await write(store, BUSY_DAY)
    async with console(root, size) as (app, pilot):
        await settled(pilot)
        await typed(pilot, "inb")
        assert "inb" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.seen_screen().place is Place.INBOX)
