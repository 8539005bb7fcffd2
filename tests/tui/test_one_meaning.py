"""Whichever pane has the focus, each key of a screen does what the table says: no widget keeps one for itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widget import Widget

from lexiconsole.tui.keymap import MOVES, Place
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.widgets.map import MapView
from tests.tui.articles import articles
from tests.tui.chains import approvals
from tests.tui.doubts import in_doubt
from tests.tui.flows import flows
from tests.tui.loans import loans, run_loan
from tests.tui.refunds import refunds, run_refunds
from tests.tui.visiting import visiting

MOVING = {name for _, names in MOVES for name in names}


def a_loan(folder: Path) -> None:
    run_loan(loans(folder))


def asked(folder: Path) -> None:
    from lexiconsole.app.workspace import Workspace

    with Workspace.find(approvals(folder)) as workspace:
        workspace.settle(workspace.start("credit_limit", {}, id="limit-1")[0], 90)


def operation(folder: Path) -> None:
    run_refunds(refunds(folder), items=60)


PLACES: dict[Place, tuple[Callable[[Path], object], str, str]] = {
    Place.DASHBOARD: (a_loan, "", "loan-1"),
    Place.START: (loans, "loan", "see what starts"),
    Place.RUN: (a_loan, "loan-1", "waits for role:underwriter"),
    Place.SAGA: (in_doubt, "money", "send_money"),
    Place.INBOX: (asked, "", "limit-1"),
    Place.TASK: (asked, "limit-1:manager", "ACME"),
    Place.DOUBT: (in_doubt, "money", "nobody knows whether"),
    Place.BULK: (operation, "refund", "402 card closed"),
    Place.MACHINE: (articles, "teapots", "would lead to"),
    Place.DEFINITIONS: (flows, "parcel", "v1: 2 can not go on"),
    Place.DIFF: (a_loan, "loan-1@3\nloan-1@", "loan-1"),
}


@pytest.mark.parametrize("place", PLACES)
async def test_a_key_means_the_same_in_every_pane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    furnish, subject, seen = PLACES[place]
    furnish(tmp_path)
    async with visiting(tmp_path, place, subject, drives=False) as visit:
        await visit.until(seen)
        await visit.until(lambda: bool(visit.app.definitions) and visit.app.reads.idle)
        screen = visit.app.screen
        assert isinstance(screen, ConsoleScreen)
        done: list[str] = []
        monkeypatch.setattr(screen, "do", done.append)
        for widget in [widget for widget in screen.focus_chain if not takes_letters(widget)]:
            widget.focus()
            await visit.until(lambda widget=widget: screen.focused is widget and not visit.app.has_keys)
            wanted = keys_of(screen, widget)
            await visit.hold_down(*wanted)
            assert done == [*wanted.values()], f"{widget!r} has a meaning of its own for one of {[*wanted]}"
            done.clear()


def takes_letters(widget: Widget) -> bool:
    return widget.check_consume_key("a", "a")


def keys_of(screen: ConsoleScreen, widget: Widget) -> dict[str, str]:
    """Every key of the screen with its action. enter on a map opens the node there, as `open` does with the focus on it."""
    rows = {name: key.action for key in screen.served() for name in key.keys if name not in MOVING}
    own = {"ctrl+q", "ctrl+p"} | (
        {"enter"} if isinstance(widget, MapView) else set()
    )  # ctrl: the toolkit does the same
    return {name: action for name, action in rows.items() if name not in own}
