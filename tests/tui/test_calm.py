"""What the console paints and asks while little happens: no more than what changed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from textual._compositor import Compositor
from textual.geometry import Region

from lexiconsole.tui.widgets.spans import top_of
from tests.tui.making import BUSY_DAY, NOW, console, settled, write


def painted(app) -> list[int]:
    """The lines of the list of runs that are to be painted again, by their place on the screen."""
    return sorted({y for region in app.screen.runs.table._dirty_regions for y in region.line_range})


async def test_a_cursor_that_moves_paints_two_rows(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        table = app.screen.runs.table
        table._dirty_regions.clear()
        table.go(1)
        assert painted(app) == [0, 1, 2, 3]  # two rows of two lines: the first ones failed
        await settled(pilot)
        assert app.screen.preview.seen.row.id == table.selected


async def test_a_second_in_which_nothing_reads_otherwise_paints_no_row(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        table = app.screen.runs.table
        table._dirty_regions.clear()
        table.repaint()
        table.repaint_if_young(NOW)
        assert painted(app) == []
        app.screen.engine._dirty_regions.clear()
        app.screen.engine.tick()
        assert not app.screen.engine._dirty_regions


async def test_a_list_that_is_read_again_paints_the_rows_that_are_others(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        table = app.screen.runs.table
        rows = [table.rows_at_hand[n] for n in range(table.total)]
        table._dirty_regions.clear()
        table.show(table.spans, 0, rows, at=0)
        assert painted(app) == []
        table.show(table.spans, 0, [*rows[:2], rows[3], rows[2], *rows[4:]], at=0)
        assert painted(app) == [4, 5, 6, 7]


async def test_a_shorter_list_leaves_nothing_of_the_longer_one(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        table = app.screen.runs.table
        table.show_all([table.rows_at_hand[0]])
        await pilot.pause()
        assert [strip.text.strip() for strip in table.render_lines(table.size.region)[2:]] == [""] * (
            table.size.height - 2
        )


async def test_a_key_pressed_while_the_list_is_read_is_not_undone_by_what_was_read(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        runs = app.screen.runs
        runs.table.go(1)
        answers = []
        show, runs._show = runs._show, lambda *answer: answers.append(answer)
        runs._read()
        await settled(pilot)
        runs.table.go(2)
        chosen = runs.table.selected
        show(*answers[0])
        assert (runs.table.cursor, runs.table.selected, runs.selected.id) == (2, chosen, chosen)


async def test_a_second_paints_only_the_rows_whose_times_read_otherwise(root, store):
    """A young run counts seconds, an older one minutes, a question what is left of its time."""
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        table = app.screen.runs.table
        app.now = lambda: NOW + 5
        table.repaint_if_young(NOW + 5)
        young = next(n for n, row in table.rows_at_hand.items() if row.id == "nnnn2222")
        table._dirty_regions.clear()
        app.now = lambda: NOW + 6
        table.repaint_if_young(NOW + 6)
        lines = painted(app)
        top = top_of(table.spans, young) - table.scroll_offset.y
        assert top in lines and len(lines) < 4, lines
        table._dirty_regions.clear()
        app.now = lambda: NOW + 66
        table.repaint_if_young(NOW + 66)
        assert len(painted(app)) > 4


async def test_a_line_that_is_painted_again_asks_only_the_widgets_it_runs_through(root, store, monkeypatch):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen, asked = app.screen, []
        for widget in (screen.header, screen.runs.table, screen.footer):
            usual = widget.render_lines
            monkeypatch.setattr(
                widget, "render_lines", lambda crop, usual=usual, widget=widget: asked.append(widget) or usual(crop)
            )
        screen._compositor._dirty_regions.clear()
        screen.header.tell(clock="23:59")
        screen._compositor.update_widgets({screen.header})
        update = screen._compositor.render_update()
        assert asked == [screen.header]
        assert update.spans == [(0, 0, screen.size.width)]


async def test_the_engine_pane_is_read_again_only_after_a_commit(root, store, monkeypatch):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        screen, asked = app.screen, []
        with monkeypatch.context() as patched:
            patched.setattr(screen._slow, "ask", lambda: asked.append(app.feed.version))
            for version in (7, 7, 8, 8, 8):
                patched.setattr(app, "feed", SimpleNamespace(version=version))
                screen.tick(NOW)
        assert asked == [7, 8]


@pytest.mark.parametrize("keys", [(), ("question_mark",), ("4", "R")], ids=["dashboard", "help", "confirmation"])
async def test_what_is_painted_is_what_the_toolkit_would_paint(root, store, keys):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        await pilot.press(*keys)
        await settled(pilot)
        for screen in app.screen_stack:
            ours, region = screen._compositor, screen.size.region
            for crop in (region, Region(0, 0, region.width, 1), Region(40, 3, 30, 20)):
                lines = set(crop.line_range)
                whole = Compositor._render_chops(ours, crop, lines.__contains__)
                seen = ours._render_chops(crop, lines.__contains__)
                for y in lines:
                    unseen = [at for at, part in whole[y].items() if part is None]
                    assert {at: part for at, part in seen[y].items() if at not in unseen} == {
                        at: part for at, part in whole[y].items() if at not in unseen
                    }
