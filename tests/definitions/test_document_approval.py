"""A document is checked, decided by a person, sent back as often as it needs, and published as it was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from document_approval import document_approval

from _documents import approvals, broken_links, style_faults, take_snapshot
from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.journal import RequestKind
from lexiconsole.durable.outline import EdgeKind, NodeKind
from lexiconsole.errors import InvalidInputError
from lexiconsole.types import RunStatus
from tests.people import Staff
from tests.support import House, house

GOOD = "# Kettles\n\nThey boil. See [below](#more) and [data](data.csv).\n\n## More\n\nAnd they whistle.\n"


def definition() -> Definition:
    found = definition_of(document_approval)
    assert found is not None
    return found


@pytest.fixture
def document(tmp_path: Path) -> Path:
    (tmp_path / "data.csv").write_text("a\n")
    path = tmp_path / "kettles.md"
    path.write_text(GOOD)
    return path


def given(document: Path, **more: Any) -> dict[str, Any]:
    return {"document": str(document), "folder": str(document.parent / "approved"), **more}


def write(document: Path, text: str) -> None:
    document.write_text(text)


async def says(h: House, row: Any, key: str, verdict: str, by: str = "ana", **more: Any) -> Any:
    await h.ask(row, RequestKind.VOTE, key, by=by, verdict=verdict, **more)
    return await h.settle(row)


async def answer(h: House, row: Any, key: str, **value: Any) -> Any:
    await h.ask(row, RequestKind.ANSWER, key, value=value)
    return await h.settle(row)


async def test_a_clean_document_is_approved_and_published(document: Path) -> None:
    async with house() as h:
        row = await h.run(definition(), given(document, approvers=["ana"]))
        assert row.status is RunStatus.WAITING and row.where == "approve/editor"
        asked = next(e for e in await h.entries(row) if e.kind == "asked")
        assert asked.data["prompt"].startswith("'Kettles', 13 words, passed its checks") and asked.data["who"] == [
            "ana"
        ]
        assert asked.data["due"] > asked.at + 13 * 86_400
        write(document, "edited while it was decided\n")
        row = await says(h, row, "approve/editor", "approve", reason="good")
        assert row.status is RunStatus.COMPLETED
        [made] = approvals(document.parent / "approved")
        assert (made.version, made.comment, made.run) == (1, "good", row.id)
        assert made.path.read_text() == GOOD and made.path.name == "kettles-v1.md"


async def test_what_the_checks_find_goes_back_to_the_author_until_it_is_mended(document: Path) -> None:
    write(document, GOOD.replace("data.csv", "nowhere.csv").replace("They", "They they"))
    async with house() as h:
        row = await h.run(definition(), given(document))
        prompt = next(e for e in await h.entries(row) if e.kind == "asked").data["prompt"]
        assert "line 3: there is no file nowhere.csv; line 3: 'They they'" in prompt
        row = await answer(h, row, "rework", rework="ready")
        assert [s for s in await h.story(row) if "asked " in s][-1] == "asked rework#2", "nothing was mended"
        write(document, GOOD)
        row = await answer(h, row, "rework#2", rework="ready")
        row = await says(h, row, "approve/editor", "reject", reason="say which kettles")
        asked = [e for e in await h.entries(row) if e.kind == "asked"][-1]
        assert asked.key == "rework#3" and "say which kettles" in asked.data["prompt"]
        write(document, GOOD.replace("They", "Electric ones"))
        row = await answer(h, row, "rework#3", rework="ready")
        row = await says(h, row, "approve#2/editor", "approve")
        assert row.status is RunStatus.COMPLETED
        assert "Electric ones" in approvals(document.parent / "approved")[0].path.read_text()


async def test_a_long_document_needs_legal_as_well_and_nobody_approves_their_own(document: Path) -> None:
    people = Staff({"ana": ["editor"], "eli": ["editor"], "eva": ["legal"]})
    async with house(people=people) as h:
        row = await h.run(definition(), given(document, long=10), by="ana")
        own = await h.ask(row, RequestKind.VOTE, "approve/editor", by="ana", verdict="approve")
        assert own.reply == "ana began this and may not decide on it (four-eyes)"
        row = await says(h, row, "approve/editor", "approve", by="eli", reason="reads well")
        assert row.status is RunStatus.WAITING and row.where == "approve/legal"
        row = await says(h, row, "approve/legal", "approve", by="eva", reason="no claims")
        assert row.status is RunStatus.COMPLETED
        assert approvals(document.parent / "approved")[0].comment == "reads well; no claims"


@pytest.mark.parametrize("how", ["withdraw", "give up"])
async def test_it_ends_without_a_version_when_somebody_says_no(document: Path, how: str) -> None:
    async with house() as h:
        row = await h.run(definition(), given(document))
        if how == "withdraw":
            await h.ask(row, RequestKind.WITHDRAW, "approve/editor")
            row = await h.settle(row)
        else:
            row = await says(h, row, "approve/editor", "reject")
            row = await answer(h, row, "rework", rework="give up")
        assert row.status is RunStatus.COMPLETED and (await h.entries(row))[-1].data["result"] == "rejected"
        assert approvals(document.parent / "approved") == []


async def test_enough_rounds_are_enough(document: Path) -> None:
    write(document, "")
    async with house() as h:
        row = await h.run(definition(), given(document, rounds=2))
        for key in ("rework", "rework#2"):
            row = await answer(h, row, key, rework="ready")
        assert row.status is RunStatus.FAILED
        assert (
            "read would be visited more than 2 times in the loop read → "
            in (await h.entries(row))[-1].data["error"]["message"]
        )


async def test_another_document_of_that_name_gets_the_next_version_and_a_crash_makes_none_twice(document: Path) -> None:
    async with house() as h:
        for _ in range(2):
            row = await h.run(definition(), given(document))
            await h.crash()
            row = await says(h, row, "approve/editor", "approve")
            assert row.status is RunStatus.COMPLETED
        assert [made.version for made in approvals(document.parent / "approved")] == [1, 2]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (GOOD, []),
        ("", ["line 1: the document is empty"]),
        ("# A\n\n### B\n", ["line 3: the heading skips from level 1 to 3"]),
        ("# A\n\n# B\n", ["line 3: a second title"]),
        ("# A\n\nis is it? tbd\n", ["line 3: 'is is'", "line 3: 'tbd' is left open"]),
        ("# A\n\n```\nthe the\n```\n`the the`\n", []),
        ("# A\n\n[x](#b) [y](https://example.org/no) [z](mailto:a@b.c)\n", ["line 3: no heading is called #b"]),
    ],
)
def test_what_the_checks_see(document: Path, text: str, faults: list[str]) -> None:
    document.write_text(text)
    snapshot = take_snapshot(document, document.parent / "read")
    assert broken_links(snapshot) + style_faults(snapshot) == faults


def test_the_sample_that_comes_along_is_clean(tmp_path: Path) -> None:
    snapshot = take_snapshot(definition().validate({}).document, tmp_path)
    assert broken_links(snapshot) + style_faults(snapshot) == []


def test_its_picture() -> None:
    outline = definition().outline()
    kinds = {node.key: node.kind for node in outline.nodes}
    assert (kinds["approve"], kinds["rework"], kinds["clean"]) == (NodeKind.APPROVAL, NodeKind.HUMAN, NodeKind.GATE)
    inside = {node.key for node in outline.nodes if node.parent == "approve"}
    assert inside == {"approve/editor", "approve/legal"}
    ways = {(edge.source, edge.target): edge.kind for edge in outline.edges}
    assert ways["clean", "approve"] is EdgeKind.TRUE and ways["clean", "rework"] is EdgeKind.FALSE
    assert ways["reworked", "read"] is EdgeKind.LOOP


@pytest.mark.parametrize(
    ("input", "field"), [({"document": "no.md"}, "document"), ({"days": 0}, "days"), ({"colour": 1}, "colour")]
)
def test_input_without_sense_is_refused(input: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        definition().validate(input)
    assert list(refused.value.fields) == [field]
