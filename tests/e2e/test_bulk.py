"""A bulk operation steered while it goes, in a real terminal: how many batches at once, how fast, its failures, its stop-loss.

What the engine makes of it is read from what the items themselves wrote down. Where time is measured, it is a least time:
a busy machine only makes it longer.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind
from tests.e2e.operating import confirmed
from tests.e2e.terminal import Terminal, opened

pytestmark = pytest.mark.timeout(400)  # a busy machine takes its time

BATCH, ITEMS = 10, 4_000

PAYOUT = (
    '''"""Payouts: each batch writes down when it began, and goes on once the desk is open."""
import asyncio
import time
from pathlib import Path

from pydantic import BaseModel

from lexiconsole import BulkOperation, BulkOperationConfig, Err, workflow

HERE = Path(__file__).parent.parent


class Given(BaseModel):
    one_fails_in: int = 100


@workflow(name="payout", input=Given)
class Payout(BulkOperation):
    """Pays, item by item."""

    def __init__(self, given: Given) -> None:
        self.given = given
        super().__init__(
            items=range(ITEMS),
            config=BulkOperationConfig(batch_size=BATCH, max_concurrency=4, retry_attempts=1, timeout=None),
            stop_loss=0.25,
            stop_loss_after=100,
            hold_failures=True,
            name="payout",
        )

    async def process(self, item):
        if item % BATCH == 0:
            with (HERE / "begun").open("a") as file:
                file.write(f"{item} {time.monotonic()}\\\\n")
        while not (HERE / "open").exists():
            await asyncio.sleep(0.01)
        if (item + 1) % self.given.one_fails_in == 0 and not (HERE / "mended").exists():
            return Err("402 card closed")
        return item
'''.replace("ITEMS", str(ITEMS))
    .replace("BATCH", str(BATCH))
    .replace("\\\\n", "\\n")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "payout.py").write_text(PAYOUT, encoding="utf-8")
    begin(tmp_path, "payout-1")
    return tmp_path


def begin(folder: Path, run: str, **given: object) -> None:
    """By another process; the console's engine drives it."""
    with Workspace.find(folder) as workspace:
        workspace.start("payout", given, id=run, record_only=True)


def begun(folder: Path) -> list[float]:
    """When each batch began, in their order."""
    file = folder / "begun"
    lines = file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []
    return sorted(float(line.split()[1]) for line in lines)


def steered(terminal: Terminal, sentence: str) -> None:
    """What it would do stands there, then y."""
    terminal.until(sentence)
    confirmed(terminal)


def rate(terminal: Terminal, items: str, sentence: str) -> None:
    terminal.press("t")
    terminal.until("Items a second")
    terminal.press("backspace", "backspace")
    terminal.type(items)
    terminal.press("enter")
    steered(terminal, sentence)


def watched(terminal: Terminal, run: str) -> None:
    terminal.press(":")
    terminal.until("tab completes   enter does it")
    terminal.type(run)
    terminal.press("enter")
    terminal.until(lambda: f"▸ {run}" in terminal.lines[0])


def test_an_operation_is_steered_while_it_goes_and_another_is_stopped_by_its_losses(folder: Path) -> None:
    with opened(folder) as terminal:
        terminal.until("1 Catalogue  1", "payout-1")
        watched(terminal, "payout-1")
        more_at_once(folder, terminal)
        slower_and_at_full_speed_again(folder, terminal)
        failures_are_dealt_with(folder, terminal)
        stopped_by_its_losses(folder, terminal)
        terminal.press("ctrl+q")
        assert terminal.left() == 0
    with Workspace.find(folder) as workspace:
        entries = workspace.entries(workspace.run("payout-1"))
        steers = [entry.data["payload"] for entry in entries if entry.kind is EntryKind.SIGNALLED]
        assert [next(iter(steer)) for steer in steers] == ["concurrency", "rate", "rate", "exclude", "retry"]


def more_at_once(folder: Path, terminal: Terminal) -> None:
    """No batch ends: that a fifth one begins is because of the key."""
    terminal.until("batches at once - 4 +", "◐ RUNNING", lambda: len(begun(folder)) == 4)
    terminal.count()
    terminal.press("+")
    steered(terminal, "5 batches at once instead of 4")
    assert terminal.count() == 2
    terminal.until("batches at once - 5 +", lambda: len(begun(folder)) == 5)


def slower_and_at_full_speed_again(folder: Path, terminal: Terminal) -> None:
    """At 40 items a second a batch of 10 begins each quarter of a second, whichever of the five it is."""
    rate(terminal, "40", "at most 40 items a second")
    terminal.until("rate 40/s")
    let_go = time.monotonic()
    (folder / "open").touch()
    terminal.until("ETA", "queued", "p50", "p95", "p99", "peak", "stop-loss 25%, now", lambda: len(begun(folder)) > 10)
    slow = begun(folder)[5:]
    assert all(at >= let_go + 0.25 * turn for turn, at in enumerate(slow)), slow
    lifted = time.monotonic()
    rate(terminal, "0", "no rate limit any more")
    terminal.until("100.0%", "◆ WAITING", "1 Causes  40 failed")
    fast = [at for at in begun(folder) if at > lifted]
    quickest = min(last - first for first, last in zip(fast, fast[20:], strict=False))
    assert quickest < 0.25 * 18, "it goes on no faster than it was told before"  # 20 batches, at the best of moments


def failures_are_dealt_with(folder: Path, terminal: Terminal) -> None:
    """One item is let go, the list is written down, the others of the cause are tried again."""
    terminal.until("402 card closed", "#99 in batch/9", "3 Items  40 of 4,000")
    terminal.press("3", "x")
    steered(terminal, "1 failed item is let go")
    terminal.until("1 Causes  39 failed", "· 1 excluded")
    terminal.press("X")
    terminal.until("items as CSV")
    terminal.press("i")
    file = folder / "payout-1-items.csv"
    terminal.until(lambda: file.exists() and file.read_text(encoding="utf-8").count("402 card closed") == 40)
    (folder / "mended").touch()
    terminal.press("1", "R")
    steered(terminal, "39 failed items are tried again")
    terminal.until("✓ COMPLETED", "✓ 3,999 done", "✗ 0 failed", "· 1 excluded")


def stopped_by_its_losses(folder: Path, terminal: Terminal) -> None:
    """Of another one every second item fails, and nine of ten are never begun."""
    (folder / "mended").unlink()
    before = len(begun(folder))
    begin(folder, "payout-2", one_fails_in=2)
    watched(terminal, "payout-2")
    terminal.until("◆ WAITING", "stopped: 50.0% failed, more than 25%", "m end with the failures")
    assert len(begun(folder)) - before < ITEMS / BATCH / 10
    terminal.press("m")
    confirmed(terminal)
    terminal.until("✗ FAILED")
