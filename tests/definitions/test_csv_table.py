"""The target tables: a batch is there whole with its mark or not at all, and no row is there twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from _csv_reading import CsvError
from _csv_table import Mark, Reject, Tally, Target
from _csv_typing import Column, ColumnType, Rule


def target(path: Path, name: str = "orders", source: str = "digest", **columns: ColumnType) -> Target:
    wanted = columns or {"n": ColumnType.INT}
    made = Target(path, name, [Column(name=name, rule=Rule(type=kind)) for name, kind in wanted.items()], source)
    made.prepare()
    return made


def rows(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "import.db"


def test_rows_rejects_and_mark_are_written(path: Path) -> None:
    tally = target(path).write(Mark("run/batch/0", "run", 0), [(2, [10]), (3, [None])], [Reject(4, "no", "x")])
    assert tally == Tally(added=2, present=0, rejected=1)
    assert rows(path, "SELECT * FROM orders") == [("digest", 2, 10), ("digest", 3, None)]
    assert rows(path, "SELECT * FROM orders_rejects") == [("digest", 4, "no", "x")]
    assert rows(path, "SELECT key, run, source, batch, added FROM _imports") == [("run/batch/0", "run", "digest", 0, 2)]


def test_a_batch_that_has_its_mark_is_not_written_again_and_tells_the_same(path: Path) -> None:
    table, mark = target(path), Mark("k", "run", 0)
    first = table.write(mark, [(2, [10])], [Reject(3, "no", "")])
    assert table.write(mark, [(2, [10])], [Reject(3, "no", "")]) == first
    assert table.tally("run") == first


def test_another_import_of_the_same_lines_adds_nothing_and_says_so(path: Path) -> None:
    target(path).write(Mark("a/0", "a", 0), [(2, [1]), (3, [2])], [Reject(4, "no", "")])
    assert target(path).write(Mark("b/0", "b", 0), [(2, [1]), (3, [2])], [Reject(4, "no", "")]) == Tally(0, 2, 1)
    assert rows(path, "SELECT count(*) FROM orders") == [(2,)]
    assert rows(path, "SELECT count(*) FROM orders_rejects") == [(1,)]


def test_the_same_line_of_another_file_is_another_row(path: Path) -> None:
    target(path, source="one").write(Mark("a/0", "a", 0), [(2, [1])], [])
    assert target(path, source="two").write(Mark("b/0", "b", 0), [(2, [1])], []) == Tally(added=1)


def test_every_line_is_in_one_of_the_two_tables_whatever_the_rules_of_each_import(path: Path) -> None:
    target(path).write(Mark("a/0", "a", 0), [(2, [1])], [Reject(3, "no", "")])
    target(path).write(Mark("b/0", "b", 0), [(3, [2])], [Reject(2, "no", "")])
    assert rows(path, "SELECT _line FROM orders ORDER BY _line") == [(2,), (3,)]
    assert rows(path, "SELECT * FROM orders_rejects") == []


def test_a_batch_that_fails_halfway_leaves_nothing(path: Path) -> None:
    table = target(path)
    with pytest.raises(CsvError, match="can not be written"):
        table.write(Mark("k", "run", 0), [(2, [1]), (3, [1, "one cell too many"])], [])
    assert rows(path, "SELECT count(*) FROM orders") == [(0,)]
    assert table.write(Mark("k", "run", 0), [(2, [1])], []) == Tally(added=1)


def test_a_table_with_other_columns_is_refused_and_left_alone(path: Path) -> None:
    target(path, n=ColumnType.INT)
    with pytest.raises(CsvError, match=r"has other columns than the file \(they differ in m, n\); name another table"):
        target(path, m=ColumnType.INT)


def test_a_table_that_is_not_of_an_import_is_refused_and_nothing_is_added_to_its_database(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE orders (n)")
    with pytest.raises(CsvError, match="_line, _source"):
        target(path)
    assert rows(path, "SELECT name FROM sqlite_schema") == [("orders",)]


def test_a_file_that_is_no_database_is_told_in_a_sentence(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("no database " * 100)
    with pytest.raises(CsvError, match="file is not a database"):
        target(path)
    assert path.read_text() == "no database " * 100


def test_names_are_taken_as_they_are(path: Path) -> None:
    table = target(path, 'my "orders"; DROP', **{'a "b" c': ColumnType.STR, "select": ColumnType.FLOAT})
    table.write(Mark("k", "run", 0), [(2, ["x", 1.5])], [])
    assert rows(path, 'SELECT "select" FROM "my ""orders""; DROP"') == [(1.5,)]


def test_columns_have_the_affinity_of_their_type(path: Path) -> None:
    target(path, a=ColumnType.INT, b=ColumnType.FLOAT, c=ColumnType.DATE, d=ColumnType.BOOL, e=ColumnType.STR)
    kinds = [kind for _, name, kind, *_ in rows(path, "PRAGMA table_info(orders)")]
    assert kinds == ["TEXT", "INTEGER", "INTEGER", "REAL", "TEXT", "INTEGER", "TEXT"]


def test_a_file_with_its_columns_in_another_order_fills_the_right_ones(path: Path) -> None:
    target(path, a=ColumnType.INT, b=ColumnType.INT)
    target(path, source="other", b=ColumnType.INT, a=ColumnType.INT).write(Mark("k", "run", 0), [(2, [1, 2])], [])
    assert rows(path, "SELECT a, b FROM orders") == [(2, 1)]
