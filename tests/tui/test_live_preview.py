"""On a large screen the dashboard shows the selected run's own map, live; nothing moves on it that did not happen to that run."""

from __future__ import annotations

import pytest

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.store import SqliteJournal
from lexiconsole.tui.flights import Flights
from tests.tui.making import NOW, Story, completed, console, settled, shown, until, write

HALF_WAY = [(EntryKind.DONE, "reserve", {"result": 1})]
STORIES = (
    Story("bbbb2222", completed(), ago=90),
    Story("cccc3333", HALF_WAY, ago=60),
    Story("aaaa1111", HALF_WAY, ago=30),
)


@pytest.fixture
def flown(monkeypatch):
    """The edges that tokens were seen to take."""
    edges: list[int] = []
    plan = Flights._plan

    def seen(flights, hops):
        edges.extend(hop.edge for hop in hops)
        plan(flights, hops)

    monkeypatch.setattr(Flights, "_plan", seen)
    return edges


async def goes_on(store, run_id: str) -> None:
    """Another process drives the run: a step of it is done."""
    journal = SqliteJournal(store, durability="process")
    await journal.open()
    try:
        row = await journal.run(run_id)
        await journal.append(
            row, row.epoch, [Entry(run_id, row.seq + 1, NOW, EntryKind.DONE, "charge", 0, {"result": 1})]
        )
    finally:
        await journal.close()


async def test_the_selected_run_moves_on_its_own_map_and_no_other_run_does(root, store, flown):
    await write(store, STORIES)
    async with console(root, (160, 40)) as (app, pilot):
        await settled(pilot)
        preview = app.screen.preview
        assert "4 nodes · zoom" in shown(app)
        assert not flown, "what it did before it was selected is not played"
        await goes_on(store, "cccc3333")
        await goes_on(store, "aaaa1111")
        await until(pilot, lambda: bool(flown))
        assert app.screen.runs.selected.id == "aaaa1111"
        assert flown == [0], "from reserve to charge, once"
        await pilot.press("j")  # a run of the same definition that stands elsewhere
        await until(pilot, lambda: preview.seen.run_id == "cccc3333")
        assert flown == [0]
        await pilot.press("j")
        await until(pilot, lambda: preview.seen.run_id == "bbbb2222")
        assert flown == [0]
        await until(pilot, lambda: preview.map._timer is None)  # nothing of a run that is done moves
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen.run_id == "bbbb2222"
        assert preview.map._timer is None


async def test_the_map_has_the_keys_of_the_dashboard_and_makes_room_for_the_steps_on_a_smaller_screen(root, store):
    await write(store, STORIES)
    async with console(root, (160, 40)) as (app, pilot):
        await settled(pilot)
        preview = app.screen.preview
        await pilot.press("5", "g")
        assert preview.map.has_focus
        assert preview.map.selected == "reserve"
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: not preview.map.display and preview.steps.has_focus)
        assert "4 steps" in shown(app)
        await pilot.resize_terminal(160, 40)
        await until(pilot, lambda: preview.map.display and preview.map.has_focus)
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen.run_id == "aaaa1111"
