"""Who acts: operators from application.yaml, `--as`, refusals with a reason and on record, and signatures."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lexiconsole import workflow
from lexiconsole.app import signing
from lexiconsole.app.audit_head import HeadFile
from lexiconsole.app.config import Settings
from lexiconsole.app.ground import Ground
from lexiconsole.app.identity import os_user
from lexiconsole.app.operators import Operators
from lexiconsole.app.runs import Place, Runs
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.context import Context
from lexiconsole.durable.journal import Request, RequestKind, RunFilter
from lexiconsole.durable.question import Question
from lexiconsole.errors import ConfigurationError, NotFoundError, RefusedError
from lexiconsole.runtime.recovery import drive_what_waits
from lexiconsole.store import SqliteJournal
from lexiconsole.types import RunStatus
from tests.store.writing import outside

ME = os_user()
ASKS = """
from lexiconsole import workflow
from lexiconsole.durable.context import Context
from lexiconsole.durable.question import Question


@workflow
async def sale(ctx: Context) -> str:
    '''Asks a manager once.'''
    return await ctx.ask("price", Question("How much?", form=int, who=("role:manager",)))
"""
PEOPLE = f"""
operators:
  me: {{users: [{ME}], roles: [clerk], act_for: [ana]}}
  ana: {{roles: [manager]}}
  ben: {{roles: [manager], absences: [{{from: 2026-12-24, to: 2026-12-26, stand_in: ana}}]}}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "sale.py").write_text(ASKS)
    return tmp_path


def opened(folder: Path, yaml: str) -> Workspace:
    (folder / "application.yaml").write_text(yaml)
    return Workspace.find(folder)


def waiting(workspace: Workspace, **terms):
    row, _ = workspace.start("sale", None, **terms)
    return workspace.settle(row)


def answer(row, by="", value=7):
    return Request(row.id, RequestKind.ANSWER, "price", {"value": value}, by=by)


def test_without_operators_one_person_may_do_everything(folder):
    with opened(folder, "store: {}") as workspace:
        assert not workspace.people.enforced
        row = waiting(workspace)
        assert workspace.act(answer(row, by="anybody")).applied
        assert [link.entry.by for link in workspace.audit()] == ["anybody"]


def test_an_act_keeps_who_it_was_and_from_where(folder):
    with opened(folder, PEOPLE) as workspace:
        assert workspace.me == "me"
        row = waiting(workspace)
        assert row.by == "me"
        assert workspace.act(answer(row, by="ana")).applied
        (link,) = workspace.audit()
        sender = link.entry.data["from"]
        assert (link.entry.by, sender["os_user"]) == ("ana", ME)
        assert sender == workspace.identity.sender == workspace.entries(row)[0].data["from"]
        assert workspace.settle(row).status is RunStatus.COMPLETED


def test_the_wrong_role_is_refused_and_recorded_and_the_question_stays(folder):
    with opened(folder, PEOPLE) as workspace:
        row = waiting(workspace)
        outcome = workspace.act(answer(row))
        assert outcome.refused.startswith("me may not answer this; it is for role:manager")
        (link,) = workspace.audit()
        assert (link.entry.kind, link.entry.by, link.entry.data["from"]["os_user"]) == ("refused", "me", ME)
        assert len(workspace.tasks(row)) == 1


@pytest.mark.parametrize("act", ["act", "start", "fork"])
def test_who_may_not_act_for_somebody_is_told_so_and_it_is_on_record(folder, act):
    with opened(folder, PEOPLE) as workspace:
        row = waiting(workspace)
        with pytest.raises(RefusedError, match=f"{ME} may not act for ben; operators.*act_for"):
            match act:
                case "act":
                    workspace.act(answer(row, by="ben"))
                case "start":
                    workspace.start("sale", None, by="ben")
                case _:
                    workspace.fork(row, 1, by="ben")
        (link,) = workspace.audit()
        assert (link.entry.seq, link.entry.kind, link.entry.by, link.entry.data["as"]) == (0, "refused", "me", "ben")
        assert len(workspace.tasks(row)) == 1


def test_a_request_that_somebody_wrote_into_the_store_is_judged_by_the_owner(folder):
    """The face is not what protects: a cancel, put into the file under a name its sender may not use, does nothing."""
    with opened(folder, PEOPLE) as workspace:
        row = waiting(workspace)
        workspace.interrupt()
        with outside(workspace.store_path) as db:
            db.execute(
                "INSERT INTO requests (run, kind, target, data, by, at, state, reply)"
                " VALUES (1, 'cancel', '', '{\"from\":{\"os_user\":\"mallory\"}}', 'ana', 1.5, 'open', '')"
            )
        workspace.drive(row)
        row = workspace.settle(workspace.run(row.id))
        assert row.status is RunStatus.WAITING
        (link,) = workspace.audit()
        assert link.entry.data["reason"] == "mallory may not act for ana"


