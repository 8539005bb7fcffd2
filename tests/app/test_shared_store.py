"""A store that a group shares: several logins of one machine work on it, and nothing of it is open to anybody else."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from lexiconsole.app.drafts import Drafts
from lexiconsole.app.vault import FileVault
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import RunFilter
from lexiconsole.errors import StoreError

FLOW = """
from lexiconsole import Question, workflow

@workflow
async def flow(ctx):
    return await ctx.ask("ok", Question("ok?"))
"""


@pytest.fixture
def umask():
    """`umask(0o002)`: what new files are made with; put back afterwards."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def rights(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


def made(folder: Path) -> Path:
    (folder / "definitions").mkdir()
    (folder / "definitions" / "flow.py").write_text(FLOW)
    with Workspace.find(folder) as workspace:
        row, _ = workspace.start("flow", None)
        workspace.settle(row)
        Drafts(workspace.store_path).keep("ana", f"{row.id}:ok", {"x": "typed"})
        lock = next((folder / ".lexiconsole" / "locks").glob("*.lock"))
        assert rights(lock) == rights(workspace.store_path)
        return workspace.store_path


@pytest.mark.parametrize(("mask", "wanted"), [(0o022, "644"), (0o002, "664"), (0o077, "600")])
def test_the_umask_says_who_may_work_on_the_store(tmp_path, umask, mask, wanted):
    umask(mask)
    store = made(tmp_path)
    assert [rights(store), rights(store.with_name("audit.head.lock"))] == [wanted, wanted]
    assert [rights(draft) for draft in (store.parent / "drafts").iterdir()] == ["600"]


@pytest.mark.parametrize(
    ("store", "folder", "secret"), [(0o644, "700", "600"), (0o664, "770", "640"), (0o600, "700", "600")]
)
def test_secrets_are_their_owners_alone_but_where_a_group_shares_the_store(tmp_path, umask, store, folder, secret):
    umask(0o022)
    (tmp_path / "store.db").touch()
    (tmp_path / "store.db").chmod(store)
    vault = FileVault.beside(tmp_path / "store.db")
    reference = vault.put("hunter2", "r")
    files = sorted((tmp_path / "vault").iterdir())
    assert (rights(tmp_path / "vault")[-3:], {rights(file) for file in files}) == (folder, {secret})
    assert vault.get(reference) == "hunter2"


def test_an_engine_whose_store_is_deleted_stops_and_makes_no_other(tmp_path):
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "flow.py").write_text(FLOW)
    with Workspace.find(tmp_path) as workspace:
        store = workspace.store_path
        workspace.start("flow", None)
        looking = Workspace.find(tmp_path)  # has seen the store and opened nothing
        aside = store.rename(tmp_path / "aside.db")
        with pytest.raises(StoreError, match="deleted or moved away while it was open"):
            workspace.serve(stop=threading.Event())
        for one in (workspace, looking):
            with pytest.raises(StoreError, match="put it back, or leave and start again"):
                one.start("flow", None)
        assert not store.exists()
    aside.rename(store)
    assert len(Workspace.find(tmp_path).runs(RunFilter())) == 1
