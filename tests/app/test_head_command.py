"""The audit's head is handed to a program of the workspace's own, and one that fails harms nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind

DEFINITION = """
from lexiconsole import workflow
from lexiconsole.durable.context import Context
from lexiconsole.durable.question import Question

@workflow
async def sale(ctx: Context) -> str:
    '''Asks once.'''
    return await ctx.ask("price", Question("How much?"))
"""
KEEPS = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + chr(10))"


def decided(folder: Path, *command: str) -> tuple[int, str]:
    """The head after one answer, as the store has it."""
    (folder / "definitions").mkdir()
    (folder / "definitions" / "sale.py").write_text(DEFINITION)
    (folder / "application.yaml").write_text(f"audit:\n  head_command: {json.dumps(command)}\n")
    with Workspace.find(folder) as workspace:
        row, _ = workspace.start("sale", None, id="s")
        workspace.settle(row)
        assert workspace.act(Request("s", RequestKind.ANSWER, "price", {"value": "5"})).applied
        workspace.settle(row)
        link = workspace.latest_audit(1)[0]
        return link.number, link.hash


def test_a_program_gets_the_head_that_the_store_has(tmp_path):
    kept = tmp_path / "kept"
    number, digest = decided(tmp_path, sys.executable, "-c", KEEPS, str(kept))
    told = [json.loads(line) for line in kept.read_text().splitlines() if line]
    assert (told[-1]["number"], told[-1]["hash"]) == (number, digest)
    assert told[-1]["store"] == str(tmp_path / ".lexiconsole" / "store.db")


def test_a_program_that_fails_harms_no_decision_and_says_so(tmp_path, caplog):
    decided(tmp_path, sys.executable, "-c", "import sys; sys.exit('no such host')")
    assert "head_command could not take the head: no such host" in caplog.text
    with Workspace.find(tmp_path) as workspace:
        assert workspace.verify_audit().sound
        assert workspace.run("s").status == "completed"
