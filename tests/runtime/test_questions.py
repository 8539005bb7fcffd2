"""Questions: forms and their faults, time running out, and secrets that no journal ever holds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, SecretStr

from lexiconsole.app.vault import FileVault
from lexiconsole.durable.context import Context
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RequestState
from lexiconsole.durable.question import OnDue, Question
from lexiconsole.durable.vault import sealed
from lexiconsole.errors import DefinitionError, StepError
from lexiconsole.runtime.settings import EngineSettings
from lexiconsole.runtime.taking import preview
from lexiconsole.store import SqliteJournal
from lexiconsole.types import RunStatus
from tests.people import Staff
from tests.support import House, define, house

ANSWER, DELEGATE, ESCALATE = RequestKind.ANSWER, RequestKind.DELEGATE, RequestKind.ESCALATE


class Address(BaseModel):
    street: str
    number: int = Field(ge=1)


class Trip(BaseModel):
    """A form with everything in it."""

    who: str = Field(min_length=2)
    days: int = Field(ge=1, le=30)
    klass: Literal["first", "second"] = "second"
    begins: date
    sure: bool = False
    tags: list[str] = []
    home: Address


def asking(question: Question) -> Any:
    async def flow(ctx: Context) -> Any:
        try:
            return await ctx.ask("q", question)
        except StepError as fault:
            return {"failed": fault.type, "why": fault.message}

    return define(flow)


async def result(h: House, row: Any) -> Any:
    return (await h.entries(row))[-1].data.get("result")


async def test_a_wrong_answer_is_refused_field_by_field_and_the_question_stays_open() -> None:
    async with house() as h:
        row = await h.run(asking(Question("Where to?", form=Trip)))
        wrong = {"who": "a", "days": 40, "klass": "third", "begins": "soon", "tags": [1], "home": {"number": 0}}
        reply = await h.ask(row, ANSWER, "q", value=wrong)
        assert reply.state is RequestState.REFUSED
        await h.settle(row)
        refused = next(e for e in await h.entries(row) if e.kind is EntryKind.REFUSED)
        assert set(refused.data["fields"]) == {"who", "days", "klass", "begins", "tags.0", "home.street", "home.number"}
        assert "days: Input should be less than or equal to 30" in reply.reply and "stays open" in reply.reply
        right = {"who": "ann", "days": 3, "begins": "2027-03-01", "home": {"street": "Elm", "number": 7}}
        assert (await h.ask(row, ANSWER, "q", value=right)).state is RequestState.APPLIED
        row = await h.settle(row)
        assert (await result(h, row))["klass"] == "second"


SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "number", "maximum": 100},
        "day": {"type": "string", "format": "date"},
        "pin": {"type": "string", "format": "password", "minLength": 4},
    },
    "required": ["amount", "pin"],
    "additionalProperties": False,
}


async def test_a_form_may_be_a_json_schema_and_names_every_field_that_does_not_fit() -> None:
    async with house() as h:
        row = await h.run(asking(Question("How much?", form=SCHEMA)))
        await h.ask(row, ANSWER, "q", value={"amount": 500, "day": "2027-02-30", "pin": "abc"})
        await h.settle(row)
        refused = next(e for e in await h.entries(row) if e.kind is EntryKind.REFUSED)
        assert refused.data["fields"] == {
            "amount": "500 is greater than the maximum of 100", "day": "'2027-02-30' is not a 'date'", "pin": "does not fit",
        }  # fmt: skip
        reply = await h.ask(row, ANSWER, "q", value={"day": "2027-02-28"})
        assert "amount: is needed; pin: is needed" in reply.reply
        await h.settle(row)
        assert (await h.ask(row, ANSWER, "q", value={"amount": 5, "pin": "1234"})).state is RequestState.APPLIED
        row = await h.settle(row)
        assert await result(h, row) == {"amount": 5, "pin": "**********"}


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("store.db*"))


class Login(BaseModel):
    name: str
    password: SecretStr = Field(min_length=4)
    more: list[SecretStr] = []


async def test_a_secret_reaches_the_workflow_but_no_file_of_the_store_also_after_a_restart(tmp_path: Path) -> None:
    seen: list[str] = []

    async def flow(ctx: Context) -> Any:
        login = await ctx.ask("login", Question("Who are you?", form=Login))
        await ctx.ask("then", Question("And now?"))
        seen.append(login.password.get_secret_value())
        return {"name": login.name, "login": login.model_dump(mode="json")}

    journal = SqliteJournal(tmp_path / "store.db")
    async with house(journal) as h:
        vault = FileVault(tmp_path / "vault")
        h.runtime.codec = replace(h.runtime.codec, vault=vault)
        row = await h.run(flow)
        short = await h.ask(row, ANSWER, "login", value={"name": "ann", "password": "Zx9"})
        assert "password: Value should have at least 4 items" in short.reply
        await h.settle(row)
        assert not list((tmp_path / "vault").iterdir()), "a refused secret is not kept"
        value = {"name": "ann", "password": "swordfish-77", "more": ["hunter-22"]}
        await h.ask(row, ANSWER, "login", value=value)
        await h.settle(row)
        await h.crash()
        h.runtime.codec = replace(h.runtime.codec, vault=vault)
        await h.ask(row, ANSWER, "then", value=1)
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED and seen == ["swordfish-77"]
        assert (await result(h, row))["login"]["password"] == "**********"
    kept = everything_in(tmp_path)
    assert b"ann" in kept
    assert b"swordfish" not in kept and b"hunter" not in kept and b"Zx9" not in kept
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "vault").iterdir()} == {"0o600"}


async def test_a_secret_for_a_question_that_is_not_open_is_not_written_down_either(tmp_path: Path) -> None:
    async with house(SqliteJournal(tmp_path / "store.db")) as h:
        row = await h.run(asking(Question("?")))
        await h.ask(row, ANSWER, "login", value={"password": "swordfish-77"})
        await h.settle(row)
    assert b"swordfish" not in everything_in(tmp_path)


async def test_a_secret_that_was_read_in_a_journal_can_neither_be_used_nor_thrown_away_by_an_answer() -> None:
    """A reference is no secret, and whoever may answer another question must not get at what it stands for."""

    async def flow(ctx: Context) -> Any:
        first = await ctx.ask("login", Question("?", form=Login))
        await ctx.ask("plain", Question("?"))
        await ctx.ask("text", Question("?", form=str))
        again = await ctx.ask("again", Question("?", form=Login))
        return [first.password.get_secret_value() == "swordfish-77", again.password.get_secret_value()]

    async with house() as h:
        row = await h.run(flow)
        await h.ask(row, ANSWER, "login", value={"name": "ann", "password": "swordfish-77"})
        await h.settle(row)
        read = next(e.data["value"]["password"] for e in await h.entries(row) if e.kind is EntryKind.ANSWERED)
        for key, good in (("plain", 1), ("text", "x")):
            assert "not in the vault" in (await h.ask(row, ANSWER, key, value=read)).reply
            assert (await h.ask(row, ANSWER, key, value=good)).state is RequestState.APPLIED
            row = await h.settle(row)
        assert (
            await h.ask(row, ANSWER, "again", value={"name": "bob", "password": read})
        ).state is RequestState.REFUSED
        await h.ask(row, ANSWER, "again", value={"name": "bob", "password": "hunter-22"})
        row = await h.settle(row)
        assert (row.status, await result(h, row)) == (RunStatus.COMPLETED, [True, "hunter-22"])


SECRET_FIELD = {"type": "string", "format": "password"}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"pin": {"$ref": "#/definitions/pin"}}, "definitions": {"pin": SECRET_FIELD}},
        {"properties": {"pin": {"$ref": "#/properties/other"}, "other": SECRET_FIELD}},
        {"patternProperties": {"^p": SECRET_FIELD}},
        {"properties": {"pin": {"type": "string"}}, "patternProperties": {"n$": SECRET_FIELD}},
        {"if": {"required": ["pin"]}, "then": {"properties": {"pin": SECRET_FIELD}}},
        {"additionalProperties": SECRET_FIELD},
    ],
)
def test_wherever_a_json_schema_says_that_a_field_is_a_secret_it_is_one(schema: Any) -> None:
    kept: list[str] = []
    assert "1234" not in str(sealed(schema, {"pin": "1234"}, lambda text: (kept.append(text), "ref")[1]))
    assert kept == ["1234"]


async def test_a_lost_vault_is_a_wrong_answer_not_a_wrong_value() -> None:
    async with house() as h:
        row = await h.run(asking(Question("?", form=Login)))
        reply = await h.ask(row, ANSWER, "q", value={"name": "a", "password": {"$secret": "../../etc/passwd"}})
        assert "password: the secret is not in the vault of this store, or this login may not read it" in reply.reply


def test_a_reference_never_leads_out_of_the_vault(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x")
    vault = FileVault(tmp_path / "vault")
    reference = vault.put("grün\r\n")
    assert vault.get(reference) == "grün\r\n"
    assert vault.get("../key") is None and vault.get("") is None and vault.get("nothing") is None
    vault.forget(reference)
    assert vault.get(reference) is None


# time


async def test_a_question_that_is_due_already_when_it_is_asked_is_not_asked() -> None:
    async with house() as h:
        row = await h.run(asking(Question("?", due=h.clock.now() - 90)))
        told = await result(h, row)
        assert told["failed"] == "DueInThePast" and "90 s ago; give a due date in the future" in told["why"]
        assert EntryKind.ASKED not in [e.kind for e in await h.entries(row)]


async def test_a_question_that_fails_when_time_runs_out_says_so_to_the_workflow() -> None:
    async with house() as h:
        row = await h.run(asking(Question("?", due_in=60, on_due=OnDue.FAIL)))
        assert row.status is RunStatus.WAITING and row.wake_at == h.clock.now() + 60
        await h.clock.advance(61)
        row = await h.again(row)
        assert (await result(h, row))["failed"] == "TimeoutError"


async def test_a_question_is_escalated_when_time_runs_out_and_the_others_may_answer_then() -> None:
    async with house(people=Staff({"ann": ["clerk"], "bob": ["boss"]})) as h:
        question = Question("?", who=("ann",), due_in=60, on_due=OnDue.ESCALATE, escalate_to=("role:boss",))
        row = await h.run(asking(question), by="ann")
        early = await h.ask(row, ANSWER, "q", by="bob", value=1)
        assert early.reply == "bob may not answer this; it is for ann"
        await h.settle(row)
        await h.clock.advance(61)
        row = await h.again(row)
        assert row.status is RunStatus.WAITING
        await h.ask(row, ANSWER, "q", by="bob", value=1)
        assert (await h.settle(row)).status is RunStatus.COMPLETED


async def test_a_question_is_handed_on_to_an_operator() -> None:
    async with house(people=Staff({"ann": ["clerk"], "bob": ["boss"], "cid": ["boss"]})) as h:
        row = await h.run(asking(Question("?", who=("ann",), escalate_to=("cid",))), by="ann")
        assert (await h.ask(row, DELEGATE, "q", by="bob", to="bob")).reply == "bob may not answer this; it is for ann"
        assert (await h.ask(row, ESCALATE, "q", by="bob")).reply == "bob may not escalate this; it is for ann"
        assert (await h.ask(row, DELEGATE, "q", by="ann", to="zed")).reply.startswith("zed is no operator")
        assert (await h.ask(row, DELEGATE, "q", by="ann", to="bob")).state is RequestState.APPLIED
        assert (await h.ask(row, DELEGATE, "q", by="ann", to="bob")).reply == "bob may answer it already"
        assert (await h.ask(row, RequestKind.WITHDRAW, "q", by="ann")).reply.startswith(
            "q is a question, not an approval"
        )
        assert (await h.ask(row, ESCALATE, "q", by="ann")).state is RequestState.APPLIED
        assert (await h.ask(row, ESCALATE, "q", by="ann")).reply == "q is escalated to cid already"
        assert (await h.ask(row, ANSWER, "q", by="bob", value=1)).state is RequestState.APPLIED
        assert (await h.settle(row)).status is RunStatus.COMPLETED


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"on_due": OnDue.FAIL}, "needs a due instant"),
    ({"due_in": 5, "on_due": OnDue.DEFAULT}, "needs a default"),
    ({"due_in": 5, "on_due": OnDue.ESCALATE}, "needs escalate_to"),
    ({"due_in": -5}, "must be more than 0"),
    ({"due_in": 5, "remind": (0,)}, "more than 0"),
]


@pytest.mark.parametrize(("terms", "said"), WRONG)
def test_a_question_without_sense_is_refused_when_it_is_made(terms: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        Question("?", **terms)


async def test_a_preview_of_a_parked_run_says_what_would_follow_and_writes_nothing() -> None:
    async with house(people=Staff({"ann": ["clerk"], "bob": ["boss"]})) as h:
        row = await h.run(asking(Question("?", who=("ann",))), by="ann")
        before = await h.entries(row)
        plan = await preview(h.runtime, Request(row.id, ANSWER, "q", {"value": 1}, by="bob"))
        assert plan.refused == "bob may not answer this; it is for ann"
        plan = await preview(h.runtime, Request(row.id, ANSWER, "q", {"value": 1}, by="ann"))
        assert plan.sentence == "q is answered"
        plan = await preview(h.runtime, Request(row.id, ANSWER, "qq", {"value": 1}, by="ann"))
        assert plan.refused == "there is no open question 'qq'; did you mean 'q'?"
        assert await h.entries(row) == before


async def test_a_question_that_is_escalated_while_its_run_is_in_memory_leaves_it_there_no_longer() -> None:
    """Else the process that began it would never end: nothing wakes the run by itself any more."""

    async def flow(ctx: Context) -> Any:
        question = Question("ok?", due_in=6, on_due=OnDue.ESCALATE, escalate_to=("ben",))
        return await ctx.ask("ok", question)

    async with house(settings=EngineSettings(park_after=30)) as h:
        row = await h.start(flow)
        drive = h.runtime.drives[row.id]
        await h.clock.until(asyncio.shield(drive.ended), at_most=60)
        row = await h.row(row)
        assert (row.status, row.owner, row.wake_at) == (RunStatus.WAITING, None, None)
        assert await h.story(row) == ["asked ok", "escalated ok"]
