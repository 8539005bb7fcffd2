"""A workspace with runs of every kind and in every state, and what somebody else does to them meanwhile."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from lexiconsole.app.look import RunQuery
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from tests.tui.articles import articles
from tests.tui.chains import approvals
from tests.tui.doubts import in_doubt
from tests.tui.loans import loans
from tests.tui.refunds import refunds, run_refunds
from tests.tui.sagas import trips

__all__ = ["HAPPENINGS", "furnished", "happen"]

ODD = '''
"""Runs for the fuzz: a person, a wait, a failure, progress, and text that no terminal should get."""
import asyncio
from pydantic import BaseModel
from lexiconsole import Question, workflow


class Odd(BaseModel):
    name: str = "\\x1b[2Jname \\u202e[bold]"
    pause: float = 0.01
    fails: bool = False
    asks: bool = True


class Answer(BaseModel):
    yes: bool
    note: str = ""


@workflow(name="odd", input=Odd)
async def odd(ctx, input: Odd):
    """Does a little of everything, with [brackets] and \\x1b[31mescapes."""
    for n in range(3):
        await ctx.step(f"step[{n}]", lambda: asyncio.sleep(input.pause))
    async def fail():
        raise ValueError("[/red] not \\x1b[31mso\\nsecond line")
    if input.fails:
        return await ctx.step("fail", fail)
    if input.asks:
        await ctx.ask("[b]sure[/b]", Question("[b]sure?[/b] \\x1b[2J", form=Answer, due_in=60))
    await ctx.sleep("nap", 0.05)
    return input.name
'''

_FIRST: list[tuple[str, dict[str, Any]]] = [
    ("loan", {}),
    ("loan", {"score": 900}),
    ("loan", {"fails": "fraud score"}),
    ("book_trip", {}),
    ("book_trip", {"stuck": ""}),
    ("book_trip", {"fail": ""}),
    ("odd", {}),
    ("odd", {"fails": True}),
    ("odd", {"asks": False}),
    ("credit_limit", {}),
    ("parcel", {}),
]

HAPPENINGS = ["start", "start", "start", "answer", "signal", "pause", "resume", "retry", "cancel"]


def furnished(folder: Path) -> Path:
    """A workspace with runs in every state that is reached without waiting for days."""
    for furnish in (loans, trips, refunds, lambda there: approvals(there, operators=True)):
        furnish(folder)
    (folder / "definitions" / "odd.py").write_text(ODD, encoding="utf-8")
    articles(folder)
    in_doubt(folder)
    run_refunds(folder, items=200)
    with Workspace.find(folder) as workspace:
        rows = [workspace.start(name, given, id=f"first-{n}")[0] for n, (name, given) in enumerate(_FIRST)]
        for row in rows:
            workspace.settle(row, 90)
    return folder


def happen(what: str, other: Workspace, dice: random.Random) -> None:
    """One of HAPPENINGS, done by another process than the console's. Raises LexiconsoleError when it can not be."""
    match what:
        case "start":
            name, given = _wish(dice)
            other.start(name, given, record_only=True)
        case "answer":
            _answer(other, dice)
        case _:
            rows = other.look().newest(RunQuery(by_status=False), skip=0, limit=50)
            target = dice.choice(["submit", "publish", "send_back"]) if what == "signal" else ""
            other.act(Request(dice.choice(rows).id, RequestKind(what), target, {}), record_only=True)


def _wish(dice: random.Random) -> tuple[str, dict[str, Any]]:
    wishes: dict[str, dict[str, Any]] = {
        "loan": {"score": dice.choice([300, 600, 900]), "fails": dice.choice(["", "", "kyc check"])},
        "book_trip": {"stuck": dice.choice(["", "car"]), "delay": dice.choice([0, 0.05])},
        "odd": {"fails": dice.random() < 0.3, "asks": dice.random() < 0.5},
        "article": {"reviewers": dice.choice([1, 2])},
        "refunds": {"items": 60, "delay": dice.choice([0, 0.002])},
        "credit_limit": {"amount": dice.choice([1_000, 250_000])},
        "transfer": {},
    }
    return dice.choice(list(wishes.items()))


def _answer(other: Workspace, dice: random.Random) -> None:
    tasks = other.tasks()
    if not tasks:
        return
    task = dice.choice(tasks)
    value = {"yes": True, "decision": "offer", "courier": "van"} if dice.random() < 0.8 else {}
    other.act(Request(task.run_id, RequestKind.ANSWER, task.key, {"value": value}), record_only=True)
