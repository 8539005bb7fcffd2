"""What is asked all the time reads an index, and no more of it than it needs, however many runs there are."""

from __future__ import annotations

import json
import re

import pytest

from lexiconsole.store.statements import statement
from tests.store.writing import opened

BIG = 2**62
PAIRS = json.dumps([[None, "waiting"], ["order", "failed"]])

QUESTIONS = {
    "append_one": (1, 1, 2, 1.5, "step.done", "k", 0, None, None, None),
    "append": (1, 1, 2, 2, 1.5, "step.done", "k", 0, None, None, None),
    "append_many": ('[[1,1,2,2,1,1,"step.done","k",0,null,null]]',),
    "claim": ("[[1,0,null,1]]",),
    "release": (1, 1),
    "free": (1,),
    "run_by_id": ("r",),
    "runs_by_prefix": ("r", 10),
    "runs_newest": (BIG, 10),
    "runs_oldest": (0, 10),
    "runs_newest_chosen": (BIG, 10, PAIRS),
    "runs_oldest_chosen": (0, 10, PAIRS),
    "runs_newest_of_parent": (BIG, 10, None, None, "p"),
    "runs_oldest_of_parent": (0, 10, None, None, "p"),
    "load": (1, 0, None),
    "tail": (0, 10),
    "head": (),
    "outline": ("d",),
    "wakeable": (1.5, 10, 0),
    "next_wake": (None,),
    "tasks": (),
    "tasks_of_run": (1,),
    "request": ("answer", "k", "{}", "", 1.5, None, "r"),
    "requests": (),
    "requests_of_owner": (1,),
    "requests_of_run": (1, None),
    "request_by_number": (1,),
    "close_request": (1, "refused", ""),
    "take_request": (1, "taken"),
    "withdraw_request": (1, ""),
    "landed": (10, 2),
    "look_runs_of_status": ("failed", BIG, None, None, None, None, None, 50, 500),
    "look_runs_newest": (None, BIG, None, None, None, None, None, 50, 500),
    "look_count_of_status": ("failed", 5, None, None, None, None, None),
    "look_names": (),
    "look_latest": ('["order"]', 50, '["failed"]'),
    "look_failures": ("failed", 1000),
    "look_advanced": (7, 1000),
    "look_tasks": (200,),
    "look_count_tasks": (),
    "audit": (0, 10),
    "audit_head": (),
    "look_audit": (BIG, 10),
    "look_written_at": (),
    "audit_add": ("{}",),
    "refuse_request": (1, ""),
}

SMALL = {"known", "newest", "t", "q", "owners", "tally", "value", "c", "e", "pair", "json_each", "o"}
"""What may be read from end to end: open questions, open requests, JSON that was passed in."""


@pytest.mark.parametrize("name", QUESTIONS)
async def test_no_table_of_runs_or_entries_is_read_from_end_to_end(tmp_path, name):
    async with opened(tmp_path / "store.db") as journal:
        plan = await journal._connection.all(f"EXPLAIN QUERY PLAN {statement(name)}", QUESTIONS[name])
    steps = [row[3] for row in plan]
    for step in steps:
        if step.startswith("SCAN"):
            table = re.split(r"\W+", step)[1]
            allowed = table in SMALL or "VIRTUAL TABLE" in step or "runs_idle" in step or "SCAN idle" in step
            assert allowed or _in_order(name, step), steps
        assert not (
            "USE TEMP B-TREE FOR ORDER BY" in step and name in {"runs_newest", "runs_oldest", "load", "tail"}
        ), steps


def _in_order(name: str, step: str) -> bool:
    """Pages of the whole list run along the primary key and stop at their limit; sub-selects are small already."""
    if "CONSTANT ROW" in step:
        return True
    return step in {"SCAN due", "SCAN asked", "SCAN (subquery-1)", "SCAN (subquery-2)"} and name == "wakeable"


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("wakeable", "runs_idle"),
        ("wakeable", "runs_by_wake_at"),
        ("wakeable", "requests_open"),
        ("next_wake", "runs_by_wake_at"),
        ("requests_of_owner", "requests_open"),
        ("requests_of_run", "requests_open"),
        ("runs_newest_chosen", "runs_by_status"),
        ("runs_newest_chosen", "runs_by_name"),
        ("runs_newest_of_parent", "runs_by_parent"),
        ("free", "runs_by_owner"),
        ("load", "sqlite_autoindex_journal_1"),
    ],
)
async def test_the_index_that_was_made_for_it_is_used(tmp_path, name, index):
    async with opened(tmp_path / "store.db") as journal:
        plan = await journal._connection.all(f"EXPLAIN QUERY PLAN {statement(name)}", QUESTIONS[name])
    assert any(index in row[3] for row in plan), [row[3] for row in plan]
