"""Vault: where secrets that people type are kept, so that no journal, request or screen ever holds them.

In an answer a secret is replaced by a reference, `{"$secret": REF}`. Which values are secrets the form says: pydantic's
SecretStr, or `format: password` in a JSON schema. A model gets SecretStr back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from secrets import token_urlsafe
from typing import Any, Protocol

from lexiconsole.types import Json

__all__ = [
    "MASK",
    "NO_VAULT",
    "SECRET",
    "MemoryVault",
    "Vault",
    "emptied",
    "hidden",
    "is_secret",
    "references",
    "revealed",
    "sealed",
    "sealed_by_name",
]

MASK = "**********"
"""What stands in the journal in place of a secret, and on a screen; pydantic's own mask for SecretStr."""

SECRET = "$secret"  # noqa: S105 - a field's name
"""The one field of a reference."""


class Vault(Protocol):
    """Texts by reference."""

    def put(self, text: str, run: str = "") -> str:
        """Keeps the text, for the run of that id, and gives a reference to it, which says nothing about it."""
        ...

    def get(self, reference: str) -> str | None: ...

    def forget(self, reference: str) -> None: ...


class MemoryVault:
    """For as long as the process lives."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def put(self, text: str, run: str = "") -> str:
        reference = token_urlsafe(16)
        self._texts[reference] = text
        return reference

    def get(self, reference: str) -> str | None:
        return self._texts.get(reference)

    def forget(self, reference: str) -> None:
        self._texts.pop(reference, None)


NO_VAULT = MemoryVault()
"""For whoever was given no other: secrets are gone with the process."""


def sealed(schema: Json | Mapping[str, Any], value: Json, put: Callable[[str], str]) -> Json:
    """The value with a reference in place of every secret that its JSON schema names."""
    return _sealed(schema, value, put, schema)


def sealed_by_name(names: frozenset[str], value: Json, put: Callable[[str], str]) -> Json:
    """The value with a reference in place of every text and number that stands under one of the names, however deep."""
    if is_secret(value) or not names:
        return value
    if isinstance(value, dict):
        return {
            name: _all_sealed(part, put) if name in names else sealed_by_name(names, part, put)
            for name, part in value.items()
        }
    return [sealed_by_name(names, part, put) for part in value] if isinstance(value, list) else value


def _all_sealed(value: Json, put: Callable[[str], str]) -> Json:
    if isinstance(value, dict):
        return value if is_secret(value) else {name: _all_sealed(part, put) for name, part in value.items()}
    if isinstance(value, list):
        return [_all_sealed(part, put) for part in value]
    return value if value is None or isinstance(value, bool) else {SECRET: put(str(value))}


def revealed(value: Json, vault: Vault, *, wrapped: bool = False) -> Any:
    """The value with its secrets, as SecretStr if `wrapped`. A reference that leads nowhere stays what it is."""
    if isinstance(value, dict):
        if is_secret(value):
            text = vault.get(str(value[SECRET]))
            return value if text is None else _wrapped(text) if wrapped else text
        return {name: revealed(part, vault, wrapped=wrapped) for name, part in value.items()}
    return [revealed(part, vault, wrapped=wrapped) for part in value] if isinstance(value, list) else value


def _wrapped(text: str) -> Any:
    from pydantic import SecretStr  # whoever only looks does without it

    return SecretStr(text)


def hidden(value: Json) -> Json:
    """The value with a mask in place of every reference, for people."""
    return _with(value, MASK)


def emptied(value: Json) -> Json:
    """The value with a reference to nothing in place of every reference."""
    return _with(value, {SECRET: ""})


def _with(value: Json, other: Json) -> Json:
    if is_secret(value):
        return other
    if isinstance(value, dict):
        return {name: _with(part, other) for name, part in value.items()}
    return [_with(part, other) for part in value] if isinstance(value, list) else value


def references(value: Json) -> Iterator[str]:
    """The references in a value."""
    if is_secret(value):
        yield str(value[SECRET])  # type: ignore[call-overload, index]
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from references(part)


def is_secret(value: Any) -> bool:
    """Whether it is a reference to a secret."""
    return isinstance(value, dict) and list(value) == [SECRET]


def _sealed(schema: Any, value: Json, put: Callable[[str], str], root: Any) -> Json:
    for part in _parts(schema, root):
        if isinstance(value, str) and part.get("format") == "password":
            return {SECRET: put(value)}
        if isinstance(value, dict) and not is_secret(value):
            value = {name: _sealed_field(part, name, one, put, root) for name, one in value.items()}
        elif isinstance(value, list):
            first, rest = part.get("prefixItems", []), part.get("items")
            value = [_sealed(first[n] if n < len(first) else rest, one, put, root) for n, one in enumerate(value)]
    return value


def _sealed_field(schema: Mapping[str, Any], name: str, value: Json, put: Callable[[str], str], root: Any) -> Json:
    for its in _of_field(schema, name):
        value = _sealed(its, value, put, root)
    return value


def _parts(schema: Any, root: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The schema and what it is made of: references followed, every alternative looked at."""
    if not isinstance(schema, Mapping) or depth > 20:
        return
    yield schema
    if isinstance(target := schema.get("$ref"), str):
        yield from _parts(_at(target, root), root, depth + 1)
    for choice in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(choice, ()):
            yield from _parts(part, root, depth + 1)
    for condition in ("then", "else"):
        yield from _parts(schema.get(condition), root, depth + 1)


def _of_field(schema: Mapping[str, Any], name: str) -> Iterator[Any]:
    """What an object's schema says of the field of that name."""
    patterns = [part for pattern, part in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
    if name in schema.get("properties", {}):
        yield schema["properties"][name]
    elif not patterns:
        yield schema.get("additionalProperties")
    yield from patterns


def _at(pointer: str, root: Any) -> Any:
    """What a reference inside the schema leads to; None when it leads nowhere."""
    if not pointer.startswith("#"):
        return None
    found = root
    for word in pointer.lstrip("#").strip("/").split("/"):
        if word:
            found = found.get(word.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
    return found
