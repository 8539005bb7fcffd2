"""A claim whose process is killed while it waits is voted on from other processes, by two of them at the same moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
OPERATORS = """
operators:
  "*": {act_for: [zoe, ana, ben, cleo, dan, eva]}
  zoe: {roles: [clerk]}
  ana: {roles: [manager]}
  ben: {roles: [finance]}
  cleo: {roles: [director]}
  dan: {roles: [director]}
  eva: {roles: [director]}
"""
START = """
import os, signal, sys
from lexiconsole.app.workspace import Workspace
workspace = Workspace.find()
row, _ = workspace.start("expense_claim", {"amount": 50000}, id="claim-1", by="zoe")
workspace.settle(row)
print(workspace.run("claim-1").status, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
VOTE = """
import json, sys
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
name, key = sys.argv[1:]
with Workspace.find() as workspace:
    data = {"verdict": "approve", "shown": workspace.task(f"claim-1:{key}", me=name).shown}
    if len(sys.stdin.readline()):
        outcome = workspace.act(Request("claim-1", RequestKind.VOTE, key, data, by=name))
        run = workspace.settle(outcome.run)
        print(json.dumps({"applied": outcome.applied, "refused": outcome.refused, "status": run.status}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "application.yaml").write_text(OPERATORS)
    return tmp_path


def process(folder: Path, code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=folder, env=environment, stdin=pipe, stdout=pipe, text=True
    )


def votes(folder: Path, key: str, *names: str) -> list[dict[str, object]]:
    """All of them look first, then vote together."""
    voters = [process(folder, VOTE, name, key) for name in names]
    for voter in voters:
        assert voter.stdin is not None
        voter.stdin.write("go\n")
        voter.stdin.flush()
    return [json.loads(voter.communicate(timeout=120)[0]) for voter in voters]


def test_a_killed_claim_is_decided_from_other_processes_and_two_voters_at_once_both_count(folder: Path) -> None:
    first = process(folder, START)
    out, _ = first.communicate(timeout=120)
    assert out.strip() == "waiting" and first.returncode == -signal.SIGKILL
    [own] = votes(folder, "approval/manager", "zoe")
    assert own["applied"] is False and "four-eyes" in str(own["refused"])
    assert votes(folder, "approval/manager", "ana")[0]["applied"] is True
    assert votes(folder, "approval/finance", "ben")[0]["applied"] is True
    both = votes(folder, "approval/directors", "cleo", "eva")
    assert [each["applied"] for each in both] == [True, True], both
    look = "from lexiconsole.app.workspace import Workspace\nprint(Workspace.find().run('claim-1').status)"
    assert process(folder, look).communicate(timeout=60)[0].strip() == "completed"
