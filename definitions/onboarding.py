"""A new colleague's first day, prepared: a pipeline with a condition and a group of steps side by side.

    lexiconsole run onboarding -i name="Ada Lovelace" -i team=support
    lexiconsole run onboarding -i name="Charles Babbage" -i employment=contractor -i starts=2030-01-07

Everything is in the folder `people`: `accounts.db`, and under the new login the papers to sign, the letter as a mail, the first
day as a calendar file, and the list of what has to be ready. A step that a crash interrupted finds what it did before.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from _paths import AnyPath, kept
from _welcome import Account, appointment, letter, open_account, put
from lexiconsole import ConditionalStep, FunctionStep, ParallelStep, Pipeline, PipelineContext, current_step, workflow


class Employment(StrEnum):
    """On whose payroll somebody is."""

    STAFF = "staff"
    CONTRACTOR = "contractor"


def next_monday() -> date:
    today = date.today()  # noqa: DTZ011 - a working day is a local one
    return today + timedelta(days=7 - today.weekday())


class Colleague(BaseModel):
    """Who comes, when, and to whom."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        "Ada Lovelace", min_length=1, max_length=80, pattern=r"^[^\W\d_][\w .,'’\-]*$", description="In full."
    )
    team: str = Field("support", min_length=1, max_length=40, pattern=r"^[\w \-]+$", description="Where they belong.")
    employment: Employment = Field(Employment.STAFF, description="Staff signs a contract, a contractor an agreement.")
    starts: date = Field(
        default_factory=next_monday,
        ge=date(2000, 1, 1),
        lt=date(3000, 1, 1),
        description="The first day; left out, next Monday.",
    )
    domain: str = Field("example.org", pattern=r"^[a-z0-9\-]+(\.[a-z0-9\-]+)+$", description="Of the mail address.")
    folder: AnyPath = Field(
        default_factory=partial(kept, "people"), description="The folder of accounts and papers; made if missing."
    )


class Prepared(BaseModel):
    """What is ready on the first day."""

    login: str
    papers: str
    folder: Path
    files: list[str]


class Onboarding:
    """The steps. Each may be called again after a crash, and then makes the same files anew."""

    def __init__(self, colleague: Colleague) -> None:
        self.who = colleague

    def account(self) -> Account:
        who, key = self.who, current_step().idempotency_key
        return open_account(who.folder / "accounts.db", key, who.name, who.team, who.starts, who.domain)

    def is_contractor(self) -> bool:
        return self.who.employment is Employment.CONTRACTOR

    def agreement(self, ctx: PipelineContext) -> Path:
        who = self.who
        terms = f"{who.name} works for the team {who.team} from {who.starts} on and sends an invoice each month."
        return self._paper(ctx, "agreement.md", f"# Agreement\n\n{terms}\nWhat they see here stays here.\n")

    def contract(self, ctx: PipelineContext) -> Path:
        who = self.who
        terms = f"{who.name} joins the team {who.team} on {who.starts}, on trial for the first 180 days,"
        until = who.starts + timedelta(days=180)
        return self._paper(ctx, "contract.md", f"# Contract\n\n{terms} which end on {until}.\n")

    def letter(self, ctx: PipelineContext) -> Path:
        text = f"we look forward to {self.who.starts:%A, %d %B %Y}. Please bring the attached papers, signed."
        account: Account = ctx["account"]
        mail = letter(account, self.who.name, f"Welcome to {self.who.team}", text, ctx["papers"])
        return put(self._own(ctx) / "welcome.eml", mail)

    def first_day(self, ctx: PipelineContext) -> Path:
        account: Account = ctx["account"]
        title = f"{self.who.name} starts with {self.who.team}"
        return put(self._own(ctx) / "first-day.ics", appointment(account.address, self.who.starts, title))

    def checklist(self, ctx: PipelineContext) -> Path:
        """What somebody has to do by hand, each with the day by which it must be done."""
        things = [(5, "order a computer"), (2, "prepare a desk"), (1, "make a badge")]
        if self.is_contractor():
            things = [(2, "ask for the tax number"), (1, "make a visitor's badge")]
        rows = [f"- [ ] {what}, until {self.who.starts - timedelta(days=days)}" for days, what in things]
        return put(self._own(ctx) / "checklist.md", "\n".join([f"# For {self.who.name}", "", *rows, ""]).encode())

    def ready(self, ctx: PipelineContext) -> Prepared:
        """Looks that it is all there: what was prepared days ago may have been tidied away."""
        own, papers = self._own(ctx), Path(ctx["papers"])
        wanted = [papers.name, "welcome.eml", "first-day.ics", "checklist.md"]
        if missing := [name for name in wanted if not (own / name).is_file()]:
            raise FileNotFoundError(f"{own} has no {', '.join(missing)} any more")
        return Prepared(login=ctx["account"].login, papers=papers.stem, folder=own, files=sorted(wanted))

    def _own(self, ctx: PipelineContext) -> Path:
        return self.who.folder / str(ctx["account"].login)

    def _paper(self, ctx: PipelineContext, name: str, text: str) -> Path:
        return put(self._own(ctx) / name, text.encode())


@workflow(name="onboarding", input=Colleague)
def onboarding(colleague: Colleague) -> Pipeline:
    """Prepares a new colleague's first day: an account, papers to sign, and side by side a letter, a date and a checklist."""
    does = Onboarding(colleague)
    return Pipeline(
        "onboarding",
        [
            FunctionStep("account", does.account, timeout=60),
            ConditionalStep(
                "papers",
                does.is_contractor,
                FunctionStep("agreement", does.agreement),
                FunctionStep("contract", does.contract),
                ["account"],
            ),
            ParallelStep(
                "prepare",
                [
                    FunctionStep("letter", does.letter),
                    FunctionStep("first_day", does.first_day),
                    FunctionStep("checklist", does.checklist),
                ],
                dependencies=["papers"],
            ),
            FunctionStep("ready", does.ready, ["prepare"]),
        ],
    )
