"""The tasks an operator has, each in a real terminal with no more keys than the design allows."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from tests.e2e.operating import acting_as, confirmed, ready
from tests.e2e.terminal import Terminal, opened
from tests.tui.chains import approvals
from tests.tui.loans import loans
from tests.tui.quotes import editor, quotes
from tests.tui.sagas import trips

pytestmark = pytest.mark.timeout(400)  # a busy machine takes its time

Start = tuple[str, dict[str, Any]]


def with_runs(folder: Path, *starts: Start) -> Path:
    """Runs `first-0`, `first-1`, … each driven to its end or to where somebody must say something."""
    with Workspace.find(folder) as workspace:
        rows = [
            workspace.start(name, {"desk": str(folder), **given}, id=f"first-{n}")[0]
            for n, (name, given) in enumerate(starts)
        ]
        for row in rows:
            workspace.settle(row, 90)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., Path]:
    return lambda *starts: with_runs(trips(loans(tmp_path)), *starts)


def loaded(terminal: Terminal) -> None:
    terminal.until("1 Catalogue  2", "s start")


FAILED: Start = ("loan", {"fails": "fraud score"})
WAITING: Start = ("loan", {})
GOOD: Start = ("loan", {"score": 900})


def test_what_is_broken_and_why_takes_no_key_and_its_run_one(store: Callable[..., Path]) -> None:
    """A and B: failed first with its error under it; enter shows the failed node with the error in the sentence."""
    with opened(store(GOOD, FAILED, WAITING)) as terminal:
        loaded(terminal)
        terminal.until("TimeoutError: fraud score did not answer")
        runs = [line[34:84] for line in terminal.lines]  # the pane in the middle
        failed, waiting, good = (
            next(n for n, line in enumerate(runs) if f"first-{which}" in line) for which in (1, 2, 0)
        )
        assert failed < waiting < good
        assert "fraud score did not answer" in terminal.lines[failed + 1]
        assert terminal.count() == 0
        terminal.press("enter")
        terminal.until(
            "✗ FAILED", "2 Inspector  fraud score", "fraud score failed: TimeoutError: fraud score did not answer"
        )
        assert terminal.count() == 1


def test_why_it_waits_takes_no_key(store: Callable[..., Path]) -> None:
    """C: the status sentence says for whom and until when."""
    with opened(store(GOOD, WAITING)) as terminal:
        loaded(terminal)
        terminal.until(lambda: "underwriter" in terminal.lines[-2] and "due in 4" in terminal.lines[-2])
        assert terminal.count() == 0


def test_all_failures_of_one_cause_are_retried_with_three_keys(store: Callable[..., Path]) -> None:
    """E: 4 R y."""
    folder = store(FAILED, FAILED, GOOD, ("loan", {"fails": "intake"}))
    (folder / "open").touch()
    with opened(folder) as terminal:
        loaded(terminal)
        terminal.until("4 Incidents  2", "2 runs")
        terminal.press("4")
        terminal.press("R")
        terminal.until("Retry 2 runs", "again")
        confirmed(terminal)
        assert terminal.count() == 3
        terminal.until("4 Incidents  1")


def test_whether_the_money_came_back_takes_one_key(store: Callable[..., Path]) -> None:
    """H: the verdict on the saga's screen."""
    with opened(store(("book_trip", {}))) as terminal:
        loaded(terminal)
        terminal.until("first-0")
        terminal.press("enter")
        terminal.until("ROLLBACK INCOMPLETE", "car (CAR-77, euros 120) is still in effect")
        assert terminal.count() == 1


def test_a_stuck_rollback_is_repaired_where_it_is_seen(store: Callable[..., Path]) -> None:
    """r y: the undoing is tried again, and the verdict changes."""
    folder = store(("book_trip", {}))
    (folder / "open").touch()
    with opened(folder) as terminal:
        loaded(terminal)
        terminal.until("first-0")
        terminal.press("enter")
        terminal.until("ROLLBACK INCOMPLETE")
        terminal.count()
        terminal.press("r")
        terminal.until("do it", "again")
        confirmed(terminal)
        terminal.until("« ROLLED BACK", "nothing is left")
        assert terminal.count() == 2


