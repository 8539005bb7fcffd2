"""Access request: a form, people who approve it, and access for a while, which a timer takes back.

The timer is durable: the machine may be off when the time comes, and access is taken back when it is on again. A signal
`revoke` takes it back earlier, and so does a cancel of the run.

    lexiconsole run access_request -i person=grace
    lexiconsole answer RUN -i system=billing -i level=write -i hours=8
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from _books import Books
from _paths import AnyPath, kept
from lexiconsole import (
    ApprovalChain,
    ApprovalLevel,
    ApprovalPolicy,
    Context,
    OnDue,
    Question,
    RunCancelled,
    StepPolicy,
    current_step,
    workflow,
)
from lexiconsole.result import Err, Result

DAY = 86_400.0


class Asked(BaseModel):
    """Who needs access, and where grants are written down."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field("grace", min_length=1, max_length=80, description="Who shall have access.")
    days: float = Field(3, gt=0, le=365, description="Days until an answer is due.")
    books: AnyPath = Field(
        default_factory=partial(kept, "books.db"), description="The SQLite file with the grants; made at first use."
    )


class Access(BaseModel):
    """The form."""

    model_config = ConfigDict(extra="forbid")

    system: Literal["billing", "warehouse", "payroll"] = Field(description="Where to.")
    level: Literal["read", "write", "admin"] = Field("read", description="What may be done there.")
    hours: float = Field(8, gt=0, le=24 * 90, description="For how long; then it is taken back.")
    why: str = Field("", max_length=500, description="What it is needed for.")


class Done(BaseModel):
    """What was granted, by whom, and why it ended."""

    system: str
    level: str
    approved_by: list[str]
    ended: str


def chain(days: float) -> ApprovalChain:
    """A manager, who may hand it on to whoever is responsible for security; more than reading needs security as well."""
    return ApprovalChain(
        [
            ApprovalLevel(
                "manager",
                policy=ApprovalPolicy.ANY,
                who=["role:manager"],
                delegation=2,
                delegate_to=["role:security", "role:support"],
                due=days * DAY,
                on_due=OnDue.ESCALATE,
                escalate_to=["role:security"],
                prompt=_prompt,
            ),
            ApprovalLevel(
                "security",
                policy=ApprovalPolicy.ANY,
                who=["role:security"],
                condition=lambda access: access["level"] != "read",
                delegation=0,
                due=days * DAY,
                on_due=OnDue.FAIL,
                prompt=_prompt,
            ),
        ],
        name="access request",
    )


@workflow(name="access_request", input=Asked, steps=["form", "approval", "grant", "until", "revoke"])
async def access_request(ctx: Context, asked: Asked) -> Result[Any, Any] | Done:
    """Asks what is needed, has it approved, grants it, and takes it back when the time is over."""
    access: Access = await ctx.ask(
        "form",
        Question(
            f"What does {asked.person} need?",
            form=Access,
            initial={"level": "read", "hours": 8},
            due_in=asked.days * DAY,
        ),
    )
    outcome = await ctx.approve("approval", chain(asked.days), {"person": asked.person, **access.model_dump()})
    if isinstance(outcome, Err):
        return outcome
    often = StepPolicy(attempts=5, timeout=60)
    granted = await ctx.step("grant", lambda: grant(asked, access), policy=often)
    if isinstance(granted, Err):
        return granted
    try:
        ended = await until(ctx, access.hours)
    except RunCancelled:
        ended = "the run was cancelled"
        async with ctx.shielded():
            await ctx.step("revoke", lambda: revoke(asked.books, ended), policy=often)
        raise
    taken = await ctx.step("revoke", lambda: revoke(asked.books, ended), policy=often)
    if isinstance(taken, Err):
        return taken
    people = [vote.person for vote in outcome.value.votes]
    return Done(system=access.system, level=access.level, approved_by=people, ended=ended)


async def until(ctx: Context, hours: float) -> str:
    """Waits for the time to be over, or for somebody to take it back earlier; tells which."""
    timer, signal = ctx.sleep("until", timedelta(hours=hours)), ctx.receive("earlier", "revoke")
    if await ctx.first({"timer": timer, "signal": signal}) == "timer":
        ctx.drop(signal, "the time is over")
        return "the time was over"
    ctx.drop(timer, "it was taken back earlier")
    why = await signal
    return f"taken back: {why}" if why else "taken back"


def grant(asked: Asked, access: Access) -> None:
    step = current_step()
    Books(asked.books).grant(step.run_id, asked.person, access.system, access.level, step.idempotency_key)


def revoke(books: Path, reason: str) -> None:
    step = current_step()
    Books(books).revoke(step.run_id, reason, step.idempotency_key)


def _prompt(access: dict[str, Any]) -> str:
    why = f": {access['why']}" if access["why"] else ""
    return f"{access['person']} asks for {access['level']} access to {access['system']}, {access['hours']:g} h{why}"
