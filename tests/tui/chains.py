"""Approvals for the console's tests and pictures: a chain of three levels with a form, and a plain question."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.app import identity

LIMITS = '''
"""Credit limits: a chain of approvals, and a question."""
from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from lexiconsole import ApprovalChain, ApprovalLevel, WorkflowBuilder, HumanNode, workflow


class Limit(BaseModel):
    customer: str = "ACME GmbH"
    amount: int = 250_000


class Terms(BaseModel):
    """What a director grants."""

    limit: int = Field(200_000, ge=0, le=250_000, description="What is granted, in EUR.")
    condition: Literal["none", "collateral", "co-signer"] = "none"
    valid_until: date = Field(date(2027, 3, 31), description="When it is looked at again.")
    notify: bool = True


@workflow(name="credit_limit", input=Limit)
class CreditLimit(ApprovalChain):
    """Manager, two of three directors, and the board above 200,000."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(
            [
                ApprovalLevel("manager", who=["ben"], prompt=lambda s: f"Raise the limit of {s.customer} to {s.amount:,} EUR?"),
                ApprovalLevel("director", who=["dora", "dan", "dee"], policy=2, form=Terms, due=3_000, back_to="manager",
                              prompt=lambda s: f"Grant {s.customer} a limit of {s.amount:,} EUR?"),
                ApprovalLevel("board", who=["bo"], condition=lambda s: s.amount > 200_000),
            ],
            subject=limit,
        )


class Courier(BaseModel):
    courier: Literal["bike", "van", "drone"] = Field(description="Who takes it.")
    note: str = Field("", max_length=400)


@workflow(name="parcel", input=Limit)
def parcel(input: Limit) -> WorkflowBuilder:
    """Asks who takes the parcel."""
    flow = WorkflowBuilder("parcel")
    flow.add_node(HumanNode("pick_courier", "Who takes the parcel to Ada Lovelace?", form=Courier, due=86_400))
    return flow
'''

OPERATORS = """operators:
  ana: {users: [USER], roles: [requester], act_for: [ben, dora, dan, dee, bo]}
  ben: {roles: [manager]}
  dora: {roles: [director]}
  dan: {roles: [director]}
  dee: {roles: [director]}
  bo: {roles: [board]}
"""


def approvals(folder: Path, *, operators: bool = False) -> Path:
    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "limits.py").write_text(LIMITS, encoding="utf-8")
    if operators:
        (folder / "application.yaml").write_text(OPERATORS.replace("USER", identity.os_user()), encoding="utf-8")
    return folder
