"""Orders that fail, and orders whose process is killed: in the end all is done or all is undone."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.console import Console

STEPS = ["place", "reserve", "charge", "courier", "notify"]
AMOUNTS = {
    "stock_moves": "quantity",
    "ledger": "cents",
    "bookings": "parcels",
    "outbox": "promises",
    "orders": "orders",
}

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]


def balance(folder: Path, order: str) -> dict[str, int]:
    with closing(sqlite3.connect(folder / ".lexiconsole" / "shop.db")) as db:
        return {
            table: int(db.execute(f"SELECT total({column}) FROM {table} WHERE order_id = ?", (order,)).fetchone()[0])
            for table, column in AMOUNTS.items()
        }


def rows(folder: Path, order: str) -> int:
    """How many times anything was done or undone."""
    with closing(sqlite3.connect(folder / ".lexiconsole" / "shop.db")) as db:
        counts = [db.execute(f"SELECT count(*) FROM {table} WHERE order_id = ?", (order,)) for table in AMOUNTS]
        return sum(count.fetchone()[0] for count in counts)


NOTHING = dict.fromkeys(AMOUNTS, 0)
FULFILLED = {"stock_moves": -3, "ledger": 89_00, "bookings": 1, "outbox": 1, "orders": 1}


def test_failing_at_each_step_in_turn_undoes_everything_before_it_newest_first(console: Console) -> None:
    for position, step in enumerate(STEPS[1:], start=1):
        ended = console.call("run", "order_fulfilment", "--id", f"order-{step}", "-i", f"fail_at={step}")
        undone = STEPS[:position][::-1]
        assert ended.code == 3, ended
        assert ended.last["status"] == "compensated"
        assert [key.removeprefix("undo/") for key in ended.last["undone"]] == undone
        assert balance(console.folder, f"order-{step}") == NOTHING

        story = console.call("show-run", f"order-{step}").last
        states = {each["key"]: each["state"] for each in story["steps"]}
        assert states[step] == "failed"
        assert [key for key in states if key.startswith("undo/")] == [f"undo/{name}" for name in undone]
        [failed] = [each for each in story["steps"] if each["key"] == step]
        assert len(failed["attempts"]) == 3
        assert "does not answer" in str(failed["error"])


def test_failing_for_a_while_completes(console: Console) -> None:
    ended = console.call("run", "order_fulfilment", "--id", "A", "-i", "fail_at=courier", "-i", "fail_times=2")
    assert ended.code == 0
    assert balance(console.folder, "A") == FULFILLED


@pytest.mark.parametrize(("fail_at", "code", "left"), [("none", 0, FULFILLED), ("notify", 3, NOTHING)])
def test_an_order_killed_at_random_moments_is_done_or_undone_once(
    console: Console, fail_at: str, code: int, left: dict[str, int]
) -> None:
    chance = random.Random(1)
    command = ["run", "order_fulfilment", "--id", "A", "-i", f"fail_at={fail_at}", "-i", "delay=0.3"]
    for _ in range(6):
        process = console.start(*command)
        process.until("run.created" if command[0] == "run" else "run.owned")
        if process.ended_within(chance.random() * 0.5):
            break
        process.kill()
        command = ["resume", "A"]
    ended = console.call("resume", "A")
    assert ended.code == code, ended
    assert balance(console.folder, "A") == left
    assert rows(console.folder, "A") == (6 if code == 0 else 10)


@pytest.mark.parametrize(
    ("fail_at", "key", "status"), [("none", "charge", "completed"), ("notify", "undo/courier", "compensated")]
)
def test_a_run_whose_process_was_killed_is_finished_by_a_worker_in_another(
    console: Console, fail_at: str, key: str, status: str
) -> None:
    process = console.start("run", "order_fulfilment", "--id", "A", "-i", f"fail_at={fail_at}", "-i", "delay=0.5")
    assert process.until("step.done", key), process.end()
    process.kill()
    worker = console.call("worker", "--until-idle")
    assert worker.code == 0, worker
    assert console.call("show-run", "A").last["status"] == status
    assert balance(console.folder, "A") == (FULFILLED if status == "completed" else NOTHING)


def test_a_repeated_command_with_the_same_id_is_the_same_order(console: Console) -> None:
    for _ in range(2):
        assert console.call("run", "order_fulfilment", "--id", "A").code == 0
    assert balance(console.folder, "A") == FULFILLED
    assert console.call("run", "order_fulfilment", "--id", "A", "-i", "delay=1").code == 8


def test_a_cancelled_order_is_undone(console: Console) -> None:
    process = console.start("run", "order_fulfilment", "--id", "A", "-i", "delay=2")
    assert process.until("step.done", "charge")
    with closing(sqlite3.connect(console.folder / ".lexiconsole" / "shop.db", isolation_level=None)) as shop:
        shop.execute(
            "BEGIN IMMEDIATE"
        )  # the courier can not be booked before the cancel is there, however slow this machine
        cancel = console.start("cancel", "A")
        assert process.until("run.cancel")
    assert cancel.end().code == 0
    assert process.end().code == 6
    assert balance(console.folder, "A") == NOTHING
