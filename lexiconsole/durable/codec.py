"""Values to JSON and back as the type that the step's annotation names.

The model always gets the decoded value, live too, so that nothing changes its type only after a crash. What JSON can not
carry there and back fails where it is made, with the type and the place named.
"""

from __future__ import annotations

import collections.abc
import math
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from lexiconsole.durable.context import INFER
from lexiconsole.durable.vault import MASK, NO_VAULT, Vault
from lexiconsole.errors import ValueNotStorableError
from lexiconsole.result import Err, Ok
from lexiconsole.types import Json

__all__ = ["DEFAULT_LIMIT", "MASK", "Codec", "adapter_of", "misfits_of", "returns_of"]

DEFAULT_LIMIT = 1_000_000
"""Bytes of JSON one value may take."""

_LARGEST = 10**4300
"""Python and pydantic write larger numbers as JSON, and do not read them again."""
_SMALLEST = -_LARGEST

_TOO_LONG = "it holds a number of more than 4,300 digits, which JSON does not bring back; return it as text"

_TOO_DEEP = "it is nested deeper than JSON brings back, 200 levels; keep it elsewhere and return its name"

_PLAIN = (type(None), bool, int, str)
_AWAITABLES = (collections.abc.Awaitable, collections.abc.Coroutine)
_adapters: dict[Any, TypeAdapter[Any]] = {}
_annotations: dict[Any, Any] = {}


@dataclass(frozen=True, slots=True)
class Codec:
    """`limit` is the largest value in bytes of JSON; values under a dict key or field in `secrets` are masked.

    `vault` has the secrets of answers.
    """

    limit: int = DEFAULT_LIMIT
    secrets: frozenset[str] = frozenset()
    vault: Vault = NO_VAULT

    def encode(self, value: Any, returns: Any, where: str) -> Json:
        """The JSON of `value`; raises ValueNotStorableError when it would not come back the same."""
        kind = type(value)
        if kind in _PLAIN and (
            returns is INFER or returns is Any or returns is kind or (value is None and returns is None)
        ):
            if kind is str and 6 * len(value) + 2 > self.limit:  # a control character takes six bytes
                self._check_size(len(to_json(value)), where)
            if kind is int and not _SMALLEST < value < _LARGEST:
                raise ValueNotStorableError(where, _TOO_LONG)
            return value  # type: ignore[no-any-return]
        data = self._dump(value, returns, where)
        self._check_size(len(data), where)
        try:
            decoded: Json = from_json(data)
        except ValueError as fault:
            raise ValueNotStorableError(where, _TOO_DEEP if "recursion" in str(fault) else _TOO_LONG) from None
        if returns is INFER or returns is Any:
            _require_same(value, decoded, where)
        return self.masked(decoded)

    def masked(self, value: Json) -> Json:
        """The same with a mask in place of every secret."""
        return _masked(value, self.secrets) if self.secrets else value

    def decode(self, value: Json, returns: Any, where: str) -> Any:
        """What `encode` was given, as the type `returns` names."""
        if returns is INFER or returns is Any or (type(value) is returns and returns in _PLAIN):
            return value
        try:
            return adapter_of(returns).validate_json(to_json(value))
        except (ValidationError, PydanticUserError) as fault:
            raise ValueNotStorableError(
                where, f"the recorded value does not fit {_name(returns)}: {_first(fault)}"
            ) from None

    def _dump(self, value: Any, returns: Any, where: str) -> bytes:
        try:
            if returns is INFER or returns is Any:
                return to_json(value, inf_nan_mode="constants")
            return adapter_of(returns).dump_json(value, warnings="error")
        except (PydanticSerializationError, PydanticUserError, ValueError, RecursionError) as fault:
            wanted = "JSON" if returns is INFER or returns is Any else _name(returns)
            raise ValueNotStorableError(
                where, f"{_name(type(value))} can not be kept as {wanted}: {_first(fault)}"
            ) from None

    def _check_size(self, size: int, where: str) -> None:
        if size > self.limit:
            raise ValueNotStorableError(
                where,
                f"{size:,} bytes are more than the limit of {self.limit:,}; keep the value elsewhere and return its name",
            )


