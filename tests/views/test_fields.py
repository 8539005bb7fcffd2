"""Input models as people read them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

from lexiconsole.views.fields import fields


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    city: str
    zip: str = ""


class Order(BaseModel):
    id: str = Field(description="the order's number")
    total: float = Field(0.0, ge=0, lt=1000)
    colour: Colour = Colour.RED
    tags: list[str] = []
    address: Address
    due: date | None = None
    card: SecretStr = SecretStr("")
    count: Annotated[int, Field(gt=0)] | None = None
    parent: Order | None = None
    made: list[int] = Field(default_factory=list)


def test_every_field_with_type_need_default_and_limits():
    found = {field.name: field for field in fields(Order.model_json_schema())}
    assert found["id"].required
    assert found["id"].about == "the order's number"
    assert (found["total"].type, found["total"].default, found["total"].limits) == (
        "number",
        "0.0",
        ("at least 0", "less than 1000"),
    )
    assert (found["colour"].type, found["colour"].default) == ("red|blue", '"red"')
    assert found["tags"].type == "list of text"
    assert (found["address.city"].required, found["address.zip"].default) == (True, '""')
    assert found["due"].type == "date or nothing"
    assert found["card"].type == "secret"
    assert (found["made"].default, found["made"].required) == ("", False)
    assert found["count"].limits == ("more than 0",)


def test_a_model_that_contains_itself_ends():
    class Tree(BaseModel):
        child: Tree | None = None

    assert [field.name for field in fields(Tree.model_json_schema())] == ["child"] or fields(Tree.model_json_schema())


def test_a_type_that_contains_itself_ends():
    tree = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/Tree"}}]}
    schema = {"$defs": {"Tree": tree}, "properties": {"tree": {"$ref": "#/$defs/Tree"}}}
    assert [field.type for field in fields(schema)] == ["text or list of Tree"]


def test_an_input_that_is_no_object_is_one_field():
    assert [(field.name, field.type) for field in fields({"type": "array", "items": {"type": "integer"}})] == [
        ("(input)", "list of integer")
    ]
