"""Whether a value fits a JSON schema, said in sentences: the part of JSON schema that pydantic writes.

The definition itself has the last word; this tells a person while they type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from lexiconsole.types import Json

__all__ = ["misfits"]

_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def misfits(schema: Mapping[str, Any], value: Json) -> list[tuple[str, str]]:
    """What does not fit, as (dotted place, sentence), the place "" for the whole value; empty when it fits."""
    return list(_misfits(schema, value, "", schema.get("$defs", {})))


def _misfits(schema: Mapping[str, Any], value: Json, where: str, known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "$ref" in schema:
        schema = {**known.get(str(schema["$ref"]).rpartition("/")[2], {}), **schema}
    if "const" in schema and value != schema["const"]:
        yield where, f"is not {schema['const']}"
    elif "enum" in schema and value not in schema["enum"]:
        yield where, f"is none of {', '.join(str(each) for each in schema['enum'])}"
    elif (several := schema.get("anyOf") or schema.get("oneOf")) is not None:
        tried = [list(_misfits(choice, value, where, known)) for choice in several]
        if all(tried):
            yield min(tried, key=len)[0] if len(tried) == 1 else (where, "fits none of what is allowed here")
    elif "type" in schema and not _is_a(schema["type"], value):
        yield where, f"is not {_NAMES.get(str(schema['type']), schema['type'])}"
    else:
        yield from chain(_bounds(schema, value, where), _parts(schema, value, where, known))


def _is_a(kind: str, value: Json) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "null":
            return value is None
        case _:
            return True


def _bounds(schema: Mapping[str, Any], value: Json, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield from _of_text(schema, value, where)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(schema, value, where)
    elif isinstance(value, list | dict):
        yield from _of_size(schema, value, where)


def _of_text(schema: Mapping[str, Any], value: str, where: str) -> Iterator[tuple[str, str]]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if len(value) < least:
        yield where, "must not be empty" if least == 1 else f"is shorter than {least} letters"
    if most is not None and len(value) > most:
        yield where, f"is longer than {most:,} letters by {len(value) - most:,}"
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and not _found(pattern, value):
        yield where, f"is not like {pattern}"


def _found(pattern: str, value: str) -> bool:
    """Patterns are ECMA's; one that Python does not understand is left to the definition."""
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True


def _of_number(schema: Mapping[str, Any], value: float, where: str) -> Iterator[tuple[str, str]]:
    if "minimum" in schema and value < schema["minimum"]:
        yield where, f"is less than {_figure(schema['minimum'])}"
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        yield where, f"is not more than {_figure(schema['exclusiveMinimum'])}"
    if "maximum" in schema and value > schema["maximum"]:
        yield where, f"is more than {_figure(schema['maximum'])}"
    if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
        yield where, f"is not less than {_figure(schema['exclusiveMaximum'])}"
    step = schema.get("multipleOf")
    if step and not _is_multiple(value, step):
        yield where, f"is not a multiple of {_figure(step)}"


def _is_multiple(value: float, step: float) -> bool:
    """As far as that can be reckoned; what is too large for it is left to the definition."""
    try:
        return abs(value / step - round(value / step)) <= 1e-9
    except OverflowError:
        return True


def _figure(number: float) -> str:
    return f"{int(number) if number == int(number) else number:,}"


def _of_size(schema: Mapping[str, Any], value: list[Json] | dict[str, Json], where: str) -> Iterator[tuple[str, str]]:
    names = ("minItems", "maxItems") if isinstance(value, list) else ("minProperties", "maxProperties")
    least, most = schema.get(names[0], 0), schema.get(names[1])
    if len(value) < least:
        yield where, "must not be empty" if least == 1 else f"has {len(value)}, at least {least} are needed"
    if most is not None and len(value) > most:
        yield where, f"has {len(value)}, at most {most} are allowed"
    if schema.get("uniqueItems") and isinstance(value, list) and any(each in value[:n] for n, each in enumerate(value)):
        yield where, "holds something twice"


def _parts(schema: Mapping[str, Any], value: Json, where: str, known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        yield from _of_items(schema, value, where, known)
    elif isinstance(value, dict):
        yield from _of_members(schema, value, where, known)


def _of_items(
    schema: Mapping[str, Any], value: list[Json], where: str, known: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    first, rest = schema.get("prefixItems", []), schema.get("items")
    for number, each in enumerate(value):
        inner = first[number] if number < len(first) else rest
        if isinstance(inner, Mapping):
            yield from _misfits(inner, each, _below(where, str(number + 1)), known)


def _of_members(
    schema: Mapping[str, Any], value: dict[str, Json], where: str, known: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in schema.get("required", ()):
        if name not in value:
            yield _below(where, name), "is needed"
    for name, each in value.items():
        inner = properties.get(name, others)
        if isinstance(inner, Mapping):
            yield from _misfits(inner, each, _below(where, name), known)
        elif inner is False:
            yield _below(where, name), "is not known here"


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
