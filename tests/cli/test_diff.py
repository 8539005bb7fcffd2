"""`diff`: what it prints for people and for programs, and which two it takes."""

from __future__ import annotations

import json
import time

import pytest

from lexiconsole.durable.entry import EntryKind
from tests.cli import goldens
from tests.views.entries import T0, Script


@pytest.fixture(autouse=True)
def utc_at_noon(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: T0 + 600)
    yield
    monkeypatch.undo()
    time.tzset()


def good(run: str = "good", **created: object) -> Script:
    script = (
        Script(run, input={"order": "o-7", "total": 5.0}, **created).done("reserve", "rsv-9").done("charge", "ch-1")
    )
    return script.done("courier", {"van": "V7", "at": "12:40"}).add(EntryKind.COMPLETED, result={"sent": True})


def bad() -> Script:
    script = Script("bad", input={"order": "o-8", "total": 5.0}).done("reserve", "rsv-9").done("charge", "ch-2", 2)
    script.failed("courier", "no van").undone("charge").undone("reserve")
    error = {"type": "SagaError", "message": "courier: no van"}
    return script.add(EntryKind.COMPENSATED, error=error, undone=["charge", "reserve"])


@pytest.fixture
def two(workspace):
    workspace.put(bad().entries)
    workspace.put(good().entries)
    return workspace


def test_two_runs_for_people(cli, two):
    called = cli("diff", "bad", "good")
    assert called.code == 0
    goldens.check("diff.txt", called.out)


def test_everything_for_people(cli, two):
    goldens.check("diff-all.txt", cli("diff", "bad", "good", "--all").out)


def test_two_runs_for_programs(cli, two):
    called = cli("diff", "bad", "good", "--json")
    goldens.check("diff.jsonl", called.out)
    told = json.loads(called.out)
    assert (told["alike"], told["first"]) == (False, "input:")


def test_in_ascii_nothing_but_ascii_is_drawn(cli, two):
    assert cli("diff", "bad", "good", "--ascii").out.isascii()


def test_a_run_then_and_now(cli, two):
    called = cli("diff", "bad@3")
    assert called.out.splitlines()[0].startswith("- then  bad")
    assert "at entry 3 of 9" in called.out
    assert called.out.splitlines()[-1] == "first difference: only now came to courier"
    assert "- entry 2" in cli("diff", "bad@2", "bad@3").out


def test_a_fork_stands_beside_what_it_was_forked_from(cli, two):
    two.put(good("copy", origin={"run": "good", "seq": 3}).entries, origin="good")
    lines = cli("diff", "copy").out.splitlines()
    assert lines[0].startswith("- A  good") and lines[1].startswith("+ B  copy")
    assert lines[-1] == "A and B are alike"


def test_what_can_not_be_compared_is_said(cli, two):
    called = cli("diff", "good")
    assert (called.code, "good was not forked from another run" in called.err) == (2, True)
    called = cli("diff", "good@77")
    assert (called.code, "run good has entries 1 to 5, not 77" in called.err) == (2, True)
    assert cli("diff", "god", "bad").code == 2
