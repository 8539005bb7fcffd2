"""`check` finds what somebody spoiled from outside, and `rebuild` mends every projection."""

from __future__ import annotations

import pytest

from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.store import MemoryJournal
from lexiconsole.store.care import MOST_FINDINGS
from lexiconsole.store.conformance.stories import AT, driven, new_run
from tests.store.writing import opened, outside


@pytest.fixture
async def store(tmp_path):
    """Three runs: one waits with an open question, one failed, one is pending; a settled and an open request."""
    path = tmp_path / "store.db"
    async with opened(path) as journal:
        pen = await driven(journal, "waits")
        number = await journal.request(Request("waits", RequestKind.PAUSE, at=AT))
        await pen.append((Kind.PAUSED, "", {"request": number}), (Kind.ASKED, "q", {"due": AT + 0.1}))
        await pen.append((Kind.PARKED, "", {"status": "waiting", "on": ["q"], "wake_at": AT + 0.2}))
        await (await driven(journal, "failed")).append((Kind.FAILED, "", {"error": {"message": "m"}}))
        await journal.create(new_run("pending"))
        await journal.request(Request("pending", RequestKind.CANCEL, at=AT))
    return path


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("UPDATE runs SET status = 'running' WHERE id = 'waits'", "run waits: the list does not show"),
        ("UPDATE runs SET wake_at = NULL WHERE id = 'waits'", "run waits: the list does not show"),
        ("UPDATE runs SET stage = 'x' WHERE id = 'waits'", "run waits: the list does not show"),
        ("UPDATE runs SET error = 'other' WHERE id = 'failed'", "run failed: the list does not show"),
        ("UPDATE runs SET base = 2 WHERE id = 'failed'", "run failed: the list does not show"),
        ("UPDATE runs SET undoing = 1 WHERE id = 'failed'", "run failed: the list does not show"),
        ("DELETE FROM tasks", "run waits: the inbox lacks"),
        ("UPDATE tasks SET due = NULL", "run waits: the inbox lacks"),
        ("INSERT INTO tasks VALUES (2, 'x', 1, NULL)", "the inbox shows 1 questions that are not open"),
        ("UPDATE tally SET runs = 7 WHERE status = 'failed'", "7 runs are counted as failed, there are 1"),
        ("UPDATE requests SET state = 'open' WHERE number = 1", "run waits: a request is open that an entry settled"),
    ],
)
async def test_a_spoiled_projection_is_found_and_mended(store, spoil, found):
    async with opened(store) as journal:
        assert await journal.check() == []
        before = await everything(journal)
    with outside(store) as db:
        db.execute(spoil)
    async with opened(store) as journal:
        findings = await journal.check()
        assert any(finding.startswith(found) for finding in findings), findings
        assert await journal.rebuild() == 3
        assert await journal.check() == []
        assert await everything(journal) == before


async def test_a_file_in_which_much_is_wrong_does_not_fill_the_screen(tmp_path):
    async with opened(tmp_path / "store.db") as journal:
        for number in range(MOST_FINDINGS + 5):
            await journal.create(new_run(f"r{number}"))
    with outside(tmp_path / "store.db") as db:
        db.execute("UPDATE runs SET stage = 'x'")
    async with opened(tmp_path / "store.db") as journal:
        assert len(await journal.check()) == MOST_FINDINGS


async def everything(journal):
    rows = [await journal.run(name) for name in ("waits", "failed", "pending")]
    return rows, await journal.tasks(), await journal.counts(), await journal.requests(), await journal.request_state(1)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("DELETE FROM journal WHERE run = 1 AND seq = 2", "run waits: 3 entries, but the last one has number 4"),
        ("UPDATE journal SET run = 99 WHERE run = 2 AND seq = 2", "run 99: 1 entries, but the last one has number 2"),
    ],
)
async def test_missing_entries_are_found_and_not_papered_over(store, spoil, found):
    with outside(store) as db:
        db.execute(spoil)
    async with opened(store) as journal:
        assert any(finding.startswith(found) for finding in await journal.check())
        await journal.rebuild()
        assert any(finding.startswith(found) for finding in await journal.check())


async def test_a_rebuild_keeps_who_drives_what(store):
    async with opened(store) as journal:
        row = await journal.run("pending")
        claimed = await journal.claim(row, 5)
        await journal.rebuild()
        assert await journal.run("pending") == claimed


async def test_a_rebuild_works_through_more_runs_than_it_takes_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr("lexiconsole.store.care.CHUNK", 3)
    async with opened(tmp_path / "store.db") as journal:
        for n in range(10):
            await (await driven(journal, f"r{n}")).append((Kind.ASKED, "q", {}))
        before = await journal.tasks()
        await journal._connection.all("UPDATE runs SET status = 'failed'")
        await journal._connection.all("DELETE FROM tasks")
        assert await journal.rebuild() == 10
        assert await journal.check() == []
        assert await journal.tasks() == before


async def test_check_says_little_when_everything_is_wrong(tmp_path):
    async with opened(tmp_path / "store.db") as journal:
        for n in range(60):
            await journal.create(new_run(f"r{n}"))
        await journal._connection.all("UPDATE runs SET stage = 'x'")
        assert 20 <= len(await journal.check()) <= 60


async def test_check_does_not_hold_up_writing(tmp_path):
    async with opened(tmp_path / "store.db") as journal:
        pen = await driven(journal)
        holder = await journal._readers._connections[0].all("BEGIN")
        assert holder == []
        await pen.done("a")
        assert await journal.check() == []


async def test_the_memory_store_checks_itself():
    journal = MemoryJournal()
    await journal.open()
    pen = await driven(journal)
    await pen.append((Kind.ASKED, "q", {}))
    journal._by_number[0].standing.tasks.clear()
    assert await journal.check() == ["run run: what the list shows does not follow from its entries; rebuild"]
    await journal.rebuild()
    assert await journal.check() == []
    assert [task.key for task in await journal.tasks()] == ["q"]
