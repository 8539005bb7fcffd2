"""A chain of approvals to begin with: a manager, then finance, then two of three directors, each when the price asks for them.

    lexiconsole run purchase -i thing=Lathe -i price=20000 --id p1
    lexiconsole approve p1 --as ana        the manager; then --as ben for finance, --as cleo and --as dan for the directors
    lexiconsole reject p1 --as eva -m "too dear this year"

The people stand in application.yaml, where you may act for each of them. Nobody approves what they asked for themselves.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from lexiconsole import ApprovalChain, ApprovalLevel, workflow


class Wish(BaseModel):
    """What is to be bought."""

    thing: str = Field(min_length=1, description="What to buy.")
    price: float = Field(gt=0, description="What it costs.")


@workflow(name="purchase", input=Wish, example={"thing": "Lathe", "price": 20_000})
class Purchase(ApprovalChain):
    """Asks a manager always, finance above 1,000, two of the directors above 10,000."""

    def __init__(self, wish: Wish) -> None:
        def prompt(wish: Wish) -> str:
            return f"Buy {wish.thing} for {wish.price:,.2f}?"

        super().__init__(
            [
                ApprovalLevel("manager", who=["role:manager"], prompt=prompt),
                ApprovalLevel(
                    "finance", who=["role:finance"], condition=lambda wish: wish.price > 1_000, prompt=prompt
                ),
                ApprovalLevel(
                    "directors",
                    who=["role:director"],
                    policy=2,
                    condition=lambda wish: wish.price > 10_000,
                    prompt=prompt,
                ),
            ],
            subject=wish,
        )
