"""Checks before a run: errors stop it, warnings are told once for each version."""

from __future__ import annotations

from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.errors import DefinitionError, RefusedError
from lexiconsole.types import RunStatus

FLOW = '''
import time
from lexiconsole import *

@workflow(example={example})
async def nap(ctx, seconds: float = 0.0):
    """Sleeps."""
    await ctx.step("nap", doze)

async def doze():
    time.sleep(0)
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "definitions").mkdir()
    write(tmp_path)
    return tmp_path


def write(root: Path, example: str = "1.0", tail: str = "") -> None:
    (root / "definitions" / "nap.py").write_text(FLOW.replace("{example}", example) + tail)


def warned(root: Path) -> list[str]:
    with Workspace.find(root) as workspace:
        return [finding.code for finding in workspace.warnings("nap")]


def test_warnings_are_told_once_for_each_version(root):
    assert warned(root) == ["LX015"]
    assert warned(root) == []
    write(root, tail="# edited\n")
    assert warned(root) == ["LX015"]
    assert warned(root) == []


def test_an_error_stops_the_run_before_anything_is_written(root):
    write(root, example="'long'")
    with Workspace.find(root) as workspace:
        with pytest.raises(DefinitionError, match="nothing was started") as refused:
            workspace.start("nap", 0.0)
        assert "LX003" in str(refused.value)
    assert not (root / ".lexiconsole" / "store.db").exists()


def test_warnings_of_what_can_not_work_do_not_let_it_pass(root):
    write(root, example="'long'")
    assert warned(root) == ["LX015"]
    with Workspace.find(root) as workspace, pytest.raises(DefinitionError):
        workspace.start("nap", 0.0)


def test_warnings_do_not_stop_a_run(root):
    with Workspace.find(root) as workspace:
        row, _ = workspace.start("nap", 0.0)
        assert workspace.settle(row, 90).status is RunStatus.COMPLETED


def test_a_version_that_has_passed_is_not_read_again(root, monkeypatch):
    with Workspace.find(root) as workspace:
        workspace.start("nap", 0.0, record_only=True)
    monkeypatch.setattr("lexiconsole.catalog.checks.check_one", lambda catalog, name: 1 / 0)
    with Workspace.find(root) as workspace:
        workspace.start("nap", 0.0, record_only=True)


@pytest.mark.parametrize("text", ["", "[]", '{"told": 7}', "{", '{"told": {"nap": 3}}'])
def test_a_note_that_can_not_be_read_is_no_note(root, text):
    (root / ".lexiconsole").mkdir()
    (root / ".lexiconsole" / "checked.json").write_text(text)
    assert warned(root) == ["LX015"]
    assert warned(root) == []


def test_where_it_can_not_be_noted_it_is_told_again(root):
    (root / ".lexiconsole").write_text("a file where the folder should be")
    with Workspace.find(root, store=root / ".lexiconsole" / "x.db") as workspace:
        assert [finding.code for finding in workspace.warnings("nap")] == ["LX015"]
        assert [finding.code for finding in workspace.warnings("nap")] == ["LX015"]


PIPELINE = '''
from lexiconsole import *

@workflow
def pipe() -> Pipeline:
    """One step."""
    return Pipeline("pipe", [FunctionStep("one", print)])

@workflow
def graph() -> WorkflowGraph:
    """One node."""
    return WorkflowBuilder("graph").add_node("one").build()
'''


@pytest.mark.parametrize(
    ("name", "setting"), [("pipe", "workflow: {enabled: false}"), ("graph", "workflow: {graph: {enabled: false}}")]
)
def test_what_is_switched_off_is_refused(root, name, setting):
    (root / "definitions" / "pipe.py").write_text(PIPELINE)
    (root / "application.yaml").write_text(setting)
    with Workspace.find(root) as workspace, pytest.raises(RefusedError, match="switched off"):
        workspace.start(name, None)


def test_the_settings_of_the_workspace_reach_pipelines_without_terms_of_their_own(root):
    from lexiconsole import Pipeline

    (root / "application.yaml").write_text("workflow: {pipeline_timeout: 7}")
    with Workspace.find(root) as workspace:
        workspace.start("nap", 0.0, record_only=True)
        assert Pipeline().timeout == 7
    assert Pipeline().timeout == 300
