"""Filling in a form: what was typed, as text for each field, becomes a value, or a sentence for each field that is wrong.

A field left empty is left out when it has a default, is `null` where that is allowed, and is asked for when it is needed.
What only the definition itself can check (a rule over several fields) is left to whoever takes the answer.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, assert_never

from lexiconsole.types import Json
from lexiconsole.views.fitting import misfits
from lexiconsole.views.forms import Form, FormField, Sort

__all__ = ["Filled", "Wrong", "fill", "first_texts", "read", "text_of"]


class Wrong(ValueError):  # noqa: N818 - a sentence about what was typed, not a fault of the program
    """What was typed does not fit; the message is for the person."""


@dataclass(frozen=True, slots=True)
class Filled:
    """`value` is complete only when `errors` (by field name) is empty."""

    value: Json
    errors: dict[str, str]


def first_texts(form: Form, initial: Json = None) -> dict[str, str]:
    """What stands in the fields at first, by name: the values given, else the defaults."""
    texts = {}
    for field in form.fields:
        found, value = _at(initial, field.path)
        if not field.path:
            found = initial is not None
        texts[field.name] = text_of(field, value if found else field.default)
    return texts


def fill(form: Form, texts: Mapping[str, str]) -> Filled:
    """The value that the texts come to."""
    errors: dict[str, str] = {}
    values: dict[str, Json] = {}
    unfilled = _unfilled(form, texts)
    for field in form.fields:
        if any(path in unfilled for path in field.above):
            continue
        try:
            value = read(field, texts.get(field.name, ""))
        except Wrong as fault:
            errors[field.name] = str(fault)
            continue
        if value is not LEFT_OUT:
            values[field.name] = value
    if not form.fields or form.fields[0].path:
        return Filled(_nested(form, values, unfilled), errors)
    return Filled(values.get(""), errors)


LEFT_OUT: Any = object()
"""What `read` gives for a field that was left empty and may be."""


def read(field: FormField, text: str) -> Json:
    """The value that a text comes to, `LEFT_OUT` for none; raises Wrong with a sentence."""
    if not text.strip() and not _is_value_when_empty(field, text):
        return _empty(field)
    value = _read(field, text)
    tried: Json = float(str(value)) if field.exact else value
    if found := misfits(_number_in(field.schema) if field.exact else field.schema, tried):
        where, reason = found[0]
        raise Wrong(f"{where}: {reason}" if where else reason)
    return value


def text_of(field: FormField, value: Json) -> str:
    """How a value is typed; "" for none."""
    if value is None:
        return ""
    match field.sort:
        case Sort.YES_NO:
            return "yes" if value is True else "no" if value is False else str(value)
        case Sort.LIST if isinstance(value, list) and field.item is not None:
            return "\n".join(text_of(field.item, each) for each in value)
        case Sort.PAIRS if isinstance(value, dict) and field.item is not None:
            return "\n".join(f"{name} = {text_of(field.item, each)}" for name, each in value.items())
        case Sort.JSON if isinstance(value, str) and not _bound(field) and not _is_json(value):
            return value
        case Sort.JSON:
            return json.dumps(value, ensure_ascii=False)
        case _:
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number_in(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of "a number, or text like one" the number."""
    return next(choice for choice in schema["anyOf"] if choice.get("type") == "number")


_BINDING = frozenset({"type", "anyOf", "oneOf", "allOf", "$ref", "enum", "const"})


def _bound(field: FormField) -> bool:
    """Whether the schema says what sort of value it is; else plain text will do too."""
    return bool(_BINDING & set(field.schema))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_value_when_empty(field: FormField, text: str) -> bool:
    """An optional text that was emptied is an empty text, where it was one or could be one."""
    if field.sort not in (Sort.TEXT, Sort.LINES):
        return False
    return not field.required and field.has_default and isinstance(field.default, str)


def _empty(field: FormField) -> Json:
    if field.required and not (field.nullable or _may_be_empty(field)):
        raise Wrong("is needed")
    if _may_be_empty(field) and (field.required or field.has_default):
        return [] if field.sort is Sort.LIST else {}
    if field.nullable and (field.required or field.has_default):
        return None
    return LEFT_OUT  # type: ignore[no-any-return]


def _may_be_empty(field: FormField) -> bool:
    """A list or pairs that nothing bids to have something in them."""
    least = field.schema.get("minItems", field.schema.get("minProperties", 0))
    return field.sort in (Sort.LIST, Sort.PAIRS) and not least


