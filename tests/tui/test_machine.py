"""The machine screen on real runs: the picture with counts, what can happen now and why not, and firing an event."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from lexiconsole.app.prospecting import prospects_of
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.palettes import DARK_PALETTE
from lexiconsole.tui.screens import machine
from lexiconsole.tui.widgets.machine_panes import way_through
from lexiconsole.views.machine import Instance, place_of
from tests.e2e.operating import confirmed
from tests.e2e.terminal import opened
from tests.tui.articles import articles
from tests.tui.making import check
from tests.tui.visiting import Visit, visiting


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only looked at; by somebody whose name is as long on every machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lexiconsole.app.identity.os_user", lambda: "ana")
        return articles(tmp_path_factory.mktemp("articles"))


def still(seen: str) -> str:
    seen = re.sub(r"\d+:\d\d:\d\d", "00:00:00", seen)
    seen = re.sub(r"  \d\d:\d\d$", "  00:00", seen, count=1, flags=re.MULTILINE)
    seen = re.sub(r"\b(\d+m \d\ds|\d+m|\d+(\.\d)? ?(ms|s))( !)?(?=[ │┃])", "0s", seen)
    return "\n".join(re.sub(" {2,}", "  ", row).rstrip() for row in seen.splitlines())


async def confirm(visit: Visit) -> None:
    await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
    await visit.press("y")


async def at_rest(visit: Visit) -> None:
    """Until two looks see the same: a scroll bar comes one turn after what it is for."""
    before = ""
    while before != visit.seen:
        before = visit.seen
        await visit.pilot.pause(0.2)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
@pytest.mark.parametrize(("name", "run"), [("machine", "kettles"), ("machine-ended", "saucers")])
async def test_it_looks_like_this(settled: Path, name: str, run: str, size: tuple[int, int]) -> None:
    async with visiting(settled, Place.MACHINE, run, size=size, drives=False) as visit:
        await visit.until("never taken")
        await visit.until(lambda: visit.app.reads.idle and visit.app.definitions)
        await at_rest(visit)
        check(f"{name}-{size[0]}x{size[1]}", still(visit.seen))


@pytest.mark.parametrize("size", [(60, 20), (40, 10), (200, 60)])
async def test_no_size_breaks_it(settled: Path, size: tuple[int, int]) -> None:
    async with visiting(settled, Place.MACHINE, "kettles", size=size, drives=False) as visit:
        await visit.until("send_back")
        assert "┗" in visit.seen, "its pane has a lower border"


async def test_counts_stand_in_the_states_and_what_was_never_taken_is_named(settled: Path) -> None:
    async with visiting(settled, Place.MACHINE, "kettles", drives=False) as visit:
        await visit.until("3 here")
        assert "4 states   6 runs" in visit.seen
        assert "never taken: revise from draft, archive from draft" in visit.seen
        assert "draft → review → draft → review" in visit.seen


async def test_a_guard_that_says_no_is_named_and_one_goes_on_to_that_run_from_the_feed(settled: Path) -> None:
    async with visiting(settled, Place.MACHINE, "kettles", drives=False) as visit:
        await visit.until("✓ publish")
        await visit.press("4", "enter")
        await visit.until("─ 2 lids ─")
        await visit.until("can_publish says no")


async def test_on_the_dashboard_a_machine_that_waits_for_events_offers_nothing_to_answer(settled: Path) -> None:
    async with visiting(settled, Place.MACHINE, "kettles", drives=False) as visit:
        await visit.until("✓ publish")
        await visit.press("q")
        await visit.until("waits at event")
        assert "i answer" not in visit.seen and "approve" not in visit.seen
        await visit.press("i")
        await visit.until("it asks nobody; enter shows what it waits for")


async def test_enter_on_a_state_goes_through_the_runs_that_stand_there(settled: Path) -> None:
    async with visiting(settled, Place.MACHINE, "kettles", drives=False) as visit:
        await visit.until("3 here")
        await visit.press("3", "enter")
        await visit.until(lambda: "─ 2 kettles ─" not in visit.seen)


async def test_an_event_is_fired_after_its_preview_and_the_picture_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that come before the guards have answered wait for them."""
    articles(tmp_path)
    answers, asked = threading.Event(), machine.asked
    monkeypatch.setattr(machine, "asked", lambda *about: asked(*about) if answers.wait(90) else None)
    async with visiting(tmp_path, Place.MACHINE, "kettles") as visit:
        await visit.until("its guards are being asked")
        await visit.press("j", "f")
        await visit.until(lambda: visit.app._looked > 0)
        visit.app.screen._answered(0, ("kettles", [], ""))  # of the state that it was in before
        answers.set()
        await visit.until("Fire publish")
        await visit.press("enter")
        await visit.until("the run gets the signal publish")
        await confirm(visit)
        await visit.until("◆ published")
        await visit.until("✓ withdraw")


