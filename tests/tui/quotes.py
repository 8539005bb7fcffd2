"""A graph whose nodes read what they find in its state, for tests that change it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lexiconsole.app.workspace import Workspace

QUOTE = '''
"""What something costs abroad."""
from pydantic import BaseModel

from lexiconsole import WorkflowBuilder, workflow


class Ask(BaseModel):
    amount: int = 480
    desk: str = "north"


@workflow(name="quote", input=Ask)
def quote(input: Ask) -> WorkflowBuilder:
    """Looks a rate up, reckons with it, and sends what came out."""
    flow = WorkflowBuilder("quote")

    async def look_up(state):
        return {"rate": 0, "source": "table"}

    async def reckon(state):
        return {"price": state["amount"] // state["rate"]}

    async def send(state):
        return {"sent": f"{state['price']} from {state['source']}"}

    for name, call in (("look up", look_up), ("reckon", reckon), ("send", send)):
        flow.add_node(name, call)
    flow.add_edge("look up", "reckon")
    flow.add_edge("reckon", "send")
    return flow
'''


def quotes(folder: Path) -> Path:
    """A workspace whose only definition is `quote`; with the input as it is it fails at `reckon`."""
    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "quote.py").write_text(QUOTE, encoding="utf-8")
    return folder


def run_quote(folder: Path, **given: Any) -> None:
    """As run `quote-1`."""
    with Workspace.find(folder) as workspace:
        row, _ = workspace.start("quote", given, id="quote-1")
        workspace.settle(row, 90)


def editor(folder: Path, change: str) -> str:
    """An $EDITOR that changes the file as sed would, and keeps what it was given in `seen`."""
    script = folder / "editor.sh"
    script.write_text(f'#!/bin/sh\ncp "$1" "{folder}/seen"\nsed -i "{change}" "$1"\n', encoding="utf-8")
    script.chmod(0o700)
    return str(script)
