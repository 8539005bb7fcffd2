"""The run screen on real runs: what it shows live and of the past, and what its keys do."""

from __future__ import annotations

import asyncio
import textwrap
import threading
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.tui.flights import Flight, UnderWay
from lexiconsole.tui.jump import labels, targets
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens.run import RunScreen
from lexiconsole.tui.widgets.confirm import ConfirmPanel
from lexiconsole.types import RunStatus
from lexiconsole.views.inspecting import inspected
from lexiconsole.views.watched import Watched
from tests.tui.loans import loans, run_loan
from tests.tui.test_in_turn import at_once
from tests.tui.visiting import Visit, visiting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return loans(tmp_path)


def screen(visit: Visit) -> RunScreen:
    return cast("RunScreen", visit.app.screen)


async def test_a_waiting_run_is_drawn_and_says_whom_it_waits_for(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("◆ manual review waits for role:underwriter")
        seen = visit.seen
        assert "◆ WAITING" in seen and "1 Map" in seen
        assert "┃ ◆ manual review" in seen, "a person's node has a heavy border"
        assert "came by risk? → manual review" in seen
        assert "due     in 4" in seen
        assert seen.count("▼") >= 5


async def test_the_three_pictures_share_the_selected_node(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")
        await visit.press("g")
        await visit.until("Inspector  intake")
        await visit.press("v")
        await visit.until("1 Rail")
        assert screen(visit).rail.selected == "intake" and "amount 48000" in visit.seen
        await visit.press("j")
        chosen = screen(visit).selected
        await visit.press("v")
        await visit.until("1 Gantt")
        assert screen(visit).gantt.selected == chosen != "intake"
        await visit.press("v")
        await visit.until("1 Map")
        assert screen(visit).map.selected == chosen


@pytest.mark.parametrize(("picture", "presses"), [("1 Rail", "v"), ("1 Gantt", "vv")])
async def test_rail_and_gantt_go_to_the_past_too(folder: Path, picture: str, presses: str) -> None:
    """Their rows are the same nodes as before: what came of them is not, and has to be painted."""
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")
        await visit.press(*presses)
        await visit.until(picture)
        await visit.until("✓")
        await visit.press(*["left_square_bracket"] * 9)
        await visit.until("PAST seq 1/")
        await visit.until(lambda: "✓" not in visit.seen)


async def test_a_failed_step_shows_its_tries_and_its_error(folder: Path) -> None:
    run_loan(folder, fails="fraud score")
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("✗ FAILED")
        await visit.until("fraud score failed: TimeoutError: fraud score did not answer")
        text = " ".join(screen(visit).inspector.text.split())
        assert "tries 2" in text and text.count("TimeoutError: fraud score did not answer") == 3, (
            "two tries, a traceback"
        )
        await visit.press("g")
        await visit.until("Inspector  intake")
        await visit.press("e")
        await visit.until("Inspector  fraud score")


async def test_scrubbing_makes_the_whole_screen_historic_and_a_full_stop_comes_back(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")
        head = screen(visit).snapshot.head  # type: ignore[union-attr]
        await visit.press("left_square_bracket", "left_square_bracket", "left_square_bracket")
        await visit.until(f"PAST seq {head - 3}/{head}")
        assert "manual review waits" not in visit.seen
        for entry in screen(visit).snapshot.entries:  # type: ignore[union-attr]
            assert entry.seq <= head - 3
        await visit.press("p")
        assert "this is the past; . goes back to now" in visit.seen
        await visit.press("right_square_bracket")
        await visit.until(f"PAST seq {head - 2}/{head}")
        await visit.press("full_stop")
        await visit.until("LIVE")
        assert "PAST" not in visit.seen


async def test_a_fork_is_asked_for_on_the_dashboard_or_from_the_past_previewed_confirmed_and_watched(
    folder: Path,
) -> None:
    run_loan(folder)
    async with visiting(folder, Place.DASHBOARD, "") as visit:
        await visit.until("loan-1")
        await visit.press("2", "b")
        await visit.until("a new run of loan takes over")
        await visit.press("escape")
        await visit.until("LIVE")
        await visit.press("left_square_bracket", "left_square_bracket")
        await visit.until("PAST")
        await visit.press("b")
        await visit.until("a new run of loan takes over")
        await visit.until("taken over, not done again")
        await visit.until(lambda: visit.app.screen.can_be_done)  # type: ignore[attr-defined]
        await visit.press("y")
        await visit.until(lambda: isinstance(visit.app.screen, RunScreen) and screen(visit).run_id != "loan-1")
        await visit.until("waits for role:underwriter")
        assert visit.app.workspace is not None
        made = await asyncio.to_thread(visit.app.workspace.run, screen(visit).run_id)
        assert made.origin == "loan-1"


async def test_a_fork_begins_at_the_moment_that_was_gone_to_however_late_that_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_loan(folder)
    comes, gather = threading.Event(), RunScreen._gather

    def late(shown: RunScreen, look: Any) -> Any:
        comes.wait(600)
        return gather(shown, look)

    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("LIVE")
        head = screen(visit).snapshot.head  # type: ignore[union-attr]
        monkeypatch.setattr(RunScreen, "_gather", late)
        try:
            at_once(visit.pilot, "left_square_bracket", "left_square_bracket", "b")
            await visit.until(lambda: len(visit.app._ahead) == 1 or isinstance(visit.app.screen, ConfirmPanel))
        finally:
            comes.set()
        await visit.until(lambda: isinstance(visit.app.screen, ConfirmPanel))
        assert cast("ConfirmPanel", visit.app.screen).change.runs == (("loan-1", head - 2),)


async def test_a_run_moves_on_the_screen_when_another_process_answers(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")

        def answer() -> None:
            with Workspace.find(folder) as other:
                row = other.run("loan-1")
                other.act(Request(row.id, RequestKind.ANSWER, "manual review", {"value": {"decision": "offer"}}))
                other.settle(row, 90)

        await asyncio.to_thread(answer)
        await visit.until("✓ COMPLETED")
        await visit.until(lambda: screen(visit).map._timer is None)
        assert screen(visit).map._held == UnderWay(), "the last arrival is painted before the timer stops"
        flights, ticks = screen(visit).map.flights, count()
        flights._clock, flights._flights = lambda: float(next(ticks)), [Flight(0, back=False, begins=0.0, ends=0.5)]
        screen(visit).map.repaint()  # it arrives while this is painted
        await visit.until(lambda: screen(visit).map._timer is None)
        assert screen(visit).map._held == UnderWay()
        snapshot = screen(visit).snapshot
        assert snapshot is not None and snapshot.row.status is RunStatus.COMPLETED
        assert snapshot.picture.nodes["decline"].visits == 0
        assert "✓ make offer" in visit.seen


async def test_nothing_ticks_while_nothing_moves(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")
        assert screen(visit).map._timer is None


async def test_a_cancel_is_previewed_and_wants_the_last_letters_of_the_id(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1") as visit:
        await visit.until("waits for role:underwriter")
        await visit.press("c")
        await visit.until("Type an-1 and press y")
        await visit.press("a", "n", "minus", "1")
        await visit.until(lambda: visit.app.screen.can_be_done)  # type: ignore[attr-defined]
        await visit.press("y")
        await visit.until("■ CANCELLED")


async def test_a_retry_is_off_with_its_reason_while_nothing_has_failed(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")
        await visit.press("r")
        assert "retry: nothing has failed" in visit.seen


async def test_clicks_select_nodes_and_scrub(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")
        lines = visit.seen.split("\n")
        row = next(n for n, line in enumerate(lines) if "score model" in line[:70])
        await visit.pilot.click(offset=(lines[row].index("score model") + 2, row))
        await visit.until("Inspector  score model")
        row = next(n for n, line in enumerate(lines) if "◂ ━" in line)
        await visit.pilot.click(offset=(40, row))
        await visit.until("PAST")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20), (40, 10), (200, 60)])
async def test_every_size_shows_the_run_and_survives_the_keys(folder: Path, size: tuple[int, int]) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", size=size, drives=False) as visit:
        await visit.until("◆ manual review")
        for key in (
            "v",
            "plus",
            "minus",
            "tab",
            "2",
            "3",
            "1",
            "f",
            "left_curly_bracket",
            "e",
            "w",
            "z",
            "z",
            "full_stop",
        ):
            await visit.press(key)
        await visit.until("◆ manual review")
        assert isinstance(visit.app.screen, RunScreen)


async def test_without_a_layout_engine_the_rail_serves_and_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("tui.screens.run", "views.layout.outlined"):
        monkeypatch.setattr(f"lexiconsole.{place}.why_not", lambda: "no map: graphlay is not installed here")
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("no map: graphlay is not installed here")
        assert "1 Rail" in visit.seen
        await visit.press("v")
        await visit.until("1 Gantt")
        await visit.press("v")
        await visit.until("1 Rail")


async def test_every_past_moment_of_a_real_run_can_be_shown_and_says_nothing_that_came_later(folder: Path) -> None:
    run_loan(folder, fails="fraud score")
    with Workspace.find(folder) as workspace:
        row = workspace.run("loan-1")
        watched = Watched(row, workspace.outline(row))
        watched.add(row, workspace.entries(row))
    for at in range(1, watched.seq + 1):
        snapshot = watched.then(at)
        spoken = {entry.key.partition("#")[0] for entry in snapshot.entries if entry.key}
        came = {key for key, view in snapshot.picture.nodes.items() if view.visits}
        assert came <= spoken
        assert all(view.revision <= at for view in snapshot.picture.nodes.values())
        assert all(hop.seq <= at for hop in snapshot.picture.hops)
        assert inspected(snapshot.picture, snapshot.picture.current, 0.0)


GOLDEN = """\
                        ┌───────────┐
                        │ ✓ intake  │
                        └───────────┘
        ╭────────────────╯    │   ╰────────────────╮
        ▼                     ▼                    ▼
┌───────────────┐    ┌─────────────────┐    ┌─────────────┐
│ ✓ fraud score │    │ ✓ credit bureau │    │ ✓ kyc check │
└───────────────┘    └─────────────────┘    └─────────────┘
        ╰───────────────╮     │    ╭───────────────╯
                        ▼     ▼    ▼
                      ┌───────────────┐
                      │ ✓ score model │
                      └───────────────┘
                              ▼
                         ╱─────────╲
                         │ ✓ risk? │
                         ╲─────────╱"""


async def test_the_map_reads_as_drawn_here(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")
        lines = [line[8:70].rstrip() for line in visit.seen.split("\n")[3:20]]
        assert textwrap.dedent("\n".join(lines)) == GOLDEN


async def test_a_slash_finds_a_node_as_it_is_typed_and_n_goes_on(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")
        here = screen(visit).selected
        await visit.press(*"/score")
        await visit.until("with score")
        found = {"fraud score", "score model"}
        assert screen(visit).selected in found and screen(visit).map.found == found
        await visit.press("escape")
        assert screen(visit).selected == here and not screen(visit).map.found, "left: as it was"
        await visit.press(*"/SCORE", "enter", "n")
        first = screen(visit).selected
        await visit.press("v", "n")
        await visit.until("1 Rail")
        assert {first, screen(visit).selected} == found, "from one to the other, in whichever picture"
        assert "2 with SCORE" in visit.seen
        await visit.press("escape", "3", *"/fraud", "enter")
        row = screen(visit).timeline.selected_row
        assert row is not None and row.subject == "fraud score", "in the timeline, a line"
        await visit.press("escape", "n")
        await visit.until("type / and a word first")


async def test_jump_labels_stand_on_the_nodes_of_the_map(folder: Path) -> None:
    run_loan(folder)
    async with visiting(folder, Place.RUN, "loan-1", drives=False) as visit:
        await visit.until("waits for role:underwriter")
        where = {
            target.go.args[0]: n for n, target in enumerate(targets(screen(visit))) if isinstance(target.go, partial)
        }
        assert {"intake", "kyc check"} <= where.keys()
        await visit.press("ctrl+o", *labels(len(targets(screen(visit))))[where["kyc check"]])
        await visit.until("2 Inspector  kyc check")
