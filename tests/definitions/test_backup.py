"""A backup is there, checked and named, or it is as if it had never begun; older copies go only after that."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from backup import backup

from lexiconsole.durable.context import Progress
from lexiconsole.durable.definition import definition_of
from lexiconsole.durable.host import MemoryHost
from lexiconsole.durable.memory import run_in_memory
from lexiconsole.errors import InvalidInputError
from lexiconsole.result import Err, Ok, Result


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE t (text)")
        db.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 5_000)
        db.commit()
    return path


async def back_up(database: Path, host: MemoryHost | None = None, **terms: Any) -> Result[Path, Any]:
    return await run_in_memory(backup, {"database": str(database), **terms}, host=host)


def copies(database: Path) -> list[Path]:
    return sorted((database.parent / "backups").iterdir())


def damage(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096 * 20 : 4096 * 21] = b"\x07" * 4096
    database.write_bytes(content)


async def test_a_copy_is_made_beside_the_database_and_named_by_its_moment(database: Path) -> None:
    result = await back_up(database)
    assert isinstance(result, Ok)
    assert copies(database) == [result.value]
    assert result.value.name.startswith("shop-20")
    with closing(sqlite3.connect(result.value)) as db:
        assert db.execute("SELECT count(*) FROM t").fetchone() == (5_000,)


async def test_only_the_newest_copies_are_kept(database: Path) -> None:
    made = [(await back_up(database, keep=2)).unwrap() for _ in range(4)]
    assert copies(database) == made[2:]


async def test_copies_go_into_the_folder_that_is_named(database: Path, tmp_path: Path) -> None:
    result = await back_up(database, folder=str(tmp_path / "deep" / "elsewhere"))
    assert result.unwrap().parent == tmp_path / "deep" / "elsewhere"


async def test_a_damaged_database_gives_no_copy_and_costs_none_of_the_older_ones(database: Path) -> None:
    good = [(await back_up(database)).unwrap() for _ in range(2)]
    damage(database)
    result = await back_up(database, keep=1)
    assert isinstance(result, Err)
    assert "is damaged" in str(result.error)
    assert copies(database) == good


async def test_a_file_that_is_no_database_leaves_nothing_behind(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no database " * 100)
    result = await back_up(text)
    assert isinstance(result, Err)
    assert "file is not a database" in str(result.error)
    assert copies(text) == []


async def test_it_tells_how_far_it_is(database: Path) -> None:
    heard: list[Progress] = []
    await back_up(database, MemoryHost(notes=heard.append))
    await asyncio.sleep(0)  # progress is passed on without waiting
    assert {event.key for event in heard} == {"copy"}
    assert heard[-1].done == heard[-1].total


def test_a_database_that_is_not_there_is_named_with_the_nearest(database: Path) -> None:
    definition = definition_of(backup)
    assert definition is not None
    with pytest.raises(InvalidInputError, match=r"there is no file .*shopp.db; did you mean shop.db\?"):
        definition.validate({"database": str(database.with_name("shopp.db"))})


def test_its_steps_are_known_before_any_run() -> None:
    definition = definition_of(backup)
    assert definition is not None
    assert [node.key for node in definition.outline().nodes] == ["copy", "check", "publish", "rotate"]
