"""An article goes from draft to archive by events, and what lies in its folder is at every moment what its state says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from article import Article, Draft

from lexiconsole.durable.definition import definition_of
from lexiconsole.durable.journal import RequestKind, RunRow
from lexiconsole.errors import InvalidInputError
from lexiconsole.types import RunStatus
from tests.support import House, house

DEFINITION = definition_of(Article)
assert DEFINITION is not None


async def send(h: House, row: RunRow, event: str, payload: Any = None) -> RunRow:
    await h.ask(row, RequestKind.SIGNAL, event, payload=payload)
    return await h.settle(row)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


async def ignored(h: House, row: RunRow) -> list[str]:
    return [str(e.data["value"]) for e in await h.entries(row) if e.key.endswith("/ignored")]


async def test_from_draft_to_the_archive_with_a_crash_between_any_two_events(tmp_path: Path) -> None:
    home = tmp_path / "on-kettles"
    async with house() as h:
        row = await h.run(DEFINITION, {"path": str(tmp_path)})
        assert files(home) == ["owner", "text.md"] and row.status is RunStatus.WAITING
        story = [
            ("revise", {"text": "Kettles boil <water>, and **some** whistle."}, ["owner", "text.md"]),
            ("submit", None, ["owner", "submitted", "text.md"]),
            ("send_back", {"reason": "too short"}, ["note.txt", "owner", "submitted", "text.md"]),
            ("submit", None, ["owner", "submitted", "text.md"]),
            ("publish", None, ["owner", "page.html", "submitted", "text.md"]),
            ("withdraw", None, ["owner", "submitted", "text.md"]),
            ("submit", None, ["owner", "submitted", "text.md"]),
            ("publish", None, ["owner", "page.html", "submitted", "text.md"]),
        ]
        for event, payload, there in story:
            row = await send(h, row, event, payload)
            assert (row.status, files(home)) == (RunStatus.WAITING, there), event
            await h.crash()
        page = (home / "page.html").read_text("utf-8")
        assert "<h1>On kettles</h1>\n<p>Kettles boil &lt;water&gt;, and <strong>some</strong> whistle.</p>" in page
        row = await send(h, row, "archive")
        assert row.status is RunStatus.COMPLETED
        assert files(tmp_path) == [
            f"archive/on-kettles/{name}" for name in ("owner", "page.html", "submitted", "text.md")
        ]
        result = {"state": "archived", "folder": str(tmp_path / "archive" / "on-kettles"), "changes": 9}
        assert (await h.entries(row))[-1].data == {"result": result}
        assert await ignored(h, row) == []


async def test_what_is_published_is_what_was_reviewed(tmp_path: Path) -> None:
    async with house() as h:
        row = await h.run(DEFINITION, {"path": str(tmp_path)})
        row = await send(h, row, "submit")
        (tmp_path / "on-kettles" / "text.md").write_text("Something else, slipped in behind the reviewer's back.")
        row = await send(h, row, "publish")
        assert not (tmp_path / "on-kettles" / "page.html").exists()
        assert [line.split(" and ")[-1] for line in await ignored(h, row)] == [
            "can_publish does not allow 'publish' now"
        ]


@pytest.mark.parametrize(
    ("event", "payload", "says"),
    [
        ("publish", None, "in 'draft', where 'publish' does nothing"),
        ("revise", None, "can_revise does not allow"),
        ("revise", {"text": 7}, "can_revise does not allow"),
        ("submit", None, "can_submit does not allow"),
        ("pubish", None, "did you mean 'publish'? possible there: revise, submit, archive"),
    ],
)
async def test_events_that_can_not_count_now_are_noted_and_change_nothing(
    tmp_path: Path, event: str, payload: Any, says: str
) -> None:
    async with house() as h:
        row = await h.run(DEFINITION, {"path": str(tmp_path), "text": "Too short."})
        row = await send(h, row, event, payload)
        assert row.status is RunStatus.WAITING and says in (await ignored(h, row))[0]
        assert files(tmp_path / "on-kettles") == ["owner", "text.md"]


async def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    async with house() as h:
        first = await h.run(DEFINITION, {"path": str(tmp_path)})
        second = await h.run(DEFINITION, {"path": str(tmp_path), "text": "Mine, mine, mine, mine, mine."})
        assert second.status is RunStatus.FAILED
        assert f"belongs to the run {first.id}" in (await h.entries(second))[-1].data["error"]["message"]
        assert "kettle" in (tmp_path / "on-kettles" / "text.md").read_text("utf-8")


async def test_by_hand_it_is_the_same_machine(tmp_path: Path) -> None:
    article = Article(Draft(path=tmp_path, title="Ça & là"))
    article.begin()
    assert article.folder.name == "ça-là" and article.can_transition("submit") and not article.can_transition("revise")
    assert await article.transition("submit") == "review"
    assert await article.transition("publish") == "published"
    assert "<h1>Ça &amp; là</h1>" in (article.folder / "page.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "..."}, "title"),
        ({"min_words": -1}, "min_words"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_draft_without_sense_is_refused_field_by_field(draft: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        DEFINITION.validate(draft)
    assert list(refused.value.fields) == [field]


def test_its_picture_is_known_before_any_run() -> None:
    outline = DEFINITION.outline()
    assert [node.key for node in outline.nodes] == ["draft", "review", "published", "archived"]
    assert {edge.label for edge in outline.edges} == {"revise", "submit", "send_back", "publish", "withdraw", "archive"}
