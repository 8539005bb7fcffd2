"""What commands that look print, byte by byte, for people and for programs."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest

from lexiconsole.durable.entry import EntryKind
from tests.cli import goldens
from tests.views.entries import T0, Script, asking, in_doubt, rolled_back, stuck_rollback


@pytest.fixture(autouse=True)
def utc_at_noon(monkeypatch):
    """Times in goldens: UTC, looked at ten minutes after the runs began."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: T0 + 600)
    yield
    monkeypatch.undo()
    time.tzset()


def intervened() -> Script:
    script = Script(input={"order": "o-7", "total": 5.0}).done("reserve", "rsv-9").failed("charge", "no such card")
    script.add(EntryKind.FAILED, error={"type": "SagaError", "message": "charge: no such card"})
    script.add(EntryKind.EDITED, "", by="bob", target=1, value={"order": "o-7", "total": 4.0}, reason="typo")
    script.add(EntryKind.RETRIED, "charge", by="bob", voids=[3, 4], reason="card renewed", after=90000.0)
    script.add(EntryKind.OWNED, pid=77, host="box").add(EntryKind.STARTED, "charge", 2).add(
        EntryKind.DONE, "charge", 2, after=1.5
    )
    return script.add(EntryKind.COMPLETED, result={"paid": 4.0})


RUNS = {
    "rolled_back": rolled_back,
    "in_doubt": in_doubt,
    "stuck_rollback": stuck_rollback,
    "asking": asking,
    "intervened": intervened,
}


@pytest.mark.parametrize("name", RUNS)
def test_the_story_of_a_run(cli, workspace, name):
    workspace.put(RUNS[name]().entries)
    called = cli("show-run", "r1")
    assert called.code == 0
    goldens.check(f"show-run-{name}.txt", called.out)


@pytest.mark.parametrize("name", RUNS)
def test_the_story_of_a_run_for_programs(cli, workspace, name):
    workspace.put(RUNS[name]().entries)
    goldens.check(f"show-run-{name}.jsonl", cli("show-run", "r1", "--json").out)


def test_the_entries_as_they_are(cli, workspace):
    workspace.put(rolled_back().entries)
    goldens.check("entries.txt", cli("show-run", "r1", "--entries").out)
    goldens.check("entries.jsonl", cli("show-run", "r1", "--entries", "--json").out)


def test_in_ascii_nothing_but_ascii_is_drawn(cli, workspace):
    workspace.put(rolled_back().entries)
    called = cli("show-run", "r1", "--ascii")
    assert called.out.isascii()
    assert cli("--ascii", "show-run", "r1").out == called.out
    goldens.check("show-run-ascii.txt", called.out)


def test_what_steps_printed(cli, workspace):
    workspace.put(Script().add(EntryKind.DONE, "a", 1, log="hello\n\x1b[31mred\n").entries)
    assert "  a | hello\n  a | \\x1b[31mred\n" in cli("show-run", "r1", "--logs").out


def many(workspace):
    for number, make in enumerate([rolled_back, asking, intervened, in_doubt, stuck_rollback, asking], start=1):
        workspace.put([*_renamed(make(), f"run{number}")], where="charge" if make is in_doubt else "")
    failed = (
        Script("run7")
        .failed("charge", "\x1b[31mno\nmoney")
        .add(EntryKind.FAILED, error={"type": "E", "message": "\x1b[31mno\nmoney"})
    )
    workspace.put(failed.entries, where="charge")


def _renamed(script: Script, run: str):

    return [entry._replace(run_id=run) for entry in script.entries]


def test_runs_that_need_somebody_come_first(cli, workspace):
    many(workspace)
    called = cli("runs")
    goldens.check("runs.txt", called.out)
    goldens.check("runs.jsonl", cli("runs", "--json").out)


def test_runs_that_need_somebody_are_not_pushed_out_by_newer_ones(cli, workspace):
    many(workspace)
    for number in range(30):
        workspace.put(Script(f"new{number}").add(EntryKind.COMPLETED).entries)
    lines = cli("runs", "--limit", "6").out.splitlines()
    assert [line.split()[1] for line in lines] == ["run5", "run4", "run7", "run6", "run2", "new29"]


def test_that_there_are_more_runs_is_said_only_when_there_are(cli, workspace):
    many(workspace)
    assert "there are more" in cli("runs", "--limit", "6").err
    for words in (["--limit", "7"], ["--all"], ["--status", "doubtful", "--limit", "2"]):
        assert cli("runs", *words).err == ""


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["--status", "doubtful"], ["run5", "run4"]),
        (["--status", "waiting", "--status", "failed"], ["run7", "run6", "run2"]),
        (["--name", "nothing"], []),
    ],
)
def test_runs_are_filtered(cli, workspace, words, ids):
    many(workspace)
    assert [json.loads(line)["id"] for line in cli("runs", "--json", *words).out.splitlines()] == ids


def test_an_unknown_status_names_the_nearest(cli):
    called = cli("runs", "--status", "wating")
    assert called.code == 2
    assert "did you mean 'waiting'?" in called.err


def test_no_runs_is_said_beside_and_not_among_the_results(cli):
    called = cli("runs")
    assert (called.code, called.out, called.err) == (0, "", "no runs\n")


def test_the_catalogue_with_what_is_broken_below(cli, workspace):
    workspace.found_problems = [
        SimpleNamespace(file="definitions/bad.py", line=3, message="SyntaxError: invalid syntax", traceback="tb"),
        SimpleNamespace(file="definitions/gone.py", line=0, message="can not be read", traceback=""),
    ]
    goldens.check("list.txt", cli("list").out)
    goldens.check("list.jsonl", cli("list", "--json").out)


def test_a_definition(cli):
    goldens.check("show.txt", cli("show", "order").out)
    goldens.check("show.jsonl", cli("show", "order", "--json").out)
    assert cli("show", "order", "--mermaid").out.startswith("flowchart TD\n")
    assert cli("show", "order", "--dot").out.startswith('digraph "order" {\n')
    assert "takes no input" in cli("show", "nothing").out


@pytest.mark.parametrize(
    "words",
    [
        ["show", "ordr"],
        ["show-run", "r9"],
        ["watch", "r9"],
        ["frok", "r1"],
        ["show-run"],
        ["runs", "--limt", "3"],
        ["runs", "--limit", "x"],
        ["runs", "--limit", "0"],
    ],
)
def test_what_does_not_exist_or_fit_exits_2_in_words(cli, workspace, words):
    workspace.put(rolled_back().entries)
    called = cli(*words)
    assert called.code == 2
    assert called.err.startswith("error: ")
    assert "Traceback" not in called.err


def test_settings_with_their_origin(cli, workspace):
    from pathlib import Path

    workspace.listed = [
        SimpleNamespace(name="store.path", value=Path("x.db"), origin="application.yaml:3", about=""),
        SimpleNamespace(name="definitions", value=("a", "b"), origin="default", about=""),
    ]
    assert cli("config").out == 'store.path   x.db        application.yaml:3\ndefinitions  ["a", "b"]  default\n'
    assert json.loads(cli("config", "--json").out.splitlines()[1])["value"] == ["a", "b"]


def test_the_doctor_exits_1_when_something_is_not_well(cli, workspace):
    workspace.findings = [SimpleNamespace(ok=True, subject="store", message="is well")]
    assert cli("doctor").code == 0
    workspace.findings.append(SimpleNamespace(ok=False, subject="journal", message="two runs have gaps"))
    called = cli("doctor")
    assert called.code == 1
    assert called.out == "✓ store: is well\n✗ journal: two runs have gaps\n"
