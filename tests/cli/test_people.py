"""People at the command line, on a real workspace: who decides, who may not, and what is said to whom."""

from __future__ import annotations

import io
import json
import sqlite3
import time
from pathlib import Path

import pytest

from lexiconsole.app.drafts import Drafts
from lexiconsole.cli.main import main
from lexiconsole.durable.clock import SystemClock
from tests.cli.test_end_to_end import here  # noqa: F401 - the workspace as the current folder

OPERATORS = """
operators:
  "*": {act_for: [zoe, ana, amy, ben, cleo, dan, eva]}
  zoe: {roles: [clerk]}
  ana: {roles: [manager]}
  amy: {roles: [manager]}
  ben: {roles: [finance]}
  cleo: {roles: [director]}
  dan: {roles: [director]}
  eva: {roles: [director]}
  gus: {users: [gus], roles: [manager]}
"""
DEFINITIONS = '''
from __future__ import annotations
from datetime import date
from enum import Enum
from typing import Literal, Optional
from pydantic import BaseModel, Field, SecretStr, model_validator
from lexiconsole import ApprovalChain, ApprovalLevel, Context, OnDue, Question, workflow

class Claim(BaseModel):
    amount: float = 500

CHAIN = ApprovalChain([
    ApprovalLevel("manager", policy=1, who=["role:manager"], escalate_to=["role:director"]),
    ApprovalLevel("finance", policy=1, who=["role:finance"], condition=lambda amount: amount > 1000),
    ApprovalLevel("directors", policy=2, who=["role:director"], condition=lambda amount: amount > 10000),
], name="claim")

@workflow(name="claim", input=Claim)
async def claim(ctx: Context, input: Claim):
    """Asks for money."""
    return (await ctx.approve("ok", CHAIN, input.amount)).map(lambda done: [vote.person for vote in done.votes])

class Address(BaseModel):
    street: str
    zip: int

class Everything(BaseModel):
    name: str = Field(max_length=10)
    count: int = Field(ge=1, le=9)
    share: float = 0.5
    when: date
    sure: bool
    colour: Literal["red", "blue"] = "red"
    tags: list[str] = []
    address: Optional[Address] = None
    key: SecretStr
    @model_validator(mode="after")
    def _fits(self):
        if self.count == 7 and self.colour == "blue":
            raise ValueError("seven blue ones do not exist")
        return self

@workflow(name="form")
async def form(ctx: Context):
    """Asks for every kind of field."""
    given = await ctx.ask("form", Question("fill it in", form=Everything, initial={"name": "Ann"}, who=("role:manager",)))
    return {**given.model_dump(mode="json"), "key": len(given.key.get_secret_value())}

class Secret(BaseModel):
    key: SecretStr

@workflow(name="keeps")
async def keeps(ctx: Context):
    """Needs a secret later."""
    given = await ctx.ask("form", Question("key?", form=Secret))
    await ctx.receive("go", "go")
    return len(given.key.get_secret_value())

@workflow(name="late")
async def late(ctx: Context):
    """Asks for yesterday."""
    return await ctx.ask("late", Question("too late?", due=1000.0))

@workflow(name="soon")
async def soon(ctx: Context):
    """Asks for an hour."""
    return await ctx.ask("soon", Question("soon?", due_in=3600))

@workflow(name="stuck")
async def stuck(ctx: Context):
    """Nobody holds that role."""
    chain = ApprovalChain([ApprovalLevel("none", policy=2, who=["role:pilot"])], name="stuck")
    return await ctx.approve("ok", chain, 1)
'''


