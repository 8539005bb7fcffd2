"""Functions of SQLite that take the product of two lengths, in time of their sum: SQLite can stop a question between rows only,
not within one call, and two values of some megabytes would hold it up for hours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from itertools import takewhile
from typing import TypeAlias

__all__ = ["bound"]

Value: TypeAlias = int | float | str | bytes | None

_LONGEST_PATTERN = 100
"""Signs of a pattern of LIKE or GLOB, which is tried at each place of a text."""


def bound(raw: sqlite3.Connection, longest: int) -> None:
    """From now on no one call on values of up to `longest` bytes takes more than seconds."""
    raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
    raw.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _LONGEST_PATTERN)
    raw.create_function("instr", 2, _instr, deterministic=True)
    raw.create_function("replace", 3, partial(_replace, longest), deterministic=True)
    for name, left, right in (("trim", True, True), ("ltrim", True, False), ("rtrim", False, True)):
        raw.create_function(name, 2, _trim(left=left, right=right), deterministic=True)


def _instr(value: Value, sought: Value) -> int | None:
    if value is None or sought is None:
        return None
    if isinstance(value, bytes) and isinstance(sought, bytes):
        return value.find(sought) + 1
    return _text(value).find(_text(sought)) + 1


def _replace(longest: int, value: Value, old: Value, new: Value) -> Value:
    if value is None or old is None or new is None:
        return None
    text, before, after = _text(value), _text(old), _text(new)
    if not before:
        return text if isinstance(value, bytes) else value
    grown = len(text) + text.count(before) * (len(after) - len(before))
    return " " * (longest + 1) if grown > longest else text.replace(before, after)  # too long: SQLite says so


def _trim(*, left: bool, right: bool) -> Callable[[Value, Value], str | None]:
    def trim(value: Value, signs: Value) -> str | None:
        if value is None or signs is None:
            return None
        text, gone = _text(value), set(_text(signs))
        begin = sum(1 for _ in takewhile(gone.__contains__, text)) if left else 0
        end = sum(1 for _ in takewhile(gone.__contains__, reversed(text))) if right else 0
        return text[begin : max(begin, len(text) - end)]

    return trim


def _text(value: Value) -> str:
    """As SQLite has it; None is told apart before."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float):
        number, sign, power = f"{value:.15g}".partition("e")
        return f"{number if '.' in number or not number[-1].isdigit() else f'{number}.0'}{sign}{power}"
    return str(value)
