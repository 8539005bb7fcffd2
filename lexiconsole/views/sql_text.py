"""SQL as it is typed: its parts, for their colours, and how the word at the cursor can go on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Part", "PartKind", "Word", "parts_of", "word_at"]


class PartKind(StrEnum):
    """What is plain, signs and spaces, is no part."""

    WORD = "word"
    CALL = "call"
    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Part:
    kind: PartKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """What stands at the cursor from `start` on, and what it could become, the likeliest first; not what it is already."""

    start: int
    offers: tuple[str, ...]


_SAID = """
SELECT FROM WHERE GROUP ORDER BY LIMIT HAVING JOIN LEFT DESC WITH AND OR NOT IN IS NULL LIKE DISTINCT ALL AS ASC
BETWEEN CASE CAST COLLATE CROSS CURRENT ELSE END ESCAPE EXCEPT EXISTS EXPLAIN FILTER FIRST FOLLOWING FULL GLOB
INNER INTERSECT ISNULL LAST MATERIALIZED NATURAL NOTNULL NULLS OFFSET ON OUTER OVER PARTITION PLAN PRAGMA
PRECEDING QUERY RANGE RECURSIVE REGEXP RIGHT ROW ROWS THEN UNBOUNDED UNION USING VALUES WHEN WINDOW
"""
_CALLED = """
abs avg coalesce count date datetime group_concat iif instr json_each json_extract julianday lag lead length
lower max min nullif printf random rank replace round row_number strftime substr sum time total trim typeof
unixepoch upper
"""
_WORDS, _CALLS = tuple(_SAID.split()), tuple(_CALLED.split())
"""Of SQLite's words those of a question, the likeliest first, without those that are names of columns here (but BY); functions."""

_SELF = frozenset({*_WORDS})
_BEFORE_TABLES = frozenset({"FROM", "JOIN"})
_PART = re.compile(
    r"(?P<remark>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<text>'(?:[^']|'')*(?:'|\Z))"
    r'|(?P<quoted>"[^"]*(?:"|\Z)|`[^`]*(?:`|\Z)|\[[^\]]*(?:\]|\Z))'
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<word>[^\W\d]\w*)(?P<call>(?=\s*\())?",
    re.DOTALL,
)


def parts_of(sql: str) -> tuple[Part, ...]:
    """Also of what is no SQL, or not yet whole."""
    return tuple(Part(_kind(found), found.start(), found.end()) for found in _PART.finditer(sql))


def _kind(found: re.Match[str]) -> PartKind:
    match found.lastgroup:
        case "remark":
            return PartKind.REMARK
        case "text":
            return PartKind.TEXT
        case "number":
            return PartKind.NUMBER
        case "quoted":
            return PartKind.NAME
    if found["word"].upper() in _SELF:
        return PartKind.WORD
    return PartKind.CALL if found["call"] is not None else PartKind.NAME


def word_at(sql: str, at: int, tables: Mapping[str, Sequence[str]]) -> Word | None:
    """How the word that ends at `at` can go on; None where none ends there, or in a text or a remark. `tables` has the columns
    of each table and view.
    """
    before = [part for part in parts_of(sql) if part.start < at]
    here = before[-1] if before else None
    behind_dot = at > 0 and sql[at - 1] == "."
    if here is None or (here.end < at and not behind_dot) or here.kind in (PartKind.TEXT, PartKind.REMARK):
        return None
    start = at if behind_dot else here.start
    typed = sql[start:at]
    if not (behind_dot or typed[0].isalpha() or typed[0] == "_"):
        return None
    owner = re.search(r"(\w+)\.$", sql[:start])
    known = _columns_of(owner[1], sql, tables) if owner is not None else _known(sql, before[:-1], tables)
    fitting = dict.fromkeys(name for name in known if name.lower().startswith(typed.lower()) and name != typed)
    cased = tuple(name.lower() if name in _SELF and not typed.isupper() else name for name in fitting)
    return Word(start, tuple(name for name in cased if name != typed))


def _known(sql: str, before: Sequence[Part], tables: Mapping[str, Sequence[str]]) -> list[str]:
    """Tables behind FROM; else the columns of those that are named, then words, functions and the rest."""
    last = sql[before[-1].start : before[-1].end].upper() if before else ""
    if last in _BEFORE_TABLES:
        return [*tables]
    named = [name for name in tables if re.search(rf"\b{re.escape(name)}\b", sql, re.IGNORECASE)]
    columns = [column for name in named or tables for column in tables[name]]
    return [*columns, *_WORDS, *_CALLS, *tables]


def _columns_of(owner: str, sql: str, tables: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Of a table, or of one that has that name in this question (`runs AS r`)."""
    if owner in tables:
        return tables[owner]
    if owner == "main":
        return [*tables]
    meant = re.findall(rf"\b(\w+)\s+(?:AS\s+)?{re.escape(owner)}\b", sql, re.IGNORECASE)
    return next((tables[name] for name in meant if name in tables), ())