def test_back_to_an_earlier_moment_and_on_from_there(store: Callable[..., Path]) -> None:
    """I: [ b y, and the new run is watched; its origin stays as it is."""
    with opened(store(WAITING)) as terminal:
        loaded(terminal)
        terminal.until("first-0")
        terminal.press("enter")
        terminal.until("◆ WAITING", "LIVE")
        terminal.count()
        terminal.press("[")
        terminal.until("PAST seq")
        terminal.press("b")
        terminal.until("a new run of loan takes over")
        confirmed(terminal)
        terminal.until(lambda: "◆ WAITING" in terminal.lines[0] and "first-0" not in terminal.lines[0])
        assert terminal.count() == 3


@pytest.mark.parametrize("back", ["[", "click"])
def test_back_to_an_earlier_moment_and_on_from_there_with_other_data(tmp_path: Path, back: str) -> None:
    """I: [ or a click on the line of time, = for the state as the node found it then, b, and y once it says with what."""
    with_runs(quotes(tmp_path), ("quote", {}))
    with opened(tmp_path, EDITOR=editor(tmp_path, "s/rate: 0/rate: 4/")) as terminal:
        terminal.until("1 Catalogue  1", "ZeroDivisionError")
        terminal.press("enter")
        terminal.until("✗ FAILED", "reckon failed: ZeroDivisionError", "LIVE")
        terminal.count()
        if back == "click":
            row = terminal.line_of("LIVE")
            terminal.click(terminal.lines[row].index("✗"), row)
        else:
            terminal.press("[")
        terminal.until("PAST seq", "2 Inspector  reckon")
        terminal.press("=")
        terminal.until("what reckon finds is changed for a fork")
        terminal.press("b")
        terminal.until("a new run of quote", "reckon finds rate 4 instead of 0")
        confirmed(terminal)
        terminal.until(lambda: "✓ COMPLETED" in terminal.lines[0] and "first-0" not in terminal.lines[0])
        assert terminal.count() == (3 if back == "click" else 4)
        terminal.press("q", "q")
        terminal.until("▸ Dashboard", "✗ first-0")


def test_a_limit_is_approved_from_the_inbox_with_three_keys(tmp_path: Path) -> None:
    """F: 3 a ctrl+s, and the next level is asked."""
    asked(tmp_path)
    with opened(tmp_path) as terminal:
        terminal.until("3 Inbox  1", "s start")
        terminal.press("3")
        terminal.press("a")
        terminal.until("^s approve")
        terminal.press("ctrl+s")
        assert terminal.count() == 3
        terminal.until("◆ director")


def test_an_approval_is_handed_on_with_two_keys_and_a_name(tmp_path: Path) -> None:
    """G: d NAME enter; what would follow stands under the name before enter does it."""
    with Workspace.find(tmp_path) as workspace:
        row, _ = workspace.start("access_request", {"books": str(tmp_path / "books.db")}, id="first")
        workspace.settle(row, 90)
        answer = {"system": "billing", "level": "read", "hours": 8, "why": ""}
        workspace.act(Request("first", RequestKind.ANSWER, "form", {"value": answer}))
        workspace.settle(row, 90)
    with opened(tmp_path) as terminal:
        ready(terminal)
        acting_as(terminal, "ana")
        terminal.until("read access to billing", "may decide")
        terminal.count()
        terminal.press("d")
        terminal.until("To whom?")
        taken = terminal.count()
        terminal.type("dan")
        terminal.until("not possible")
        terminal.press("enter")  # does nothing
        terminal.type("\x7f\x7f\x7ffinn")
        terminal.until("finn may decide for ana")
        terminal.count()
        terminal.press("enter")
        terminal.until("delegation recorded")
        assert taken + terminal.count() == 2


def asked(folder: Path) -> None:
    with Workspace.find(approvals(folder)) as workspace:
        row, _ = workspace.start("credit_limit", {}, id="first-0")
        workspace.settle(row, 90)


DEFINITIONS = {
    "access_request": "◆ ",
    "article": "◆ ",
    "backup": "✓ ",
    "csv_import": "✓ ",
    "document_approval": "◆ ",
    "expense_claim": "◆ ",
    "onboarding": "✓ ",
    "order_fulfilment": "✓ ",
    "triage": "◆ ",
}
"""The sign in the header when nobody does anything: it waits, or is done. Release builds with pip: its own tests run it."""


