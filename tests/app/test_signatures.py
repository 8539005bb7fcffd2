"""A signature counts once: whoever writes the file of the store has all of them, and can make none count again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.app.identity import os_user
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.audit import chained
from lexiconsole.durable.journal import Request, RequestKind, RequestState, RunRow
from lexiconsole.runtime.runtime import Runtime
from tests.store.writing import outside

ROOT = Path(__file__).parents[2]
FLOW = """
from lexiconsole import ApprovalChain, ApprovalLevel, workflow
from lexiconsole.durable.context import Context
from lexiconsole.durable.question import Question


@workflow(name="sale")
class Sale(ApprovalChain):
    '''Two of three sign, and may think better of it.'''

    def __init__(self, subject=None) -> None:
        super().__init__([ApprovalLevel("sign", who=["ana", "ben", "cleo"], policy=2)], subject=subject)


@workflow
async def twice(ctx: Context) -> list[int]:
    '''Waits for two payments of one name.'''
    return [await ctx.receive(key, "paid") for key in ("first", "second")]


@workflow
async def fails(ctx: Context) -> int:
    '''Asks, and fails when the answer is odd.'''
    answer = await ctx.ask("odd", Question("a number?", form=int))
    if answer % 2:
        raise ValueError("odd")
    return answer
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    place = tmp_path_factory.mktemp("keys")
    for name in ("ana", "ben"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place / name)], check=True)
    (place / "allowed").write_text("".join(f"{name} {(place / f'{name}.pub').read_text()}" for name in ("ana", "ben")))
    return place


@pytest.fixture
def folder(tmp_path, keys):
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "flows.py").write_text(FLOW)
    (tmp_path / "application.yaml").write_text(f"""
operators:
  me: {{users: [{os_user()}], act_for: [ana, ben, cleo]}}
  ana: {{signing_key: {keys / "ana"}}}
  ben: {{signing_key: {keys / "ben"}}}
  cleo: {{}}
audit: {{require_signatures: true, allowed_signers: {keys / "allowed"}}}
""")
    return tmp_path


def begun(workspace: Workspace, name: str, **terms: Any) -> RunRow:
    return workspace.settle(workspace.start(name, None, **terms)[0])


def vote(row: RunRow, verdict: str = "approve", by: str = "ana") -> Request:
    return Request(row.id, RequestKind.VOTE, "sign", {"verdict": verdict}, by=by)


def kept_requests(workspace: Workspace) -> list[Request]:
    """Every request there ever was, as whoever reads the file finds it."""

    async def read(runtime: Runtime) -> list[Request]:
        found = [await runtime.journal.request_state(number) for number in range(1, 20)]
        return [request for request in found if request is not None]

    return workspace._look(read)


def replayed(workspace: Workspace, request: Request) -> str:
    """What the engine says to a request that somebody wrote into the file."""

    async def put(runtime: Runtime) -> Request | None:
        from lexiconsole.runtime.taking import act

        return await act(runtime, replace(request, id=0, state=RequestState.OPEN, reply=""))

    done = workspace._write().call(put)
    assert done is not None
    assert done.state is RequestState.REFUSED
    return done.reply


def test_a_vote_that_was_taken_back_is_not_cast_again_with_its_signature(folder):
    with Workspace.find(folder) as workspace:
        row = begun(workspace, "sale")
        assert workspace.act(vote(row)).applied
        assert workspace.act(Request(row.id, RequestKind.WITHDRAW, "sign", by="ana")).applied
        cast, _ = kept_requests(workspace)
        assert "was used already, in entry" in replayed(workspace, cast)
        assert [link.entry.kind for link in workspace.audit()] == ["voted", "voted", "refused"]
        assert workspace.verify_audit().sound


def test_a_signed_signal_pays_once(folder):
    with Workspace.find(folder) as workspace:
        row = begun(workspace, "twice")
        paid = Request(row.id, RequestKind.SIGNAL, "paid", {"payload": 100}, by="ana")
        assert workspace.act(paid).applied
        assert "was used already" in replayed(workspace, kept_requests(workspace)[0])
        assert workspace.act(paid).applied  # signed anew
        assert workspace.settle(row).status == "completed"


