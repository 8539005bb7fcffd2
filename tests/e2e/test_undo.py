"""u in a real terminal: a decision, a pause and a cancel are taken back with two keys each, and the journal says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.types import RunStatus
from tests.e2e.operating import back, confirmed, opened_run
from tests.e2e.terminal import Terminal, opened
from tests.tui.chains import approvals

pytestmark = pytest.mark.timeout(400)  # a busy machine takes its time

HOLDS = '''"""A step that holds the engine's loop until a file is there: what is asked of its run meanwhile waits."""
import time
from pathlib import Path
from lexiconsole import workflow

HERE = Path(__file__).parent.parent


@workflow("holds")
async def holds(ctx):
    """Holds the loop."""
    async def hold():
        (HERE / "holding").touch()
        while not (HERE / "go").exists():
            time.sleep(0.01)
    await ctx.step("hold", hold)
'''


def test_a_decision_a_pause_and_a_cancel_are_taken_back(tmp_path: Path) -> None:
    approvals(tmp_path, operators=True)
    (tmp_path / "definitions" / "holds.py").write_text(HOLDS, encoding="utf-8")
    with Workspace.find(tmp_path) as workspace:
        row, _ = workspace.start("credit_limit", {}, id="limit-1")
        workspace.settle(row, 90)
        manager = Request("limit-1", RequestKind.VOTE, "manager", {"verdict": "approve"}, by="ben")
        workspace.settle(workspace.act(manager).run, 90)
    with opened(tmp_path) as terminal:
        terminal.until("3 Inbox  1", "s start")
        a_decision(terminal)
        a_pause(terminal)
        with Workspace.find(tmp_path) as workspace:
            workspace.start("holds", None, id="holds-1", record_only=True)
        a_cancel(terminal, tmp_path)
        terminal.press("ctrl+q")
        assert terminal.left() == 0
    with Workspace.find(tmp_path) as workspace:
        entries = workspace.entries(workspace.run("limit-1"))
        votes = [entry.data["verdict"] for entry in entries if entry.kind is EntryKind.VOTED]
        assert votes == ["approve", "withdrawn"]
        kinds = [entry.kind for entry in entries]
        assert kinds.index(EntryKind.PAUSED) < kinds.index(EntryKind.RESUMED)
        assert workspace.run("limit-1").status is RunStatus.WAITING
        assert workspace.run("holds-1").status is RunStatus.COMPLETED


def taken_back(terminal: Terminal, what: str) -> None:
    """u, which says what it would do, and y."""
    terminal.count()
    terminal.press("u")
    terminal.until(what)
    confirmed(terminal)
    assert terminal.count() == 2


def a_decision(terminal: Terminal) -> None:
    """Of one who has more to come after her: her level is still open."""
    terminal.press("I")
    terminal.until("director  0 of 2")
    terminal.press("O")
    terminal.until("Act as", "dora")
    terminal.press("home", "j", "j", "enter")  # ana, ben, dora
    terminal.until("me: dora", "may decide")
    terminal.press("a")
    terminal.until("Approve director of limit-1")
    confirmed(terminal)
    terminal.until("u takes it back")  # told for a while only: what stays is looked for after it
    terminal.until("director  1 of 2")
    taken_back(terminal, "Take the vote back")
    terminal.until("director  0 of 2")
    back(terminal, "▸ Dashboard")


def a_pause(terminal: Terminal) -> None:
    terminal.press("2")
    terminal.until("◆ limit-1")
    terminal.press("p")
    terminal.until("Pause credit_limit limit-1")
    confirmed(terminal)
    terminal.until("limit-1 paused")  # that of the decision may still stand there
    terminal.until("‖ limit-1")
    taken_back(terminal, "Resume credit_limit limit-1")
    terminal.until("◆ limit-1")


def a_cancel(terminal: Terminal, folder: Path) -> None:
    """Nobody has taken it up: the engine is held."""
    opened_run(terminal, "holds-1")
    terminal.until((folder / "holding").exists)
    terminal.press("c")
    terminal.until("Type ds-1")
    terminal.type("ds-1")
    confirmed(terminal)
    terminal.until("cancel requested")
    taken_back(terminal, "nobody has taken it up yet")
    terminal.until("the cancel of holds-1 is taken back")
    (folder / "go").touch()
    terminal.until("✓ COMPLETED")
