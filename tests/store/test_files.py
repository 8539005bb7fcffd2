"""Any file at the store's place: ours, somebody else's, damaged, locked or read-only. A sentence each, and nothing changed."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.errors import StoreError
from lexiconsole.store import SqliteJournal, faults
from lexiconsole.store.conformance.stories import Pen, driven, new_run
from lexiconsole.store.connection import connect
from lexiconsole.store.migrations import APPLICATION_ID, MIGRATIONS
from tests.store.bereft import bereft
from tests.store.writing import child, opened, outside, result, traces


async def test_a_store_is_made_with_its_folder_and_leaves_one_file(tmp_path):
    path = tmp_path / "a" / "b" / "store.db"
    async with opened(path) as journal:
        assert journal.place == str(path)
        await journal.create(new_run())
    assert [file.name for file in path.parent.iterdir()] == ["store.db"]
    with outside(path) as db:
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    "name", ["a b.db", "what?.db", "50%41.db", "#1.db", "ünï🙂.db", "store", "'quoted'.db", "a&b=c.db"]
)
async def test_any_name_will_do(tmp_path, name):
    async with opened(tmp_path / name) as journal:
        await journal.create(new_run())
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("durability", "expected"), [("full", 2), ("process", 1)])
async def test_durability_is_what_was_asked_for(tmp_path, durability, expected):
    async with opened(tmp_path / "store.db", durability=durability) as journal:
        assert (await journal._connection.one("PRAGMA synchronous"))[0] == expected


async def test_an_empty_file_becomes_a_store(tmp_path):
    """It is what a process leaves that was killed before it could begin."""
    path = tmp_path / "store.db"
    path.touch()
    async with opened(path) as journal:
        assert (await journal.create(new_run()))[1]


async def test_a_file_that_only_has_a_header_becomes_a_store(tmp_path):
    path = tmp_path / "store.db"
    with outside(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
    async with opened(path) as journal:
        assert (await journal.create(new_run()))[1]


def foreign(path: Path) -> None:
    with outside(path) as db:
        db.execute("CREATE TABLE theirs (a)")


def foreign_in_wal_mode(path: Path) -> None:
    with outside(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE theirs (a)")


def foreign_by_its_mark(path: Path) -> None:
    with outside(path) as db:
        db.execute("PRAGMA application_id = 7")


def foreign_that_was_killed(path: Path) -> None:
    """With a journal beside it that must be rolled back, which is for its own program to do."""
    script = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("CREATE TABLE theirs (a)")
db.execute("BEGIN")
db.executemany("INSERT INTO theirs VALUES (?)", [("x" * 1000,)] * 500)
db.execute("COMMIT")
db.execute("PRAGMA cache_size = 2")
db.execute("BEGIN")
db.execute("UPDATE theirs SET a = a || 1")
os._exit(0)
"""
    result(child(script, path))
    assert path.with_name(f"{path.name}-journal").exists()


def newer(path: Path) -> None:
    with outside(path) as db:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA user_version = 12")


def text(path: Path) -> None:
    path.write_text("dear diary, " * 1000)