def test_an_unknown_name_is_named_with_the_nearest(folder):
    with (
        opened(folder, PEOPLE) as workspace,
        pytest.raises(NotFoundError, match="no operator 'anna'; did you mean 'ana'"),
    ):
        workspace.start("sale", None, by="anna")


@pytest.mark.parametrize(
    ("yaml", "sentence"),
    [
        ("operators: {ana: {act_for: [bob]}, bo: {}}", "ana.act_for names 'bob', who is no operator; did you mean bo?"),
        ("operators: {ana: {absences: [{from: 2026-01-01, to: 2026-01-02, stand_in: x}]}}", "stand_in names 'x'"),
        ('operators: {"*": {roles: [boss]}}', "is whoever is logged in: it can have act_for"),
        ("audit: {require_signatures: true}", "require_signatures needs allowed_signers"),
    ],
)
def test_people_who_do_not_fit_together_are_a_mistake_in_the_settings(folder, yaml, sentence):
    with pytest.raises(ConfigurationError) as caught:
        opened(folder, yaml)
    assert sentence in str(caught.value)


def test_somebody_away_is_stood_in_for_until_the_last_day_is_over(folder):
    (folder / "application.yaml").write_text(PEOPLE)
    now = [0.0]
    ground = Ground(folder)
    ground.now = lambda: now[0]
    people = ground.people
    stands_in = {}
    for day in ((2026, 12, 23), (2026, 12, 24), (2026, 12, 26), (2026, 12, 27)):
        now[0] = datetime(*day, 12, tzinfo=UTC).astimezone().replace(hour=12).timestamp()
        stands_in[day[2]] = people.stand_in("ben")
    assert stands_in == {23: "", 24: "ana", 26: "ana", 27: ""}
    assert people.members(["role:manager", "ana", "nobody", "role:none"]) == ("ana", "ben")


def test_somebody_may_be_away_since_ever_and_for_ever(folder):
    since_ever = "operators: {ana: {}, ben: {absences: [{from: 0001-01-01, to: 9999-12-31, stand_in: ana}]}}"
    (folder / "application.yaml").write_text(since_ever)
    (folder / ".lexiconsole").mkdir(exist_ok=True)
    assert [Ground(folder).people.stand_in("ben") for _ in range(2)] == ["ana", "ana"], "also from what is kept of it"


def test_where_only_the_bundled_definitions_are_anybody_may_try_everybody(tmp_path):
    people = Ground(tmp_path).people
    assert isinstance(people, Operators)
    assert people.may_act_for("whoever", "whoever")
    assert people.members(["role:manager", "role:finance"])
    assert all(people.may_act_for("whoever", name) for name in people.known)
    assert not people.may_act_for("", "ana")


def test_the_scaffold_brings_a_chain_of_three_to_try(tmp_path):
    scaffold = Path(sys.modules["lexiconsole.app"].__file__).parents[0] / "scaffold"
    people = Ground(scaffold).people
    assert people.members(["role:manager", "role:finance", "role:director"]) == ("ana", "ben", "cleo", "dan", "eva")
    assert people.may_act_for("whoever", "cleo")


# signatures


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    place = tmp_path_factory.mktemp("keys")
    for name in ("ana", "mallory"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place / name)], check=True)
    (place / "allowed").write_text(f"ana {(place / 'ana.pub').read_text()}")
    return place


def signing_as(keys: Path, key: str, name: str = "ana") -> str:
    return f"""
operators:
  me: {{users: [{ME}], roles: [manager], act_for: [ana]}}
  ana: {{roles: [manager]}}
  {"" if name == "ana" else name + ": {}"}
audit:
  require_signatures: true
  allowed_signers: {keys / "allowed"}
  {f"signing_key: {keys / key}" if key else ""}
"""


def test_a_signed_decision_counts_and_the_audit_finds_its_signature_good(folder, keys):
    with opened(folder, signing_as(keys, "ana")) as workspace:
        row = waiting(workspace)
        assert workspace.act(answer(row, by="ana")).applied
        verdict = workspace.verify_audit()
        assert (verdict.fault, verdict.signed, verdict.count) == ("", 1, 1)
        (link,) = workspace.audit()
        assert link.entry.data["signature"].startswith("-----BEGIN SSH SIGNATURE-----")


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("", "the decision of ana is not signed; audit.signing_key names the key to sign with"),
        ("mallory", "the signature is not one of ana's"),
    ],
)
def test_an_unsigned_or_wrongly_signed_decision_does_not_count(folder, keys, key, sentence):
    with opened(folder, signing_as(keys, key)) as workspace:
        row = waiting(workspace)
        assert workspace.act(answer(row, by="ana")).refused.startswith(sentence)
        assert len(workspace.tasks(row)) == 1
        cancelled = workspace.act(Request(row.id, RequestKind.CANCEL, by="ana"))
        assert cancelled.refused.startswith(sentence)
        assert [link.entry.kind for link in workspace.audit()] == ["refused", "refused"]
        assert workspace.verify_audit().sound