def test_a_signature_is_for_one_run_not_for_another_of_that_id(folder, tmp_path_factory):
    with Workspace.find(folder) as workspace:
        row = begun(workspace, "sale", id="claim-1")
        assert workspace.act(vote(row)).applied
        (cast,) = kept_requests(workspace)
    with Workspace.find(folder, store=tmp_path_factory.mktemp("other") / "store.db") as other:
        begun(other, "sale", id="claim-1")
        assert replayed(other, cast) == "it was signed for another run that was called claim-1; decide anew"


def test_a_retry_is_for_the_failure_that_was_seen(folder):
    with Workspace.find(folder) as workspace:
        row = begun(workspace, "fails")
        assert workspace.act(Request(row.id, RequestKind.ANSWER, "odd", {"value": 1}, by="ana")).applied
        assert workspace.settle(row).status == "failed"
        assert workspace.act(Request(row.id, RequestKind.RETRY, by="ben")).applied
        assert workspace.settle(row).status == "failed"
        assert replayed(workspace, kept_requests(workspace)[1]).endswith(
            "went on since it was signed; look again and decide anew"
        )


def test_what_was_signed_without_a_word_of_when_does_not_count(folder, monkeypatch):
    monkeypatch.setattr("lexiconsole.app.signing.for_once", lambda row: {})
    with Workspace.find(folder) as workspace:
        row = begun(workspace, "sale")
        assert workspace.act(vote(row)).refused.startswith("what was signed could be used again and again")


def test_a_decision_that_was_forged_from_an_old_signature_is_found_in_a_chain_that_was_made_anew(folder):
    """The chain and its head can be made again by whoever writes the files; the signatures can not."""
    with Workspace.find(folder) as workspace:
        row = begun(workspace, "sale")
        assert workspace.act(vote(row)).applied
        assert workspace.act(Request(row.id, RequestKind.WITHDRAW, "sign", by="ana")).applied
        assert workspace.verify_audit().signed == 2
        store = workspace.store_path
    with outside(store) as db:
        db.create_function("audit_fact", 8, _fact)
        db.create_function("audit_hash", 2, chained)
        run, data, by = db.execute("SELECT run, data, by FROM journal WHERE kind = 'voted' ORDER BY seq").fetchone()
        ((seq,),) = db.execute("SELECT max(seq) + 1 FROM journal WHERE run = ?", (run,))
        db.execute(
            "INSERT INTO journal (run, seq, at, kind, key, attempt, data, by) VALUES (?, ?, 1.5, 'voted', 'sign', 0, ?, ?)",
            (run, seq, data, by),
        )
    with Workspace.find(folder) as workspace:
        verdict = workspace.verify_audit()
        assert verdict.number == 3
        assert "counted once already" in verdict.fault


def _fact(*columns: Any) -> str:
    from lexiconsole.durable.audit import fact

    return fact(*columns)


def lexiconsole(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lexiconsole", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_two_operators_sign_from_two_processes_and_the_third_who_can_not_is_refused(folder, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    begin = lexiconsole(folder, "run", "sale", "--id", "s1")
    assert begin.returncode == 4, begin.stderr
    assert lexiconsole(folder, "approve", "s1", "--as", "ana").returncode == 4
    unsigned = lexiconsole(folder, "approve", "s1", "--as", "cleo")
    assert unsigned.returncode == 8
    assert "the decision of cleo is not signed" in unsigned.stderr
    assert lexiconsole(folder, "approve", "s1", "--as", "ben").returncode == 0
    listed = lexiconsole(folder, "audit", "list")
    assert [line.split()[3:6] for line in listed.stdout.splitlines()] == [
        ["ana", f"({os_user()})", "voted"],
        ["cleo", f"({os_user()})", "refused"],
        ["ben", f"({os_user()})", "answered"],
    ]
    verified = lexiconsole(folder, "audit", "verify")
    assert verified.returncode == 0
    assert "3 decisions" in verified.stdout
    assert "2 with a good signature" in verified.stdout
