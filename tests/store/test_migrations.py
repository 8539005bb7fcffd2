"""Older stores are copied and upgraded, in one transaction; newer ones are refused; the copy is a store of the old version."""

from __future__ import annotations

import asyncio

import pytest

from lexiconsole.errors import StoreError
from lexiconsole.store import migrations
from lexiconsole.store.auditing import teach_chaining
from lexiconsole.store.conformance.audit import assert_sound
from lexiconsole.store.conformance.stories import driven
from lexiconsole.store.connection import connect
from lexiconsole.store.migrations import MIGRATIONS, Migration, migrate
from lexiconsole.store.statements import script
from tests.store.writing import opened, outside

NOW = len(MIGRATIONS)
NEXT = NOW + 1

ADDS_A_TABLE = Migration(NEXT, "extra.sql", "CREATE TABLE extra (a INTEGER) STRICT;\n\nINSERT INTO extra VALUES (1);\n")
FAILS = Migration(NEXT + 1, "fails.sql", "CREATE TABLE more (a) STRICT;\n")
STEPS = (*MIGRATIONS, ADDS_A_TABLE)


@pytest.fixture
async def old(tmp_path):
    """A store of the version before with a run in it."""
    path = tmp_path / "store.db"
    async with opened(path) as journal:
        await (await driven(journal)).done("a", "b")
    return path


async def upgrade(path, steps):
    connection = await connect(str(path), busy=5.0, make=True)
    try:
        await teach_chaining(connection)
        await migrate(connection, str(path), steps)
    finally:
        await connection.close()


def test_migrations_are_numbered_without_gaps():
    assert [step.number for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


async def test_an_older_store_is_upgraded_and_its_copy_is_the_old_one(old):
    await upgrade(old, STEPS)
    with outside(old) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (NEXT,)
        assert db.execute("SELECT a FROM extra").fetchall() == [(1,)]
        assert db.execute("SELECT count(*) FROM journal").fetchone() == (3,)
    (copy,) = old.parent.glob(f"store.db.v{NOW}-*.backup")
    async with opened(copy) as journal:
        row = await journal.run("run")
        assert row is not None
        assert [entry.key for entry in await journal.load(row)] == ["", "a", "b"]
        assert await journal.check() == []


async def test_a_new_store_takes_all_steps_and_needs_no_copy(tmp_path):
    await upgrade(tmp_path / "store.db", STEPS)
    with outside(tmp_path / "store.db") as db:
        assert db.execute("PRAGMA user_version").fetchone() == (NEXT,)
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
        assert db.execute("PRAGMA user_version").fetchone() == (NOW,)
        assert db.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('extra', 'more')").fetchone() == (0,)
    async with opened(old) as journal:
        assert await journal.check() == []


async def test_a_newer_store_is_refused_with_both_versions(old):
    await upgrade(old, STEPS)
    with pytest.raises(StoreError, match=f"has version {NEXT}, this lexiconsole knows version {NOW}; install a newer"):
        async with opened(old):
            pass


async def test_a_copy_never_replaces_another(old, monkeypatch):
    monkeypatch.setattr(migrations.time, "strftime", lambda *_: "now")
    await upgrade(old, STEPS)
    with outside(old) as db:
        db.execute("DROP TABLE extra")
        db.execute(f"PRAGMA user_version = {NOW}")
    await upgrade(old, STEPS)
    assert sorted(path.name for path in old.parent.glob("*.backup")) == [
        f"store.db.v{NOW}-now-2.backup",
        f"store.db.v{NOW}-now.backup",
    ]


def test_a_script_is_split_where_its_statements_end():
    text = "-- first; not an end\nCREATE TABLE a (b);\n\nCREATE TRIGGER c AFTER INSERT ON a\nBEGIN\n    DELETE FROM a;\nEND;\n"
    assert [part.strip().splitlines()[-1] for part in script(text)] == ["CREATE TABLE a (b);", "END;"]


async def test_what_was_decided_before_there_was_a_chain_is_chained(tmp_path):
    """A store of the first version, filled by the statements and triggers of that version."""
    path = tmp_path / "store.db"
    await upgrade(path, MIGRATIONS[:1])
    with outside(path) as db:
        for run, origin, shared in (("a", "", 0), ("b", "", 0), ("fork", "a", 3)):
            db.execute(
                "INSERT INTO runs (id, name, kind, version, digest, fingerprint, created_at, by, parent, parent_key, origin,"
                " origin_seq, driven, data, epoch, status) VALUES (?, 'n', 'workflow', 1, '', '', 1.5, 'ada', '', '', ?, ?,"
                " 0, '{}', 0, 'pending')",
                (run, origin, shared),
            )
            for seq, kind in ((2, "step.done"), (3, "answered"), (4, "retried"), (5, "refused")):
                db.execute(
                    "INSERT INTO journal (run, seq, at, kind, key, attempt, data, by) SELECT number, ?, ?, ?, 'k', 0,"
                    " '{\"reason\":\"r\"}', 'ada' FROM runs WHERE id = ? AND origin_seq < ?",
                    (seq, 2.25 + seq, kind, run, seq),
                )
    async with opened(path) as journal:
        links = await assert_sound(journal)
        found = [(link.entry.run_id, link.entry.seq) for link in links]
        assert found == [
            ("a", 3),
            ("a", 4),
            ("a", 5),
            ("b", 3),
            ("b", 4),
            ("b", 5),
            ("fork", 1),
            ("fork", 4),
            ("fork", 5),
        ]
        row = await journal.run("a")
        assert row is not None
        assert [link.entry for link in links[:3]] == (await journal.load(row))[2:]
    assert len(list(tmp_path.glob("store.db.v1-*.backup"))) == 1
