"""Deciding on a real terminal: a vote in place, a form field by field with reasons, a secret that is not shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_people import DEFINITIONS, OPERATORS
from tests.cli.test_terminal import Terminal


@pytest.fixture
def at(tmp_path: Path):
    """`at("run", …)`: a command on a terminal of its own."""
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "some.py").write_text(DEFINITIONS)
    (tmp_path / "application.yaml").write_text(OPERATORS)
    opened: list[Terminal] = []

    def open_terminal(*words: str) -> Terminal:
        opened.append(Terminal(tmp_path, *words))
        return opened[-1]

    yield open_terminal
    for terminal in opened:
        terminal.child.close(force=True)


def test_whoever_may_decide_is_asked_in_place_and_others_are_told_that_it_is_not_for_them(at):
    terminal = at("run", "claim", "--id", "c", "-i", "amount=500", "--as", "zoe")
    assert terminal.end() == 4
    assert "ok/manager is not for you: zoe began this" in terminal.text
    terminal = at("resume", "c", "--as", "ana")
    terminal.until("Return leaves it")
    terminal.type("x\r")
    terminal.until("'x' is none of a, r and ?")
    terminal.type("a\r")
    terminal.until("why (may be left empty)")
    terminal.type("fine\r")
    assert terminal.end() == 0


def test_a_form_says_what_does_not_fit_and_does_not_show_a_secret(at):
    terminal = at("run", "form", "--id", "f", "--as", "ana")
    for asked, typed in [("name (", ""), ("count (", "12"), ("count is more than 9", "3"), ("share (", "")]:
        terminal.until(asked)
        terminal.type(f"{typed}\r")
    for asked, typed in [("when (", "2026-12-01"), ("sure (", "y"), ("colour (", ""), ("tags (", "")]:
        terminal.until(asked)
        terminal.type(f"{typed}\r")
    for asked, typed in [("street (", ""), ("zip (", ""), ("key (secret)", "hunter2")]:
        terminal.until(asked)
        terminal.type(f"{typed}\r")
    assert terminal.end() == 0
    assert b"hunter2" not in terminal.raw


def test_the_watched_inbox_fills_the_window_it_has_and_follows_what_comes_and_goes(at):
    for run in ("a", "b", "c", "d"):
        assert at("run", "keeps", "--id", run, "--record-only").end() == 0
    watch = at("inbox", "--watch")
    watch.until("nothing waits for anybody")
    assert at("worker", "--until-idle").end() == 0
    watch.until(lambda: all(f"{run}:form" in watch.text for run in "abcd"))
    assert "nothing waits" not in watch.text
    watch.resize(3, 40)
    watch.until("and 3 more")
    assert watch.text.count(":form") == 1
    watch.resize(30, 100)
    watch.until(lambda: watch.text.count(":form") == 4)
    watch.until(lambda: "more" not in watch.text)
    assert at("answer", "b", "-i", "key=x", "--yes").end() == 4
    watch.until(lambda: "b:form" not in watch.text)
    watch.type("\x03")
    assert watch.end() == 130