def test_a_signature_taken_over_from_another_decision_is_found(folder, keys):
    with opened(folder, signing_as(keys, "ana")) as workspace:
        row = waiting(workspace)
        workspace.act(answer(row, by="ana"))
        (link,) = workspace.audit()
        signatures = signing.Signatures(workspace.settings, workspace.root)
        good = link.entry.data
        assert signatures.fault("ana", good["signed"], good["signature"]) == ""
        assert "not one of ana's" in signatures.fault("ana", good["signed"].replace("7", "8"), good["signature"])
        assert "not one of me's" in signatures.fault("me", good["signed"], good["signature"])


def test_where_ssh_keygen_is_missing_it_says_so(folder, keys, monkeypatch):
    with opened(folder, signing_as(keys, "ana")) as workspace:
        row = waiting(workspace)
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(
            RefusedError, match=r"can not be signed with .*: ssh-keygen is not installed; install OpenSSH"
        ):
            workspace.act(answer(row, by="ana"))


async def test_a_secret_typed_at_the_command_line_reaches_the_run_of_an_application(tmp_path):
    """Both keep secrets in the vault beside the store, where they outlive the process that was told them."""

    async def key(ctx: Context) -> int:
        form = {"type": "string", "format": "password"}
        return len((await ctx.ask("key", Question("your key?", form=form))).get_secret_value())

    store = tmp_path / ".lexiconsole" / "store.db"
    settings = Settings.load(tmp_path)
    place = Place(lambda: SqliteJournal(store, durability="process"), settings, store.parent / "locks")
    runs = Runs(lambda: place, [workflow("key")(key)], tell=lambda event: None)
    try:
        row = await runs.settle(await runs.start("key"))
        with Workspace(tmp_path, settings) as workspace:
            request = Request(row.id, RequestKind.ANSWER, "key", {"value": "hush"})
            await asyncio.to_thread(workspace.act, request, record_only=True)
        await runs._call(drive_what_waits)
        assert (await runs.settle(row)).status is RunStatus.COMPLETED
    finally:
        await runs.close()


async def test_an_application_judges_what_is_asked_of_its_runs_and_keeps_the_head(tmp_path):
    """Others may leave requests for the runs that it drives; its own acts go under the name of whoever runs it."""
    (tmp_path / "application.yaml").write_text(PEOPLE)
    namespace: dict[str, Any] = {"__name__": "sales"}
    exec(compile(ASKS.replace('"role:manager"', '"ana"'), "sales.py", "exec"), namespace)
    store = tmp_path / "store.db"
    place = Place(lambda: SqliteJournal(store, durability="process"), Settings.load(tmp_path), tmp_path / "locks")
    runs = Runs(lambda: place, [namespace["sale"]], tell=lambda event: None)
    try:
        row = await runs.settle(await runs.start("sale"))
        with pytest.raises(RefusedError, match="me may not answer this; it is for ana"):
            await runs.answer(row, "price", 7)
        with pytest.raises(RefusedError, match=f"{ME} may not act for ben"):
            await runs.answer(row, "price", 7, by="ben")
        await runs.answer(row, "price", 7, by="ana")
        assert (await runs.settle(row)).status is RunStatus.COMPLETED
    finally:
        await runs.close()
    kept = HeadFile.beside(store).read()
    assert kept is not None
    assert kept[0] == 3


# forks


def test_a_fork_is_refused_beforehand_for_the_reason_it_would_be_refused_for(tmp_path):
    with Workspace.find(tmp_path) as workspace:
        row = workspace.settle(workspace.start("expense_claim", {"amount": 40})[0])
        asked = next(entry for entry in workspace.entries(row) if entry.kind == "asked")
        seen = workspace.preview_fork(row, row.seq, input={"amount": 4})
        assert "is what people were asked about at approval" in seen.refused
        with pytest.raises(RefusedError) as caught:
            workspace.fork(row, row.seq, input={"amount": 4})
        assert str(caught.value) == seen.refused
        assert f"asked anew: {asked.key}" in workspace.preview_fork(row, row.seq).details
        assert not workspace.preview_fork(row, 1, input={"amount": 4}).refused
        assert "has entries 1 to" in workspace.preview_fork(row, 99).refused
        assert len(workspace.runs(RunFilter())) == 1
