"""Parameters: what a workflow function takes beside its context, as the input of its definition.

One parameter that is an object of its own (a model, a dataclass, a dict) is the whole input. Any others are fields of it:
`async def greet(ctx, name: str, times: int = 1)` takes `{"name": "Ada", "times": 3}`, so `-i name=Ada` on the command line.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["Fields", "fields_of", "is_object"]


@dataclasses.dataclass(frozen=True, eq=False)
class Fields:
    """Pydantic's view of parameters: an object with a field for each, no others. `alone`: the value is the only field's.

    Each is (name, type, default), with `inspect.Parameter.empty` where it has none.
    """

    each: Sequence[tuple[str, Any, Any]]

    @property
    def alone(self) -> bool:
        return len(self.each) == 1

    def arguments(self, value: Any) -> dict[str, Any]:
        """What the function is called with for a validated input."""
        return {self.each[0][0]: value} if self.alone else dict(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        fields = {name: _field(handler.generate_schema(kind), default) for name, kind, default in self.each}
        whole = core_schema.typed_dict_schema(fields, extra_behavior="forbid")
        if not self.alone:
            return whole
        name, kind, _ = self.each[0]
        return core_schema.no_info_after_validator_function(
            lambda given: given[name],
            core_schema.no_info_before_validator_function(
                lambda raw: raw if isinstance(raw, dict) else {name: raw}, whole
            ),
            serialization=core_schema.wrap_serializer_function_ser_schema(
                lambda value, write: write(value), schema=handler.generate_schema(kind)
            ),
        )


def fields_of(function: Callable[..., Any], typed: Callable[[str], Any]) -> tuple[Any, Fields] | None:
    """The input's type and its fields; None when the function takes nothing, or one object that is the whole input.

    `typed` gives a parameter's annotation as a type.
    """
    parameters = [p for p in inspect.signature(function).parameters.values() if p.kind in _NAMED][1:]
    if not parameters or (len(parameters) == 1 and is_object(typed(parameters[0].name))):
        return None
    fields = Fields([(one.name, typed(one.name), one.default) for one in parameters])
    return Annotated[Any if fields.alone else dict[str, Any], fields], fields


_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def is_object(kind: Any) -> bool:
    """Whether values of this type are objects with fields (or anything at all), not one plain value."""
    origin = typing.get_origin(kind)
    if origin is Annotated:
        return is_object(typing.get_args(kind)[0])
    if origin in (typing.Union, types.UnionType):
        return any(is_object(one) for one in typing.get_args(kind))
    plain = origin or kind
    if plain is Any or isinstance(plain, typing.TypeVar):
        return True
    return isinstance(plain, type) and (
        plain is object
        or issubclass(plain, (BaseModel, Mapping))
        or dataclasses.is_dataclass(plain)
        or typing.is_typeddict(plain)
        or (issubclass(plain, tuple) and hasattr(plain, "_fields"))
    )


def _field(schema: CoreSchema, default: Any) -> core_schema.TypedDictField:
    if default is inspect.Parameter.empty:
        return core_schema.typed_dict_field(schema, required=True)
    return core_schema.typed_dict_field(core_schema.with_default_schema(schema, default=default), required=False)
