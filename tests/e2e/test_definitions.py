"""Every definition that comes with the program, in a real terminal: run from its form, watched, scrubbed, branched, answered by
whom it asks, and, where something goes wrong, undone and repaired.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind, RunFilter
from lexiconsole.durable.policy import Backoff
from lexiconsole.types import RunStatus
from tests.definitions.projects import tiny_project
from tests.e2e.operating import (
    DEFINITIONS,
    acting_as,
    arrived,
    back,
    branched,
    confirmed,
    launched,
    opened_run,
    ready,
    scrubbed,
)
from tests.e2e.terminal import Terminal, opened

pytestmark = pytest.mark.timeout(400)  # each is a small working day: a busy machine takes its time


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """The console in a folder of something else, with nothing but the definitions that come with the program."""
    (tmp_path / "notes.txt").touch()
    with opened(tmp_path) as terminal:
        ready(terminal)
        yield terminal
        terminal.press("ctrl+q")
        assert terminal.left() == 0


def test_access_is_asked_for_granted_and_taken_back(terminal: Terminal) -> None:
    """A form, a manager, a timer; cancelling takes the access back. The branch asks again."""
    run = launched(terminal, "access_request", "◆ WAITING")
    terminal.press("i")
    terminal.until("system *", "^s answer")
    terminal.press("b")  # billing
    terminal.until("● billing")
    terminal.press("ctrl+s")
    terminal.until(lambda: f"▸ {run}" in terminal.lines[0] and "manager" in terminal.lines[-2])
    back(terminal, "▸ Dashboard")
    acting_as(terminal, "ana")
    terminal.until("read access to billing", "may decide")
    terminal.press("a")
    confirmed(terminal)
    terminal.until("nothing waits for anybody")
    back(terminal, "▸ Dashboard")
    opened_run(terminal, run)
    terminal.until("◇ until", "✓ grant")
    terminal.press("c")
    terminal.until(f"Type {run[-4:]}")
    terminal.type(run[-4:])
    confirmed(terminal)
    terminal.until("■ CANCELLED", "✓ revoke")
    scrubbed(terminal)
    terminal.press("{", "{", "{", "{", "{", "{")
    branched(terminal, "access_request", run, "◆ WAITING", "◇ SLEEPING")


def test_an_article_goes_to_review_and_is_published(terminal: Terminal) -> None:
    """Events are fired at it; its own run is scrubbed and branched."""
    run = launched(terminal, "article", "◆ draft")
    fire(terminal, "submit", "◆ review")
    fire(terminal, "publish", "◆ published")
    terminal.press("2", "enter")
    terminal.until("LIVE")
    scrubbed(terminal)
    branched(terminal, "article", run, "◆ published", "◆ review", back="{")


def fire(terminal: Terminal, event: str, state: str) -> None:
    """f on the event, with nothing that comes with it."""
    terminal.until(f"✓ {event}")
    terminal.press("2", "g")
    terminal.until(lambda: "▌" in terminal.lines[4])  # the first event: what was chosen before may have moved
    for _ in range(6):
        terminal.until(lambda: chosen(terminal))
        if chosen(terminal) == event:
            break
        before = chosen(terminal)
        terminal.press("j")
        terminal.until(lambda before=before: chosen(terminal) not in ("", before))
    terminal.press("f")
    terminal.until(f"Fire {event}")
    terminal.press("enter")
    terminal.until(f"the run gets the signal {event}")
    confirmed(terminal)
    terminal.until(lambda: state in terminal.lines[0])


def chosen(terminal: Terminal) -> str:
    """The event that the cursor is on."""
    found = re.search(r"▌[✓·!] (\w+)", terminal.text)
    return found[1] if found else ""


def test_a_backup_is_made_and_one_that_was_undone_is_made_again(tmp_path: Path, terminal: Terminal) -> None:
    """Of what is no database nothing stays; once there is one, a branch from the beginning copies it."""
    launched(terminal, "backup", "✓ ")
    scrubbed(terminal)
    database = tmp_path / "books.db"
    database.write_text("no database")
    begun(tmp_path, "backup", "broken", database=str(database))
    back(terminal, "▸ Dashboard", "« broken")
    database.unlink()
    with closing(sqlite3.connect(database)) as db:
        db.execute("CREATE TABLE t (a)")
    opened_run(terminal, "broken")
    terminal.until("« ROLLED BACK")
    terminal.press("{")
    terminal.until("PAST seq")
    branched(terminal, "backup", "broken", "✓ COMPLETED", back="{")


def test_a_file_is_imported_and_an_import_that_failed_is_repaired(tmp_path: Path, terminal: Terminal) -> None:
    """r y once what was in its way is gone."""
    launched(terminal, "csv_import", "✓ ")
    sample = Path(__file__).parents[2] / "definitions" / "data" / "orders.csv"
    few = tmp_path / "few.csv"
    few.write_text("".join(sample.read_text(encoding="utf-8").splitlines(keepends=True)[:400]), encoding="utf-8")
    database = tmp_path / "books.db"
    database.write_text("no database")
    begun(tmp_path, "csv_import", "broken", path=str(few), database=str(database))
    back(terminal, "▸ Dashboard", "✗ broken")
    opened_run(terminal, "broken")
    terminal.until("✗ FAILED", "failed at survey", "r try again")
    database.unlink()
    repaired(terminal)
    terminal.until("✓ COMPLETED")
    terminal.press("3", "enter")
    terminal.until("LIVE")
    scrubbed(terminal)
    branched(terminal, "csv_import", "broken", "✓ COMPLETED")


def repaired(terminal: Terminal) -> None:
    """r, which says what is tried again, and y."""
    terminal.count()
    terminal.press("r")
    confirmed(terminal)
    assert terminal.count() == 2


def begun(folder: Path, name: str, run: str, **given: Any) -> None:
    """By another process; the console's engine drives it."""
    with Workspace.find(folder) as other:
        other.start(name, given, id=run, record_only=True)


