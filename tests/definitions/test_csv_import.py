"""CSV into SQLite: every record of the file is in the table or among the rejects, once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from csv_import import CsvImport

from lexiconsole.durable.context import Progress
from lexiconsole.durable.definition import definition_of
from lexiconsole.durable.host import MemoryHost
from lexiconsole.durable.memory import run_in_memory
from lexiconsole.errors import InvalidInputError
from lexiconsole.result import Err, Ok, Result

ORDERS = Path(__file__).parents[2] / "definitions" / "data" / "orders.csv"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "import.db"


async def load(
    path: Path, database: Path, id: str = "one", host: MemoryHost | None = None, **terms: Any
) -> Result[Any, Any]:
    return await run_in_memory(CsvImport, {"path": str(path), "database": str(database), **terms}, id=id, host=host)


def rows(database: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(sql).fetchall()


def csv_file(tmp_path: Path, text: str, name: str = "people.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


async def test_the_example_of_the_readme(database: Path) -> None:
    result = await load(ORDERS, database)
    assert isinstance(result, Ok)
    assert result.value.added + result.value.rejected == 28_000
    assert result.value.summary == "27,974 rows added to orders, 26 bad records in orders_rejects"
    assert rows(database, 'SELECT count(*), count(DISTINCT "order") FROM orders') == [(27_974, 27_974)]
    reasons = rows(database, "SELECT reason, count(*) FROM orders_rejects GROUP BY reason ORDER BY reason")
    assert reasons == [
        ("has 7 fields, the header has 10", 3),
        ("ordered_at: is not a time like 2026-01-31 12:30:00 (it is '31.02.2026')", 4),
        ("quantity: is not a whole number (it is 'three')", 14),
        ("unit_price: is not a number (it is '12,50')", 5),
    ]
    kinds = {name: kind for _, name, kind, *_ in rows(database, "PRAGMA table_info(orders)")}
    assert (kinds["quantity"], kinds["unit_price"], kinds["postcode"], kinds["express"]) == (
        "INTEGER",
        "REAL",
        "TEXT",
        "INTEGER",
    )


async def test_rows_and_rejects_carry_the_line_at_which_an_editor_shows_them(tmp_path: Path, database: Path) -> None:
    path = csv_file(tmp_path, 'name,age\n"Ada\nLovelace",36\nBob,old\n\nCy,7\n')
    await load(path, database, types={"age": "int"}, max_bad=1)
    assert rows(database, "SELECT _line, name, age FROM people") == [(2, "Ada\nLovelace", 36), (6, "Cy", 7)]
    assert rows(database, "SELECT _line, reason, text FROM people_rejects") == [
        (4, "age: is not a whole number (it is 'old')", "Bob,old")
    ]


async def test_the_same_file_again_adds_nothing_and_says_so(tmp_path: Path, database: Path) -> None:
    path = csv_file(tmp_path, "name\nAda\nBob\n")
    await load(path, database, id="one")
    again = await load(path, database, id="two", batch_size=1)
    assert again.unwrap().summary == "nothing new: all 2 rows were in people already, from the same file"
    assert rows(database, "SELECT count(*) FROM people") == [(2,)]


async def test_equal_rows_of_one_file_are_all_imported(tmp_path: Path, database: Path) -> None:
    path = csv_file(tmp_path, "name\nAda\nAda\n")
    assert (await load(path, database)).unwrap().added == 2


async def test_another_file_adds_to_the_same_table(tmp_path: Path, database: Path) -> None:
    await load(csv_file(tmp_path, "name\nAda\n"), database, id="one")
    await load(csv_file(tmp_path, "name\nBob\n", "more.csv"), database, id="two", table="people")
    assert rows(database, "SELECT name FROM people ORDER BY name") == [("Ada",), ("Bob",)]


async def test_two_imports_in_memory_share_an_id_and_still_do_not_take_each_other_for_done(
    tmp_path: Path, database: Path
) -> None:
    assert (await load(csv_file(tmp_path, "name\nAda\n"), database)).unwrap().added == 1
    assert (await load(csv_file(tmp_path, "name\nBob\nCy\n", "more.csv"), database, table="people")).unwrap().added == 2
    assert rows(database, "SELECT count(*) FROM people") == [(3,)]


async def test_rejects_that_were_mended_by_other_rules_become_rows(tmp_path: Path, database: Path) -> None:
    path = csv_file(tmp_path, "age\n1\nx\n")
    await load(path, database, id="one", types={"age": {"type": "str", "max": 0}}, max_bad=1)
    assert rows(database, "SELECT count(*) FROM people_rejects") == [(2,)]
    result = await load(path, database, id="two")
    assert result.unwrap().added == 2
    assert rows(database, "SELECT count(*) FROM people_rejects") == [(0,)]


async def test_too_many_bad_records_stop_it_and_what_was_seen_is_kept(tmp_path: Path, database: Path) -> None:
    path = csv_file(tmp_path, "age\n" + "1\nx\n" * 5_000)
    result = await load(path, database, types={"age": "int"}, max_bad=0.2, batch_size=100)
    assert isinstance(result, Err)
    [(seen,)] = rows(database, "SELECT count(*) FROM people_rejects")
    assert 50 <= seen <= 500


async def test_too_many_bad_records_among_a_few_are_a_failure_too(tmp_path: Path, database: Path) -> None:
    path = csv_file(tmp_path, "age\n1\nx\n")
    result = await load(path, database, types={"age": "int"})
    assert isinstance(result, Err)
    assert "1 of 2 records are bad, too many to go on; people_rejects says why" in str(result.error)


async def test_as_many_bad_records_as_there_may_be_are_no_failure(tmp_path: Path, database: Path) -> None:
    path = csv_file(tmp_path, "age\n1\nx\n")
    assert isinstance(await load(path, database, types={"age": "int"}, max_bad=0.5), Ok)


async def test_a_file_that_changes_while_it_is_imported_is_noticed(tmp_path: Path, database: Path) -> None:
    path = csv_file(tmp_path, "n\n" + "".join(f"{n}\n" for n in range(1_000)))
    original = path.read_text()

    def meddle(event: Progress) -> None:
        path.write_text(original.replace("999\n", "998\n"))

    result = await load(path, database, host=MemoryHost(notes=meddle), batch_size=10)
    assert isinstance(result, Err)
    assert "changed since its import began" in str(result.error)
    assert rows(database, "SELECT count(*) FROM people WHERE n = 998 AND _line = 1001") == [(0,)]


async def test_a_header_alone_makes_an_empty_table(tmp_path: Path, database: Path) -> None:
    result = await load(csv_file(tmp_path, "a,b\n"), database)
    assert result.unwrap().summary == "0 rows added to people"
    assert rows(database, "SELECT * FROM people") == []


@pytest.mark.parametrize(
    ("text", "terms", "reason"),
    [
        ("", {}, "is empty; its first line should name the columns"),
        ("a,b\n1,2\n", {"types": {"c": "int"}}, "has no column 'c'"),
    ],
)
async def test_what_can_not_be_imported_is_told_in_a_sentence(
    tmp_path: Path, database: Path, text: str, terms: dict[str, Any], reason: str
) -> None:
    result = await load(csv_file(tmp_path, text), database, **terms)
    assert isinstance(result, Err)
    assert reason in str(result.error)
    assert not (tmp_path / database.name).exists()


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"path": "people.cvs"}, "path"),
        ({"types": {"a": "integer"}}, "types.a.type"),
        ({"types": {"a": {"type": "int", "minimum": 3}}}, "types.a.minimum"),
        ({"max_bad": 10}, "max_bad"),
        ({"batch_size": 0}, "batch_size"),
        ({"encoding": "utf-7"}, "encoding"),
        ({"delimiter": ":"}, "delimiter"),
        ({"table": "_imports"}, "table"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_input_without_sense_is_refused_field_by_field(tmp_path: Path, terms: dict[str, Any], field: str) -> None:
    definition = definition_of(CsvImport)
    assert definition is not None
    with pytest.raises(InvalidInputError) as refused:
        definition.validate({"path": str(csv_file(tmp_path, "a\n")), **terms})
    assert list(refused.value.fields) == [field]


def test_its_picture_and_example_are_there_before_any_run() -> None:
    definition = definition_of(CsvImport)
    assert definition is not None
    assert definition.validate(definition.example).path == ORDERS
    assert definition.outline().nodes