def returns_of(call: Callable[..., Any]) -> Any:
    """The type of a callable's success value: awaitables and `Result[T, E]` unwrapped, INFER when it does not say."""
    if type(call) is types.FunctionType and (known := _annotations.get(call.__code__)) is not None:
        return known
    while hasattr(call, "func") and not isinstance(call, types.FunctionType):
        call = call.func  # functools.partial
    function = getattr(call, "__func__", call)
    if not isinstance(function, types.FunctionType):
        function = type(call).__call__
        if not isinstance(function, types.FunctionType):
            return INFER
    if "return" not in function.__annotations__:
        return INFER
    code = function.__code__
    found = _annotations.get(code)
    if found is None:
        found = _annotations[code] = _success_type(function)
    return found


def _success_type(function: types.FunctionType) -> Any:
    try:
        hint = typing.get_type_hints(function, include_extras=True)["return"]
    except Exception:
        return INFER  # a name that only exists for type checkers
    if typing.get_origin(hint) in _AWAITABLES:
        hint = typing.get_args(hint)[-1]
    if hint is Ok or hint is Err or typing.get_origin(hint) is Err:
        return INFER
    if typing.get_origin(hint) is Ok:
        hint = typing.get_args(hint)[0]
    elif typing.get_origin(hint) in (typing.Union, types.UnionType):
        parts = typing.get_args(hint)
        wins = [part for part in parts if typing.get_origin(part) is Ok or part is Ok]
        if wins:
            arguments = typing.get_args(wins[0])
            hint = arguments[0] if arguments else Any
    if isinstance(hint, typing.TypeVar) or hint is Any or hint is object:
        return INFER
    return hint


def adapter_of(returns: Any) -> TypeAdapter[Any]:
    """Pydantic's view of a type; made once, since making one costs a hundred times more than using it."""
    try:
        found = _adapters.get(returns)
    except TypeError:  # an annotation that has no hash
        return TypeAdapter(returns)
    if found is None:
        found = _adapters[returns] = TypeAdapter(returns)
    return found


def misfits_of(fault: ValidationError) -> dict[str, str]:
    """What pydantic found wrong, as reasons by the dotted path of the field."""
    found = fault.errors(include_url=False, include_input=False, include_context=False)
    return {".".join(str(part) for part in each["loc"]): each["msg"].removeprefix("Value error, ") for each in found}


def _require_same(value: Any, decoded: Json, where: str) -> None:
    kind = type(value)
    if kind in _PLAIN:
        if value != decoded:
            raise ValueNotStorableError(where, f"{kind.__name__} {value!r} does not survive JSON")
    elif kind is float:
        if not math.isfinite(value):
            raise ValueNotStorableError(where, f"the float {value} has no JSON")
    elif kind is list and isinstance(decoded, list):
        for index, (item, back) in enumerate(zip(value, decoded, strict=True)):
            _require_same(item, back, f"{where}[{index}]")
    elif kind is dict and isinstance(decoded, dict):
        for name, item in value.items():
            if type(name) is not str:
                raise ValueNotStorableError(
                    where, f"the key {name!r} is a {_name(type(name))}, JSON has only text keys"
                )
            _require_same(item, decoded[name], f"{where}.{name}")
    else:
        raise ValueNotStorableError(
            where, f"a {_name(kind)} would come back as {_name(type(decoded))}; annotate the step's return type"
        )


def _masked(value: Json, secrets: frozenset[str]) -> Json:
    if isinstance(value, dict):
        return {k: MASK if k in secrets and v is not None else _masked(v, secrets) for k, v in value.items()}
    if isinstance(value, list):
        return [_masked(item, secrets) for item in value]
    return value


def _name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not typing.get_args(kind) else str(kind).replace("typing.", "")


def _first(fault: Exception) -> str:
    if isinstance(fault, ValidationError):
        error = fault.errors(include_url=False)[0]
        place = ".".join(str(part) for part in error["loc"])
        return f"{place}: {error['msg']}" if place else error["msg"]
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__
