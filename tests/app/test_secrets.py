"""What the settings name under `secrets`, and what became of secrets whose run ended while nobody could take care of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lexiconsole.app.vault import FileVault
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind, RunRow
from lexiconsole.durable.vault import MemoryVault, references, revealed, sealed_by_name
from lexiconsole.types import RunStatus

SECRET = "kuckucksei-4711"
FLOWS = """
import os

from pydantic import BaseModel

from lexiconsole import BulkOperation, workflow
from lexiconsole.durable.context import Context
from lexiconsole.durable.policy import Backoff, StepPolicy
from lexiconsole.durable.question import Question


class Login(BaseModel):
    name: str
    token: str


@workflow
async def asks(ctx: Context) -> list[int]:
    '''Needs a token twice: in a form of its own, and in any JSON.'''
    login = await ctx.ask("login", Question("who?", form=Login))
    anything = await ctx.ask("any", Question("what?"))
    return [len(login.token), len(anything["token"])]


@workflow
async def hears(ctx: Context) -> bool:
    '''Takes what comes.'''
    return "token" in await ctx.receive("news", "news")


@workflow
async def fails(ctx: Context) -> bool:
    '''A step that fails.'''
    def never() -> dict[str, str]:
        raise ValueError("no")

    return "token" in (await ctx.step("never", never)).unwrap()


@workflow
async def quotes(ctx: Context) -> None:
    '''Is told one secret, finds another in the environment, and says both wherever something goes wrong.'''
    login = await ctx.ask("login", Question("who?", form=Login))
    said = f"{login.token} {os.environ['PAYMENT_TOKEN']}"

    def refused() -> None:
        print(said)
        raise ValueError(said)

    await ctx.step("pay", refused, policy=StepPolicy(attempts=2, backoff=Backoff(initial=0)))
    try:
        await ctx.choose("pick", refused)
    except Exception:
        await BulkOperation(lambda item: refused(), items=[1], retry_items=False).drive(ctx)
    raise LookupError(said)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "flows.py").write_text(FLOWS)
    (tmp_path / "application.yaml").write_text("secrets: [token]")
    return tmp_path


def begun(workspace: Workspace, name: str) -> RunRow:
    return workspace.settle(workspace.start(name, None)[0])


def done(workspace: Workspace, row: RunRow, kind: RequestKind, target: str, **data: Any) -> RunRow:
    assert workspace.act(Request(row.id, kind, target, data)).applied
    return workspace.settle(row)


def written(folder: Path) -> bytes:
    """All that is in the store's files."""
    return b"".join(file.read_bytes() for file in (folder / ".lexiconsole").glob("store.db*"))


def test_a_named_field_of_an_answer_reaches_the_run_and_not_the_store(folder):
    with Workspace.find(folder) as workspace:
        row = begun(workspace, "asks")
        row = done(workspace, row, RequestKind.ANSWER, "login", value={"name": "ana", "token": SECRET})
        assert SECRET.encode() not in written(folder)
        row = done(workspace, row, RequestKind.ANSWER, "any", value={"token": SECRET, "n": 1})
        assert row.status is RunStatus.COMPLETED
        assert workspace.entries(row)[-1].data["result"] == [len(SECRET)] * 2
    assert SECRET.encode() not in written(folder)
    assert list((folder / ".lexiconsole" / "vault").iterdir()) == []


@pytest.mark.parametrize("token", [[SECRET], {"first": SECRET, "rest": [None, True, SECRET]}], ids=["list", "object"])
def test_all_that_stands_under_a_named_field_reaches_the_run_and_not_the_store(folder, token):
    with Workspace.find(folder) as workspace:
        row = begun(workspace, "asks")
        row = done(workspace, row, RequestKind.ANSWER, "login", value={"name": "ana", "token": SECRET})
        row = done(workspace, row, RequestKind.ANSWER, "any", value={"token": token})
        assert workspace.entries(row)[-1].data["result"] == [len(SECRET), len(token)]
    assert SECRET.encode() not in written(folder)


