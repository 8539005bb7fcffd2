"""Jump mode: every row and field that is seen has a label of its own, and typing it goes there."""

from __future__ import annotations

import pytest

from lexiconsole.tui.jump import labels, targets
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.widgets.jump_panel import JumpPanel
from tests.e2e.terminal import opened
from tests.tui.making import BUSY_DAY, Story, check, completed, console, fill, settled, shown, waiting, write


@pytest.mark.parametrize("many", [0, 1, 26, 27, 300])
def test_no_label_begins_another_one(many):
    found = labels(many)
    assert len(set(found)) == many
    assert not any(other != one and other.startswith(one) for one in found for other in found)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_labels_stand_on_the_rows(root, store, size):
    await write(store, BUSY_DAY)
    async with console(root, size) as (app, pilot):
        await settled(pilot)
        await pilot.press("ctrl+o")
        await settled(pilot)
        check(f"jump-{size[0]}x{size[1]}", shown(app))


async def test_every_label_goes_to_what_it_stands_on(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen = app.screen
        found = targets(screen)
        rows = {
            table: table.seen()[1] for table in (screen.runs.table, screen.inbox, screen.incidents, screen.catalogue)
        }
        assert len(found) >= sum(rows.values())
        places = [(target.x, target.y) for target in found]
        assert len(set(places)) == len(places)
        for label, target in list(zip(labels(len(found)), found, strict=True))[::4]:
            await pilot.press("ctrl+o", *label)
            await settled(pilot)
            assert app.screen is screen
            focused = app.focused
            assert focused.content_region.contains(target.x, target.y)
            if focused in rows:
                line = target.y - focused.content_region.y + focused.scroll_offset.y
                assert [y for y in range(line + 1) if focused._face()[y : y + 1]][-1:] == [line]
                assert focused.render_line(line).text.lstrip()[:1] == app.glyphs.cursor


async def test_in_a_form_each_field_has_one(root):
    async with console(root) as (app, pilot):
        app.go(Place.START, "order")
        await settled(pilot)
        await pilot.press("ctrl+o")
        await settled(pilot)
        assert isinstance(app.screen, JumpPanel)
        await pilot.press("a")
        await settled(pilot)
        assert app.screen.place is Place.START
        assert app.screen.in_field


async def test_escape_and_what_is_no_label_leave_all_as_it_was(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        before = app.focused, app.screen.runs.table.selected
        for key in ("escape", "1"):
            await pilot.press("ctrl+o", key)
            await settled(pilot)
            assert (app.focused, app.screen.runs.table.selected) == before
            assert "type a label" not in app.screen.status.text


def test_in_a_terminal_a_label_is_typed_and_the_row_selected(root, store):
    store.parent.mkdir(exist_ok=True)
    fill(store, Story("aaaa1111", completed()), Story("bbbb2222", waiting()))
    with opened(root) as terminal:
        terminal.until("1 Catalogue  2", "◆ bbbb2222 manager waits")
        line = next(n for n, text in enumerate(terminal.lines) if "aaaa1111" in text[34:80])
        terminal.press("ctrl+o")
        terminal.until("type a label to go there")
        terminal.until(lambda: terminal.lines[line][34].isalpha())  # the labels come a frame later
        terminal.press(terminal.lines[line][34])
        terminal.until("✓ aaaa1111 completed")
        terminal.press("ctrl+q")
        assert terminal.left() == 0
