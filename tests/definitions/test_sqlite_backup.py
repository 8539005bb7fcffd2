"""Copies of databases in use: whole, one file, never over another one, and the newest few kept."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from _sqlite_backup import PAGES, BackupError, check, copy_pages, publish, rotate


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Path]:
    """A database in WAL mode, larger than one portion, that somebody holds open."""
    path = tmp_path / "a b?.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE t (text)")
        db.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 20_000)
        db.commit()
        yield path


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM t").fetchone()[0])


def silent(done: int, total: int) -> None:
    pass


def test_the_copy_is_whole_and_a_single_file(source: Path, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    copy = tmp_path / "backups" / "copy.db"
    size = copy_pages(source, copy, lambda done, total: heard.append((done, total)))
    assert size == copy.stat().st_size
    assert heard[0][0] == PAGES
    assert heard[-1][0] == heard[-1][1]
    assert check(copy) == 1
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]
    assert count(copy) == 20_000


@pytest.mark.parametrize("interruptions", [1, 50])
def test_a_writer_makes_it_begin_anew_but_not_forever(source: Path, tmp_path: Path, interruptions: int) -> None:
    left = interruptions

    def write(done: int, total: int) -> None:
        nonlocal left
        if left:
            left -= 1
            with closing(sqlite3.connect(source)) as db:
                db.execute("INSERT INTO t VALUES ('new')")
                db.commit()

    copy = tmp_path / "copy.db"
    copy_pages(source, copy, write)
    assert check(copy) == 1
    assert count(copy) == 20_000 + (interruptions - left)
    assert left == max(0, interruptions - 4)


def test_what_an_interrupted_attempt_left_is_thrown_away(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"half a copy " * 1_000)
    copy_pages(source, copy, silent)
    assert check(copy) == 1


def test_a_damaged_page_is_found_in_the_copy(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy_pages(source, copy, silent)
    content = bytearray(copy.read_bytes())
    content[4096 * 50 : 4096 * 51] = b"\x07" * 4096
    copy.write_bytes(content)
    with pytest.raises(BackupError, match="is damaged"):
        check(copy)


def test_a_truncated_copy_is_found(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy_pages(source, copy, silent)
    copy.write_bytes(copy.read_bytes()[:-4096])
    with pytest.raises(BackupError, match="is damaged"):
        check(copy)


@pytest.mark.parametrize(("name", "reason"), [("text.txt", "not a database"), ("gone.db", "unable to open")])
def test_what_is_no_database_is_told_in_a_sentence(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "text.txt").write_text("no database " * 100)
    with pytest.raises(BackupError, match=reason):
        copy_pages(tmp_path / name, tmp_path / "copy.db", silent)


def test_publishing_gives_the_name_once(tmp_path: Path) -> None:
    draft, final = tmp_path / ".draft", tmp_path / "copy.db"
    draft.write_text("new")
    assert publish(draft, final) == final
    assert (final.read_text(), draft.exists()) == ("new", False)
    assert publish(draft, final) == final, "an attempt after the name was given finds it given"


def test_publishing_never_overwrites(tmp_path: Path) -> None:
    draft, final = tmp_path / ".draft", tmp_path / "copy.db"
    draft.write_text("new")
    final.write_text("old")
    with pytest.raises(BackupError, match="exists already and was not overwritten"):
        publish(draft, final)
    assert (final.read_text(), draft.read_text()) == ("old", "new")


def test_publishing_is_finished_after_a_kill_between_taking_the_name_and_filling_it(tmp_path: Path) -> None:
    draft, final = tmp_path / ".draft", tmp_path / "copy.db"
    draft.write_text("new")
    final.touch()
    publish(draft, final)
    assert final.read_text() == "new"


def test_rotation_removes_the_oldest_copies_and_nothing_else(tmp_path: Path) -> None:
    for name in ("s-1.db", "s-2.db", "s-3.db", "s-x.db", "other-1.db", "s-1.db.txt"):
        (tmp_path / name).touch()
    names = re.compile(r"s-\d\.db")
    assert rotate(tmp_path, names, 2) == ["s-1.db"]
    assert rotate(tmp_path, names, 2) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "other-1.db",
        "s-1.db.txt",
        "s-2.db",
        "s-3.db",
        "s-x.db",
    ]
