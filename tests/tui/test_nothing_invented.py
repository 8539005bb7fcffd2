"""Nothing on a screen of runs is invented: each word and figure comes from an entry, the outline, the definition or is a label.

The last tests hold the tracing to account: what is made up, or comes from later than what is shown, is found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens import run
from lexiconsole.views.inspecting import Fact
from tests.tui.loans import loans
from tests.tui.making import NOW, console, settled, shown
from tests.tui.sagas import trips
from tests.tui.tracing import Known, own_words, untraced

VITALS = ("quiet", "live")
"""Of the console itself, in the header."""


class Passing:
    """A clock of a run on which every look is 7.3 s later: each time in the journal is another one."""

    def __init__(self) -> None:
        self.at = NOW - 4_000

    def now(self) -> float:
        self.at += 7.3
        return self.at

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))


def ran(furnish: Callable[[Path], object], name: str, **given: object) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        furnish(folder)
        workspace = Workspace.find(folder)
        workspace.clock = Passing()
        with workspace:
            workspace.settle(workspace.start(name, given, id="zephyr-81")[0], 30)

    return run


FAILED, WAITS = ran(loans, "loan", fails="fraud score"), ran(loans, "loan", score=612)
STUCK, DONE = ran(trips, "book_trip"), ran(trips, "book_trip", fail="none")

SHOWN = [
    pytest.param(FAILED, Place.RUN, (), id="failed"),
    pytest.param(WAITS, Place.RUN, (), id="map"),
    pytest.param(WAITS, Place.RUN, ("v",), id="rail"),
    pytest.param(WAITS, Place.RUN, ("v", "v"), id="gantt"),
    pytest.param(WAITS, Place.RUN, ("g",), id="first-node"),
    pytest.param(WAITS, Place.RUN, ("3", "j", "j", "j"), id="timeline"),
    pytest.param(STUCK, Place.SAGA, (), id="saga-stuck"),
    pytest.param(DONE, Place.SAGA, ("g", "j"), id="saga-done"),
]


@pytest.fixture
def folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOGNAME", "quentin")
    (root / "definitions" / "order.py").unlink()
    return root


async def seen(folder: Path, place: Place, keys: tuple[str, ...] = ()) -> str:
    async with console(folder) as (app, pilot):
        app.go(place, "zephyr-81")
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        return shown(app)


@pytest.mark.parametrize(("make", "place", "keys"), SHOWN)
async def test_every_value_is_traced_to_an_entry(
    folder: Path, make: Callable[[Path], None], place: Place, keys: tuple[str, ...]
) -> None:
    await asyncio.to_thread(make, folder)
    screen = await seen(folder, place, keys)
    assert "zephyr" in screen
    assert untraced(screen, await asyncio.to_thread(Known, folder, NOW), VITALS) == [], screen


async def test_the_past_holds_nothing_that_came_later(folder: Path) -> None:
    await asyncio.to_thread(WAITS, folder)
    past = await seen(folder, Place.RUN, ("{",) * 4)
    assert "PAST seq 5" in past
    assert untraced(past, await asyncio.to_thread(Known, folder, NOW, 5), VITALS) == []
    assert untraced(await seen(folder, Place.RUN), await asyncio.to_thread(Known, folder, NOW, 5), VITALS) != []


async def test_a_figure_or_a_name_that_is_made_up_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await asyncio.to_thread(FAILED, folder)
    known = await asyncio.to_thread(Known, folder, NOW)
    told = run.inspected
    for invented in ("41.7 s", "12:04:31", "0.18271", "93%", "Rosalind", "1,204"):
        monkeypatch.setattr(run, "inspected", lambda *given, said=invented: [Fact("p95", said), *told(*given)])
        screen = await seen(folder, Place.RUN)
        assert invented in screen
        assert untraced(screen, known, VITALS) != [], invented


def test_the_words_of_these_runs_are_not_the_programs_own() -> None:
    """Else a label that happens to read so would hide that a value is made up."""
    values = {"zephyr", "kyc", "fraud", "bureau", "underwriter", "lovelace", "relay", "desk", "quentin"}
    assert values & own_words() == set()
