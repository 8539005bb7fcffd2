"""Cells become what their columns say, or the row says why not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from _csv_reading import Place, Record
from _csv_typing import BadRowError, Column, ColumnType, RowReader, Rule, column_names, infer


def record(*fields: str, fault: str = "") -> Record:
    return Record(Place(0), Place(1), ",".join(fields), list(fields), fault)


def reader(**rules: Any) -> RowReader:
    return RowReader.of([Column(name=name, rule=Rule.model_validate(rule)) for name, rule in rules.items()])


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "42", 42),
        ("int", " -7 ", -7),
        ("int", "007", 7),
        ("int", str(2**63 - 1), 2**63 - 1),
        ("float", "3.5", 3.5),
        ("float", "-1e3", -1000.0),
        ("float", "7", 7.0),
        ("bool", "Yes", True),
        ("bool", "0", False),
        ("date", "2026-02-28", "2026-02-28"),
        ("datetime", "2026-02-28 12:30", "2026-02-28T12:30:00"),
        ("datetime", "2026-02-28T12:30:00+02:00", "2026-02-28T12:30:00+02:00"),
        ("str", "  kept as it is ", "  kept as it is "),
        ("str", "", None),
        ("int", "  ", None),
        ("date", "", None),
    ],
)
def test_a_cell_that_fits(kind: str, text: str, value: object) -> None:
    [found] = reader(x=kind).row(record(text))
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("int", "three", "x: is not a whole number (it is 'three')"),
        ("int", "1.0", "x: is not a whole number (it is '1.0')"),
        ("int", "1_000", "x: is not a whole number (it is '1_000')"),
        ("int", "²", "x: is not a whole number (it is '²')"),
        ("int", str(2**63), f"x: does not fit 64 bits (it is '{2**63}')"),
        ("float", "12,50", "x: is not a number (it is '12,50')"),
        ("float", "nan", "x: is not a number (it is 'nan')"),
        ("float", "1e999", "x: is too large for a number (it is '1e999')"),
        ("bool", "maybe", "x: is neither true nor false (it is 'maybe')"),
        ("date", "31.02.2026", "x: is not a date like 2026-01-31 (it is '31.02.2026')"),
        ("date", "20260131", "x: is not a date like 2026-01-31 (it is '20260131')"),
        ("date", "2026-02-30", "x: day is out of range for month (it is '2026-02-30')"),
        ("datetime", "2026-02-28", "x: is not a time like 2026-01-31 12:30:00 (it is '2026-02-28')"),
        ({"type": "int", "required": True}, " ", "x: is missing"),
        ({"type": "int", "min": 1}, "0", "x: input should be greater than or equal to 1 (it is 0)"),
        ({"type": "float", "max": 2.5}, "2.6", "x: input should be less than or equal to 2.5 (it is 2.6)"),
        ({"max": 3}, "abcd", "x: string should have at most 3 characters (it is 'abcd')"),
    ],
)
def test_a_cell_that_does_not_fit_says_why(kind: Any, text: str, reason: str) -> None:
    with pytest.raises(BadRowError) as bad:
        reader(x=kind).row(record(text))
    assert str(bad.value) == reason


def test_a_bad_row_names_every_bad_column() -> None:
    with pytest.raises(BadRowError, match=r"^a: is not a whole number .*; b: is missing$"):
        reader(a="int", b={"required": True}, c="int").row(record("x", "", "1"))


def test_long_cells_are_shortened_in_the_reason() -> None:
    with pytest.raises(BadRowError) as bad:
        reader(a="int").row(record("x" * 5_000))
    assert len(str(bad.value)) < 100


def test_a_ragged_row_says_how_many_fields_it_has() -> None:
    with pytest.raises(BadRowError, match="has 1 fields, the header has 2"):
        reader(a="str", b="str").row(record("x"))


def test_a_record_that_could_not_be_read_says_so() -> None:
    with pytest.raises(BadRowError, match="a quote is opened"):
        reader(a="str").row(record(fault="a quote is opened and never closed"))


@pytest.mark.parametrize("name", ["model_config", "copy", "_hidden", "a b", "1st", "c0", "naïve"])
def test_a_column_may_have_any_name(name: str) -> None:
    columns = [Column(name=name, rule=Rule(type=ColumnType.INT)), Column(name="c1", rule=Rule(type=ColumnType.INT))]
    assert RowReader.of(columns).row(record("1", "2")) == [1, 2]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "22", ""], "int"),
        (["1", "2.5"], "float"),
        (["0123", "4567"], "str"),  # a postcode
        (["+49 30", "1"], "str"),
        (["0", "-1"], "int"),
        (["yes", "No"], "bool"),
        (["1", "0"], "int"),
        (["2026-01-02", ""], "date"),
        (["2026-01-02 03:04:05", "2026-01-02T03:04:05"], "datetime"),
        (["2026-01-02 03:04:05", "2026-01-02"], "str"),
        (["1", "one"], "str"),
        (["", " "], "str"),
        ([str(2**63), "1"], "float"),
    ],
)
def test_a_column_gets_the_narrowest_type_that_all_its_cells_fit(cells: list[str], kind: str) -> None:
    [column] = infer(["x"], [[cell] for cell in cells], {})
    assert column.rule.type == kind


def test_a_given_rule_stands_whatever_the_cells_look_like() -> None:
    columns = infer(["a", "b"], [["1", "2"]], {"b": Rule(type=ColumnType.STR, required=True)})
    assert [column.rule for column in columns] == [Rule(type=ColumnType.INT), Rule(required=True)]


def test_ragged_rows_are_left_out_of_the_guess_and_no_rows_make_text() -> None:
    assert infer(["a", "b"], [["x"], ["1", "2"]], {})[0].rule.type == "int"
    assert [column.rule.type for column in infer(["a", "b"], [], {})] == ["str", "str"]


def test_headers_become_names_that_are_all_different() -> None:
    header = ["id", "ID", "", " first\nname ", "_line", "id_2"]
    assert column_names(header, ("_source", "_line")) == ["id", "ID_2", "column_3", "first name", "_line_2", "id_2_2"]


def test_limits_that_have_no_sense_are_refused() -> None:
    with pytest.raises(ValidationError, match="min and max are for numbers and texts, not for date"):
        Rule.model_validate({"type": "date", "min": 1})
    with pytest.raises(ValidationError, match="Input should be 'int', 'float'"):
        Rule.model_validate("integer")
