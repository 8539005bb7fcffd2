"""Values to JSON and back: what comes back is what went in, or it is refused where it was made."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr
from pydantic_core import from_json, to_json

from lexiconsole.durable.codec import MASK, Codec, returns_of
from lexiconsole.durable.context import INFER
from lexiconsole.errors import StepError, ValueNotStorableError
from lexiconsole.result import Err, Ok, Result


class Colour(enum.StrEnum):
    RED = "red"


class Order(BaseModel):
    id: int
    placed: date


@dataclass(frozen=True)
class Point:
    x: int
    y: float


def nested(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels - 1):
        found = [found]
    return found


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_any_json_comes_back_the_same(value: Any) -> None:
    assert Codec().decode(Codec().encode(value, INFER, "s"), INFER, "s") == value


@pytest.mark.parametrize(
    ("value", "returns"),
    [
        (date(2026, 1, 2), date),
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), datetime),
        (Decimal("1.10"), Decimal),
        (UUID(int=7), UUID),
        (Colour.RED, Colour),
        (Order(id=1, placed=date(2026, 1, 2)), Order),
        ([Order(id=1, placed=date(2026, 1, 2))], list[Order]),
        (Point(1, 2.0), Point),
        ({1: "a"}, dict[int, str]),
        ((1, "a"), tuple[int, str]),
        ({1, 2}, set[int]),
        (b"abc", bytes),
        (None, None),
        (None, int | None),
        (3, Annotated[int, Field(gt=0)]),
    ],
)
def test_an_annotated_value_comes_back_as_its_type(value: Any, returns: Any) -> None:
    back = Codec().decode(Codec().encode(value, returns, "s"), returns, "s")
    assert back == value and type(back) is type(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((1, 2), "tuple would come back as list"),
        ({1: "a"}, "the key 1 is a int"),
        ({"a": [date(2026, 1, 1)]}, r"s\.a\[0\]: a date would come back as str"),
        (Colour.RED, "annotate the step's return type"),
        (object(), "object can not be kept as JSON"),
        (math.nan, "nan has no JSON"),
        ([math.inf], r"s\[0\].*inf has no JSON"),
        ({"a": "\ud800"}, "can not be kept as JSON"),
        pytest.param(10**4300, "more than 4,300 digits", id="a long number"),
        ({"a": [-(10**4300)]}, "more than 4,300 digits"),
        pytest.param(nested(202), "nested deeper", id="a deep list"),
        pytest.param(nested(254), "nested deeper", id="a deeper list"),
    ],
)
def test_what_would_not_come_back_is_refused_with_type_and_place(value: Any, words: str) -> None:
    with pytest.raises(ValueNotStorableError, match=words):
        Codec().encode(value, INFER, "s")


def test_a_list_in_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(ValueNotStorableError):
        Codec().encode(ring, INFER, "s")


@pytest.mark.parametrize(("letter", "size"), [("a", 1), ("é", 2), ("€", 3), ("\x00", 6), ("\n", 2)])
def test_the_limit_counts_bytes_of_json(letter: str, size: int) -> None:
    codec, fits = Codec(limit=6000), (6000 - 2) // size
    assert codec.encode(letter * fits, INFER, "s") == letter * fits
    with pytest.raises(ValueNotStorableError, match="more than the limit of 6,000"):
        codec.encode(letter * (fits + 1), INFER, "s")


def test_secrets_are_masked_wherever_they_stand() -> None:
    codec = Codec(secrets=frozenset({"password"}))
    assert codec.encode({"a": [{"password": "x", "b": 1}], "password": None}, INFER, "s") == {
        "a": [{"password": MASK, "b": 1}],
        "password": None,
    }
    assert codec.encode({"p": SecretStr("x")}, dict[str, SecretStr], "s") == {"p": MASK}


def test_a_recorded_value_of_another_type_names_both() -> None:
    with pytest.raises(ValueNotStorableError, match="does not fit int"):
        Codec().decode("many", int, "s")


def _plain() -> int: ...  # type: ignore[empty-body]
async def _result() -> Result[Order, StepError]: ...  # type: ignore[empty-body]
def _ok() -> Ok[int]: ...  # type: ignore[empty-body]
def _err() -> Err[int]: ...  # type: ignore[empty-body]
def _any() -> Any: ...
def _missing() -> Nowhere: ...  # type: ignore[name-defined, empty-body]  # noqa: F821
def _unhashable() -> Annotated[int, []]: ...  # type: ignore[empty-body]


@pytest.mark.parametrize(
    ("call", "type_"),
    [(_plain, int), (_result, Order), (_ok, int), (_err, INFER), (_any, INFER), (_missing, INFER), (lambda: 1, INFER)],
)
def test_the_success_type_of_a_callable(call: Any, type_: Any) -> None:
    assert returns_of(call) is type_


def test_an_annotation_without_a_hash_works() -> None:
    returns = returns_of(_unhashable)
    assert Codec().decode(Codec().encode(3, returns, "s"), returns, "s") == 3


def test_the_longest_number_comes_back() -> None:
    value = 10**4300 - 1
    assert from_json(to_json(Codec().encode(value, INFER, "s"))) == value
