"""The fields of an input or a form, read from its JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Field", "fields", "limits", "type_words"]

_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "{} letters or more",
    "maxLength": "{} letters at most",
    "pattern": "like {}",
    "minItems": "{} items or more",
    "maxItems": "{} items at most",
}

_NAMED = 8
"""Fields of an object that are named in its type."""

_ENDS = frozenset({"minimum", "maximum"})
_EMPTY = (("minLength", 1), ("minItems", 1))  # to say that it must not be empty is what `needed` says already


@dataclass(frozen=True, slots=True)
class Field:
    """One field as people read it. `name` is dotted for nested ones.

    `default` is JSON, "" when there is none or it is made anew each time.
    """

    name: str
    type: str
    required: bool
    default: str = ""
    about: str = ""
    limits: tuple[str, ...] = ()


def fields(schema: Mapping[str, Any]) -> list[Field]:
    """Every field in the order of declaration; nested objects as dotted names. One unnamed field for other schemas."""
    definitions = schema.get("$defs", {})
    schema = _resolved(schema, definitions)
    if isinstance(schema.get("properties"), Mapping):
        return list(_properties(schema, definitions, "", frozenset()))
    return [_field("(input)", schema, definitions, required=True)]


def _properties(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], above: str, seen: frozenset[str]
) -> Iterator[Field]:
    needed = schema.get("required", ())
    for name, raw in schema.get("properties", {}).items():
        inner = _resolved(raw, definitions)
        reference = str(raw.get("$ref", ""))
        dotted = f"{above}{name}"
        if isinstance(inner.get("properties"), Mapping) and reference not in seen:
            yield from _properties(inner, definitions, f"{dotted}.", seen | {reference} if reference else seen)
        else:
            yield _field(dotted, raw, definitions, required=name in needed)


def _field(name: str, raw: Mapping[str, Any], definitions: Mapping[str, Any], *, required: bool) -> Field:
    schema = {**_resolved(raw, definitions), **{key: part for key, part in raw.items() if key != "$ref"}}
    known = "default" in schema and not required
    default = json.dumps(schema["default"], ensure_ascii=False) if known else ""
    about = str(schema.get("description", ""))
    return Field(
        name, type_words(raw, definitions), required, default, about.partition("\n")[0], limits(schema, definitions)
    )


def limits(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> tuple[str, ...]:
    """What a schema says of bounds, in words; those of its alternatives too."""
    both = schema.keys() >= _ENDS
    found = ["{minimum} to {maximum}".format_map(schema)] if both else []
    told = [key for key in _LIMITS if key in schema and not (both and key in _ENDS)]
    found += [_LIMITS[key].format(schema[key]) for key in told if (key, schema[key]) not in _EMPTY]
    for choice in schema.get("anyOf", ()):
        found += limits(_resolved(choice, definitions), definitions)
    return tuple(found)


def type_words(schema: Mapping[str, Any], definitions: Mapping[str, Any], within: frozenset[str] = frozenset()) -> str:
    """In words; an object with its fields, and one that is met within itself by its name alone."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in within:
        return name
    schema, within = _resolved(schema, definitions), within | {name} if name else within
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return "|".join(str(choice) for choice in schema["enum"])
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return " or ".join(type_words(choice, definitions, within) for choice in several)
    kind = schema.get("type", "any")
    if isinstance(schema.get("properties"), Mapping):
        return f"{name or kind} {{{_some(schema['properties'])}}}"
    if "prefixItems" in schema:
        return f"[{', '.join(type_words(item, definitions, within) for item in schema['prefixItems'])}]"
    if kind == "array":
        return f"list of {type_words(schema.get('items', {}), definitions, within)}"
    if kind == "string" and "format" in schema:
        return "secret" if schema["format"] == "password" else str(schema["format"])
    return {"string": "text", "boolean": "yes/no", "null": "nothing", "integer": "integer"}.get(str(kind), str(kind))


def _some(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join([*shown[:_NAMED], "…"] if len(shown) > _NAMED else shown)


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        found = definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
        return found if isinstance(found, Mapping) else {}
    return schema
