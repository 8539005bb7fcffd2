"""Expense claim: people approve it, as many as it is worth, and it is paid once.

A manager always; finance too above 1,000; two of three directors as well above 10,000. Nobody approves their own claim.

    lexiconsole run expense_claim -i amount=12000
    lexiconsole approve RUN:approval/manager --as ana
"""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from _books import Books, money
from _paths import AnyPath, ExistingFile, kept
from lexiconsole import ApprovalChain, ApprovalLevel, ApprovalPolicy, Context, OnDue, StepPolicy, current_step, workflow
from lexiconsole.result import Err, Result

DAY = 86_400.0


class Claim(BaseModel):
    """A report of expenses, or one amount; and where payments are written down."""

    model_config = ConfigDict(extra="forbid")

    report: ExistingFile = Field(
        default_factory=lambda: Path(__file__).absolute().parent / "data" / "expenses.csv",
        description="A CSV file with date, what, category and amount; without one, a sample.",
    )
    amount: Decimal | None = Field(
        None, gt=0, le=10_000_000, decimal_places=2, description="Claim this instead of what a report adds up to."
    )
    purpose: str = Field("Visit to a customer", min_length=1, max_length=200, description="What it was for.")
    days: float = Field(7, gt=0, le=365, description="Days until a level is due; then directors may decide too.")
    books: AnyPath = Field(
        default_factory=partial(kept, "books.db"), description="The SQLite file with the payments; made at first use."
    )


class Total(BaseModel):
    """What is claimed, as approvers see it; amounts in cents."""

    purpose: str
    person: str
    cents: int
    by_category: dict[str, int] = {}

    @property
    def amount(self) -> str:
        return money(self.cents)


class Paid(BaseModel):
    """What came of it."""

    payment: str
    cents: int
    approved_by: list[str]


def chain(days: float) -> ApprovalChain:
    """Who has a say in a claim; a level that nobody decides in time may be decided by a director."""
    late: dict[str, Any] = {
        "due": days * DAY,
        "remind": [min(1, days / 2) * DAY],
        "on_due": OnDue.ESCALATE,
        "escalate_to": ["role:director"],
        "prompt": lambda total: f"{total.person or 'Somebody'} claims {total.amount} for: {total.purpose}",
    }
    return ApprovalChain(
        [
            ApprovalLevel("manager", policy=ApprovalPolicy.ANY, who=["role:manager"], **late),
            ApprovalLevel(
                "finance",
                policy=ApprovalPolicy.ANY,
                condition=lambda total: total.cents > 1_000_00,
                who=["role:finance"],
                **late,
            ),
            ApprovalLevel(
                "directors",
                policy=2,
                condition=lambda total: total.cents > 10_000_00,
                who=["role:director"],
                due=days * DAY,
                prompt=late["prompt"],
            ),
        ],
        name="expense claim",
    )


@workflow(name="expense_claim", input=Claim, steps=["add_up", "approval", "pay"])
async def expense_claim(ctx: Context, claim: Claim) -> Result[Any, Any]:
    """Adds up a report of expenses, has it approved by as many people as it is worth, and pays it once."""
    added = await ctx.step("add_up", partial(add_up, claim, ctx.run.started_by))
    if isinstance(added, Err):
        return added
    total: Total = added.value
    outcome = await ctx.approve("approval", chain(claim.days), total)
    if isinstance(outcome, Err):
        return outcome
    people = [vote.person for vote in outcome.value.votes]
    paid: Result[Any, Any] = await ctx.step(
        "pay", partial(pay, claim.books, total, people), policy=StepPolicy(attempts=3, timeout=60)
    )
    return paid


def add_up(claim: Claim, person: str) -> Total:
    """The total of the report; raises ValueError with the line that makes no sense."""
    if claim.amount is not None:
        return Total(purpose=claim.purpose, person=person, cents=int(claim.amount * 100))
    by_category: dict[str, int] = {}
    with claim.report.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = {"what", "category", "amount"} - set(rows.fieldnames or ())
        if missing:
            raise ValueError(
                f"{claim.report}: the first line must name the columns; {', '.join(sorted(missing))} missing"
            )
        for row in rows:
            cents = _cents(row["amount"], f"{claim.report} line {rows.line_num}")
            category = (row["category"] or "").strip() or "other"
            by_category[category] = by_category.get(category, 0) + cents
    if not by_category:
        raise ValueError(f"{claim.report} has no expenses in it")
    return Total(purpose=claim.purpose, person=person, cents=sum(by_category.values()), by_category=by_category)


def _cents(text: str | None, where: str) -> int:
    try:
        amount = Decimal((text or "").strip())
    except InvalidOperation:
        raise ValueError(f"{where}: {text!r} is no amount") from None
    if not amount.is_finite() or amount <= 0 or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"{where}: {text} is no amount; it is more than 0 and has two decimals at most")
    return int(amount * 100)


def pay(books: Path, total: Total, people: list[str]) -> Paid:
    step = current_step()
    number = Books(books).pay(step.run_id, total.person, total.cents, ", ".join(people), step.idempotency_key)
    return Paid(payment=number, cents=total.cents, approved_by=people)
