"""A look gives what the journal gives, and reads no more of the store than is asked of it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.durable.journal import NewRun, RunFilter
from lexiconsole.store.conformance.stories import AT, driven
from lexiconsole.store.look import Look
from lexiconsole.store.run_query import Field, RunQuery, Term
from lexiconsole.types import RunStatus
from tests.store.writing import opened

WAITING = 230  # runs, more than a look reads at once


@pytest.fixture
async def journal(tmp_path):
    async with opened(tmp_path / "store.db") as journal:
        for number in range(WAITING):
            pen = await driven(journal, f"r{number}")
            await pen.append(
                (Kind.ASKED, "q", {"prompt": f"{number}?", "due": AT + 1000 - number}), (Kind.ASKED, "p", {})
            )
            if number % 7 == 0:
                await pen.append((Kind.VOTED, "q", {"verdict": "approve"}), (Kind.VOTED, "p", {"verdict": "reject"}))
        yield journal


@pytest.fixture
def look(journal, tmp_path):
    look = Look(tmp_path / "store.db")
    yield look
    look.close()


async def test_open_questions_are_those_of_the_journal_with_what_people_did(journal, look):
    told = await journal.tasks()
    assert len(told) == 2 * WAITING
    assert list(look.open_tasks()) == told
    assert look.first_tasks(2) == told[:2]
    row = await journal.run("r7")
    assert look.tasks_of(row) == await journal.tasks(row)
    assert [len(task.acts) for task in look.tasks_of(row)] == [1, 1]


async def test_who_wants_the_first_few_does_not_read_the_others(look, monkeypatch):
    read = []
    ask = look._ask
    monkeypatch.setattr(look, "_ask", lambda sql, values: read.append(ask(sql, values)) or read[-1])
    assert len(list(islice(look.open_tasks(), 20))) == 20
    assert len(read) == 2
    assert sum(map(len, read)) <= 200


@pytest.mark.parametrize(
    "which",
    [
        RunFilter(limit=5),
        RunFilter(limit=5, oldest_first=True),
        RunFilter(statuses=(RunStatus.RUNNING,), limit=400),
        RunFilter(names=("nobody",)),
        RunFilter(parent="r1"),
        RunFilter(before=9),
    ],
)
async def test_runs_are_those_of_the_journal(journal, look, which):
    assert look.runs(which) == await journal.runs(which)


@pytest.mark.parametrize("text", ["ärger", "öl", "prüf", "failed", "r", "—", "ßé"])
@pytest.mark.parametrize("field", Field)
async def test_case_counts_in_no_language_and_the_store_finds_what_a_row_shows(tmp_path, field, text) -> None:
    """Whatever an error holds: a lone surrogate is no text, and is in the way of nothing."""
    async with opened(tmp_path / "store.db") as journal:
        for number, error in enumerate(["ÄRGER mit dem Öl", "Failed — PRÜFUNG", "\ud800 ÄRGER", ""]):
            pen = await driven(journal, f"r{number}", name="Prüfung" if number == 3 else "order")
            data = {"error": {"type": "Error", "message": error, "key": "ÖLUNG" if number else ""}}
            await pen.append((Kind.FAILED, "", data))
        look = Look(tmp_path / "store.db")
        for against in (False, True):
            query = RunQuery(terms=(Term(field, text, against),), by_status=False)
            rows = look.newest(RunQuery(by_status=False), skip=0, limit=10)
            expected = [row for row in rows if look.holds(query, row)]
            assert look.newest(query, skip=0, limit=10) == expected
            assert look.page(query, RunStatus.FAILED, skip=0, limit=10) == expected
            assert look.counts_of(query)[RunStatus.FAILED] == len(expected)
        look.close()


async def test_a_store_that_comes_into_being_during_a_moment_is_no_fault(tmp_path: Path) -> None:
    look = Look(tmp_path / "store.db")
    with look.moment():
        assert look.head() == 0
        async with opened(look.path) as journal:
            await journal.create(NewRun("a", "flow", "workflow", 1, 1.0, {"input": None}))
            assert look.head() == 1
    with look.moment():
        assert look.head() == 1
    look.close()
