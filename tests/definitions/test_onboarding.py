"""A new colleague is prepared for, whoever they are and wherever a crash falls: the same account, the same files."""

from __future__ import annotations

import email
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from onboarding import onboarding

from _welcome import appointment, login_of
from lexiconsole.durable.definition import definition_of
from lexiconsole.errors import InvalidInputError
from lexiconsole.types import RunStatus
from tests.replaying import resumed_from
from tests.support import house

DEFINITION = definition_of(onboarding)
assert DEFINITION is not None


def given(folder: Path, **more: Any) -> dict[str, Any]:
    return {"folder": str(folder), "starts": "2030-01-07", **more}


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.glob("*/*")}


def logins(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "accounts.db")) as db:
        return [login for (login,) in db.execute("SELECT login FROM accounts ORDER BY rowid")]


async def test_staff_and_contractors_get_what_they_need(tmp_path: Path) -> None:
    async with house() as h:
        row = await h.run(DEFINITION, given(tmp_path))
        assert row.status is RunStatus.COMPLETED
        result: Any = (await h.entries(row))[-1].data["result"]
        assert result["login"] == "ada.lovelace" and result["papers"] == "contract"
        await h.run(DEFINITION, given(tmp_path, name="Ada Lovelace", employment="contractor", team="research"))
    assert logins(tmp_path) == ["ada.lovelace", "ada.lovelace2"], "nobody gets somebody else's account"
    made = files(tmp_path)
    assert sorted(made) == [
        *(f"ada.lovelace/{name}" for name in ("checklist.md", "contract.md", "first-day.ics", "welcome.eml")),
        *(f"ada.lovelace2/{name}" for name in ("agreement.md", "checklist.md", "first-day.ics", "welcome.eml")),
    ]
    assert b"trial for the first 180 days, which end on 2030-07-06" in made["ada.lovelace/contract.md"]
    assert b"badge, until 2030-01-06" in made["ada.lovelace/checklist.md"]
    mail = email.message_from_bytes(made["ada.lovelace2/welcome.eml"])
    text, papers = mail.get_payload()  # type: ignore[misc]
    assert (mail["To"], mail["Subject"]) == ("ada.lovelace2@example.org", "Welcome to research")
    assert b"Monday, 07 January 2030" in text.get_payload(decode=True)  # type: ignore[union-attr]
    assert papers.get_payload(decode=True) == made["ada.lovelace2/agreement.md"]  # type: ignore[union-attr]


async def test_after_a_crash_anywhere_it_is_the_same_account_and_the_same_files(tmp_path: Path) -> None:
    async with house() as h:
        row = await h.run(DEFINITION, given(tmp_path))
        entries, before = await h.entries(row), files(tmp_path)
    for cut in range(1, len(entries)):
        again = await resumed_from(entries[:cut], DEFINITION)
        assert (await again.again(row)).status is RunStatus.COMPLETED, cut
        await again.runtime.stop()
        assert files(tmp_path) == before and logins(tmp_path) == ["ada.lovelace"], cut


async def test_papers_that_were_tidied_away_are_missed(tmp_path: Path) -> None:
    async with house() as h:
        row = await h.run(DEFINITION, given(tmp_path))
        entries = await h.entries(row)
    (tmp_path / "ada.lovelace" / "contract.md").unlink()
    again = await resumed_from(entries[:-2], DEFINITION)
    row = await again.again(row)
    assert row.status is RunStatus.FAILED and "has no contract.md any more" in row.error
    await again.runtime.stop()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "../../etc"), ("name", "Ada\nBcc: x"), ("team", "a/b"), ("domain", "x"), ("starts", "9999-12-31")],
)
def test_what_would_lead_elsewhere_is_refused(field: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=field):
        DEFINITION.validate(given(tmp_path, **{field: value}))


def test_names_of_all_kinds_give_a_login_and_a_calendar_that_any_program_reads() -> None:
    assert [login_of(name) for name in ("Zoë von Ende", "O\u2019Neill, J.", "李小龙")] == [
        "zoe.von.ende",
        "oneill.j",
        "user",
    ]
    lines = appointment("a", date(2030, 1, 7), "Zoë, " * 40).split(b"\r\n")
    assert max(map(len, lines)) <= 75 and b"\\," in lines[8]