def test_a_document_is_sent_back_reworked_and_approved(terminal: Terminal) -> None:
    """Three people's turns in the inbox: a rejection with its reason, rework, an approval."""
    run = launched(terminal, "document_approval", "◆ WAITING")
    back(terminal, "▸ Dashboard")
    acting_as(terminal, "ana")
    terminal.until("may decide", "x reject")
    terminal.press("x")
    terminal.until("Why?")
    terminal.type("too short")
    terminal.press("enter")
    confirmed(terminal)
    terminal.until("needs rework", "too short")
    terminal.press("i")
    terminal.until("ready", "^s answer")
    terminal.press("r")
    terminal.until("● ready")
    terminal.press("ctrl+s")
    terminal.until("Publish it?", "editor waits for you")
    terminal.press("a")
    confirmed(terminal)
    terminal.until("nothing waits for anybody")
    back(terminal, "▸ Dashboard")
    opened_run(terminal, run)
    terminal.until("✓ COMPLETED")
    scrubbed(terminal)
    terminal.press("{")
    branched(terminal, "document_approval", run, "✓ COMPLETED", "◆ WAITING", back="{")


def test_a_claim_is_approved_by_whom_it_takes_and_paid(terminal: Terminal) -> None:
    run = launched(terminal, "expense_claim", "◆ WAITING")
    back(terminal, "▸ Dashboard")
    acting_as(terminal, "ana")
    terminal.until("may decide", "claims")
    terminal.press("a")
    confirmed(terminal)
    terminal.until("nothing waits for anybody")
    back(terminal, "▸ Dashboard")
    opened_run(terminal, run)
    terminal.until("✓ COMPLETED")
    scrubbed(terminal)
    branched(terminal, "expense_claim", run, "✓ COMPLETED", back="{")


def test_an_order_that_can_not_be_undone_is_repaired(tmp_path: Path, terminal: Terminal) -> None:
    """Its form says where it fails. The shop's books are away when it turns round; then r y for what is still in effect."""
    terminal.press("1", "g", *("j" for _ in range(DEFINITIONS.index("order_fulfilment"))), "s")
    terminal.until("Start ▸ order_fulfilment", "^s see what starts")
    terminal.press("tab", "tab", "c", "c")
    terminal.until("● courier")
    terminal.press("tab", "tab")
    terminal.type(".4")
    terminal.press("ctrl+s")
    terminal.until("start a run of order_fulfilment", "fail_at = courier", "delay = 0.4")
    confirmed(terminal)
    undone(arrived(terminal, "order_fulfilment", ""), tmp_path / ".lexiconsole" / "shop.db", terminal)


def charged(books: Path) -> bool:
    """Whether the shop has taken the money."""
    if not books.exists():
        return False
    with closing(sqlite3.connect(books)) as db, suppress(sqlite3.OperationalError):  # it is just being opened
        return bool(db.execute("SELECT count(*) FROM ledger").fetchone()[0])
    return False


def undone(run: str, books: Path, terminal: Terminal) -> None:
    terminal.until(lambda: charged(books))  # what the screen shows comes a hop after the other
    away = books.rename(books.with_name("away.db"))
    books.mkdir()
    terminal.until("≈ DOUBTFUL", lambda: terminal.text.count("NOT UNDONE") == 3)  # the picture goes hop by hop
    books.rmdir()
    away.rename(books)
    for left in (2, 1, 0):
        repaired(terminal)
        terminal.until(lambda left=left: terminal.text.count("NOT UNDONE") == left)
    terminal.until("« ROLLED BACK", "nothing is left")
    scrubbed(terminal)
    branched(terminal, "order_fulfilment", run, "« ROLLED BACK", "≈ DOUBTFUL", back="{")


