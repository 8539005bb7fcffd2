"""`Result`: what a step gives back. `Ok` carries a value, `Err` carries a reason; neither raises on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, NoReturn, TypeAlias, TypeVar

__all__ = ["Err", "Ok", "Result", "UnwrapError"]

T_co = TypeVar("T_co", covariant=True)
E_co = TypeVar("E_co", covariant=True)
T = TypeVar("T")
E = TypeVar("E")
U = TypeVar("U")
F = TypeVar("F")


class UnwrapError(RuntimeError):
    """`unwrap` was called on an `Err`, or `unwrap_err` on an `Ok`; the message shows what was inside."""


@dataclass(frozen=True, slots=True, repr=False, init=False)
class Ok(Generic[T_co]):
    """Success with its value. `str()` shows the value alone, so that printing a result reads well."""

    value: T_co

    def __init__(self, value: T_co) -> None:
        _set_value(self, value)

    def is_ok(self) -> Literal[True]:
        return True

    def is_err(self) -> Literal[False]:
        return False

    def unwrap(self) -> T_co:
        return self.value

    def unwrap_err(self) -> NoReturn:
        raise UnwrapError(f"unwrap_err on {self!r}")

    def unwrap_or(self, default: object) -> T_co:
        return self.value

    def map(self, change: Callable[[T_co], U]) -> Ok[U]:
        return Ok(change(self.value))

    def map_err(self, change: Callable[[E], F]) -> Ok[T_co]:
        return self

    def and_then(self, go_on: Callable[[T_co], Result[U, F]]) -> Result[U, F]:
        return go_on(self.value)

    def __repr__(self) -> str:
        return f"Ok({self.value!r})"

    def __str__(self) -> str:
        return str(self.value)


_set_value = Ok.__dict__[
    "value"
].__set__  # half the time of what a frozen dataclass does, and there is one for each step


@dataclass(frozen=True, slots=True, repr=False, init=False)
class Err(Generic[E_co]):
    """Failure with its reason, any value or exception."""

    error: E_co

    def __init__(self, error: E_co) -> None:
        _set_error(self, error)

    def is_ok(self) -> Literal[False]:
        return False

    def is_err(self) -> Literal[True]:
        return True

    def unwrap(self) -> NoReturn:
        raise UnwrapError(f"unwrap on {self!r}") from (self.error if isinstance(self.error, BaseException) else None)

    def unwrap_err(self) -> E_co:
        return self.error

    def unwrap_or(self, default: U) -> U:
        return default

    def map(self, change: Callable[[T], U]) -> Err[E_co]:
        return self

    def map_err(self, change: Callable[[E_co], F]) -> Err[F]:
        return Err(change(self.error))

    def and_then(self, go_on: Callable[[T], Result[U, F]]) -> Err[E_co]:
        return self

    def __repr__(self) -> str:
        return f"Err({self.error!r})"

    def __str__(self) -> str:
        return f"error: {self.error}"


_set_error = Err.__dict__["error"].__set__  # the same


Result: TypeAlias = Ok[T] | Err[E]
