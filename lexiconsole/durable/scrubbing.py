"""Keeping secrets out of what is told of failures: whoever refuses a key likes to quote it, and errors go into the journal."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from lexiconsole.durable.vault import MASK
from lexiconsole.types import Json

__all__ = ["masked_texts", "revealed_here", "scrub", "scrubbed", "secrets_in"]

revealed_here: ContextVar[Collection[str]] = ContextVar("lexiconsole_revealed", default=())
"""The secrets that people's answers gave the run in which this code runs."""

_SECRET_NAME = re.compile(r"KEYS?(_|$)|TOKEN(_|$)|SECRET|PASSWORD|PASSWD|PASSPHRASE", re.IGNORECASE)
SHORTEST, SHORTEST_GIVEN = 6, 4
"""Values with fewer characters are no secrets worth the name; masking them would mask half the text."""


def scrubbed(text: str, *secrets: str) -> str:
    """The text without the secrets given, and without the values of environment variables that are named like one."""
    return _without(text, _known(secrets))


def masked_texts(value: Json, given: Collection[str], names: frozenset[str]) -> Json:
    """JSON with every text in it scrubbed; `names` are further names that make an environment variable a secret."""
    return _each_text(value, _by_length({*given, *_environment(names)}))


def scrub(fault: BaseException, *secrets: str) -> str:
    """Masks the secrets in an exception's arguments and those of what led to it, so that it keeps its type.

    Gives what it says where that can not be changed so, already masked; "" when it says no secret any more.
    """
    found = _known(secrets)
    seen: set[int] = set()
    each: BaseException | None = fault
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        if any(isinstance(part, str) and part != _without(part, found) for part in each.args):
            each.args = tuple(_without(part, found) if isinstance(part, str) else part for part in each.args)
        each = each.__cause__ or each.__context__
    said = str(fault)
    told = _without(said, found)
    return "" if told == said else told


def secrets_in(value: Any) -> Iterator[str]:
    """The secrets that pydantic's SecretStr hides in a value, as far as it is made of mappings and lists."""
    reveal = getattr(value, "get_secret_value", None)
    if callable(reveal):
        yield str(reveal())
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from secrets_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from secrets_in(part)
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from secrets_in(getattr(value, name, None))


def _known(given: Collection[str]) -> list[str]:
    return _by_length({*given, *revealed_here.get(), *_environment(frozenset())})


def _by_length(secrets: Collection[str]) -> list[str]:
    """Longest first: one may hold another."""
    return sorted((secret for secret in secrets if len(secret) >= SHORTEST_GIVEN), key=len, reverse=True)


def _environment(names: frozenset[str]) -> Iterator[str]:
    for name in os.environ:  # names first: reading all values takes four times as long
        if _is_secret(name) or name in names or name.lower() in names:
            value = os.environ.get(name, "")
            if len(value) >= SHORTEST:
                yield value


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _without(text: str, secrets: Collection[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _each_text(value: Json, secrets: Collection[str]) -> Json:
    if isinstance(value, str):
        return _without(value, secrets)
    if isinstance(value, dict):
        return {name: _each_text(part, secrets) for name, part in value.items()}
    return [_each_text(part, secrets) for part in value] if isinstance(value, list) else value
