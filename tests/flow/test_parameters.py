"""A workflow function's parameters are the fields of its input, so that a command line and a form can ask for them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from lexiconsole import Context, InvalidInputError, workflow
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.journal import RequestKind
from tests.support import house


class Order(BaseModel):
    sku: str


def defined(thing: Any) -> Definition:
    found = definition_of(thing)
    assert found is not None
    return found


@workflow
async def greet(ctx: Context, name: str = "Ada") -> str:
    return f"Hello, {name}!"


@workflow
async def remind(
    ctx: Context, who: Annotated[str, Field(description="Whom")], on: date, *, how: Literal["mail", "sms"] = "mail"
) -> str:
    return f"{who} {on.isoformat()} {how}"


@workflow
async def buy(ctx: Context, order: Order) -> str:
    return order.sku


@workflow
async def anything(ctx: Context, given: Any) -> Any:
    return given


@pytest.mark.parametrize("raw", ["Bo", {"name": "Bo"}])
def test_a_single_plain_parameter_is_given_by_name_or_as_it_is(raw: Any) -> None:
    assert defined(greet).validate(raw) == "Bo"


def test_without_an_input_a_parameter_has_its_default() -> None:
    assert defined(greet).validate(None) == "Ada"


def test_several_parameters_are_fields_with_their_types() -> None:
    assert defined(remind).validate({"who": "Bo", "on": "2026-11-21"}) == {
        "who": "Bo",
        "on": date(2026, 11, 21),
        "how": "mail",
    }


@pytest.mark.parametrize(
    ("definition", "raw", "named"),
    [
        (greet, {"nam": "Bo"}, {"nam"}),
        (greet, {"name": 3}, {"name"}),
        (remind, {"who": "Bo", "on": "soon", "how": "fax"}, {"on", "how"}),
        (remind, {}, {"who", "on"}),
    ],
)
def test_what_does_not_fit_is_named_by_its_parameter(definition: Any, raw: Any, named: set[str]) -> None:
    with pytest.raises(InvalidInputError) as raised:
        defined(definition).validate(raw)
    assert set(raised.value.fields) == named


def test_forms_and_the_command_line_see_the_fields() -> None:
    schema: Any = defined(remind).schema()
    assert list(schema["properties"]) == ["who", "on", "how"]
    assert schema["required"] == ["who", "on"]
    assert schema["properties"]["who"]["description"] == "Whom"
    assert schema["properties"]["how"]["default"] == "mail"
    assert defined(greet).schema()["properties"]["name"]["default"] == "Ada"  # type: ignore[index, call-overload]


def test_an_object_is_the_whole_input() -> None:
    assert defined(buy).validate({"sku": "x"}) == Order(sku="x")
    assert defined(anything).validate({"given": 1}) == {"given": 1}


@pytest.mark.parametrize("value", [{"who": "Bo", "on": "2026-11-21"}, {"who": "Ada", "on": "2027-01-01", "how": "sms"}])
def test_what_the_journal_keeps_gives_the_same_input_again(value: Any) -> None:
    codec, definition = Codec(), defined(remind)
    taken = definition.validate(value)
    kept = codec.encode(taken, definition.input, "input")
    assert kept == {"how": "mail", **value}
    assert codec.decode(kept, definition.input, "input") == taken
    assert codec.encode("Bo", defined(greet).input, "input") == "Bo"


async def test_a_run_gets_its_parameters_again_after_a_crash() -> None:
    async with house() as home:
        seen: list[str] = []

        @workflow
        async def wait(ctx: Context, who: str, nights: int = 2) -> str:
            seen.append(f"{who} {nights}")
            await ctx.receive("go", "go")
            return f"{who} {nights}"

        row = await home.run(defined(wait), {"who": "Bo"})
        await home.crash()
        row = await home.again(row, defined(wait))
        await home.ask(row, RequestKind.SIGNAL, "go")
        assert (await home.entries(row))[-1].data["result"] == "Bo 2"
        assert set(seen) == {"Bo 2"}
