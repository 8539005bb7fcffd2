"""From text cells to typed rows: what the columns are called, what they hold, and whether a row fits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model, model_validator

from _csv_reading import Record


class ColumnType(StrEnum):
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    DATE = "date"
    DATETIME = "datetime"
    STR = "str"


class Rule(BaseModel):
    """What a column's cells must be. A bare type name, as in `{"quantity": "int"}`, is a rule as well."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ColumnType = Field(default=ColumnType.STR, description="int, float, bool, date, datetime or str.")
    required: bool = Field(default=False, description="An empty cell makes the row bad; otherwise it becomes NULL.")
    min: float | None = Field(default=None, description="Smallest number, or fewest characters of a text.")
    max: float | None = Field(default=None, description="Largest number, or most characters of a text.")

    @model_validator(mode="before")
    @classmethod
    def _bare_type(cls, value: Any) -> Any:
        return {"type": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _limits_fit(self) -> Rule:
        limited = self.min is not None or self.max is not None
        if limited and self.type not in (ColumnType.INT, ColumnType.FLOAT, ColumnType.STR):
            raise ValueError(f"min and max are for numbers and texts, not for {self.type}")
        return self


class Column(BaseModel):
    """One column of the target table."""

    name: str
    rule: Rule


def column_names(header: Sequence[str], reserved: Iterable[str] = ()) -> list[str]:
    """A usable name for each field of the header: `column_3` where it is empty, `name_2` where it comes again."""
    taken = {name.casefold() for name in reserved}
    names = []
    for number, field in enumerate(header, 1):
        wanted = name = " ".join(field.split()) or f"column_{number}"
        again = 1
        while name.casefold() in taken:
            again += 1
            name = f"{wanted}_{again}"
        taken.add(name.casefold())
        names.append(name)
    return names


def infer(names: Sequence[str], rows: Sequence[Sequence[str]], given: Mapping[str, Rule]) -> list[Column]:
    """The given rules, and for every other column the narrowest type that all its cells in `rows` fit."""
    cells = zip(*(row for row in rows if len(row) == len(names)), strict=True)
    found = dict(zip(names, map(_narrowest, cells), strict=False))
    return [Column(name=name, rule=given.get(name, Rule(type=found.get(name, ColumnType.STR)))) for name in names]


class BadRowError(Exception):
    """A row that does not fit, with every reason."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """Checks rows against a pydantic model made of the columns' rules."""

    columns: Sequence[Column]
    model: type[BaseModel]

    @classmethod
    def of(cls, columns: Sequence[Column]) -> RowReader:
        fields: dict[str, Any] = {
            f"c{n}": (_annotation(each.rule), Field(alias=each.name)) for n, each in enumerate(columns)
        }
        return cls(columns, create_model("Row", **fields))

    def row(self, record: Record) -> list[Any]:
        """The row as SQLite keeps it: numbers, texts (dates in ISO form) and None. Raises BadRowError."""
        fields = record.fields
        if record.fault:
            raise BadRowError(record.fault)
        if len(fields) != len(self.columns):
            raise BadRowError(f"has {len(fields)} fields, the header has {len(self.columns)}")
        try:
            row = self.model.model_validate(
                {column.name: field for column, field in zip(self.columns, fields, strict=True)}
            )
        except ValidationError as fault:
            raise BadRowError("; ".join(_reason(error) for error in fault.errors(include_url=False))) from None
        return [value.isoformat() if isinstance(value, date) else value for _, value in row]


def _annotation(rule: Rule) -> Any:
    """The type of a cell: its text is parsed, empty is None, and limits hold for what is there."""
    python, parse = _PARSERS[rule.type]
    limits = (
        Field(min_length=_whole(rule.min), max_length=_whole(rule.max))
        if rule.type is ColumnType.STR
        else Field(ge=rule.min, le=rule.max)
    )

    def cell(text: str) -> Any:
        if text.strip():
            return parse(text)
        if rule.required:
            raise ValueError("is missing")
        return None

    return Annotated[Annotated[python, limits] | None, BeforeValidator(cell)]


def _int(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text := text.strip()):
        raise ValueError("is not a whole number")
    if not -(2**63) <= (number := int(text)) < 2**63:
        raise ValueError("does not fit 64 bits")
    return number


def _float(text: str) -> float:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text := text.strip()):
        raise ValueError("is not a number")
    if not math.isfinite(number := float(text)):
        raise ValueError("is too large for a number")
    return number


def _bool(text: str) -> bool:
    match text.strip().casefold():
        case "true" | "yes" | "y" | "t" | "1":
            return True
        case "false" | "no" | "n" | "f" | "0":
            return False
        case _:
            raise ValueError("is neither true nor false")


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text := text.strip()):
        raise ValueError("is not a date like 2026-01-31")
    return date.fromisoformat(text)


def _datetime(text: str) -> datetime:
    if not re.match(r"\d{4}-\d\d-\d\d[T ]", text := text.strip()):
        raise ValueError("is not a time like 2026-01-31 12:30:00")
    return datetime.fromisoformat(text)


_PARSERS: dict[ColumnType, tuple[type, Callable[[str], Any]]] = {
    ColumnType.INT: (int, _int),
    ColumnType.FLOAT: (float, _float),
    ColumnType.BOOL: (bool, _bool),
    ColumnType.DATE: (date, _date),
    ColumnType.DATETIME: (datetime, _datetime),
    ColumnType.STR: (str, str),
}


def _narrowest(cells: Sequence[str]) -> ColumnType:
    filled = [text for cell in cells if (text := cell.strip())]
    fitting = (kind for kind in ColumnType if filled and all(_looks_like(kind, text) for text in filled))
    return next(fitting, ColumnType.STR)


def _looks_like(kind: ColumnType, text: str) -> bool:
    """Stricter than parsing: 007 is a code and 1 is a number, unless somebody says otherwise."""
    if kind in (ColumnType.INT, ColumnType.FLOAT) and re.match(r"[+-]?0[0-9]|\+", text):
        return False
    if kind is ColumnType.BOOL and text.casefold() not in ("true", "false", "yes", "no"):
        return False
    try:
        _PARSERS[kind][1](text)
    except ValueError:
        return False
    return True


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


def _reason(error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    cell = "" if message == "is missing" else f" (it is {_clipped(error['input'])!r})"
    return f"{error['loc'][0]}: {message[0].lower()}{message[1:]}{cell}"


def _clipped(value: Any) -> Any:
    return value[:40] + "…" if isinstance(value, str) and len(value) > 40 else value