async def test_an_event_that_means_nothing_here_says_where_it_does(settled: Path) -> None:
    async with visiting(settled, Place.MACHINE, "kettles", drives=False) as visit:
        await visit.until("✓ publish")
        await visit.press("j", "j", "f")
        await visit.until("fire: revise is possible only from draft")


@pytest.mark.parametrize(
    ("states", "width", "shown"),
    [
        (["new"], 20, "new"),
        (["new", "in review"], 4, "new > in review"),
        (["new", "open", "done"], 17, "new > open > done"),
        (["new", "open", "done"], 16, "… > open > done"),
        (["neu", "稿件", "審査", "公開"], 19, "… > 審査 > 公開"),
        (["neu", "稿件", "審査", "公開"], 22, "… > 稿件 > 審査 > 公開"),
        (["a", "b"] * 5_000, 13, "… > b > a > b"),
    ],
)
def test_the_way_through_is_told_from_its_end_where_there_is_no_room_for_all(states, width, shown) -> None:
    """By cells, not signs, in one go however long it is."""
    one = Instance("r", path=[(state, 0.0) for state in states])
    told = way_through(one, ">", DARK_PALETTE, width).plain
    assert told.split("\n")[0] == shown
    assert f"{len(states) - 1:,} transition" in told


def test_prospects_ask_the_guards_and_change_nothing(settled: Path) -> None:
    with Workspace.find(settled) as workspace:
        row = workspace.run("lids")
        entries = workspace.entries(row)
        state, version = place_of(entries, workspace.outline(row))
        found = {one.event: one for one in prospects_of(workspace, row, entries, state, version)}
        assert (state, version) == ("review", 1)
        assert found["publish"].refused == "can_publish says no" and found["publish"].bare
        assert found["send_back"].possible and found["send_back"].target == "draft"
        assert found["withdraw"].refused == "only from published"
        assert workspace.run("lids").seq == row.seq


def test_in_a_real_terminal_an_event_is_fired_with_few_keys_and_what_others_fire_is_seen(tmp_path: Path) -> None:
    """f on the event, enter for nothing with it, y. Counts, way, what is possible and why not stand there without a key."""
    articles(tmp_path)
    with opened(tmp_path) as terminal:
        terminal.until("2 Runs  6", "◆ kettles")
        terminal.press("/")
        terminal.type("id:kettles")
        terminal.press("enter")
        terminal.until("2 Runs  1  /")
        terminal.press("enter")
        terminal.until("3 here", "draft → review → draft → review", "can_publish ok", "only from draft")
        terminal.until("States by their oldest", "median", "p95", "never taken: revise from draft")
        terminal.count()
        terminal.press("f")
        terminal.until("What comes with it")
        terminal.press("enter")
        terminal.until("the run gets the signal")
        confirmed(terminal)
        assert terminal.count() == 3
        terminal.until("◆ draft", "✓ submit", "2 here", "only from review")
        with Workspace.find(tmp_path) as other:
            other.act(Request("teapots", RequestKind.SIGNAL, "publish", {"payload": None}))
            other.settle(other.run("teapots"), 90)
        terminal.until(lambda: re.search(r"teapots +review → publish → publ", terminal.text))
        terminal.press("q", "q")
        assert terminal.left() == 0
