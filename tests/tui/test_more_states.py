"""Text goldens of what lies over the inbox, of tasks of other kinds, and of operations and machines that ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lexiconsole.app.drafts import Drafts
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.tui.keymap import Place
from tests.tui.chains import approvals
from tests.tui.making import NOW, check, console, settled, shown, until
from tests.tui.test_goldens import StandingClock, told

WIDE, NARROW = (120, 36), (80, 24)
SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=lambda size: f"{size[0]}x{size[1]}")


class Earlier(StandingClock):
    """A clock of long ago: what was due within the hour is overdue."""

    def now(self) -> float:
        return NOW - 4_000


LONG_CHAIN = '''
"""A chain with a level that many people sit at."""
from pydantic import BaseModel

from lexiconsole import ApprovalChain, ApprovalLevel, workflow


class Other(BaseModel):
    name: str = "ACME GmbH"


@workflow(name="merger", input=Other)
class Merger(ApprovalChain):
    """Two of five directors."""

    def __init__(self, other: Other) -> None:
        super().__init__(
            [
                ApprovalLevel("board", who=["ben", "bo", "dee", "dora", "dan"], policy=2, due=3_000,
                              prompt=lambda s: "Merge with ACME GmbH?"),
                ApprovalLevel("owners", who=["mia"]),
            ],
            subject=other,
        )
'''


@pytest.fixture
def folder(root: Path, no_slow_steps: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("lexiconsole.app.identity.os_user", lambda: "ana")
    (root / "definitions" / "order.py").unlink()
    return approvals(root, operators=True)


def started(workspace: Workspace, *runs: tuple[str, str]) -> None:
    for name, given in runs:
        row, _ = workspace.start(name, {}, id=given)
        workspace.settle(row, 90)


def decided(workspace: Workspace, run: str, level: str, by: str, reason: str = "") -> None:
    vote = Request(run, RequestKind.VOTE, level, {"verdict": "approve", "reason": reason}, by=by)
    workspace.settle(workspace.act(vote).run, 90)


async def golden(
    name: str,
    folder: Path,
    size: tuple[int, int],
    place: Place,
    subject: str = "",
    *,
    keys: Sequence[str] = (),
    acting: str = "",
) -> None:
    async with console(folder, size) as (app, pilot):
        app.acting_as = acting
        if place is not Place.DASHBOARD:
            app.go(place, subject)
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        if keys[-1:] == ("a",):
            await until(pilot, lambda: getattr(app.screen, "can_be_done", False))
            await settled(pilot)
        check(f"{name}-{size[0]}x{size[1]}", shown(app))


def three(workspace: Workspace) -> None:
    started(workspace, ("credit_limit", "limit-1"), ("credit_limit", "limit-2"), ("parcel", "parcel-3"))


@SIZES
async def test_a_batch_says_of_each_marked_task_what_would_follow(folder: Path, size: tuple[int, int]) -> None:
    told(folder, three)
    keys = ("space", "space", "space", "a")
    await golden("inbox-batch", folder, size, Place.INBOX, keys=keys, acting="ben")


async def test_a_task_that_one_may_not_decide_says_why(folder: Path) -> None:
    told(folder, lambda workspace: started(workspace, ("credit_limit", "limit-1")))
    await golden("inbox-not-mine", folder, NARROW, Place.INBOX, acting="dora")


@SIZES
async def test_a_plain_question_with_a_field_that_is_still_to_be_filled(folder: Path, size: tuple[int, int]) -> None:
    told(folder, lambda workspace: started(workspace, ("parcel", "parcel-3")))
    await golden("task-question", folder, size, Place.TASK, "parcel-3:pick_courier")


@SIZES
async def test_of_many_people_those_who_decided_and_oneself_are_named(folder: Path, size: tuple[int, int]) -> None:
    (folder / "definitions" / "merger.py").write_text(LONG_CHAIN)

    def two_say_something(workspace: Workspace) -> None:
        started(workspace, ("merger", "merger-1"))
        decided(workspace, "merger-1", "board", "dora", "they pay well")

    told(folder, two_say_something)
    await golden("task-many", folder, size, Place.TASK, "merger-1:board", acting="dan")


def asked_in_all_ways(workspace: Workspace) -> None:
    """Ben approves each as its manager; dan hands one on, and asks back about another; dora may not decide what she began."""
    started(workspace, ("credit_limit", "draft"), ("credit_limit", "handed-on"), ("credit_limit", "asked-back"))
    for run in ("draft", "handed-on", "asked-back"):
        decided(workspace, run, "manager", "ben")
    hand_on = Request("handed-on", RequestKind.DELEGATE, "director", {"to": "max", "reason": "I am away"}, by="dan")
    ask_back = Request("asked-back", RequestKind.ASK_INFO, "director", {"question": "Which collateral?"}, by="dan")
    for request in (hand_on, ask_back):
        outcome = workspace.act(request)
        assert not outcome.refused, outcome.refused
        workspace.settle(outcome.run, 90)
    row, _ = workspace.start("credit_limit", {}, id="her-own", by="dora")
    workspace.settle(row, 90)
    decided(workspace, "her-own", "manager", "ben")
    Drafts(workspace.store_path).keep("dan", "draft:director", {"limit": "150000", "reason": "ok with collateral"})


def overdue(workspace: Workspace) -> None:
    workspace.clock = Earlier()
    started(workspace, ("credit_limit", "overdue"))
    decided(workspace, "overdue", "manager", "ben")


@SIZES
async def test_what_may_have_happened_to_a_question(folder: Path, size: tuple[int, int]) -> None:
    """Overdue, with a draft, handed on, asked back, and not for whom it is for."""
    with (folder / "application.yaml").open("a", encoding="utf-8") as file:
        file.write("  max: {roles: [director]}\n")
    told(folder, overdue)
    told(folder, asked_in_all_ways)
    async with console(folder, size) as (app, pilot):
        for run, me in (
            ("overdue", "dan"),
            ("draft", "dan"),
            ("handed-on", "dan"),
            ("asked-back", "ana"),
            ("her-own", "dora"),
        ):
            app.acting_as = me
            app.go(Place.INBOX)
            await settled(pilot)
            app.screen.table.go(next(n for n, row in app.screen.table.rows_at_hand.items() if row.run_id == run))
            await settled(pilot)
            check(f"inbox-{run}-{size[0]}x{size[1]}", shown(app))
            await pilot.press("q")


async def test_a_form_on_a_narrow_screen(root: Path) -> None:
    await golden("start", root, NARROW, Place.START, "order")