@pytest.fixture
def lx(here: Path, capsys, monkeypatch):  # noqa: F811
    """One command in this process: exit code, standard output, standard error."""
    (here / "application.yaml").write_text(OPERATORS)
    (here / "definitions" / "some.py").write_text(DEFINITIONS)
    monkeypatch.setattr("lexiconsole.app.identity.os_user", lambda: "tester")

    def call(*words: str) -> tuple[int, str, str]:
        code = main(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def entries(here: Path, run: str) -> int:  # noqa: F811
    """How many entries count; refusals do not."""
    with sqlite3.connect(here / ".lexiconsole" / "store.db") as store:
        wanted = "SELECT count(*) FROM journal JOIN runs ON runs.number = journal.run WHERE id = ? AND journal.kind NOT IN (?, ?, ?)"
        return store.execute(wanted, (run, "refused", "run.parked", "run.owned")).fetchone()[0]


def started(lx, amount: float) -> None:
    assert lx("run", "claim", "--id", "c", "-i", f"amount={amount}", "--as", "zoe")[0] == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["approve", "c:ok/manager", "--as", "ben"], 8, "ben has no say at manager; it is for role:manager"),
        (["approve", "c:ok/manager", "--as", "zoe"], 8, "zoe began this and may not decide on it (four-eyes)"),
        (["approve", "c:ok/manager", "--as", "gus"], 8, "tester may not act for gus"),
        (["approve", "c:ok/manager", "--as", "anna"], 2, "there is no operator 'anna'; did you mean 'ana'?"),
        (["approve", "c:ok/manager", "--as", "ana", "--if-rev", "2"], 8, "moved on: you saw revision 2"),
        (["approve", "c:ok/manger"], 2, "did you mean 'ok/manager'?"),
        (["approve", "nosuchrun"], 2, "there is no run 'nosuchrun'"),
        (["answer", "c", "true", "--as", "ana"], 2, "is an approval: approve it, or reject it"),
        (["approve", "c", "-i", "a=1", "--as", "ana"], 2, "has no form to fill in"),
        (["delegate", "c", "zoe", "--as", "ana"], 8, "zoe began this and may not decide on it (four-eyes)"),
        (["delegate", "c", "nobody", "--as", "ana"], 8, "nobody is no operator"),
        (["delegate", "c", "ben", "--as", "ana"], 8, "ben shares no role with ana"),
        (["delegate", "c", "amy", "--as", "ana"], 8, "amy has a seat at manager already"),
        (["ask-info", "c", " ", "--as", "ana"], 8, "say what you want to know"),
        (["withdraw", "c", "--as", "ana"], 8, "ana has no vote at manager to take back"),
    ],
)
def test_people_who_should_not_are_told_why_and_nothing_changes(lx, here, words, code, said):  # noqa: F811
    started(lx, 20000)
    before = entries(here, "c")
    done, out, err = lx(*words)
    assert (done, out) == (code, ""), err
    assert said in err
    assert entries(here, "c") == before


def test_a_refused_attempt_is_on_record_with_its_reason(lx):
    started(lx, 500)
    lx("approve", "c", "--as", "ben")
    lx("approve", "c", "--as", "gus")
    lx("approve", "c", "--as", "ben", "--dry-run")
    _, out, _ = lx("audit", "list", "--json")
    reasons = [json.loads(line)["data"]["reason"] for line in out.splitlines()]
    assert len(reasons) == 2
    assert "no say" in reasons[0] and "may not act for gus" in reasons[1]


def test_a_second_vote_and_a_decided_level_are_told_apart(lx, here):  # noqa: F811
    started(lx, 20000)
    assert lx("approve", "c", "--as", "ana", "-m", "fine")[0] == 4
    assert lx("approve", "c", "--as", "ben")[0] == 4
    code, _, err = lx("approve", "c", "--as", "cleo")
    assert code == 4
    assert "1 of 2 approvals; directors stays open" in err
    before = entries(here, "c")
    code, _, err = lx("approve", "c", "--as", "cleo")
    assert code == 8 and "cleo has approved directors already" in err
    code, _, err = lx("approve", "c:ok/manager", "--as", "amy")
    assert code == 8 and "ok/manager is decided already" in err
    assert entries(here, "c") == before
    code, out, err = lx("approve", "c", "--as", "dan")
    assert (code, json.loads(out)) == (0, ["ana", "ben", "cleo", "dan"])
    code, _, err = lx("approve", "c:ok/directors", "--as", "eva")
    assert code == 8 and "has ended (completed)" in err
    story = lx("show-run", "c")[1]
    assert "approve ok/manager, which is approved  by ana  fine" in story
    assert "refused: approve ok/directors  by cleo" in story


