"""A message is looked up, sorted by a model or a rule, decided by a person where it matters, and filed once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from triage import by_rule, triage

from _knowledge import Knowledge
from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.journal import RequestKind
from lexiconsole.durable.outline import NodeKind
from lexiconsole.types import RunStatus
from tests.graph.test_models import KEY, endpoint
from tests.support import house


def definition() -> Definition:
    found = definition_of(triage)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OPENAI_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "runs.md").write_text("# Runs\n\nA run is started.\n\n## Resuming a run\n\nUse `resume` with its id.\n")
    (folder / "notes.txt").write_text("Kettles boil water.\n")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "secret.md").write_text("resume resume resume\n")
    return folder


def given(docs: Path, **more: Any) -> dict[str, Any]:
    return {"knowledge": str(docs), "tickets": str(docs.parent / "tickets.db"), **more}


def tickets(docs: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(docs.parent / "tickets.db")) as db:
        return db.execute(
            "SELECT subject, category, priority, reply, decided_by FROM tickets ORDER BY number"
        ).fetchall()


async def test_what_is_plain_is_filed_without_a_person(docs: Path) -> None:
    async with house() as h:
        row = await h.run(definition(), given(docs, subject="How do I resume a run?", text="Which command, and when?"))
        assert row.status is RunStatus.COMPLETED
        result = (await h.entries(row))[-1].data["result"]
        assert result == {
            "number": 1,
            "category": "question",
            "priority": "normal",
            "reply": "See Resuming a run in runs.md.",
        }
        assert "asked decide" not in await h.story(row)


async def test_what_is_urgent_or_unclear_is_decided_by_a_person_and_filed_once(docs: Path) -> None:
    async with house() as h:
        row = await h.run(
            definition(),
            given(docs, subject="Error", text="Production is down, a run will not start", agents=["role:support"]),
        )
        assert row.status is RunStatus.WAITING
        asked = next(e for e in await h.entries(row) if e.kind == "asked")
        assert "It looks like bug, urgent" in asked.data["prompt"] and asked.data["who"] == ["role:support"]
        await h.crash()
        await h.ask(
            row, RequestKind.ANSWER, "decide", value={"category": "bug", "priority": "urgent", "reply": "On it."}
        )
        assert (await h.settle(row)).status is RunStatus.COMPLETED
        assert tickets(docs) == [("Error", "bug", "urgent", "On it.", "a person")]


async def test_a_model_sorts_when_one_is_configured_and_its_key_stays_out_of_the_journal(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openai", reason="the extra lexiconsole[models] is not installed")
    verdict = {"category": "billing", "priority": "low", "sure": True, "reply": "It is paid."}
    async with endpoint(json.dumps(verdict)) as there, house() as h:
        for name, value in (("OPENAI_MODEL", "tiny"), ("OPENAI_BASE_URL", there.url), ("OPENAI_API_KEY", KEY)):
            monkeypatch.setenv(name, value)
        row = await h.run(definition(), given(docs, subject="Resume", text="How {odd}?"))
        assert row.status is RunStatus.COMPLETED
        assert tickets(docs) == [("Resume", "billing", "low", "It is paid.", "model or rule")]
        sent = there.asked[0][2]["messages"][1]["content"]
        assert "runs.md, Resuming a run:\nUse `resume` with its id." in sent and "How {odd}?" in sent
        assert KEY not in "\n".join(map(str, await h.entries(row)))


async def test_a_model_that_is_away_fails_the_run_and_files_nothing(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openai", reason="the extra lexiconsole[models] is not installed")
    monkeypatch.setenv("OPENAI_MODEL", "tiny")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    async with house() as h:
        row = await h.run(definition(), given(docs))
        assert row.status is RunStatus.FAILED and not (docs.parent / "tickets.db").exists()


@pytest.mark.parametrize(
    ("text", "category", "priority", "sure"),
    [
        ("how and why", "question", "normal", True),
        ("it crashes with an error", "bug", "normal", True),
        ("error in production", "bug", "urgent", True),
        ("please add support for kettles", "request", "low", True),
        ("charged twice, refund the invoice", "billing", "normal", True),
        ("hello", "other", "normal", False),
        ("how is the error", "bug", "normal", False),
    ],
)
def test_the_rule(docs: Path, text: str, category: str, priority: str, sure: bool) -> None:
    verdict = by_rule({"input": text, "passages": Knowledge(docs).execute("resume")})
    assert (verdict.category, verdict.priority, verdict.sure) == (category, priority, sure)


def test_the_tool_finds_passages_and_leaves_out_what_is_hidden(docs: Path) -> None:
    [found] = Knowledge(docs, most=5).execute("How do I resume?")
    assert (found.path.name, found.line, found.heading) == ("runs.md", 5, "Resuming a run")
    assert Knowledge(docs).execute('kettles "quoted" AND (odd* syntax:')[0].heading == "notes"
    assert Knowledge(docs).execute("the and of ?!") == []


def test_its_picture() -> None:
    kinds = {node.key: node.kind for node in definition().outline().nodes}
    assert kinds["look up"] is NodeKind.TOOL and kinds["sort"] is NodeKind.MODEL and kinds["decide"] is NodeKind.HUMAN