def a_few_bytes(path: Path) -> None:
    path.write_bytes(b"SQLite")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(8192))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (foreign, "of another program"),
        (foreign_in_wal_mode, "of another program"),
        (foreign_by_its_mark, "of another program"),
        (foreign_that_was_killed, "of another program"),
        (newer, f"has version 12, this lexiconsole knows version {len(MIGRATIONS)}; install a newer"),
        (text, "is not an SQLite database"),
        (a_few_bytes, "is not an SQLite database"),
        (zeros, "is not an SQLite database"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_what_is_not_ours_is_left_as_it_is(tmp_path, make, sentence):
    path = tmp_path / "store.db"
    make(path)
    before = traces(tmp_path)
    with pytest.raises(StoreError, match=sentence) as caught:
        await SqliteJournal(path).open()
    assert str(path) in str(caught.value)
    assert traces(tmp_path) == before


async def test_a_foreign_file_with_a_log_keeps_file_and_log(tmp_path):
    path = tmp_path / "store.db"
    script = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("CREATE TABLE theirs (a)")
os._exit(0)
"""
    result(child(script, path))
    before = traces(tmp_path)
    with pytest.raises(StoreError, match="of another program"):
        await SqliteJournal(path).open()
    after = traces(tmp_path)
    assert before.pop("store.db-shm")[0] == after.pop("store.db-shm")[0]  # shared memory, not a record of anything
    assert after == before


async def test_a_folder_in_its_place(tmp_path):
    with pytest.raises(StoreError, match="is a folder; name a file in it"):
        await SqliteJournal(tmp_path).open()


async def test_a_file_where_its_folder_should_be(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match=r"can not be made: .*; name another place"):
        await SqliteJournal(tmp_path / "file" / "store.db").open()


async def test_a_torn_header(tmp_path):
    path = tmp_path / "store.db"
    async with opened(path):
        pass
    with path.open("r+b") as file:
        file.seek(16)
        file.write(b"\xff" * 40)
    before = traces(tmp_path)
    with pytest.raises(StoreError, match=r"is damaged|is not an SQLite database"):
        await SqliteJournal(path).open()
    assert traces(tmp_path) == before


async def test_damage_inside_is_told_by_whoever_meets_it_and_by_check(tmp_path):
    path = tmp_path / "store.db"
    async with opened(path) as journal:
        pen = await driven(journal)
        await pen.done(*(f"step-{n}" for n in range(300)))
    with outside(path) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'journal'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    async with opened(path) as journal:
        with pytest.raises(StoreError, match=r"is damaged; keep a copy .* \.recover"):
            await journal.load(pen.run)
        findings = await journal.check()
        assert findings
        assert all("is damaged" in finding for finding in findings)
        with pytest.raises(StoreError, match="is damaged"):
            late = Pen(journal, pen.run)
            late.seq = pen.seq
            await late.done("more")


async def test_a_locked_file_is_waited_for_and_then_told(tmp_path):
    path = tmp_path / "store.db"
    async with opened(path):
        pass
    with outside(path) as db:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="is locked by another program"):
            await SqliteJournal(path, busy=0.1).open()
    async with opened(path) as journal:
        assert (await journal.create(new_run()))[1]


async def test_a_writer_that_is_locked_out_goes_on_when_the_lock_is_let_go(tmp_path):
    path = tmp_path / "store.db"
    async with opened(path, busy=20.0) as journal:
        pen = await driven(journal)
        script = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
db.execute("COMMIT")
"""
        holder = child(script, path, stdin=-1)
        assert holder.stdout.readline() == "locked\n"
        writing = asyncio.ensure_future(pen.done("a"))
        done, _ = await asyncio.wait([writing], timeout=0.1)
        assert not done
        holder.stdin.write("\n")
        holder.stdin.flush()
        await writing
        result(holder)
        assert (await pen.now()).seq == 2


async def test_a_writer_that_is_locked_out_for_good_says_so(tmp_path):
    path = tmp_path / "store.db"
    async with opened(path, busy=0.1) as journal:
        pen = await driven(journal)
        script = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
"""
        holder = child(script, path, stdin=-1)
        holder.stdout.readline()
        with pytest.raises(StoreError, match="is locked by another program"):
            await pen.done("a")
        assert (await pen.now()).seq == 1  # reading goes on
        holder.communicate("\n")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of POSIX")
@pytest.mark.parametrize("what", ["file", "folder"])
async def test_read_only_is_told_and_nothing_is_left_behind(tmp_path, what):
    path = tmp_path / "store" / "store.db"
    async with opened(path) as journal:
        await journal.create(new_run())
    before = traces(path.parent)
    with (
        bereft(path if what == "file" else path.parent),
        pytest.raises(StoreError, match="can not be written: the file or its folder is read-only"),
    ):
        await SqliteJournal(path).open()
    assert traces(path.parent) == before


async def test_an_old_sqlite_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 9))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.36.9")
    with pytest.raises(StoreError, match=r"brings SQLite 3\.36\.9; 3\.37\.0 or newer is needed"):
        await SqliteJournal(tmp_path / "store.db").open()
    assert list(tmp_path.iterdir()) == []


async def test_an_sqlite_without_json_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 37, 2))
    async with opened(tmp_path / "with.db"):
        pass
    monkeypatch.setattr(faults, "_has_json", lambda: False)
    with pytest.raises(StoreError, match="without its JSON functions"):
        await SqliteJournal(tmp_path / "store.db").open()


async def test_an_error_without_a_sentence_of_its_own_is_quoted():
    fault = faults.store_error(sqlite3.OperationalError("no such module: x"), "here")
    assert "no such module: x" in str(fault)


def test_many_processes_make_the_store_at_the_same_time(tmp_path):
    script = """
import asyncio, sys
from lexiconsole.store import SqliteJournal
from lexiconsole.store.conformance.stories import driven

async def main(path, name):
    journal = SqliteJournal(path)
    await journal.open()
    pen = await driven(journal, name)
    await pen.done("a", "b")
    await journal.close()

print("ready", flush=True)
sys.stdin.readline()
asyncio.run(main(sys.argv[1], sys.argv[2]))
"""
    path = tmp_path / "store.db"
    children = [child(script, path, f"r{n}", stdin=-1) for n in range(6)]
    for process in children:
        assert process.stdout.readline() == "ready\n"
    for process in children:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in children:
        result(process)

    async def look() -> None:
        async with opened(path) as journal:
            assert sorted(row.id for row in await journal.match("")) == [f"r{n}" for n in range(6)]
            assert await journal.check() == []

    asyncio.run(look())


async def test_a_closed_store_can_not_be_read_and_opening_twice_opens_once(tmp_path):
    journal = SqliteJournal(tmp_path / "store.db")
    with pytest.raises(StoreError, match="is not open"):
        await journal.run("run")
    await journal.open()
    await journal.open()
    assert (await journal.create(new_run()))[1]
    await journal.close()
    for call in (journal.counts, journal.check, journal.tasks, journal.rebuild):
        with pytest.raises(StoreError, match="is not open"):
            await call()


async def test_a_journal_can_be_opened_again_after_it_could_not(tmp_path):
    path = tmp_path / "store.db"
    text(path)
    journal = SqliteJournal(path)
    with pytest.raises(StoreError):
        await journal.open()
    path.unlink()
    await journal.open()
    assert (await journal.create(new_run()))[1]
    await journal.close()


async def test_only_a_lock_is_waited_for_when_the_log_is_switched_on(tmp_path):
    path = tmp_path / "store.db"
    path.write_bytes(b"no database" * 1000)
    connection = await connect(str(path), busy=0)
    try:
        async with asyncio.timeout(5):
            with pytest.raises(StoreError, match="is not an SQLite database"):
                await SqliteJournal(path, busy=600)._mode(connection)
    finally:
        await connection.close()


async def test_a_store_is_not_gone_because_a_step_went_to_another_folder(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    async with opened(Path("store.db")) as journal:
        monkeypatch.chdir("elsewhere")
        await journal.create(new_run())
        assert await journal.check() == []
    assert not any(Path.cwd().iterdir())


async def test_a_store_that_is_gone_is_not_made_anew_and_takes_nothing_until_it_is_back(tmp_path):
    """Whoever has a file open can write to it on when it is deleted, and nobody would ever find what was acknowledged."""
    path, aside = tmp_path / "store.db", tmp_path / "aside.db"
    journal = SqliteJournal(path)
    await journal.open()
    owner = await journal.register("here", 1, "", 0.0)
    run, _ = await journal.create(new_run(owner=owner.number))
    for name in ("store.db", "store.db-wal", "store.db-shm"):
        (tmp_path / name).rename(tmp_path / name.replace("store", "aside"))
    for write in (lambda: journal.beat(owner.number, 1.0), lambda: journal.create(new_run("b")), journal.check):
        with pytest.raises(StoreError, match="deleted or moved away while it was open"):
            await write()
    with pytest.raises(StoreError, match="deleted or moved away"):
        journal.moved()  # so an engine that looks for work stops
    with pytest.raises(StoreError, match="deleted or moved away"):
        await journal.append(run, run.epoch, [Entry(run.id, 2, 1.0, EntryKind.PAUSED)])
    await journal.close()
    with pytest.raises(StoreError, match="deleted or moved away"):
        await journal.open()
    assert not path.exists()
    aside.rename(path)
    async with opened(path) as again:
        assert [entry.kind for entry in await again.load(run)] == [EntryKind.CREATED]
