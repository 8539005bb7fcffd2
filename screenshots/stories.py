"""A day in a workspace, for the pictures: real runs of real definitions, on a clock that is the same every time."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from tests.tui.chains import LIMITS
from tests.tui.doubts import TRANSFER
from tests.tui.loans import LOAN
from tests.tui.sagas import SHOP

__all__ = ["NOW", "Day", "StoryClock"]

NOW = 1_795_183_440.0
"""2026-11-20 14:04 UTC."""

ROOT = Path(__file__).resolve().parents[1]
OWN = {"loan.py": LOAN, "trip.py": SHOP, "transfer.py": TRANSFER, "limits.py": LIMITS}
OPERATORS = """operators:
  ana: {users: [ana], roles: [manager, editor, underwriter], act_for: [ben, cleo, dan, eva, finn, dora, dee, bo, mia]}
  ben: {roles: [finance, support]}
  cleo: {roles: [director]}
  dan: {roles: [director]}
  dora: {roles: [director]}
  dee: {roles: [director]}
  eva: {roles: [director, legal]}
  finn: {roles: [security, support]}
  bo: {roles: [board]}
  mia: {}
"""

_OWN = (0.02, 0.1, 1.0)
"""How long the engine waits between two looks for work: no part of a story."""
_AT_MOST = 25.0
"""Seconds that looks add to what is told at a time: on a busy machine the engine looks more often."""

_LONG = 60.0
"""Seconds from which a run is left waiting instead."""


class StoryClock:
    """Each look at it takes some milliseconds, a pause between two tries is over at once."""

    def __init__(self) -> None:
        self._now, self._chance = NOW - 86_400, random.Random(7)
        self._latest = self._now

    def set(self, ago: float) -> None:
        self._now = NOW - ago
        self._latest = self._now + _AT_MOST

    def now(self) -> float:
        self._now = min(self._latest, self._now + self._chance.uniform(0.003, 0.08))
        return self._now

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        if seconds in _OWN or seconds > _LONG:
            await asyncio.sleep(seconds)
            return
        self._now += seconds
        self._latest += seconds
        await asyncio.sleep(0)


class Day:
    """A folder with the definitions that come with the program and four more, and what ran there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "definitions", folder / "definitions", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "application.yaml").write_text(OPERATORS, encoding="utf-8")
        for name, text in OWN.items():
            (folder / "definitions" / name).write_text(text, encoding="utf-8")
        self.clock = StoryClock()

    def told(self, tell: Callable[[Day, Workspace], None]) -> Day:
        workspace = Workspace.find(self.folder)
        workspace.clock = self.clock  # type: ignore[assignment]
        with workspace:
            tell(self, workspace)
        return self

    def run(self, workspace: Workspace, name: str, id: str, ago: float, by: str = "", **input: Any) -> None:
        """From so many seconds ago to where it ends or waits."""
        self.clock.set(ago)
        row, _ = workspace.start(name, input, id=id, by=by)
        workspace.settle(row, 60)

    def act(self, workspace: Workspace, ago: float, run: str, kind: RequestKind, key: str = "", **more: Any) -> None:
        self.clock.set(ago)
        by = more.pop("by", "")
        outcome = workspace.act(Request(run, kind, key, more, by=by))
        if outcome.refused:
            raise ValueError(f"{kind} {run}:{key}: {outcome.refused}")
        workspace.settle(outcome.run, 60)


def busy(day: Day, workspace: Workspace) -> None:
    """What a dashboard looks like at two in the afternoon."""
    run, act = day.run, day.act
    data = day.folder / "definitions" / "data"
    run(workspace, "csv_import", "orders-november", 25_000, path=str(data / "orders.csv"))
    run(workspace, "order_fulfilment", "order-1036", 21_000)
    run(workspace, "article", "kettles", 20_000, title="On kettles")
    run(workspace, "order_fulfilment", "order-1037", 17_500, items={"mug": 2})
    run(workspace, "loan", "loan-0307", 15_000, score=310)
    run(workspace, "order_fulfilment", "order-1038", 14_000)
    run(workspace, "loan", "loan-0308", 12_400, score=250)
    run(workspace, "order_fulfilment", "order-1039", 9_100, items={"mug": 3})
    run(workspace, "expense_claim", "claim-77", 8_000, "mia", amount="12400", purpose="Trade fair in Lyon")
    act(workspace, 7_000, "claim-77", RequestKind.VOTE, "approval/manager", verdict="approve", by="ana")
    act(workspace, 6_200, "claim-77", RequestKind.VOTE, "approval/finance", verdict="approve", by="ben")
    run(workspace, "access_request", "access-grace", 5_700, person="grace")
    run(workspace, "order_fulfilment", "order-1040", 5_300)
    run(workspace, "loan", "loan-0309", 4_600, fails="credit bureau")
    run(workspace, "expense_claim", "claim-78", 3_300, "mia", amount="840", purpose="Train to Turin")
    run(workspace, "loan", "loan-0310", 2_900, fails="credit bureau")
    run(workspace, "credit_limit", "limit-9f21", 2_500, "mia")
    said = {"verdict": "approve", "reason": "the fair pays", "by": "cleo"}
    act(workspace, 2_400, "claim-77", RequestKind.VOTE, "approval/directors", **said)
    said = {"verdict": "approve", "reason": "good payer", "by": "ben"}
    act(workspace, 2_100, "limit-9f21", RequestKind.VOTE, "manager", **said)
    run(workspace, "order_fulfilment", "order-1041", 1_900, items={"mug": 1})
    problem = {"subject": "Console will not start", "text": "It says: the database is locked. Production is down."}
    run(workspace, "triage", "ticket-509", 1_500, sender="mia", knowledge=str(data), **problem)
    run(workspace, "transfer", "pay-5512", 720, desk=str(day.folder))
    run(workspace, "order_fulfilment", "order-1042", 640, fail_at="courier")
    run(workspace, "book_trip", "trip-2207", 480, desk=str(day.folder))
    run(workspace, "loan", "loan-0311", 310, score=612)
