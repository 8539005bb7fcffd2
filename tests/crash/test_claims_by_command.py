"""Claims over four amounts, decided on the command line by one process a person; the process that began each is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.test_expense_claim import OPERATORS, ROOT

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

HOLDS = """
import os, sys, threading
from lexiconsole.app.workspace import Workspace
workspace = Workspace.find()
row, _ = workspace.start("expense_claim", {"amount": sys.argv[2]}, id=sys.argv[1], by="zoe")
workspace.settle(row)
print(workspace.run(row.id).status, flush=True)
threading.Event().wait()
"""


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    words = (sys.executable, "-m", "lexiconsole", *words)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("amount", "people"),
    [
        ("500", ["ana"]),
        ("1000", ["ana"]),
        ("1000.01", ["ana", "ben"]),
        ("12000", ["ana", "ben", "cleo", "eva"]),
    ],
)
def test_as_many_decide_as_it_is_worth_though_its_first_process_was_killed(tmp_path, amount, people):
    (tmp_path / "application.yaml").write_text(OPERATORS)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    first = subprocess.Popen(
        [sys.executable, "-c", HOLDS, "claim", amount], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdout.readline().strip() == "waiting"
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()
    assert command(tmp_path, "approve", "claim", "--as", "zoe").returncode == 8
    for number, person in enumerate(people, 1):
        done = command(tmp_path, "approve", "claim", "--as", person, "--json")
        assert done.returncode == (0 if number == len(people) else 4), done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["result"]["approved_by"] == people
    assert command(tmp_path, "audit", "verify").returncode == 0
