"""The bulk screen on real runs: figures, causes, items, and steering an operation that holds at its failures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.cli.main import main
from lexiconsole.durable.entry import EntryKind
from lexiconsole.tui.keymap import Place
from lexiconsole.views.bulk import BulkFold
from tests.tui.making import NOW, Story, check, console, settled, shown, write
from tests.tui.refunds import refunds, run_refunds
from tests.tui.test_terminal import Terminal
from tests.tui.visiting import Visit, visiting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    refunds(tmp_path)
    run_refunds(tmp_path)
    return tmp_path


def still(seen: str) -> str:
    """Without what is measured: times, speeds and the lines they make."""
    seen = re.sub(r"\d+:\d\d:\d\d", "00:00:00", seen)
    seen = re.sub(r"  \d\d:\d\d$", "  00:00", seen, count=1, flags=re.MULTILINE)
    seen = re.sub(r"[\d,.]+/(s|min)", "0/s", seen)
    seen = re.sub(r"\d+(\.\d)? (ms|s)\b", "0 ms", seen)
    seen = re.sub("[▁▂▃▄▅▆▇█]{1,28}(?=  )", "▁", seen)
    return "\n".join(re.sub(" {2,}", "  ", row).rstrip() for row in seen.splitlines())


async def confirm(visit: Visit) -> None:
    await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
    await visit.press("y")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
@pytest.mark.parametrize(("name", "hold"), [("bulk", True), ("bulk-ended", False)])
async def test_it_looks_like_this(tmp_path: Path, name: str, hold: bool, size: tuple[int, int]) -> None:
    run_refunds(refunds(tmp_path), hold=hold)
    async with visiting(tmp_path, Place.BULK, "refund", size=size, drives=False) as visit:
        await visit.until("402 card closed")
        await visit.until(lambda: visit.app.definitions and visit.app.vitals.counts and visit.app.reads.idle)
        check(f"{name}-{size[0]}x{size[1]}", still(visit.seen))


def under_way(failing: int) -> list[Any]:
    """Half of its batches ended, each `failing`th with an item that failed; two run and one waits for another try."""
    terms = {"total": 400, "batch_size": 10, "concurrency": 4, "attempts": 2, "stop_loss": 0.25, "stop_loss_after": 100}
    told: list[Any] = [(EntryKind.DECIDED, "terms", {"value": {**terms, "hold": True}})]
    for batch in range(20):
        failures = [{"index": batch * 10 + 7, "type": "", "message": "402 card closed"}] if batch % failing == 0 else []
        outcome = {"done": 10 - len(failures), "seconds": 0.1 + batch / 50, "failures": failures}
        told.append((EntryKind.DONE, f"batch/{batch}", {"result": outcome}))
    error = {"type": "TimeoutError", "message": "no answer from the bank"}
    return [
        *told,
        (EntryKind.STARTED, "batch/20", {}),
        (EntryKind.STARTED, "batch/21", {}),
        (EntryKind.ATTEMPT_FAILED, "batch/22", {"error": error, "retry_at": NOW + 4}),
    ]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_it_looks_like_this_while_it_runs(root: Path, store: Path, size: tuple[int, int]) -> None:
    await write(store, [Story("refund", under_way(5), "refunds", ago=8, kind="bulk")])
    async with console(root, size) as (app, pilot):
        app.go(Place.BULK, "refund")
        await settled(pilot)
        check(f"bulk-running-{size[0]}x{size[1]}", shown(app))


@pytest.mark.parametrize("size", [(60, 20), (40, 10), (200, 60)])
async def test_no_size_breaks_it(folder: Path, size: tuple[int, int]) -> None:
    async with visiting(folder, Place.BULK, "refund", size=size, drives=False) as visit:
        await visit.until("Items")


async def test_a_cause_is_tried_again_and_another_excluded_and_then_it_ends(folder: Path) -> None:
    (folder / "open").touch()
    async with visiting(folder, Place.BULK, "refund") as visit:
        await visit.until("402 card closed  ")
        await visit.press("R")
        await visit.until("10 failed items are tried again")
        await confirm(visit)
        await visit.until("Causes  3 failed")
        await visit.press("x")
        await visit.until("3 failed items are let go")
        await confirm(visit)
        await visit.until("COMPLETED")
        assert "✓ 397 done" in visit.seen and "· 3 excluded" in visit.seen


async def test_more_batches_at_once_and_a_rate_are_previewed_and_taken(folder: Path) -> None:
    async with visiting(folder, Place.BULK, "refund") as visit:
        await visit.until("batches at once - 4 +")
        await visit.press("+")
        await visit.until("5 batches at once instead of 4")
        await confirm(visit)
        await visit.until("batches at once - 5 +")
        await visit.press("t")
        await visit.until("Items a second")
        await visit.press("backspace", *"250", "enter")
        await visit.until("at most 250 items a second")
        await confirm(visit)
        await visit.until("rate 250/s")


async def test_finish_ends_it_with_its_failures(folder: Path) -> None:
    async with visiting(folder, Place.BULK, "refund") as visit:
        await visit.until("m end with the failures")
        await visit.press("m")
        await confirm(visit)
        await visit.until("COMPLETED")
        await visit.press("R")
        await visit.until("the run is completed")


async def test_items_are_filtered_marked_and_exported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    async with visiting(folder, Place.BULK, "refund", drives=False) as visit:
        await visit.until("Items  13 of 400")
        await visit.press("slash", *"timeout", "enter")
        await visit.until("Items  3 of 400")
        await visit.press("X")
        await visit.until("3 items as CSV")
        await visit.press("i")
        file = folder / "refund-items.csv"
        await visit.until(lambda: file.exists() and file.read_text().count("TimeoutError") == 3)
        await visit.press("slash", "z", "enter")
        await visit.until("no item is like that")
        await visit.press("slash", *["backspace"] * 8, *"all", "enter")
        await visit.until("Items  400 of 400")
        await visit.press("G")
        await visit.until("#399")


async def test_of_two_first_looks_the_later_one_counts(folder: Path) -> None:
    """A run that ends between them says nothing more."""
    async with visiting(folder, Place.BULK, "refund", drives=False) as visit:
        await visit.until("3 Items")
        screen = visit.app.screen
        whole, row = screen.fold, screen.row
        with Workspace.find(folder) as workspace:
            entries = workspace.entries(row)
        early = BulkFold()
        early.add(entries[:3])
        screen.fold = None
        for fold in (early, whole, early):
            screen._got((row, fold))
        assert screen.fold is whole


async def test_what_is_done_while_one_looks_on_is_seen(tmp_path: Path) -> None:
    refunds(tmp_path)
    with Workspace.find(tmp_path) as workspace:
        workspace.start("refunds", {"items": 200, "delay": 0.002, "desk": str(tmp_path)}, id="refund", record_only=True)
    async with visiting(tmp_path, Place.BULK, "refund") as visit:
        await visit.until("100.0%")


def test_in_a_real_terminal_a_cause_is_excluded_and_the_run_ends(folder: Path) -> None:
    terminal = Terminal(folder)
    terminal.until("refunds")
    terminal.until("Runs  1")
    terminal.keys("\r")
    terminal.until("13 failed")
    for cause, after in (("10 failed items are let go", "10 excluded"), ("3 failed items are let go", "13 excluded")):
        terminal.keys("x")
        terminal.until(cause)
        terminal.until("y do it")
        terminal.keys("y")
        terminal.until(after)
        terminal.until_gone("y do it")
    terminal.keys("qq")
    assert terminal.ended() == 0


def test_the_command_line_tells_and_does_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert main(["bulk", "refund"]) == 0
    told = capsys.readouterr().out
    assert "400 of 400 items: 387 done, 13 failed" in told and "10  402 card closed" in told
    assert main(["bulk", "refund", "--retry", "77", "--yes"]) == 2
    assert main(["bulk", "refund", "--exclude", "timeout", "--concurrency", "9", "--yes"]) != 2
    assert main(["bulk", "refund", "--export", "out.csv"]) == 0
    assert (folder / "out.csv").read_text().count("excluded") == 3
    (folder / "open").touch()
    assert main(["bulk", "refund", "--retry", "all", "--yes"]) == 0
    capsys.readouterr()
    assert main(["bulk", "refund", "--json"]) == 0
    assert '"done":397' in capsys.readouterr().out.replace(" ", "")
