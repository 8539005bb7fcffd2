"""Text goldens of a screen in each state that a run can stand in: real runs, at a moment that never passes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind
from lexiconsole.tui.keymap import KEYS, Place, use
from lexiconsole.tui.keymap_file import read_keymap
from lexiconsole.tui.motion import Motion
from tests.tui.loans import loans
from tests.tui.making import (
    BUSY_DAY,
    NOW,
    Story,
    check,
    completed,
    console,
    failed,
    fill,
    paused,
    settled,
    shown,
    until,
    waiting,
)
from tests.tui.sagas import trips
from tests.tui.test_exporting import panel
from tests.tui.test_goldens import StandingClock

WIDE, NARROW = (120, 36), (80, 24)


def ran(folder: Path, name: str, **input: Any) -> Path:
    """The folder, with one run of that definition brought to where it ends or waits."""
    (folder / "definitions" / "order.py").unlink()
    workspace = Workspace.find((trips if name == "book_trip" else loans)(folder))
    workspace.clock = StandingClock()
    with workspace:
        row, _ = workspace.start(name, input, id="one-1")
        workspace.settle(row, 90)
    return folder


async def golden(
    name: str, folder: Path, size: tuple[int, int], place: Place, subject: str, keys: Sequence[str] = ()
) -> None:
    async with console(folder, size) as (app, pilot):
        if place is not Place.DASHBOARD:
            app.go(place, subject)
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        text = shown(app)
        if name.startswith("confirm") and size == WIDE:  # the pane of the engine beside it follows the engine
            text = panel(text, "┏━ " + name.removeprefix("confirm-").title(), "esc cancel")
        check(f"{name}-{size[0]}x{size[1]}", text)


@pytest.mark.parametrize(
    ("name", "size", "keys"),
    [
        ("run-map", WIDE, ()),
        ("run-rail", NARROW, ()),
        ("run-gantt", WIDE, ("v", "v")),
        ("run-gantt", NARROW, ("v",)),
        ("run-past", WIDE, ("left_curly_bracket",) * 3),
        ("run-past", NARROW, ("left_curly_bracket",) * 3),
    ],
)
async def test_a_run_that_waits_for_somebody(
    root: Path, no_slow_steps: None, name: str, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    await golden(name, await asyncio.to_thread(ran, root, "loan", score=612), size, Place.RUN, "one-1", keys)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_run_that_failed(root: Path, no_slow_steps: None, size: tuple[int, int]) -> None:
    folder = await asyncio.to_thread(ran, root, "loan", score=612, fails="intake")
    await golden("run-failed", folder, size, Place.RUN, "one-1")


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize(
    ("name", "input", "keys"),
    [
        ("saga-done", {"fail": "none"}, ()),
        ("saga-rolled-back", {"stuck": "none"}, ()),
        ("saga-forward", {"stuck": "none"}, ("left_curly_bracket",) * 6),
        ("saga-turning", {"stuck": "none"}, ("left_curly_bracket",) * 3),
    ],
)
async def test_a_saga(
    root: Path,
    no_slow_steps: None,
    size: tuple[int, int],
    name: str,
    input: dict[str, str],
    keys: tuple[str, ...],
) -> None:
    await golden(name, await asyncio.to_thread(ran, root, "book_trip", **input), size, Place.SAGA, "one-1", keys)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("confirm-retry", ("r",)),
        ("confirm-cancel", ("j", "c")),
        ("filter", ("slash", *"state:failed", "enter")),
    ],
)
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_lies_over_the_dashboard(
    root: Path, store: Path, name: str, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    await asyncio.to_thread(
        fill, store, Story("aaaa1111", failed()), Story("bbbb2222", waiting()), Story("cccc3333", completed())
    )
    await golden(name, root, size, Place.DASHBOARD, "", keys)


ERROR = {"type": "TimeoutError", "message": "no answer within 30 s", "key": "charge"}
RESERVED = (EntryKind.DONE, "reserve", {"result": 1})
CHARGING = (EntryKind.STARTED, "charge", {})
STATES = {
    "running": [RESERVED, CHARGING],
    "retrying": [RESERVED, CHARGING, (EntryKind.ATTEMPT_FAILED, "charge", {"error": ERROR, "retry_at": NOW + 7})],
    "sleeping": [
        RESERVED,
        (EntryKind.SLEEPING, "charge", {"until": NOW + 720}),
        (EntryKind.PARKED, "", {"status": "sleeping", "on": ["charge"], "wake_at": NOW + 720}),
    ],
    "paused": [RESERVED, *paused()],
    "cancelled": [RESERVED, (EntryKind.CANCEL, "", {"reason": ""}), (EntryKind.CANCELLED, "", {"reason": ""})],
    "completed": [
        *((EntryKind.DONE, key, {"result": 1}) for key in ("reserve", "charge", "manager", "courier")),
        (EntryKind.COMPLETED, "", {"result": 1}),
    ],
}


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_run_in_each_other_state(root: Path, store: Path, size: tuple[int, int]) -> None:
    await asyncio.to_thread(fill, store, *(Story(name, entries) for name, entries in STATES.items()))
    async with console(root, size, looks={"motion": Motion.OFF}) as (
        app,
        pilot,
    ):  # what turns would never look the same
        for name in STATES:
            app.go(Place.RUN, name)
            await settled(pilot)
            check(f"run-{name}-{size[0]}x{size[1]}", shown(app))
            await pilot.press("q")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_finds_and_what_is_found(root: Path, store: Path, size: tuple[int, int], tmp_path: Path) -> None:
    """The palette, the views that were saved, and help, which has the keys of somebody's own keymap."""
    keys = tmp_path / "keys.toml"
    keys.write_text('[keys]\nretry = "f5"\nretry_all = "f6"\nhelp = "f2"\n', encoding="utf-8")
    await asyncio.to_thread(fill, store, *BUSY_DAY)
    (store.parent / "views.toml").write_text('broken = "state:failed"\nmine = "state:me name:ord*"\n', encoding="utf-8")
    keymap = read_keymap(keys)
    use(keymap.keys)
    try:
        async with console(root, size, looks={"moves": keymap.moves}) as (app, pilot):
            for name, opens, seen in (
                ("palette", ("ctrl+p", *"perm"), "start permit"),
                ("views", ("colon", *"view", "space"), "state:me name:ord*"),
                ("help-keys", ("f2", *"retry"), "f6"),
            ):
                await settled(pilot)
                await pilot.press(*opens)
                await until(pilot, lambda seen=seen: seen in shown(app))
                await settled(pilot)
                check(f"{name}-{size[0]}x{size[1]}", shown(app))
                await pilot.press("escape")
    finally:
        use(KEYS)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_form_says_what_is_wrong_with_it(root: Path, size: tuple[int, int]) -> None:
    await golden("start-wrong", root, size, Place.START, "order", ("backspace", "x", "ctrl+s"))