def test_a_release_that_failed_its_tests_is_repaired_tried_and_published(tmp_path: Path, terminal: Terminal) -> None:
    """Its form says which project, how that is tested, and that pip needs nothing from elsewhere."""
    project = tiny_project(tmp_path / "project")
    (project / "check.py").write_text("import tini\n")
    terminal.press("1", "g", *("j" for _ in range(DEFINITIONS.index("release"))), "s")
    terminal.until("Start ▸ release", "^s see what starts")
    for value in (str(project), "python check.py", ""):
        terminal.press("ctrl+a", "ctrl+k")
        terminal.type(value)
        terminal.press("tab")
    terminal.press("n", "tab", "n")
    terminal.press("ctrl+s")
    terminal.until("start a run of release", "tests = python check.py", "dependencies = false", "isolated = false")
    confirmed(terminal)
    run = arrived(terminal, "release", "✗ FAILED")
    terminal.until("r try again")
    (project / "check.py").write_text("import tiny\n")
    repaired(terminal)
    terminal.until("◆ WAITING", limit=200)
    terminal.press("i")
    terminal.until("publish *", "^s answer")
    terminal.press("y")
    terminal.until("● yes")
    terminal.press("ctrl+s")
    terminal.until(lambda: "✓ COMPLETED" in terminal.lines[0])
    assert list((tmp_path / ".lexiconsole" / "packages").rglob("*.whl"))
    scrubbed(terminal)
    branched(terminal, "release", run, "✓ COMPLETED")


def test_triage_asks_a_person_when_it_is_not_sure(terminal: Terminal) -> None:
    run = launched(terminal, "triage", "◆ WAITING")
    terminal.press("i")
    terminal.until("category *", "^s answer")
    terminal.press("q", "tab", "l")  # question, low
    terminal.until("● question", "● low")
    terminal.press("ctrl+s")
    terminal.until(lambda: "✓ COMPLETED" in terminal.lines[0])
    scrubbed(terminal)
    branched(terminal, "triage", run, "✓ COMPLETED")


DESK = "desk"
"""A file where the folder of that name is wanted, until somebody takes it away."""


def in_the_way(folder: Path) -> list[str]:
    """Runs of six definitions that fail because of one file, each at another step; gives their ids."""
    desk, knows = folder / DESK, folder / "knows"
    desk.write_text("not a folder", encoding="utf-8")
    knows.mkdir()
    (knows / "refunds.md").write_text("# Refunds\n\nAn invoice that was paid twice is refunded.\n", encoding="utf-8")
    report = folder / "expenses.csv"
    report.write_text("date,what,category,amount\n2026-01-01,Train,travel,twelve\n", encoding="utf-8")
    wishes: dict[str, dict[str, Any]] = {
        "access_request": {"books": str(desk / "books.db")},
        "article": {"path": str(desk / "articles")},
        "document_approval": {"folder": str(desk / "approved")},
        "expense_claim": {"report": str(report)},
        "onboarding": {"folder": str(desk / "people")},
        "triage": {
            "subject": "Refund",
            "text": "Please refund the invoice that I paid twice.",
            "knowledge": str(knows),
            "tickets": str(desk / "tickets.db"),
        },
    }
    with Workspace.find(folder) as workspace:
        for name, given in wishes.items():
            workspace.settle(workspace.start(name, given, id=f"bad-{name[:5]}")[0], 90)
        form = {"value": {"system": "billing", "level": "read", "hours": 8, "why": ""}}
        asked = workspace.act(Request("bad-acces", RequestKind.ANSWER, "form", form)).run
        workspace.settle(asked, 90)
        vote = Request("bad-acces", RequestKind.VOTE, "approval/manager", {"verdict": "approve"}, by="ana")
        workspace.settle(workspace.act(vote).run, 90)
        assert {row.status for row in workspace.runs(RunFilter())} == {RunStatus.FAILED}
    report.write_text("date,what,category,amount\n2026-01-01,Train,travel,12.00\n", encoding="utf-8")
    return [f"bad-{name[:5]}" for name in wishes]


def test_runs_of_six_definitions_that_failed_are_marked_and_repaired_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """space on each, R y: each goes on where it failed, to its end or to whom it asks. One of them is branched after that."""
    monkeypatch.setattr(Backoff, "delay", lambda *_: 0.0)  # here, where they fail; not in the console
    runs = in_the_way(tmp_path)
    with opened(tmp_path) as terminal:
        ready(terminal)
        terminal.until("✗6", "2 Runs  6")
        (tmp_path / DESK).unlink()
        terminal.count()
        for many in range(1, len(runs) + 1):
            terminal.press("space")
            terminal.until(f"{many} marked")
        terminal.press("R")
        terminal.until("Retry 6 runs")
        confirmed(terminal)
        assert terminal.count() == len(runs) + 2
        terminal.until(lambda: "✗" not in terminal.lines[0])
        terminal.until("◆ bad-acces", "◆ bad-artic", "◆ bad-docum", "◆ bad-expen", "✓ bad-onboa", "✓ bad-triag")
        terminal.press(":")
        terminal.until("tab completes   enter does it")
        terminal.type("bad-onboa")
        terminal.press("enter")
        arrived(terminal, "onboarding", "✓ COMPLETED")
        scrubbed(terminal)
        branched(terminal, "onboarding", "bad-onboa", "✓ COMPLETED")
        terminal.press("ctrl+q")
        assert terminal.left() == 0
