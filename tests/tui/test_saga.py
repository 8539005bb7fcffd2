"""The saga screen on real runs: what it shows of a rollback, and mending one that is stuck."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.tui.keymap import Place
from tests.tui.sagas import trips
from tests.tui.visiting import visiting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return trips(tmp_path)


def run_trip(folder: Path, **input: Any) -> None:
    """To its end or to where somebody must say something; as run `trip`."""
    with Workspace.find(folder) as workspace:
        row, _ = workspace.start("book_trip", {"desk": str(folder), **input}, id="trip")
        workspace.settle(row, 90)


async def test_a_rollback_shows_both_lanes_the_turn_and_the_last_word(folder: Path) -> None:
    run_trip(folder, stuck="")
    async with visiting(folder, Place.SAGA, "trip", drives=False) as visit:
        await visit.until("ROLLED BACK")
        seen = visit.seen
        assert "nothing is left; undone newest first: charge, car, flight, hotel" in seen
        assert "6 ✗ invoice" in seen
        assert "turned round" in seen
        assert "7 · notify  not reached" in seen
        assert "undo charge  1st" in seen
        assert "undo hotel  4th" in seen
        assert "trip/undo/charge" in seen
        assert "read-only" in seen
        assert "TimeoutError: timed out waiting for the mail relay" in seen


async def test_an_incomplete_rollback_names_what_is_left_and_the_keys_that_help(folder: Path) -> None:
    run_trip(folder)
    async with visiting(folder, Place.SAGA, "trip", drives=False) as visit:
        await visit.until("ROLLBACK INCOMPLETE")
        assert "car (CAR-77, euros 120) is still in effect" in visit.seen
        assert "NOT UNDONE" in visit.seen
        assert "r undo again  m undone by hand  J leave it" in visit.seen


async def test_undoing_again_ends_the_rollback(folder: Path) -> None:
    run_trip(folder)
    (folder / "open").touch()
    async with visiting(folder, Place.SAGA, "trip") as visit:
        await visit.until("ROLLBACK INCOMPLETE")
        await visit.press("r")
        await visit.until("again")
        await visit.until(lambda: visit.app.screen.can_be_done)  # type: ignore[attr-defined]
        await visit.press("y")
        await visit.until("« ROLLED BACK")


async def test_undone_by_hand_wants_a_reason_and_keeps_it(folder: Path) -> None:
    run_trip(folder)
    async with visiting(folder, Place.SAGA, "trip") as visit:
        await visit.until("ROLLBACK INCOMPLETE")
        await visit.press("m")
        await visit.until("What did you do?")
        await visit.press("enter")
        await visit.until("this is needed")
        await visit.press(*"called", "enter")
        await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
        await visit.press("y")
        await visit.until("by hand")
        await visit.until("« ROLLED BACK")
        assert "“called”" in visit.seen


async def test_leaving_it_is_never_called_rolled_back(folder: Path) -> None:
    run_trip(folder)
    async with visiting(folder, Place.SAGA, "trip") as visit:
        await visit.until("ROLLBACK INCOMPLETE")
        await visit.press("J")
        await visit.until("Why may it stay")
        await visit.press(*"late", "enter")
        await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
        await visit.press("y")
        await visit.until("LEFT AS IT IS")
        assert "ROLLBACK INCOMPLETE" in visit.seen


async def test_a_run_that_is_on_its_way_turns_round_before_ones_eyes(folder: Path) -> None:
    with Workspace.find(folder) as workspace:
        workspace.start("book_trip", {"desk": str(folder), "stuck": "", "delay": 0.3}, id="trip", record_only=True)
    async with visiting(folder, Place.SAGA, "trip") as visit:
        words: list[str] = []

        def rolled_back() -> bool:
            words.extend(word for word in ("RUNNING  ", "ROLLING BACK") if word in visit.seen and word not in words)
            return "ROLLED BACK" in visit.seen

        await visit.until(rolled_back)
        assert words == ["RUNNING  ", "ROLLING BACK"]


async def test_the_past_is_shown_as_it_stood_and_nothing_can_be_done_in_it(folder: Path) -> None:
    run_trip(folder)
    async with visiting(folder, Place.SAGA, "trip", drives=False) as visit:
        await visit.until("ROLLBACK INCOMPLETE")
        await visit.press(*["left_curly_bracket"] * 3)
        await visit.until(
            "ROLLING BACK  1 of 4 undone"
        )  # of the last of them: a sentence would go with the next moment
        await visit.press("r")
        await visit.until("this is the past")
        await visit.press("full_stop")
        await visit.until("LIVE")
        assert "ROLLBACK INCOMPLETE" in visit.seen


async def test_each_step_tells_what_is_known_of_it(folder: Path) -> None:
    run_trip(folder)
    async with visiting(folder, Place.SAGA, "trip", drives=False) as visit:
        await visit.until("ROLLBACK INCOMPLETE")
        await visit.press("G")
        await visit.until("3 notify")
        await visit.press("k")
        await visit.until("invoice: failed")
        await visit.press("g")
        await visit.until("rooms  4")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20), (40, 10), (20, 5), (200, 60)])
async def test_it_fits_every_terminal(folder: Path, size: tuple[int, int]) -> None:
    run_trip(folder)
    async with visiting(folder, Place.SAGA, "trip", size=size, drives=False) as visit:
        await visit.pilot.pause(0.3)
        await visit.press("j", "k", "left_square_bracket", "full_stop", "tab", "z", "z", "e")
        if size[0] >= 80:
            assert "INCOMPLETE" in visit.seen
