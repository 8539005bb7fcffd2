"""Text goldens of what lies over the dashboard or fills it with one kind of run, and of a form with an error."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from lexiconsole.tui.keymap import Place
from tests.tui.making import Story, check, completed, console, failed, fill, settled, shown, waiting

WIDE, NARROW = (120, 36), (80, 24)


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
        check(f"{name}-{size[0]}x{size[1]}", shown(app))


@pytest.mark.parametrize(
    ("name", "size", "keys"),
    [
        ("confirm-retry", NARROW, ("r",)),
        ("confirm-cancel", NARROW, ("j", "c")),
        ("filter", NARROW, ("slash", *"state:failed", "enter")),
    ],
)
async def test_what_lies_over_the_dashboard(
    root: Path, store: Path, name: str, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    await asyncio.to_thread(
        fill, store, Story("aaaa1111", failed()), Story("bbbb2222", waiting()), Story("cccc3333", completed())
    )
    await golden(name, root, size, Place.DASHBOARD, "", keys)


async def test_a_form_says_what_is_wrong_with_it(root: Path) -> None:
    await golden("start-wrong", root, WIDE, Place.START, "order", ("backspace", "x", "ctrl+s"))
