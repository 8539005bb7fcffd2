"""A day in a workspace, for the pictures: real runs of real definitions, on a clock that is the same every time."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from tests.tui.chains import LIMITS
from tests.tui.doubts import TRANSFER
from tests.tui.flows import BROKEN, CHANGED, PARCEL, RETURNS
from tests.tui.loans import LOAN
from tests.tui.refunds import REFUNDS
from tests.tui.sagas import SHOP

__all__ = ["NOW", "Day", "StoryClock", "busy", "counter"]

NOW = 1_795_183_440.0
"""2026-11-20 14:04 UTC."""

ROOT = Path(__file__).resolve().parents[1]
OWN = {"loan.py": LOAN, "trip.py": SHOP, "transfer.py": TRANSFER, "limits.py": LIMITS, "refunds.py": REFUNDS}
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

_AT_MOST = 40.0
"""Seconds that looks add to what is told at a time: on a busy machine there are more of them."""

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
        self._now = min(self._latest, self._now + self._chance.uniform(0.03, 0.5))
        return self._now

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        caller = sys._getframe(1).f_globals["__name__"]  # noqa: SLF001
        engines_own = caller.startswith(("lexiconsole.runtime", "lexiconsole.app"))  # between two looks for work
        if not engines_own and seconds <= _LONG:
            self._now += seconds
            self._latest += seconds
            seconds = 0.0
        return asyncio.sleep(seconds)


class Day:
    """A folder with definitions, and what ran there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "definitions").mkdir(parents=True)
        (folder / "application.yaml").write_text(OPERATORS, encoding="utf-8")
        self.clock = StoryClock()

    @classmethod
    def of_a_shop(cls, folder: Path) -> Day:
        """With the definitions that come with the program and five more."""
        day = cls(folder)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "definitions", folder / "definitions", ignore=ignored, dirs_exist_ok=True)
        return day.defined(OWN)

    def defined(self, files: Mapping[str, str]) -> Day:
        for name, text in files.items():
            (self.folder / "definitions" / name).write_text(text, encoding="utf-8")
        return self

    def told(self, tell: Callable[[Day, Workspace], None]) -> Day:
        os.chdir(self.folder)  # where workflows keep their files
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
        while workspace.entries(outcome.run)[-1].kind is EntryKind.SIGNALLED:
            time.sleep(0.01)  # nobody has taken it in yet
        workspace.settle(workspace.run(run), 60)


def busy(day: Day, workspace: Workspace) -> None:
    """What a dashboard looks like at two in the afternoon."""
    run, act = day.run, day.act
    data = day.folder / "definitions" / "data"
    run(workspace, "csv_import", "orders-november", 25_000, path=str(data / "orders.csv"))
    run(workspace, "order_fulfilment", "order-1036", 21_000)
    articles(day, workspace)
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
    run(workspace, "refunds", "refunds-q3", 1_700, delay=0.008)
    problem = {"subject": "Console will not start", "text": "It says: the database is locked. Production is down."}
    run(workspace, "triage", "ticket-509", 1_500, sender="mia", knowledge=str(data), **problem)
    run(workspace, "transfer", "pay-5512", 720, desk=str(day.folder))
    run(workspace, "order_fulfilment", "order-1042", 640, fail_at="courier")
    run(workspace, "book_trip", "trip-2207", 480, desk=str(day.folder))
    run(workspace, "loan", "loan-0311", 310, score=612)


_ARTICLES = (
    (24_000, 900, "saucers", "submit", "publish", "archive"),
    (23_000, 1_140, "cups", "submit", "publish"),
    (22_000, 2_460, "teapots", "submit"),
    (20_000, 1_620, "kettles", "submit", "send_back", "submit"),
)
"""How many seconds ago each began, how many later each of its events came, its name, and the events."""


def articles(day: Day, workspace: Workspace) -> None:
    """What happens to all of them, in the order of its time."""
    happenings: list[tuple[int, str, str]] = []
    for ago, later, name, *events in _ARTICLES:
        happenings += [(ago - later * n, name, event) for n, event in enumerate(("", *events))]
    for ago, name, event in sorted(happenings, reverse=True):
        if event:
            day.act(workspace, ago, name, RequestKind.SIGNAL, event, payload=None)
        else:
            day.run(workspace, "article", name, ago, title=f"On {name}")


def counter(folder: Path) -> Day:
    """Another folder: one file of it is broken, another one was changed under runs that stand in its middle."""
    day = Day(folder).defined({"parcel.py": PARCEL, "returns.py": RETURNS})

    def two_wait(day: Day, workspace: Workspace) -> None:
        day.run(workspace, "parcel", "elm", 2_400, street="Elm Street")
        day.run(workspace, "parcel", "oak", 1_200, street="Oak Street")

    return day.told(two_wait).defined({"parcel.py": CHANGED, "stamps.py": BROKEN})
