"""A graph for the console's tests and pictures: a fork, a join, a gate, a person, a step that needs a second try."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lexiconsole.app.workspace import Workspace

LOAN = '''
"""A small loan."""
from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from lexiconsole import HumanNode, WorkflowBuilder, workflow


class Loan(BaseModel):
    amount: int = 48_000
    score: int = 612
    delay: float = 0.0
    fails: str = ""
    desk: str = "/nonexistent"


class Review(BaseModel):
    decision: Literal["offer", "decline"]


@workflow(name="loan", input=Loan)
def loan(input: Loan) -> WorkflowBuilder:
    """Checks an applicant three ways at once, scores, and asks a person when the score is in the middle."""
    flow = WorkflowBuilder("loan")

    async def does(name, gives, state):
        await asyncio.sleep(input.delay)
        if name == input.fails and not (Path(input.desk) / "open").exists():
            raise TimeoutError(f"{name} did not answer")
        return gives

    def step(name, gives, **terms):
        flow.add_node(name, partial(does, name, gives), output_key=name.replace(" ", "_"), **terms)

    step("intake", {"amount": input.amount})
    step("kyc check", "clear")
    step("fraud score", 0.18, max_retries=2, retry_delay=0.05)
    step("credit bureau", {"accounts": 2})
    step("score model", input.score)
    flow.add_gate("risk?", routes={
        "auto approve": lambda state: state["score_model"] > 700,
        "manual review": lambda state: 400 < state["score_model"] <= 700,
        "decline": None,
    })
    step("auto approve", "approved")
    flow.add_node(HumanNode("manual review", "Lend 48,000?", form=Review, who=["role:underwriter"], due=2760))
    flow.add_gate("offer it?", lambda state: state["decision"] == "offer")
    step("make offer", "sent")
    step("decline", "letter sent")
    for source, target in (
        ("intake", "kyc check"), ("intake", "fraud score"), ("intake", "credit bureau"),
        ("kyc check", "score model"), ("fraud score", "score model"), ("credit bureau", "score model"),
        ("score model", "risk?"), ("auto approve", "make offer"), ("manual review", "offer it?"),
        ("offer it?", "make offer"), ("offer it?", "decline"),
    ):
        flow.add_edge(source, target)
    return flow
'''


def loans(folder: Path) -> Path:
    """A workspace whose only definition is `loan`."""
    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "loan.py").write_text(LOAN, encoding="utf-8")
    return folder


def run_loan(folder: Path, **input: Any) -> None:
    """To its end or to where somebody must say something; as run `loan-1`."""
    with Workspace.find(folder) as workspace:
        row, _ = workspace.start("loan", {"desk": str(folder), **input}, id="loan-1")
        workspace.settle(row, 90)
