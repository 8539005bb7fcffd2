"""The terminal's bell and title, read from the bytes that a real terminal gets."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from tests.e2e.terminal import Terminal, opened
from tests.tui.chains import approvals

pytestmark = pytest.mark.timeout(400)  # a busy machine takes its time

KEPT, BACK = b"\x1b[22;2t", b"\x1b[23;2t"


def titled(words: str) -> bytes:
    return f"\x1b]2;{words}\x07".encode()


def bells(terminal: Terminal) -> int:
    """Those that are not the end of an operating system command, as a title is one."""
    return re.sub(rb"\x1b\][^\x07\x1b]*\x07?", b"", terminal.raw).count(b"\x07")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with one question that waits."""
    approvals(tmp_path)
    ask(tmp_path, "first")
    return tmp_path


def ask(folder: Path, id: str) -> None:
    with Workspace.find(folder) as workspace:
        workspace.settle(workspace.start("parcel", None, id=id)[0])


def answer(folder: Path, id: str) -> None:
    with Workspace.find(folder) as workspace:
        row = workspace.run(id)
        task = workspace.tasks(row)[0]
        workspace.act(Request(row.id, RequestKind.ANSWER, task.key, {"value": {"courier": "bike"}}))


def until(terminal: Terminal, sent: bytes) -> None:
    terminal.until(lambda: sent in terminal.raw)


def test_the_title_counts_what_needs_me_a_new_question_rings_once_and_leaving_gives_the_title_back(folder):
    with opened(folder) as terminal:
        until(terminal, KEPT + titled("1 needs you - lexiconsole"))
        assert bells(terminal) == 0  # what waited before is on the screen, and nobody was away
        ask(folder, "second")
        until(terminal, titled("2 need you - lexiconsole"))
        terminal.until(lambda: bells(terminal) == 1)
        answer(folder, "second")
        answer(folder, "first")
        until(terminal, titled("lexiconsole"))
        assert bells(terminal) == 1  # an answer is no news
        assert BACK not in terminal.raw
        terminal.press("ctrl+q")
        assert terminal.left() == 0
        assert terminal.raw.count(BACK) == 1
        assert terminal.raw.count(KEPT) == 1


def turned_off(folder: Path, terms: str) -> None:
    with (folder / "application.yaml").open("a") as file:
        file.write(f"\nnotifications: {{console: {terms}}}\n")


@pytest.mark.parametrize("terms", ["{bell: false}", "{on: [failed]}"])
def test_the_bell_can_be_turned_off(folder, terms):
    turned_off(folder, terms)
    with opened(folder) as terminal:
        until(terminal, titled("1 needs you - lexiconsole"))
        ask(folder, "second")
        until(terminal, titled("2 need you - lexiconsole"))
        terminal.press("ctrl+q")
        assert terminal.left() == 0
        assert bells(terminal) == 0


def test_the_title_can_be_turned_off(folder):
    turned_off(folder, "{title: false}")
    with opened(folder) as terminal:
        terminal.until("first")
        more = itertools.count()

        def rang() -> bool:
            ask(folder, f"more-{next(more)}")
            terminal.read(0.2)
            return bells(terminal) > 0

        terminal.until(rang)  # nothing shows from when on it listens
        terminal.press("ctrl+q")
        assert terminal.left() == 0
        assert not re.search(rb"\x1b\]2;|\x1b\[2[23];2t", terminal.raw)