def test_a_vote_is_changed_and_taken_back_while_its_level_is_open_and_a_rejection_exits_7(lx):
    started(lx, 20000)
    lx("approve", "c", "--as", "ana")
    lx("approve", "c", "--as", "ben")
    lx("approve", "c", "--as", "cleo")
    assert "instead of approved before" in lx("reject", "c", "--as", "cleo", "--dry-run")[2]
    assert lx("withdraw", "c", "--as", "cleo")[0] == 4
    assert lx("reject", "c", "--as", "cleo", "-m", "too much")[0] == 4
    code, _, err = lx("reject", "c", "--as", "dan", "-m", "far too much")
    assert code == 7, err
    assert "take back the vote on ok/directors" in lx("show-run", "c")[1]


def test_delegation_escalation_and_a_question_back(lx):
    started(lx, 500)
    assert lx("escalate", "c", "--as", "ana")[0] == 0
    assert "role:director is" not in lx("inbox", "c")[1]
    assert lx("ask-info", "c", "which customer?", "--as", "amy")[0] == 4
    code, _, err = lx("answer", "c", '"ACME"', "--as", "zoe")
    assert code == 4, err
    code, out, _ = lx("approve", "c", "--as", "cleo")
    assert (code, json.loads(out)) == (0, ["cleo"])
    story = lx("show-run", "c")[1]
    assert "ask about ok/manager: which customer?" in story and "escalate ok/manager to role:director" in story


def test_the_initiator_withdraws_the_request(lx):
    started(lx, 500)
    assert lx("withdraw", "c", "--as", "zoe", "-m", "not needed")[0] == 7


def test_a_dry_run_says_what_would_follow_and_changes_nothing(lx, here):  # noqa: F811
    started(lx, 2000)
    before = entries(here, "c")
    code, out, _ = lx("approve", "c", "--as", "ana", "--dry-run", "--json")
    assert code == 0
    assert json.loads(out)["sentence"] == "manager is approved; then finance"
    assert "0 of 1 approval; manager stays open" in lx("reject", "c", "--as", "ana", "-n")[2]
    assert entries(here, "c") == before


def test_record_only_leaves_the_vote_to_whoever_drives(lx):
    started(lx, 500)
    assert lx("approve", "c", "--as", "ana", "--record-only")[0] == 0
    assert '"status":"waiting"' in lx("show-run", "c", "--json")[1].replace(" ", "")
    code, out, _ = lx("resume", "c")
    assert (code, json.loads(out)) == (0, ["ana"])


def test_the_inbox_shows_whose_turn_it_is(lx):
    started(lx, 20000)
    lx("run", "form", "--id", "f", "--as", "zoe")
    assert len(lx("inbox")[1].splitlines()) == 2
    assert [line.split()[1] for line in lx("inbox", "--mine", "--as", "ana")[1].splitlines()] == [
        "c:ok/manager",
        "f:form",
    ]
    assert lx("inbox", "--mine", "--as", "ben")[1] == ""
    assert "nothing waits" in lx("inbox", "--role", "finance")[2]
    assert len(lx("inbox", "--role", "manager", "--name", "claim")[1].splitlines()) == 1
    lx("approve", "c", "--as", "ana")
    assert [line.split()[1] for line in lx("inbox", "--my-roles", "--as", "ben")[1].splitlines()] == ["c:ok/finance"]
    task = json.loads(lx("inbox", "c", "--as", "ben", "--json")[1])
    assert (task["mine"], task["levels"][0]["state"], task["verbs"][0]["leads_to"]) == (
        True,
        "approved",
        "finance is approved; then directors",
    )
    shown = lx("inbox", "c", "--as", "eva")[1]
    assert "not for you: eva has no say at finance" in shown and "1 of 1 approval" not in shown.split("directors")[1]