def test_what_goes_wrong_tells_no_secret(folder, monkeypatch):
    """Failed tries, what they printed, decisions, items of a batch, the run's own end: all are told by the user's code."""
    other = "payment-token-0815"
    monkeypatch.setenv("PAYMENT_TOKEN", other)
    with Workspace.find(folder) as workspace:
        row = begun(workspace, "quotes")
        row = done(workspace, row, RequestKind.ANSWER, "login", value={"name": "ana", "token": SECRET})
        assert row.status is RunStatus.FAILED and workspace.entries(row)[-1].data["error"]["type"] == "LookupError"
        kept = str([entry.data for entry in workspace.entries(row)])
        assert kept.count("********** **********") >= 6
    for secret in (SECRET, other):
        assert secret not in kept and secret.encode() not in written(folder)


def test_what_is_sealed_by_its_name_is_read_again_as_it_was():
    vault = MemoryVault()
    value = {"n": 1, "all": [{"token": ["a", {"x": "b", "y": None}]}, {"token": "c"}, "token"], "token": False}
    kept = sealed_by_name(frozenset({"token"}), value, vault.put)
    assert len(list(references(kept))) == 3
    assert revealed(kept, vault) == value
    assert sealed_by_name(frozenset({"token"}), kept, vault.put) == kept


@pytest.mark.parametrize(
    ("name", "kind", "target", "data"),
    [
        ("hears", RequestKind.SIGNAL, "news", {"payload": {"token": SECRET}}),
        ("fails", RequestKind.SKIP, "never", {"result": {"token": SECRET}}),
    ],
)
def test_a_named_field_of_a_signal_and_of_a_result_that_is_given_is_masked(folder, name, kind, target, data):
    with Workspace.find(folder) as workspace:
        row = done(workspace, begun(workspace, name), kind, target, **data)
        assert workspace.entries(row)[-1].data["result"] is True
        assert "**********" in str([entry.data for entry in workspace.entries(row)])
    assert SECRET.encode() not in written(folder)


def test_a_secret_that_outlived_its_run_goes_when_the_next_process_looks(folder):
    vault = FileVault(folder / ".lexiconsole" / "vault")
    with Workspace.find(folder) as workspace:
        completed = done(workspace, begun(workspace, "hears"), RequestKind.SIGNAL, "news", payload={})
        waiting, failed = begun(workspace, "hears"), begun(workspace, "fails")
    gone, kept, needed = (vault.put("hush", row.id) for row in (completed, waiting, failed))
    old = vault.put("of an earlier version, which did not note whose it is")
    with Workspace.find(folder) as workspace:
        begun(workspace, "hears")
    assert [vault.get(reference) for reference in (gone, kept, needed)] == [None, "hush", "hush"]
    assert vault.get(old) is not None
    assert len(list((folder / ".lexiconsole" / "vault").iterdir())) == 5


def test_what_a_run_still_needs_outlives_the_forks_of_its_forks(folder):
    """They were told the same, whoever they were forked from last."""
    with Workspace.find(folder) as workspace:
        root = done(
            workspace, begun(workspace, "asks"), RequestKind.ANSWER, "login", value={"name": "a", "token": SECRET}
        )
        ended = root
        for _ in range(2):
            fork = workspace.settle(workspace.fork(ended, root.seq))
            ended = done(workspace, fork, RequestKind.ANSWER, "any", value={"token": "other"})
            assert ended.status is RunStatus.COMPLETED
    with Workspace.find(folder) as workspace:
        root = done(workspace, workspace.run(root.id), RequestKind.ANSWER, "any", value={"token": "other"})
        assert root.status is RunStatus.COMPLETED
    assert list((folder / ".lexiconsole" / "vault").iterdir()) == []


def test_a_secret_that_can_not_be_taken_away_harms_nobody_and_is_tried_again(folder, monkeypatch, caplog):
    """Another login may own the folder of the vault."""
    vault = FileVault(folder / ".lexiconsole" / "vault")
    with Workspace.find(folder) as workspace:
        run = done(workspace, begun(workspace, "hears"), RequestKind.SIGNAL, "news", payload={})
    reference = vault.put("hush", run.id)
    with monkeypatch.context() as others, Workspace.find(folder) as workspace:
        others.setattr(FileVault, "forget", lambda *_: Path("/nowhere/at/all").unlink())
        begun(workspace, "hears")
    assert "secrets were not taken out of the vault" in caplog.text
    with Workspace.find(folder) as workspace:
        begun(workspace, "hears")
    assert vault.get(reference) is None
