"""Older stores are copied and upgraded, in one transaction; newer ones are refused; the copy is a store of the old version."""

from __future__ import annotations

import asyncio

import pytest

from lexiconsole.errors import StoreError
from lexiconsole.store import migrations
from lexiconsole.store.conformance.stories import driven
from lexiconsole.store.connection import connect
from lexiconsole.store.migrations import MIGRATIONS, Migration, migrate
from lexiconsole.store.statements import script
from tests.store.writing import opened, outside

ADDS_A_TABLE = Migration(
    2, "0002_extra.sql", "CREATE TABLE extra (a INTEGER) STRICT;\n\nINSERT INTO extra VALUES (1);\n"
)
FAILS = Migration(3, "0003_fails.sql", "CREATE TABLE more (a) STRICT;\n")
STEPS = (*MIGRATIONS, ADDS_A_TABLE)


@pytest.fixture
async def old(tmp_path):
    """A store of version 1 with a run in it."""
    path = tmp_path / "store.db"
    async with opened(path) as journal:
        await (await driven(journal)).done("a", "b")
    return path


async def upgrade(path, steps):
    connection = await connect(str(path), busy=5.0)
    try:
        await migrate(connection, str(path), steps)
    finally:
        await connection.close()


def test_migrations_are_numbered_without_gaps():
    assert [step.number for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


async def test_an_older_store_is_upgraded_and_its_copy_is_the_old_one(old):
    await upgrade(old, STEPS)
    with outside(old) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
        assert db.execute("SELECT a FROM extra").fetchall() == [(1,)]
        assert db.execute("SELECT count(*) FROM journal").fetchone() == (3,)
    (copy,) = old.parent.glob("store.db.v1-*.backup")
    async with opened(copy) as journal:
        row = await journal.run("run")
        assert row is not None
        assert [entry.key for entry in await journal.load(row)] == ["", "a", "b"]
        assert await journal.check() == []


async def test_a_new_store_takes_all_steps_and_needs_no_copy(tmp_path):
    await upgrade(tmp_path / "store.db", STEPS)
    with outside(tmp_path / "store.db") as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
    assert list(tmp_path.glob("*.backup")) == []


async def test_upgrading_twice_does_it_once(old):
    await upgrade(old, STEPS)
    await upgrade(old, STEPS)
    assert len(list(old.parent.glob("*.backup"))) == 1


async def test_two_upgrade_at_the_same_time(old):
    await asyncio.gather(*(upgrade(old, STEPS) for _ in range(4)))
    with outside(old) as db:
        assert db.execute("SELECT count(*) FROM extra").fetchone() == (1,)


async def test_a_step_that_fails_leaves_the_store_as_it_was(old):
    with pytest.raises(StoreError, match="missing datatype"):
        await upgrade(old, (*STEPS, FAILS))
    with outside(old) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('extra', 'more')").fetchone() == (0,)
    async with opened(old) as journal:
        assert await journal.check() == []


async def test_a_newer_store_is_refused_with_both_versions(old):
    await upgrade(old, STEPS)
    with pytest.raises(StoreError, match="has version 2, this lexiconsole knows version 1; install a newer"):
        async with opened(old):
            pass


async def test_a_copy_never_replaces_another(old, monkeypatch):
    monkeypatch.setattr(migrations.time, "strftime", lambda *_: "now")
    await upgrade(old, STEPS)
    with outside(old) as db:
        db.execute("DROP TABLE extra")
        db.execute("PRAGMA user_version = 1")
    await upgrade(old, STEPS)
    assert sorted(path.name for path in old.parent.glob("*.backup")) == [
        "store.db.v1-now-2.backup",
        "store.db.v1-now.backup",
    ]


def test_a_script_is_split_where_its_statements_end():
    text = "-- first; not an end\nCREATE TABLE a (b);\n\nCREATE TRIGGER c AFTER INSERT ON a\nBEGIN\n    DELETE FROM a;\nEND;\n"
    assert [part.strip().splitlines()[-1] for part in script(text)] == ["CREATE TABLE a (b);", "END;"]