GOOD = ["-i", "count=3", "-i", "when=2026-12-01", "-i", "sure=yes", "-i", "key=hunter2"]


@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        (["-i", "count=12"], "count", "9"),
        (["-i", "count=many"], "count", "whole number"),
        (["-i", "when=tomorrow"], "when", "a date"),
        (["-i", "colour=green"], "colour", "red"),
        (["-i", "sure=perhaps"], "sure", "yes nor no"),
        (["-i", "name=longer than that"], "name", "10"),
        (["-i", "address.street=x", "-i", "address.zip=abc"], "address.zip", "whole number"),
        (["-i", "address.street=x"], "address.zip", "required"),
        (["-i", "colour=blue", "-i", "count=7"], "", "seven blue ones"),
    ],
)
def test_a_form_is_refused_field_by_field_and_stays_open(lx, here, words, field, said):  # noqa: F811
    lx("run", "form", "--id", "f", "--as", "zoe")
    before = entries(here, "f")
    code, out, _ = lx("answer", "f", *GOOD, *words, "--as", "ana", "--json")
    told = json.loads(out.splitlines()[-1])
    assert (code, told["exit"]) == (2, 2)
    assert said in told["fields"][field]
    assert "hunter2" not in out
    assert entries(here, "f") == before


def test_a_form_is_filled_in_from_words_with_what_it_begins_with_and_its_secret_reaches_no_file(lx, here):  # noqa: F811
    lx("run", "form", "--id", "f", "--as", "zoe")
    more = ["-i", "tags=a\nb", "-i", "address.street=x", "-i", "address.zip=7"]
    code, out, err = lx("answer", "f", *GOOD, *more, "--as", "ana")
    assert code == 0, err
    told = json.loads(out)
    assert (told["name"], told["tags"], told["address"], told["key"]) == (
        "Ann",
        ["a", "b"],
        {"street": "x", "zip": 7},
        7,
    )
    kept = [file for file in (here / ".lexiconsole").rglob("*") if file.is_file() and b"hunter2" in file.read_bytes()]
    assert kept == []  # not even in the vault, now that the run has ended


def test_a_secret_stays_in_the_vault_while_a_run_that_holds_it_may_go_on(lx, here):  # noqa: F811
    lx("run", "keeps", "--id", "k", "--as", "zoe")
    lx("answer", "k", "-i", "key=hunter2", "--as", "ana")
    vault = here / ".lexiconsole" / "vault"
    assert len(list(vault.iterdir())) == 2  # and whose it is
    assert lx("fork", "k", "--at", "5", "--yes")[0] == 4
    assert lx("signal", "k", "go")[0] == 0
    assert len(list(vault.iterdir())) == 2
    fork = next(json.loads(line)["id"] for line in lx("runs", "--json")[1].splitlines() if json.loads(line)["origin"])
    code, out, err = lx("signal", fork, "go")
    assert (code, out.strip()) == (0, "7"), err
    assert list(vault.iterdir()) == []


def test_a_question_due_in_the_past_is_not_asked(lx):
    code, _, err = lx("run", "late", "--id", "l")
    assert code == 1
    assert "give a due date in the future" in err


def test_a_level_that_nobody_can_decide_is_stuck_and_says_why(lx):
    code, _, err = lx("run", "stuck", "--id", "s", "--as", "zoe")
    assert code in (1, 7)
    assert "2 approvals are needed, but only 0 may be given" in err


