"""CSV files as they are found in the wild: every record with its place, every fault costing one record only."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _csv_reading import FIELD_LIMIT, CsvError, Encoding, Format, Place, Record, detect, digest, read


def records(tmp_path: Path, content: bytes, encoding: Encoding = "auto") -> list[Record]:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return list(read(path, detect(path, encoding)))


def fields(found: list[Record]) -> list[list[str]]:
    return [record.fields for record in found]


def test_a_quoted_line_break_is_part_of_its_field_and_lines_are_counted_as_in_an_editor(tmp_path: Path) -> None:
    found = records(tmp_path, b'a,b\n1,"x\ny"\n2,z\n')
    assert fields(found) == [["a", "b"], ["1", "x\ny"], ["2", "z"]]
    assert [record.begin for record in found] == [Place(0, 1), Place(4, 2), Place(12, 4)]
    assert found[1].text == '1,"x\ny"'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_understood(tmp_path: Path, end: str) -> None:
    found = records(tmp_path, end.join(["a,b", "1,2", "", "3,4"]).encode())
    assert fields(found) == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert [record.begin.line for record in found] == [1, 2, 4]


def test_empty_lines_are_no_records(tmp_path: Path) -> None:
    assert fields(records(tmp_path, b"\n\na,b\n\n1,2\n\n")) == [["a", "b"], ["1", "2"]]


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    assert records(tmp_path, b"") == []


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    found = records(tmp_path, b'a,b\n1,"never\n2,x\n3,y\n')
    assert [(record.begin.line, record.fields, bool(record.fault)) for record in found] == [
        (1, ["a", "b"], False),
        (2, [], True),
        (3, ["2", "x"], False),
        (4, ["3", "y"], False),
    ]
    assert found[1].text == '1,"never'
    assert "never closed" in found[1].fault


def test_text_behind_a_closing_quote_is_a_fault_and_not_silently_joined(tmp_path: Path) -> None:
    found = records(tmp_path, b'a,b\n"1"x,2\n3,4\n')
    assert [bool(record.fault) for record in found] == [False, True, False]
    assert "written twice" in found[1].fault


def test_a_nul_byte_is_named_with_its_field(tmp_path: Path) -> None:
    found = records(tmp_path, b"a,b\n1,x\0y\n2,z\n")
    assert [record.fault for record in found] == ["", "field 2 holds a NUL byte", ""]


def test_one_wrong_byte_in_a_utf8_file_costs_one_record_and_garbles_no_other(tmp_path: Path) -> None:
    found = records(tmp_path, "name\nMüller\nJürgen\nB".encode() + b"\xf6rn\n")
    assert fields(found)[1:3] == [["Müller"], ["Jürgen"]]
    assert "field 1 is no utf-8 text" in found[3].fault


def test_a_file_from_old_windows_is_recognised(tmp_path: Path) -> None:
    assert fields(records(tmp_path, "name\nMüller\n".encode("cp1252"))) == [["name"], ["Müller"]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_tells_the_encoding_and_is_no_text(tmp_path: Path, encoding: str) -> None:
    content = "näme;x\nMüller;1\n".encode(encoding)
    if encoding in ("utf-16-le", "utf-16-be"):
        content = "\ufeff".encode(encoding) + content
    found = records(tmp_path, content)
    assert fields(found) == [["näme", "x"], ["Müller", "1"]]


def test_half_a_character_at_the_end_of_a_utf16_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CsvError, match="no utf-16-le text"):
        records(tmp_path, "\ufeffa,b\n1,2\n".encode("utf-16-le") + b"x")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_a_regular_table(tmp_path: Path, delimiter: str) -> None:
    rows = [["name", "price", "note"], ["a", "1,50", "x|y;z, and more"], ["b", "2,00", "1;2;3"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path = tmp_path / "file.csv"
    path.write_text(text.getvalue())
    assert detect(path).delimiter == delimiter


def test_a_single_column_is_a_table_too(tmp_path: Path) -> None:
    assert fields(records(tmp_path, b"name\nAda\nBob\n")) == [["name"], ["Ada"], ["Bob"]]


def test_a_large_field_is_read_and_an_endless_one_costs_its_record(tmp_path: Path) -> None:
    large, endless = "x" * 400_000, "y" * (3 * FIELD_LIMIT)
    found = records(tmp_path, f"a,b\n1,{large}\n2,{endless}\n3,z\n".encode())
    assert [len(record.fields) for record in found] == [2, 2, 0, 2]
    assert "more than 1,000,000 characters" in found[2].fault
    assert len(found[2].text) == FIELD_LIMIT
    assert found[3].begin == Place(4 + 2 + 400_000 + 1 + 2 + len(endless) + 1, 4)


def test_a_huge_field_over_many_lines_costs_its_first_line(tmp_path: Path) -> None:
    lines = "z\n" * (FIELD_LIMIT // 2 + 10)
    found = read(path := tmp_path / "file.csv", Format("utf-8", ","))
    path.write_text(f'a,b\n1,"{lines}')
    next(found)
    bad, after = next(found), next(found)
    assert "is a quote never closed" in bad.fault
    assert after.begin.line == 3


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"abc")
    assert digest(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


TEXT = st.text(st.sampled_from(list('ab1é€😀"\n\r,;\t| \0')), max_size=60)


@given(TEXT, st.sampled_from(["utf-8", "utf-16-le", "cp1252", "latin-1"]))
@settings(max_examples=300, deadline=None)
def test_reading_on_from_any_record_gives_the_same_as_reading_through(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "file.csv"
    path.write_bytes(text.encode(encoding, errors="replace"))
    shape = Format(encoding, ",")
    whole = list(read(path, shape))
    for number, record in enumerate(whole):
        assert list(read(path, shape, record.begin)) == whole[number:]
        assert list(read(path, shape, record.end)) == whole[number + 1 :]


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "cp1252", "cp437"]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_reading_fail_or_lose_a_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "file.csv"
    path.write_bytes(content)
    found = list(read(path, Format(encoding, ",")))
    for before, after in itertools.pairwise(found):
        assert before.begin.offset < before.end.offset <= after.begin.offset
        skipped = content[before.end.offset : after.begin.offset]
        assert not skipped.strip(b"\r\n")


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
            min_size=2,
            max_size=4,
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_what_pythons_own_writer_wrote_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "file.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    assert fields(list(read(path, Format("utf-8", ",")))) == rows
