"""The pass before the import: what it finds, from where one can read on, and how it tells that a file changed."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from _csv_reading import CsvError
from _csv_survey import STRIDE, Survey
from _csv_typing import ColumnType, Rule


def survey(path: Path, rules: dict[str, Rule] | None = None) -> Survey:
    return Survey.of(path, "auto", "auto", rules or {})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text('id,name\n1,Ada\n2,"B\nC"\n\n3,D\n')
    return path


def test_it_counts_records_not_lines_and_guesses_the_columns(path: Path) -> None:
    found = survey(path)
    assert found.records == 3
    assert [(column.name, column.rule.type) for column in found.columns] == [("id", "int"), ("name", "str")]


def test_it_survives_json(path: Path) -> None:
    found = survey(path, {"id": Rule(type=ColumnType.FLOAT, min=0)})
    assert Survey.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("index", [0, 1, STRIDE - 1, STRIDE, STRIDE + 1, 2 * STRIDE + 4, 2 * STRIDE + 5, 10**9])
def test_reading_on_begins_at_any_record(tmp_path: Path, index: int) -> None:
    path = tmp_path / "long.csv"
    total = 2 * STRIDE + 5
    path.write_text("id,text\n" + "".join(f'{n},"a\nb"\n' for n in range(total)))
    found = survey(path)
    assert len(found.places) == 3
    numbers = [int(record.fields[0]) for record in found.read_from(path, index)]
    assert numbers == list(range(index, total))


def test_it_reads_only_what_it_is_asked_for(path: Path) -> None:
    found = survey(path)
    stream = found.read_from(path, 0)
    assert next(stream).fields == ["1", "Ada"]
    stream.close()  # type: ignore[attr-defined]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("a,b\n")
    found = survey(path)
    assert (found.records, list(found.read_from(path, 0))) == (0, [])


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_told_in_a_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CsvError, match="is empty; its first line should name the columns"):
        survey(path)


def test_a_header_that_can_not_be_read_is_told_with_its_fault(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(b"a,b\0,c\n1,2,3\n")
    with pytest.raises(CsvError, match="field 2 holds a NUL byte"):
        survey(path)


def test_a_rule_for_a_column_that_is_not_there_names_the_nearest(path: Path) -> None:
    with pytest.raises(CsvError, match=r"has no column 'nam'; did you mean 'name'\? Its columns are id, name"):
        survey(path, {"nam": Rule()})


def test_a_changed_file_is_noticed_even_when_its_size_is_the_same(path: Path) -> None:
    found = survey(path)
    path.write_text(path.read_text().replace("Ada", "Eve"))
    with pytest.raises(CsvError, match="changed since its import began"):
        found.require_same(path)


@pytest.mark.parametrize("change", [lambda path: path.write_text("id,name\n"), lambda path: path.unlink()])
def test_of_a_changed_file_nothing_is_read_but_it_can_still_be_counted_over(path: Path, change: Any) -> None:
    found = survey(path)
    change(path)
    records = list(found.read_from(path, 1))
    assert len(records) == 2
    assert all(record.fault and not record.fields for record in records)


def test_a_survey_is_found_again_by_its_run(path: Path, tmp_path: Path) -> None:
    found = survey(path)
    found.keep(tmp_path / "import.db", "run")
    assert Survey.kept(tmp_path / "import.db", "run") == found
    assert Survey.kept(tmp_path / "import.db", "other") is None


def test_a_new_date_alone_is_no_change(path: Path) -> None:
    found = survey(path)
    os.utime(path, (1, 1))
    assert len(list(found.read_from(path, 0))) == 3


def test_a_file_that_is_gone_is_told_in_a_sentence(path: Path) -> None:
    found = survey(path)
    path.unlink()
    with pytest.raises(CsvError, match="can not be read: No such file"):
        found.require_same(path)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("id,text\n" + "".join(f"{n},{'x' * 600}\n" for n in range(10_000)))
    tracemalloc.start()
    try:
        found = survey(path)
        assert sum(1 for _ in found.read_from(path, 0)) == 10_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000 < path.stat().st_size
