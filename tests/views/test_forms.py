"""Forms: from a schema to fields, from what was typed to a value, and a sentence for what is wrong."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr

from lexiconsole.views.filling import LEFT_OUT, Wrong, fill, first_texts, read, text_of
from lexiconsole.views.fitting import misfits
from lexiconsole.views.forms import Form, FormField, Sort, form_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    street: str
    number: int = Field(1, ge=1)


class Tree(BaseModel):
    name: str
    left: Tree | None = None


class Everything(BaseModel):
    """All there is."""

    who: str = Field(min_length=1, max_length=20, description="Whose name it is.")
    why: str = Field("", max_length=2_000)
    age: int = Field(ge=0, le=150)
    share: float = Field(0.5, gt=0, lt=1)
    price: Decimal = Field(ge=0)
    sure: bool = False
    colour: Colour = Colour.RED
    mood: Literal["good", "bad"] | None = None
    day: dt.date
    at: dt.time | None = None
    when: dt.datetime | None = None
    word: SecretStr | None = None
    tags: list[str] = Field(default_factory=list, max_length=3)
    counts: dict[str, int] = Field({"mug": 2}, min_length=1)
    home: Address
    second: Address | None = None
    more: list[Address] = Field(default_factory=list)
    anything: Any = None


FORM = form_of(Everything.model_json_schema())


def field(name: str) -> FormField:
    found = FORM.field(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("who", Sort.TEXT),
        ("why", Sort.LINES),
        ("age", Sort.WHOLE),
        ("share", Sort.NUMBER),
        ("price", Sort.NUMBER),
        ("sure", Sort.YES_NO),
        ("colour", Sort.CHOICE),
        ("mood", Sort.CHOICE),
        ("day", Sort.DATE),
        ("at", Sort.TIME),
        ("when", Sort.MOMENT),
        ("word", Sort.SECRET),
        ("tags", Sort.LIST),
        ("counts", Sort.PAIRS),
        ("home.street", Sort.TEXT),
        ("second.number", Sort.WHOLE),
        ("more", Sort.JSON),
        ("anything", Sort.JSON),
    ],
)
def test_each_type_has_its_way_of_being_typed(name: str, sort: Sort) -> None:
    assert field(name).sort is sort


def test_fields_know_what_is_needed_what_about_and_within_what() -> None:
    assert field("who").required
    assert not field("why").required
    assert field("who").about == "Whose name it is."
    assert field("age").limits == ("0 to 150",)
    assert field("second.number").group == "second"
    assert field("second.number").above == (("second",),)
    assert field("home.street").above == ()


def test_a_model_that_holds_itself_is_typed_as_json_below() -> None:
    form = form_of(Tree.model_json_schema())
    assert [(each.name, each.sort) for each in form.fields] == [("name", Sort.TEXT), ("left", Sort.JSON)]


def test_no_schema_is_one_field_that_takes_json_or_text() -> None:
    form = form_of(None)
    assert fill(form, {"": '{"a": 1}'}).value == {"a": 1}
    assert fill(form, {"": "yes please"}).value == "yes please"
    assert "" in fill(form, {"": ""}).errors


def test_a_schema_that_is_one_value_is_one_field() -> None:
    form = form_of({"type": "integer", "maximum": 5})
    assert fill(form, {"": "4"}).value == 4
    assert fill(form, {"": "6"}).errors == {"": "is more than 5"}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("age", "42", 42),
        ("age", "1_0", 10),
        ("share", ".25", 0.25),
        ("price", "250_000.10", "250000.10"),
        ("sure", "yes", True),
        ("sure", "N", False),
        ("colour", "blue", "blue"),
        ("mood", "", None),
        ("day", " 2026-12-31 ", "2026-12-31"),
        ("at", "14:30", "14:30:00"),
        ("when", "2026-12-31 14:30", "2026-12-31T14:30:00"),
        ("tags", "a\n\nb ", ["a", "b"]),
        ("tags", '["x"]', ["x"]),
        ("tags", "", LEFT_OUT),
        ("counts", "mug = 3\ntea pot=1", {"mug": 3, "tea pot": 1}),
        ("counts", '{"mug": 3}', {"mug": 3}),
        ("why", "", ""),
        ("more", '[{"street": "a"}]', [{"street": "a"}]),
        ("anything", "", LEFT_OUT),
        ("anything", "TX-9", "TX-9"),
        ("anything", "[1]", [1]),
    ],
)
def test_what_is_typed_becomes_a_value(name: str, text: str, value: Any) -> None:
    got = read(field(name), text)
    assert got is LEFT_OUT if value is LEFT_OUT else got == value


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("who", "", "is needed"),
        ("who", "   ", "is needed"),
        ("who", "x" * 21, "is longer than 20 letters by 1"),
        ("age", "old", "is not a whole number"),
        ("age", "-1", "is less than 0"),
        ("age", "151", "is more than 150"),
        ("age", "1.5", "is not a whole number"),
        ("age", "9" * 50, "is not a whole number"),
        ("share", "1", "is not less than 1"),
        ("share", "nan", "is not a number"),
        ("share", "1e999", "is too big a number"),
        ("price", "-1", "is less than 0"),
        ("sure", "maybe", "is neither yes nor no"),
        ("colour", "green", "is none of red, blue"),
        ("day", "31.12.2026", "is not a date, like 2026-12-31"),
        ("day", "2026-02-30", "is not a date, like 2026-12-31"),
        ("at", "25:00", "is not a time, like 14:30"),
        ("tags", "a\nb\nc\nd", "has 4, at most 3 are allowed"),
        ("counts", "mug", "line 1: is not like `name = value`"),
        ("counts", "mug = 1\nmug = 2", "line 2: mug stands there twice"),
        ("counts", "mug = many", "line 1: is not a whole number"),
        ("more", "[", "is not JSON at line 1, sign 2"),
        ("more", "[NaN]", "is not JSON: NaN is no number there"),
        ("more", '[{"number": 1e999}]', "is not JSON: 1e999 is no number there"),
        ("more", "[" * 100_000, "is nested too deeply"),
        ("more", '[{"number": 0}]', "1.street: is needed"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(name: str, text: str, sentence: str) -> None:
    with pytest.raises(Wrong) as fault:
        read(field(name), text)
    assert str(fault.value) == sentence


def test_all_wrong_fields_are_told_at_once() -> None:
    assert fill(FORM, first_texts(FORM)).errors == {
        "who": "is needed",
        "age": "is needed",
        "price": "is needed",
        "day": "is needed",
        "home.street": "is needed",
    }


NEEDED = {"who": "Ada", "age": "36", "price": "1.10", "day": "2026-12-31", "home.street": "High St"}


def test_defaults_and_what_was_typed_make_what_the_model_takes() -> None:
    filled = fill(FORM, {**first_texts(FORM), **NEEDED})
    assert filled.errors == {}
    made = Everything.model_validate(filled.value)
    assert made == Everything.model_validate(
        {"who": "Ada", "age": 36, "price": "1.10", "day": "2026-12-31", "home": {"street": "High St"}}
    )


def test_an_optional_object_is_left_out_until_something_is_filled_in() -> None:
    assert "second" not in fill(FORM, {**first_texts(FORM), **NEEDED}).value  # type: ignore[operator]
    filled = fill(FORM, {**first_texts(FORM), **NEEDED, "second.number": "5"})
    assert filled.errors == {"second.street": "is needed"}


def test_an_object_that_must_be_given_is_given_as_null() -> None:
    class Holder(BaseModel):
        held: Address | None

    form = form_of(Holder.model_json_schema())
    assert fill(form, first_texts(form)) == fill(form, {})
    assert fill(form, {}).value == {"held": None}


def test_what_was_given_stands_in_the_fields_and_comes_back_unchanged() -> None:
    given_ = {
        "who": "Ada",
        "why": "",
        "age": 3,
        "share": 0.25,
        "price": "7",
        "sure": True,
        "colour": "blue",
        "mood": "bad",
        "day": "2026-01-01",
        "tags": ["x", "y"],
        "counts": {"a": 1},
        "home": {"street": "s", "number": 2},
        "second": {"street": "t", "number": 1},
        "more": [{"street": "u", "number": 4}],
        "anything": {"k": [1]},
    }
    value = fill(FORM, first_texts(FORM, given_)).value
    assert isinstance(value, dict)
    assert {name: value[name] for name in given_} == given_


@given(st.dictionaries(st.sampled_from([each.name for each in FORM.fields]), st.text(max_size=30)))
def test_whatever_is_typed_gives_a_value_or_sentences_and_never_a_fault(texts: dict[str, str]) -> None:
    filled = fill(FORM, {**first_texts(FORM), **NEEDED, **texts})
    json.dumps(filled.value)
    assert all(reason for reason in filled.errors.values())


VALUES = st.builds(
    Everything,
    who=st.text("abc", min_size=1, max_size=5),
    why=st.text("xyz\n", max_size=9),
    age=st.integers(0, 150),
    share=st.floats(0.001, 0.999),
    price=st.decimals(0, 10_000, allow_nan=False, places=2),
    sure=st.booleans(),
    colour=st.sampled_from(Colour),
    mood=st.sampled_from([None, "good", "bad"]),
    day=st.dates(),
    at=st.none() | st.times(),
    when=st.none() | st.datetimes(),
    word=st.none(),
    tags=st.lists(st.text("abc", min_size=1, max_size=4), max_size=3),
    counts=st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(), min_size=1, max_size=3),
    home=st.builds(Address, street=st.text("ab", min_size=1), number=st.integers(1, 99)),
    second=st.none() | st.builds(Address, street=st.text("ab", min_size=1), number=st.integers(1, 99)),
    more=st.lists(st.builds(Address, street=st.text("ab", min_size=1), number=st.integers(1, 99)), max_size=2),
    anything=st.none() | st.integers() | st.lists(st.integers(), max_size=2) | st.text("a1{", min_size=1),
)


@given(VALUES)
def test_every_value_a_model_can_have_survives_the_form(value: Everything) -> None:
    filled = fill(FORM, first_texts(FORM, value.model_dump(mode="json")))
    assert filled.errors == {}
    assert Everything.model_validate(filled.value) == value


@pytest.mark.parametrize(
    ("schema", "value", "where"),
    [
        ({"type": "array", "items": {"type": "integer"}}, [1, "x"], "2"),
        ({"type": "object", "properties": {"a": {"type": "object", "required": ["b"]}}}, {"a": {}}, "a.b"),
        ({"type": "object", "additionalProperties": False, "properties": {}}, {"x": 1}, "x"),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}}, 1, ""),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1, ""),
        ({"type": "array", "uniqueItems": True}, [1, 1], ""),
        ({"type": "number", "multipleOf": 0.5}, 0.7, ""),
        ({"type": "array", "prefixItems": [{"type": "string"}], "items": False}, [1], "1"),
    ],
)
def test_a_misfit_names_its_place(schema: dict[str, Any], value: Any, where: str) -> None:
    [(place, sentence)] = misfits(schema, value)
    assert place == where
    assert sentence


def test_what_is_too_large_to_be_reckoned_is_left_to_the_definition() -> None:
    halves = {"type": "number", "multipleOf": 0.5}
    assert [misfits(halves, much) for much in (1e308, float("inf"), 10**400)] == [[], [], []]


@given(VALUES)
def test_misfits_has_nothing_against_what_pydantic_takes(value: Everything) -> None:
    raw = value.model_dump(mode="json")
    assert misfits(Everything.model_json_schema(mode="serialization"), raw) == []


def test_text_of_is_what_a_person_would_type() -> None:
    assert text_of(field("sure"), True) == "yes"
    assert text_of(field("counts"), {"a": 1, "b": 2}) == "a = 1\nb = 2"
    assert text_of(Form((FormField((), Sort.JSON),)).fields[0], "plain") == "plain"
