"""Access is asked for by a form, approved, granted for a while, and taken back whatever happens meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from access_request import access_request

from _books import Books, BooksError
from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import RequestKind, RequestState
from lexiconsole.types import RunStatus
from tests.people import Staff
from tests.support import House, house

STAFF = Staff({"zoe": [], "ana": ["manager"], "finn": ["security"], "sue": ["support"]})
FORM = {"system": "billing", "level": "write", "hours": 8}


def definition() -> Definition:
    found = definition_of(access_request)
    assert found is not None
    return found


def granted(folder: Path) -> dict[str, str]:
    return Books(folder / "books.db").access("grace")


async def started(h: House, folder: Path, **form: Any) -> Any:
    row = await h.run(definition(), {"books": str(folder / "books.db")}, by="zoe")
    await h.ask(row, RequestKind.ANSWER, "form", by="zoe", value={**FORM, **form})
    return await h.settle(row)


async def act(h: House, row: Any, kind: RequestKind, key: str, by: str, **data: Any) -> Any:
    reply = await h.ask(row, kind, key, by=by, **data)
    assert reply.state is RequestState.APPLIED, reply.reply
    return await h.settle(row)


async def approved(h: House, row: Any) -> Any:
    row = await act(h, row, RequestKind.VOTE, "approval/manager", "ana", verdict="approve")
    return await act(h, row, RequestKind.VOTE, "approval/security", "finn", verdict="approve")


async def test_it_is_granted_and_a_timer_takes_it_back_although_the_process_died_meanwhile(tmp_path: Path) -> None:
    async with house(people=STAFF) as h:
        row = await approved(h, await started(h, tmp_path))
        (asleep,) = [e for e in await h.entries(row) if e.kind is EntryKind.SLEEPING]
        assert granted(tmp_path) == {"billing": "write"} and row.wake_at == asleep.at + 8 * 3600
        await h.crash()
        await h.clock.advance(9 * 3600)
        assert granted(tmp_path) == {"billing": "write"}, "nobody was there to take it back"
        row = await h.again(row)
        assert row.status is RunStatus.COMPLETED and granted(tmp_path) == {}
        done = (await h.entries(row))[-1].data["result"]
        assert done == {
            "system": "billing",
            "level": "write",
            "approved_by": ["ana", "finn"],
            "ended": "the time was over",
        }


async def test_reading_needs_no_word_from_security(tmp_path: Path) -> None:
    async with house(people=STAFF) as h:
        row = await started(h, tmp_path, level="read")
        row = await act(h, row, RequestKind.VOTE, "approval/manager", "ana", verdict="approve")
        assert granted(tmp_path) == {"billing": "read"}


async def test_the_manager_hands_it_on_and_the_delegate_decides(tmp_path: Path) -> None:
    async with house(people=STAFF) as h:
        row = await started(h, tmp_path, level="read")
        row = await act(h, row, RequestKind.DELEGATE, "approval/manager", "ana", to="sue")
        reply = await h.ask(row, RequestKind.DELEGATE, "approval/manager", by="sue", to="zoe")
        assert reply.reply == "zoe began this and may not decide on it (four-eyes)"
        row = await h.settle(row)
        row = await act(h, row, RequestKind.DELEGATE, "approval/manager", "sue", to="finn")
        row = await act(h, row, RequestKind.VOTE, "approval/manager", "finn", verdict="approve")
        assert granted(tmp_path) == {"billing": "read"}


@pytest.mark.parametrize("how", [RequestKind.SIGNAL, RequestKind.CANCEL])
async def test_it_is_taken_back_earlier_by_a_signal_or_a_cancel(tmp_path: Path, how: RequestKind) -> None:
    async with house(people=STAFF) as h:
        row = await approved(h, await started(h, tmp_path))
        target = "revoke" if how is RequestKind.SIGNAL else ""
        row = await act(h, row, how, target, "finn", payload="she left")
        assert granted(tmp_path) == {}
        assert row.status is (RunStatus.COMPLETED if how is RequestKind.SIGNAL else RunStatus.CANCELLED)


async def test_security_that_does_not_answer_in_time_grants_nothing(tmp_path: Path) -> None:
    async with house(people=STAFF) as h:
        row = await act(h, await started(h, tmp_path), RequestKind.VOTE, "approval/manager", "ana", verdict="approve")
        h.clock.set_back(-4 * 86_400)
        row = await h.again(row)
        assert row.status is RunStatus.FAILED and not (tmp_path / "books.db").exists()


async def test_a_form_with_faults_is_refused_field_by_field(tmp_path: Path) -> None:
    async with house(people=STAFF) as h:
        row = await h.run(definition(), {"books": str(tmp_path / "books.db")}, by="zoe")
        reply = await h.ask(row, RequestKind.ANSWER, "form", by="zoe", value={"system": "moon", "hours": 0, "x": 1})
        assert all(f"{field}: " in reply.reply for field in ("system", "hours", "x"))


def test_books_do_nothing_twice_and_touch_no_other_file(tmp_path: Path) -> None:
    books = Books(tmp_path / "books.db")
    for _ in range(2):
        books.grant("r", "ann", "billing", "read", "k1")
    books.grant("r2", "ann", "payroll", "read", "k2")
    assert books.access("ann") == {"billing": "read", "payroll": "read"}
    for _ in range(2):
        books.revoke("r", "", "k3")
    assert books.access("ann") == {"payroll": "read"}
    other = tmp_path / "other.db"
    other.write_text("not a database at all, but long enough to look like one")
    with pytest.raises(BooksError, match="can not be used"):
        Books(other).payments()