def test_every_definition_is_started_from_its_form_and_watched(tmp_path: Path) -> None:
    """s ctrl+s y for each of them; its own screen follows it to its end, or to whom it waits for."""
    (tmp_path / "notes.txt").touch()  # in an empty folder there is a welcome first
    with opened(tmp_path) as terminal:
        terminal.until("1 Catalogue  10", "s start")
        terminal.press("1", "g")
        for name, state in DEFINITIONS.items():
            if name == "triage":
                terminal.press("j")  # over release
            terminal.press("s")
            terminal.until(f"Start ▸ {name}", "^s see what starts")
            terminal.press("ctrl+s")
            terminal.until(f"start a run of {name}")
            confirmed(terminal)
            terminal.until(lambda name=name, state=state: name in terminal.lines[0] and state in terminal.lines[0])
            terminal.press("q")
            terminal.until("▸ Dashboard")
            terminal.press("1", "j")
        terminal.press("ctrl+q")
        assert terminal.left() == 0


def test_an_order_turns_round_and_tells_that_all_is_undone(tmp_path: Path) -> None:
    """order_fulfilment with a step that fails, as a person would have it in the form."""
    with Workspace.find(tmp_path) as workspace:
        workspace.start(
            "order_fulfilment",
            {"fail_at": "courier", "delay": 0.2, "shop": str(tmp_path / "shop.db")},
            id="order",
            record_only=True,
        )
    with opened(tmp_path) as terminal:
        terminal.until("1 Catalogue  10", "order")
        terminal.press("enter")
        terminal.until("ROLLED BACK", "nothing is left")
        terminal.press("{")
        terminal.until("PAST seq")
        terminal.press(".")
        terminal.until("LIVE")


def test_a_good_run_and_a_bad_one_are_compared_with_three_keys(store: Callable[..., Path]) -> None:
    """J: space on each of the two, D; and q gives the list back."""
    with opened(store(FAILED, GOOD)) as terminal:
        loaded(terminal)
        terminal.until("TimeoutError: fraud score did not answer")
        terminal.press("space")
        terminal.until("1 marked")
        terminal.press("space")
        terminal.until("2 marked")
        terminal.press("D")
        terminal.until("first-0 and first-1", "first difference: score in the input is 612 in A, 900 in B")
        assert terminal.count() == 3
        head = terminal.lines[terminal.line_of("~ fraud score")]
        assert "✗ failed" in head and "✓ done" in head
        terminal.until("state")
        terminal.press("q")
        terminal.until("2 marked")


@pytest.mark.parametrize("keys", [("=", "y"), ("=", "r", "y")])
def test_data_is_mended_and_the_failed_step_tried_again_with_three_keys(tmp_path: Path, keys: tuple[str, ...]) -> None:
    """D: = opens the state in the editor, the preview says what is tried again, y does it; r in between changes nothing."""
    with_runs(quotes(tmp_path), ("quote", {}))
    with opened(tmp_path, EDITOR=editor(tmp_path, "s/rate: 0/rate: 4/")) as terminal:
        terminal.until("1 Catalogue  1", "ZeroDivisionError")
        terminal.press("enter")
        terminal.until("✗ FAILED", "reckon failed: ZeroDivisionError")
        terminal.count()
        terminal.press("=")
        terminal.until("reckon finds rate 4 instead of 0", "reckon is tried again")
        for key in keys[1:-1]:
            terminal.press(key)
        confirmed(terminal)
        terminal.until("✓ COMPLETED")
        assert terminal.count() == len(keys) <= 3
        assert "amount: 480" in (tmp_path / "seen").read_text(encoding="utf-8")
        terminal.press("ctrl+q")
        assert terminal.left() == 0


def test_an_error_is_copied_with_two_keys_to_the_clipboard_and_a_file(store: Callable[..., Path]) -> None:
    """y e: in the bytes that a terminal takes for its clipboard, and in the file that is named."""
    folder = store(FAILED)
    with opened(folder) as terminal:
        loaded(terminal)
        terminal.until("TimeoutError: fraud score did not answer")
        terminal.press("y")
        terminal.until("Copy of first-0", "lexiconsole retry first-0")
        terminal.press("e")
        terminal.until("copied the error")
        assert terminal.count() == 2
        file = folder / ".lexiconsole" / "copied.txt"
        text = file.read_text(encoding="utf-8")
        assert "TimeoutError: fraud score did not answer" in text.splitlines()[0] and "Traceback" in text
        assert b"\x1b]52;c;" + base64.b64encode(text.encode()) in terminal.raw
