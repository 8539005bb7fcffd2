"""Text goldens of saga, inbox, task and doubt: real runs, at a moment that never passes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.tui.keymap import Place
from tests.tui.chains import approvals
from tests.tui.doubts import transfers
from tests.tui.making import NOW, check, console, settled, shown
from tests.tui.sagas import trips

SIZES = ((120, 36), (80, 24))


class StandingClock:
    """Stands still; every wait of a run is over at once, and what waits for long is left waiting."""

    def now(self) -> float:
        return NOW - 300

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.fixture
def folder(root: Path, no_slow_steps: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("lexiconsole.app.identity.os_user", lambda: "ana")
    (root / "definitions" / "order.py").unlink()
    return root


def told(folder: Path, tell: Callable[[Workspace], None]) -> Path:
    workspace = Workspace.find(folder)
    workspace.clock = StandingClock()
    with workspace:
        tell(workspace)
    return folder


def trip(workspace: Workspace) -> None:
    row, _ = workspace.start("book_trip", {"desk": "/nonexistent"}, id="trip-2207")
    workspace.settle(row, 90)


def limits(workspace: Workspace) -> None:
    for name, given in (("credit_limit", "limit-9f21"), ("parcel", "parcel-0031")):
        row, _ = workspace.start(name, {}, id=given)
        workspace.settle(row, 90)
    vote = Request("limit-9f21", RequestKind.VOTE, "manager", {"verdict": "approve", "reason": "good payer"}, by="ben")
    workspace.settle(workspace.act(vote).run, 90)


def money(workspace: Workspace) -> None:
    row, _ = workspace.start("transfer", {}, id="pay-5512")
    workspace.settle(row, 90)


async def picture(folder: Path, size: tuple[int, int], place: Place, subject: str, acting: str = "") -> str:
    async with console(folder, size) as (app, pilot):
        app.acting_as = acting
        app.go(place, subject)
        await settled(pilot)
        await settled(pilot)
        return shown(app)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_rollback_that_is_stuck(folder: Path, size: tuple[int, int]) -> None:
    told(trips(folder), trip)
    check(f"saga-{size[0]}x{size[1]}", await picture(folder, size, Place.SAGA, "trip-2207"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_an_inbox_with_a_chain_and_what_was_decided(folder: Path, size: tuple[int, int]) -> None:
    told(approvals(folder, operators=True), limits)
    check(f"inbox-{size[0]}x{size[1]}", await picture(folder, size, Place.INBOX, "", "dan"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_one_level_of_a_chain(folder: Path, size: tuple[int, int]) -> None:
    told(approvals(folder, operators=True), limits)
    check(f"task-{size[0]}x{size[1]}", await picture(folder, size, Place.TASK, "limit-9f21:director", "dan"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_money_that_may_have_moved(folder: Path, size: tuple[int, int]) -> None:
    told(transfers(folder), money)
    check(f"doubt-{size[0]}x{size[1]}", await picture(folder, size, Place.DOUBT, "pay-5512"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_an_inbox_in_which_nothing_waits(folder: Path, size: tuple[int, int]) -> None:
    approvals(folder, operators=True)
    check(f"inbox-empty-{size[0]}x{size[1]}", await picture(folder, size, Place.INBOX, ""))
