"""A form to fill in, read from a JSON schema as pydantic makes it: which fields, of what sort, with what to begin with.

Nested objects become fields with longer paths; lists and mappings of simple things are typed one to a line; what is more
than that is typed as JSON. `filling` turns what was typed into a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lexiconsole.types import Json
from lexiconsole.views.fields import limits, type_words

__all__ = ["Form", "FormField", "Sort", "form_of"]


class Sort(StrEnum):
    """How a field is typed and shown."""

    TEXT = "text"
    LINES = "lines"  # text of several lines
    SECRET = "secret"  # noqa: S105 - the word for it
    WHOLE = "whole number"
    NUMBER = "number"
    YES_NO = "yes/no"
    CHOICE = "choice"
    DATE = "date"
    TIME = "time"
    MOMENT = "date and time"
    LIST = "list"  # one item a line
    PAIRS = "pairs"  # one `name = value` a line
    JSON = "JSON"


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing to fill in. `path` leads to it from the root, empty when the whole answer is one value.

    `schema` is its own, references followed. `above` are the optional objects it lies in, by path: they are left out
    as long as nothing in them was filled in. `item` describes what stands on one line of a list or of pairs.
    `exact` numbers are handed on as text, because a binary fraction would change them. `kind` says in words what JSON is to hold.
    """

    path: tuple[str, ...]
    sort: Sort
    schema: Mapping[str, Any] = field(default_factory=dict)
    required: bool = True
    nullable: bool = False
    default: Json = None
    has_default: bool = False
    choices: tuple[Json, ...] = ()
    about: str = ""
    limits: tuple[str, ...] = ()
    above: tuple[tuple[str, ...], ...] = ()
    item: FormField | None = None
    exact: bool = False
    kind: str = ""

    @property
    def name(self) -> str:
        """Dotted, as errors name it; "" for the whole."""
        return ".".join(self.path)

    @property
    def label(self) -> str:
        return self.path[-1].replace("_", " ") if self.path else "answer"

    @property
    def group(self) -> str:
        """The heading that it stands under, "" at the top."""
        return " › ".join(part.replace("_", " ") for part in self.path[:-1])

    @property
    def wide(self) -> bool:
        """Whether it takes several lines to type."""
        return self.sort in (Sort.LINES, Sort.LIST, Sort.PAIRS, Sort.JSON)


@dataclass(frozen=True, slots=True)
class Form:
    """`schema` is what the whole answer must fit, None when anything will do.

    `nulls` are the objects (by path) that must be given, if only as `null`.
    """

    fields: tuple[FormField, ...]
    about: str = ""
    title: str = ""
    schema: Mapping[str, Any] | None = None
    nulls: frozenset[tuple[str, ...]] = frozenset()

    def field(self, name: str) -> FormField | None:
        return next((each for each in self.fields if each.name == name), None)


def form_of(schema: Json | Mapping[str, Any]) -> Form:
    """The form for a schema; for None (anything will do) a single field of JSON or text."""
    if not isinstance(schema, Mapping):
        return Form((FormField((), Sort.JSON, {}, about="JSON, or plain text"),))
    definitions: Any = schema.get("$defs", {})
    reader = _Reader(definitions)
    whole = reader.follow(schema)
    about, title = str(schema.get("description", "")), str(schema.get("title", ""))
    if isinstance(whole.get("properties"), Mapping):
        found = tuple(reader.inside(whole, (), (), frozenset({str(schema.get("$ref"))})))
        return Form(found, about, title, schema, frozenset(reader.nulls))
    return Form((reader.field((), schema, required=True),), about, title, schema)


_FORMATS = {"password": Sort.SECRET, "date": Sort.DATE, "date-time": Sort.MOMENT, "time": Sort.TIME}
_TYPES = {"integer": Sort.WHOLE, "number": Sort.NUMBER, "boolean": Sort.YES_NO}
_SIMPLE = frozenset({Sort.TEXT, Sort.WHOLE, Sort.NUMBER, Sort.YES_NO, Sort.CHOICE, Sort.DATE, Sort.TIME, Sort.MOMENT})
_TELLING = frozenset({"type", "anyOf", "oneOf"})  # else anything will do
_LONG = 200  # a text that may be longer than this is given several lines


