"""A doubt: what is known of it, and the three things one can say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.tui.keymap import Place
from tests.tui.doubts import TRANSFER, in_doubt
from tests.tui.visiting import Visit, visiting


async def confirm(visit: Visit) -> None:
    await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
    await visit.press("y")


def status(folder: Path) -> str:
    with Workspace.find(folder) as workspace:
        return workspace.run("money").status.value


async def test_what_is_known_is_told_and_what_follows_from_each_choice(tmp_path: Path) -> None:
    in_doubt(tmp_path)
    async with visiting(tmp_path, Place.DOUBT, "money", drives=False) as visit:
        await visit.until("send_money may or may not have happened")
        seen = visit.seen
        assert "no answer within 0.05 s" in seen
        assert "money/send_money" in seen
        assert "took effect before book" in seen
        assert "its intent was on disk" in seen
        assert "the run goes on to tell" in seen
        assert "then what was done is undone" in seen


@pytest.mark.parametrize("place", [Place.DOUBT, Place.SAGA])
async def test_a_name_with_brackets_is_no_markup_of_a_border(tmp_path: Path, place: Place) -> None:
    """It would not be seen."""
    named = TRANSFER.replace('"send_money"', '"send [eur]"')
    in_doubt(tmp_path, named)
    async with visiting(tmp_path, place, "money", drives=False) as visit:
        await visit.until("1 What is known of send [eur]" if place is Place.DOUBT else "3 send [eur]")


async def test_what_is_typed_is_about_the_doubt_it_was_begun_for(tmp_path: Path) -> None:
    """Others settle doubts meanwhile; a result for one must not become the result of the next."""
    in_doubt(tmp_path)
    async with visiting(tmp_path, Place.DOUBT, "money", drives=False) as visit:
        await visit.until("may or may not")
        screen = visit.app.screen
        row, [first] = screen.row, screen._doubts
        second, third = replace(first, key="second"), replace(first, key="third")
        screen._got((row, [first, second, third]))
        await visit.press("j")
        screen._got((row, [second, third]))
        assert screen.doubt == second
        await visit.press("m", *"TX-9")
        screen._got((row, [third]))
        await visit.until("second is not in doubt any more")
        assert screen.doubt == third and not screen.has_class("-typing")


async def test_run_again(tmp_path: Path) -> None:
    in_doubt(tmp_path)
    (tmp_path / "open").touch()
    async with visiting(tmp_path, Place.DOUBT, "money") as visit:
        await visit.until("may or may not")
        await visit.press("r")
        await confirm(visit)
        await visit.until("the run is completed")
    assert status(tmp_path) == "completed"


async def test_it_happened_with_this_result(tmp_path: Path) -> None:
    in_doubt(tmp_path)
    async with visiting(tmp_path, Place.DOUBT, "money") as visit:
        await visit.until("may or may not")
        await visit.press("m", *"TX-9", "tab", *"asked them", "ctrl+s")
        await confirm(visit)
        await visit.until("the run is completed")  # and not that it is in doubt no more: it was settled here
    with Workspace.find(tmp_path) as workspace:
        resolved = [entry.data for entry in workspace.entries(workspace.run("money")) if entry.kind == "resolved"]
    assert [(data["how"], data["result"]) for data in resolved] == [("done", "TX-9")]


async def test_it_failed_and_the_saga_undoes_what_was_done(tmp_path: Path) -> None:
    in_doubt(tmp_path)
    async with visiting(tmp_path, Place.DOUBT, "money") as visit:
        await visit.until("may or may not")
        await visit.press("x")
        await visit.until("How do you know")
        await visit.press(*"asked", "enter")
        await confirm(visit)
        await visit.until("the run is rolled back")
    assert status(tmp_path) == "compensated"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20), (40, 10), (20, 5)])
async def test_it_fits_every_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    in_doubt(tmp_path)
    async with visiting(tmp_path, Place.DOUBT, "money", size=size, drives=False) as visit:
        await visit.pilot.pause(0.3)
        await visit.press("j", "m", "escape", "tab", "k")
