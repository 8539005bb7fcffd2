"""`fork --state`: a branch of a graph that begins with other fields of its state, as the console's does."""

from __future__ import annotations

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.cli.main import main
from lexiconsole.durable.journal import RunFilter
from lexiconsole.types import RunStatus
from tests.tui.quotes import quotes


@pytest.fixture
def folder(tmp_path, monkeypatch):
    quotes(tmp_path)
    monkeypatch.chdir(tmp_path)
    with Workspace.find(tmp_path) as workspace:
        workspace.settle(workspace.start("quote", {}, id="r1")[0], 90)
        assert workspace.run("r1").status is RunStatus.FAILED
    return tmp_path


def forks(folder) -> list[tuple[RunStatus, object]]:
    with Workspace.find(folder) as workspace:
        rows = [row for row in workspace.runs(RunFilter()) if row.origin == "r1"]
        return [(row.status, workspace.entries(row)[-1].data.get("result")) for row in rows]


def test_a_branch_finds_the_other_state(folder):
    assert main(["fork", "r1", "--state", "rate:=4", "--state", "source=hand", "--yes"]) == 0
    ((status, result),) = forks(folder)
    assert status is RunStatus.COMPLETED and "120 from hand" in str(result)


def test_behind_names_the_node_and_a_dry_run_makes_nothing(folder, capsys):
    assert main(["fork", "r1", "--state", "rate:=4", "--behind", "look up", "--dry-run"]) == 0
    assert forks(folder) == []
    assert main(["fork", "r1", "--state", "rate:=4", "--behind", "nowhere", "--yes"]) != 0
    assert "nowhere" in capsys.readouterr().err and forks(folder) == []


def test_behind_alone_is_a_mistake(folder, capsys):
    assert main(["fork", "r1", "--behind", "look up"]) == 2
    assert "give --state too" in capsys.readouterr().err
