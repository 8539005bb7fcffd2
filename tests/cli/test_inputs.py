"""Inputs from the command line, files and standard input."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.cli.inputs import gather, json_value
from lexiconsole.errors import UsageError


def given_words(*words: str) -> object:
    """What the words come to, read as Typer would hand them over."""
    inputs = [words[at + 1] for at, word in enumerate(words) if word in ("-i", "--input")]
    files = [words[at + 1] for at, word in enumerate(words) if word in ("-f", "--file")]
    return gather(words, inputs, files)


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        (["a=1"], {"a": "1"}),
        (["a:=1"], {"a": 1}),
        (["a="], {"a": ""}),
        (["a=b=c"], {"a": "b=c"}),
        (["a:=[1, null]"], {"a": [1, None]}),
        (["a.b=1", "a.c:=2"], {"a": {"b": "1", "c": 2}}),
        (["a\\.b=1"], {"a.b": "1"}),
        (["a=1", "a=2"], {"a": "2"}),
        (["a=1", "a.b=2"], {"a": {"b": "2"}}),
        (['a:={"x": 1}', "a.y=2"], {"a": {"x": 1, "y": "2"}}),
        (["url=http://x:=y"], {"url": "http://x:=y"}),
        (["text=two\nlines"], {"text": "two\nlines"}),
        (["ключ=значение"], {"ключ": "значение"}),
    ],
)
def test_fields(fields: list[str], value: object):
    assert gather((), fields, ()) == value


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("a", "no field"),
        ("=1", "no field"),
        (".a=1", "empty part"),
        ("a..b=1", "empty part"),
        ("a:={", "the value of 'a' is not JSON"),
        ("a:=NaN", "NaN is not JSON"),
        ("a:=-Infinity", "-Infinity is not JSON"),
        ("a:=" + "[" * 100_000, "the value of 'a' is not JSON"),
    ],
)
def test_what_is_no_field_is_refused_in_words(field: str, said: str):
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        gather((), [field], ())


def test_nothing_given_is_no_input():
    assert gather((), None, None) is None


def test_what_stands_later_wins_files_and_fields_alike(tmp_path: Path):
    one, two = tmp_path / "one.json", tmp_path / "two.yaml"
    one.write_text('{"a": 1, "b": {"c": 1, "d": 1}}')
    two.write_text("a: 2\n")
    assert given_words("-i", "a=0", "-f", str(one)) == {"a": 1, "b": {"c": 1, "d": 1}}
    assert given_words("-f", str(one), "-i", "a=3", "-i", "b.c=9") == {"a": "3", "b": {"c": "9", "d": 1}}
    assert given_words("-f", str(one), "-f", str(two)) == {"a": 2, "b": {"c": 1, "d": 1}}


def test_the_order_is_also_told_from_joined_forms():
    assert gather(("-ia=1", "--input=a=2"), ["a=1", "a=2"], ()) == {"a": "2"}


def test_yaml_keeps_dates_as_text_for_the_model_to_read(tmp_path: Path):
    file = tmp_path / "a.yml"
    file.write_text("day: 2026-01-02\nyes: yes\nlist: [1, 2.5, null]\n")
    with pytest.raises(UsageError, match="key True"):
        given_words("-f", str(file))
    file.write_text("day: 2026-01-02\nlist: [1, 2.5, null]\n")
    assert given_words("-f", str(file)) == {"day": "2026-01-02", "list": [1, 2.5, None]}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "{", "is not JSON"),
        ("a.json", "", "is empty"),
        ("a.json", '{"a": NaN}', "NaN is not JSON"),
        ("a.yaml", "a: [", "is not YAML"),
        ("a.yaml", "!!python/object/apply:os.system ['true']", "is not YAML"),
        ("a.yaml", "1: x", "key 1"),
        ("a.yaml", "a: !!int ten", "is not YAML that makes sense: invalid literal"),
        ("a.yaml", "a: !!timestamp 2026-99-01", "is not YAML that makes sense: month must be"),
        ("a.yaml", "a: &b [*b]", "contains itself"),
        ("a.toml", "a = 1", "neither .json nor .yaml"),
    ],
)
def test_a_file_that_can_not_be_read_as_input(tmp_path: Path, name: str, text: str, said: str):
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=said):
        given_words("-f", str(tmp_path / name))


def test_a_missing_file_names_the_nearest_one(tmp_path: Path):
    (tmp_path / "order.json").write_text("{}")
    with pytest.raises(UsageError, match=r"did you mean .*order\.json"):
        given_words("-f", str(tmp_path / "ordr.json"))


def test_a_folder_and_bytes_that_are_no_text_are_refused_in_words(tmp_path: Path):
    (tmp_path / "d.json").mkdir()
    (tmp_path / "b.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(UsageError, match="can not be read"):
        given_words("-f", str(tmp_path / "d.json"))
    with pytest.raises(UsageError, match="not UTF-8"):
        given_words("-f", str(tmp_path / "b.json"))


@pytest.mark.parametrize(
    ("text", "value"), [('{"a": 1}', {"a": 1}), ("a: 1\nb: [x]", {"a": 1, "b": ["x"]}), ("[1, 2]", [1, 2])]
)
def test_standard_input_is_json_or_yaml(monkeypatch: pytest.MonkeyPatch, text: str, value: object):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert given_words("-f", "-") == value


def test_an_input_that_is_no_object_stands_alone(tmp_path: Path):
    (tmp_path / "l.json").write_text("[1]")
    with pytest.raises(UsageError, match="can not be combined"):
        given_words("-f", str(tmp_path / "l.json"), "-i", "a=1")


def test_json_on_the_command_line_says_how_to_write_text():
    with pytest.raises(UsageError, match="text needs quotes"):
        json_value("hello", "--result")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.text("abcxyz_", min_size=1),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=6),
    )
)
def test_any_object_comes_through_field_by_field(value: dict[str, object]):
    import json

    fields = [f"{key}:={json.dumps(part)}" for key, part in value.items()]
    assert (gather((), fields, ()) or {}) == value
