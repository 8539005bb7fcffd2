"""What a workspace makes of odd words: ids that name nothing, ids that name too much, users without a name."""

from __future__ import annotations

import pwd
import threading

import pytest

from lexiconsole.app.identity import os_user
from lexiconsole.app.workspace import Workspace
from lexiconsole.errors import StoreError, UsageError
from lexiconsole.runtime.engine import Engine
from lexiconsole.types import RunStatus

FLOW = """
from lexiconsole import Question, workflow

@workflow
async def flow(ctx):
    return await ctx.ask("ok", Question("ok?"))
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "flow.py").write_text(FLOW)
    return tmp_path


def test_no_id_at_all_means_no_run_also_where_there_is_only_one(folder):
    """`lexiconsole cancel "$ID"` with a variable that was never set."""
    with Workspace.find(folder) as workspace:
        workspace.start("flow", None)
        for ask in (workspace.run, workspace.task):
            with pytest.raises(UsageError, match="which run"):
                ask("")


@pytest.mark.parametrize("id", ["a:b", "a/b", "a~1", "a b", "a\n", "\x1b[31m", "a" * 201])
def test_an_id_that_would_be_taken_for_something_else_is_refused_before_anything_is_written(folder, id):
    with Workspace.find(folder) as workspace:
        with pytest.raises(UsageError, match="can not be the id of a run"):
            workspace.start("flow", None, id=id)
        assert not any(workspace.counts().values())


def test_who_somebody_is_the_system_says_and_not_the_environment(folder, monkeypatch):
    """`LOGNAME=ana lexiconsole approve …` makes nobody ana."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "mallory")
    with Workspace.find(folder) as workspace:
        row, _ = workspace.start("flow", None)
        assert workspace.me == row.by == workspace.identity.sender["os_user"] == os_user() != "mallory"


def test_a_user_whom_the_system_has_no_name_for_goes_by_their_number(folder, monkeypatch):
    """In a container that runs under any number."""

    def unknown(number):
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr("os.getuid", lambda: 1234)
    with Workspace.find(folder) as workspace:
        row, _ = workspace.start("flow", None)
        assert workspace.settle(row).status is RunStatus.WAITING
        assert [task.mine for task in workspace.inbox()] == [True]
        assert (workspace.me, row.by) == ("1234", "1234")


def test_what_looks_for_changed_definitions_ends_with_the_serving_also_when_that_can_not_go_on(folder, monkeypatch):
    async def can_not(*_, **__):
        raise StoreError("the disk is full")

    monkeypatch.setattr(Engine, "serve", can_not)
    before = set(threading.enumerate())
    with Workspace.find(folder) as workspace:
        with pytest.raises(StoreError, match="full"):
            workspace.serve(stop=threading.Event())
        left = [thread for thread in threading.enumerate() if thread.name == "definitions" and thread not in before]
        for thread in left:
            thread.join(30)
        assert not any(thread.is_alive() for thread in left)