def test_a_chain_that_can_never_reach_its_threshold_is_a_mistake_of_its_definition(lx, here):  # noqa: F811
    (here / "definitions" / "never.py").write_text(
        "from lexiconsole import ApprovalChain, ApprovalLevel\n"
        "CHAIN = ApprovalChain([ApprovalLevel('two', policy=3, who=['ana', 'ben'])], name='never')\n"
    )
    code, out, err = lx("check")
    assert code != 0
    assert "3" in out + err and "two" in out + err


def clock_put_back(monkeypatch, by: float) -> None:
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - by)
    monkeypatch.setattr(SystemClock, "now", staticmethod(lambda: real() - by))


def test_whoever_acts_while_the_clock_is_put_back_is_told_and_what_they_do_counts(lx, here, monkeypatch):  # noqa: F811
    started(lx, 500)
    clock_put_back(monkeypatch, 7 * 86_400)
    before = entries(here, "c")
    code, _, err = lx("approve", "c", "--as", "ana", "--dry-run")
    assert code == 0 and "the clock of this machine is 7d 0h behind what was written last" in err
    assert "set it right if it is wrong" in err
    assert entries(here, "c") == before
    code, out, err = lx("approve", "c", "--as", "ana")
    assert (code, json.loads(out)) == (0, ["ana"]), err
    code, out, _ = lx("audit", "verify")
    assert code == 0 and "the chain holds" in out


def test_doctor_and_audit_say_that_the_clock_was_put_back(lx, monkeypatch):
    started(lx, 20000)
    assert lx("approve", "c", "--as", "ana")[0] == 4
    assert "clock: not behind what was written last" in lx("doctor")[1]
    clock_put_back(monkeypatch, 9000)  # what the machine takes from here to there counts
    code, out, _ = lx("doctor")
    assert code == 1 and "the clock of this machine is 2h " in out
    assert lx("approve", "c", "--as", "ben")[0] == 4
    code, out, _ = lx("audit", "verify")
    assert code == 0
    assert "the chain holds" in out and "the clock was put back before entry 2, so its times are not in order" in out
    assert json.loads(lx("audit", "verify", "--json")[1])["set_back"] == [2]


def test_what_is_late_is_late_by_the_clock_as_it_is(lx, monkeypatch):
    """A clock that was put back makes nothing late, and forgets nothing that was."""
    assert lx("run", "soon", "--id", "s")[0] == 4
    with monkeypatch.context() as later:
        later.setattr(time, "time", lambda real=time.time: real() + 7200)
        assert len(lx("inbox", "--overdue")[1].splitlines()) == 1
    assert lx("inbox", "--overdue")[1] == ""
    assert len(lx("inbox")[1].splitlines()) == 1


def test_a_draft_stays_until_an_answer_was_sent(lx, here, monkeypatch):  # noqa: F811
    """Whoever only escalates, or says no at the last question, finds what they had typed again."""
    started(lx, 500)
    drafts = Drafts(here / ".lexiconsole" / "store.db")
    drafts.keep("ana", "c:ok/manager", {"note": "typed"})
    assert lx("escalate", "c", "--as", "ana")[0] == 0
    assert drafts.of("ana", "c:ok/manager") == {"note": "typed"}
    with monkeypatch.context() as at_a_terminal:
        at_a_terminal.setattr("lexiconsole.cli.face.Face.interactive", True)
        at_a_terminal.setattr("sys.stdin", io.StringIO("n\n"))
        assert lx("approve", "c", "--as", "ana")[0] == 8
    assert drafts.of("ana", "c:ok/manager") == {"note": "typed"}
    assert lx("approve", "c", "--as", "ana")[0] == 0
    assert drafts.of("ana", "c:ok/manager") == {}


def test_a_moment_before_time_began_is_no_fault(lx):
    started(lx, 500)
    code, _, err = lx("delegate", "c", "amy", "--as", "ana", "--until", "0001-01-01")
    assert (code, "say a time to come" in err) == (2, True), err