def _read(field: FormField, text: str) -> Json:
    match field.sort:
        case Sort.TEXT | Sort.LINES | Sort.SECRET:
            return text
        case Sort.WHOLE:
            return _whole(text)
        case Sort.NUMBER:
            return _number(text, exact=field.exact)
        case Sort.YES_NO:
            return _yes_no(text)
        case Sort.CHOICE:
            return _choice(field, text)
        case Sort.DATE:
            return _instant(text, date.fromisoformat, "a date, like 2026-12-31")
        case Sort.TIME:
            return _instant(text, time.fromisoformat, "a time, like 14:30")
        case Sort.MOMENT:
            return _instant(text, datetime.fromisoformat, "a date and time, like 2026-12-31 14:30")
        case Sort.LIST:
            return _list(field, text)
        case Sort.PAIRS:
            return _pairs(field, text)
        case Sort.JSON:
            return _json(text, strict=_bound(field))
        case _:
            assert_never(field.sort)


_DIGITS = re.compile(r"[+-]?\d[\d_' ]*\Z")


def _whole(text: str) -> int:
    text = text.strip()
    if not _DIGITS.match(text) or len(text) > 40:
        raise Wrong("is not a whole number")
    return int(re.sub(r"[_' ]", "", text))


def _number(text: str, *, exact: bool) -> Json:
    try:
        found = Decimal(re.sub(r"[_' ]", "", text.strip()))
    except InvalidOperation:
        raise Wrong("is not a number") from None
    if not found.is_finite():
        raise Wrong("is not a number")
    if exact:
        return str(found)
    near = float(found)
    if near in (float("inf"), float("-inf")):
        raise Wrong("is too big a number")
    return int(found) if found == found.to_integral_value() and abs(found) < 2**53 and "." not in text else near


def _yes_no(text: str) -> bool:
    word = text.strip().lower()
    if word in ("y", "yes", "true", "on", "1"):
        return True
    if word in ("n", "no", "false", "off", "0"):
        return False
    raise Wrong("is neither yes nor no")


def _choice(field: FormField, text: str) -> Json:
    word = text.strip()
    for choice in field.choices:
        if word == text_of(field, choice):
            return choice
    raise Wrong(f"is none of {', '.join(text_of(field, choice) for choice in field.choices)}")


def _instant(text: str, parse: Any, wanted: str) -> str:
    try:
        found = parse(text.strip())
    except ValueError:
        raise Wrong(f"is not {wanted}") from None
    return str(found.isoformat())


def _list(field: FormField, text: str) -> Json:
    if text.lstrip().startswith("["):
        return _json(text, strict=True)
    assert field.item is not None
    return [_line(field.item, line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _pairs(field: FormField, text: str) -> Json:
    if text.lstrip().startswith("{"):
        return _json(text, strict=True)
    assert field.item is not None
    found: dict[str, Json] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, sign, rest = line.partition("=")
        name = name.strip()
        if not sign or not name:
            raise Wrong(f"line {number}: is not like `name = value`")
        if name in found:
            raise Wrong(f"line {number}: {name} stands there twice")
        found[name] = _line(field.item, rest, number)
    return found


def _line(item: FormField, text: str, number: int) -> Json:
    try:
        value = read(item, text.strip())
    except Wrong as fault:
        raise Wrong(f"line {number}: {fault}") from None
    return value


def _json(text: str, *, strict: bool) -> Json:
    try:
        value: Json = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise Wrong("is nested too deeply") from None
    except ValueError as fault:
        if not strict:
            return text.strip()
        decoding = isinstance(fault, json.JSONDecodeError)
        where = f" at line {fault.lineno}, sign {fault.colno}" if decoding else f": {fault}"  # type: ignore[attr-defined]
        raise Wrong(f"is not JSON{where}") from None
    return value


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number there")


def _finite(digits: str) -> float:
    found = float(digits)
    return found if math.isfinite(found) else _no_number(digits)


def _at(value: Json, path: tuple[str, ...]) -> tuple[bool, Json]:
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return False, None
        value = value[name]
    return True, value


def _unfilled(form: Form, texts: Mapping[str, str]) -> frozenset[tuple[str, ...]]:
    """The optional objects in which nothing was filled in that was not there at first."""
    touched = {
        path
        for field in form.fields
        for path in field.above
        if texts.get(field.name, "") not in ("", text_of(field, field.default))
    }
    return frozenset(path for field in form.fields for path in field.above if path not in touched)


def _nested(form: Form, values: Mapping[str, Json], unfilled: frozenset[tuple[str, ...]]) -> Json:
    whole: dict[str, Json] = {}
    for field in form.fields:
        if any(path in unfilled for path in field.above):
            continue
        place = whole
        for name in field.path[:-1]:
            inner = place.setdefault(name, {})
            assert isinstance(inner, dict)
            place = inner
        if field.name in values:
            place[field.path[-1]] = values[field.name]
    for path in unfilled & form.nulls:
        found, place_of_it = _at(whole, path[:-1])
        if found and isinstance(place_of_it, dict):
            place_of_it[path[-1]] = None
    return whole