class _Reader:
    """Reads schemas that share one set of definitions."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self.nulls: list[tuple[str, ...]] = []

    def follow(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema behind references; what stands beside a reference counts more."""
        seen: set[str] = set()
        while "$ref" in schema and str(schema["$ref"]) not in seen:
            seen.add(str(schema["$ref"]))
            found = self._definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
            schema = {**found, **{key: part for key, part in schema.items() if key != "$ref"}}
        whole = schema.get("allOf")
        if isinstance(whole, list) and len(whole) == 1:
            beside = {key: part for key, part in schema.items() if key != "allOf"}
            return {**self.follow(whole[0]), **beside}
        return schema

    def inside(
        self,
        schema: Mapping[str, Any],
        path: tuple[str, ...],
        above: tuple[tuple[str, ...], ...],
        seen: frozenset[str],
    ) -> Iterator[FormField]:
        """The fields of an object, those of objects in it among them; one that holds itself is typed as JSON."""
        needed = schema.get("required", ())
        for name, raw in schema["properties"].items():
            inner, nullable = self._without_null(raw)
            reference, place = self._name_of(raw), (*path, name)
            if isinstance(inner.get("properties"), Mapping) and reference not in seen:
                optional = nullable or name not in needed
                if nullable and name in needed:
                    self.nulls.append(place)
                within = (*above, place) if optional else above
                yield from self.inside(inner, place, within, seen | {reference} if reference else seen)
            else:
                yield self.field(place, raw, required=name in needed, above=above)

    def field(
        self,
        path: tuple[str, ...],
        raw: Mapping[str, Any],
        *,
        required: bool,
        above: tuple[tuple[str, ...], ...] = (),
    ) -> FormField:
        schema, nullable = self._without_null(raw)
        sort, item = self._sort(schema)
        if self._definitions and sort in (Sort.JSON, Sort.LIST, Sort.PAIRS):
            schema = {**schema, "$defs": self._definitions}  # what it refers to goes along
        return FormField(
            path,
            sort,
            schema,
            required=required,
            nullable=nullable,
            default=schema.get("default"),
            has_default="default" in schema,
            choices=self._choices(schema),
            about=str(schema.get("description", "")).partition("\n\n")[0].replace("\n", " "),
            limits=limits(schema, self._definitions),
            above=above,
            item=item,
            exact=self._exact(schema),
            kind=type_words(schema, self._definitions) if sort is Sort.JSON and schema.keys() & _TELLING else "",
        )

    def _without_null(self, raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
        """The schema, of `X or nothing` the X, and whether nothing is allowed."""
        schema = self.follow(raw)
        several = schema.get("anyOf")
        if not isinstance(several, list):
            return schema, schema.get("type") == "null"
        others = [choice for choice in several if choice.get("type") != "null"]
        nullable = len(others) < len(several)
        beside = {key: part for key, part in schema.items() if key != "anyOf"}
        if len(others) == 1:
            return {**self.follow(others[0]), **beside}, nullable
        return {**beside, "anyOf": others}, nullable

    def _name_of(self, raw: Mapping[str, Any]) -> str:
        for choice in (raw, *raw.get("anyOf", ()), *raw.get("allOf", ())):
            if "$ref" in choice:
                return str(choice["$ref"])
        return ""

    def _sort(self, schema: Mapping[str, Any]) -> tuple[Sort, FormField | None]:
        if self._choices(schema):
            return Sort.CHOICE, None
        if self._exact(schema):
            return Sort.NUMBER, None
        kind = schema.get("type")
        if kind == "string":
            return _text_sort(schema), None
        if kind == "array" and "prefixItems" not in schema:
            return self._many(Sort.LIST, schema.get("items"))
        if kind == "object" and "properties" not in schema:
            return self._many(Sort.PAIRS, schema.get("additionalProperties"))
        return _TYPES.get(str(kind), Sort.JSON), None

    def _many(self, sort: Sort, items: Any) -> tuple[Sort, FormField | None]:
        if not isinstance(items, Mapping):
            return Sort.JSON, None
        item = self.field((), items, required=True)
        return (sort, item) if item.sort in _SIMPLE else (Sort.JSON, None)

    def _choices(self, schema: Mapping[str, Any]) -> tuple[Json, ...]:
        """The values it can have when they are listed, also where an alternative each holds some."""
        if "const" in schema:
            return (schema["const"],)
        if isinstance(schema.get("enum"), list):
            return tuple(schema["enum"])
        found: list[Json] = []
        for choice in schema.get("anyOf", ()):
            some = self._choices(self.follow(choice))
            if not some:
                return ()
            found += some
        return tuple(found)

    def _exact(self, schema: Mapping[str, Any]) -> bool:
        """A decimal: pydantic says "a number, or text like one"."""
        kinds = {str(self.follow(choice).get("type")) for choice in schema.get("anyOf", ())}
        return kinds == {"number", "string"}


def _text_sort(schema: Mapping[str, Any]) -> Sort:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    return Sort.LINES if schema.get("maxLength", 0) > _LONG else Sort.TEXT
