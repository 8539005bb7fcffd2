"""`migrate`, in a real workspace: refused, previewed, done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

FIRST = """
from lexiconsole import Question, workflow

@workflow(name="flow")
async def flow(ctx):
    await ctx.step("pay", lambda: "paid")
    return await ctx.ask("ok", Question("ok?"))
"""

SECOND = """
from lexiconsole import Migration, Question, workflow

@workflow(name="flow", version=2, migrations={1: Migration(renamed={"pay": "charge"}, added={"place": "by hand"})})
async def flow(ctx):
    await ctx.step("place", lambda: "placed")
    await ctx.step("charge", lambda: "paid")
    return await ctx.ask("ok", Question("ok?"))
"""


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "lexiconsole", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def test_a_parked_run_is_taken_to_the_version_its_definition_has_by_now(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    file = tmp_path / "definitions" / "flow.py"
    file.write_text(FIRST)
    assert call(tmp_path, "run", "flow", "--id", "A").returncode == 4
    file.write_text(SECOND)
    refused = call(tmp_path, "resume", "A")
    assert refused.returncode == 8, refused
    assert "lexiconsole migrate" in refused.stderr
    dry = call(tmp_path, "migrate", "A", "--dry-run")
    assert dry.returncode == 0, dry
    assert "pay is now charge" in dry.stderr
    assert "place counts as done" in dry.stderr
    done = call(tmp_path, "migrate", "A", "--yes")
    assert done.returncode == 4, done
    answered = call(tmp_path, "answer", "A:ok", "1")
    assert answered.returncode == 0, answered
    assert "migrate from version 1 to 2" in call(tmp_path, "show-run", "A").stdout
    again = call(tmp_path, "migrate", "A")
    assert again.returncode == 8
    assert "has ended" in again.stderr


def test_a_program_that_only_has_it_recorded_reads_json_to_the_last_line(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    file = tmp_path / "definitions" / "flow.py"
    file.write_text(FIRST)
    assert call(tmp_path, "run", "flow", "--id", "A").returncode == 4
    file.write_text(SECOND)
    written = call(tmp_path, "migrate", "A", "--yes", "--record-only", "--json")
    assert [json.loads(line)["type"] for line in written.stdout.splitlines()] == ["preview", "act"], written
    assert call(tmp_path, "resume", "A").returncode == 4
