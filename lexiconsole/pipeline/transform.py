"""TransformPipe: functions one behind the other for data in passing. Nothing is recorded; see Pipeline for that."""

from __future__ import annotations

import types
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeAlias, overload

from typing_extensions import TypeVar

from lexiconsole.durable.calling import arity, check_call
from lexiconsole.errors import DefinitionError
from lexiconsole.result import Err, Ok, Result

__all__ = ["TransformPipe"]

S = TypeVar("S")
T = TypeVar("T", default=S)
U = TypeVar("U")

Gives: TypeAlias = "U | Awaitable[U] | Result[U, Any] | Awaitable[Result[U, Any]]"
Move: TypeAlias = Callable[[Result[Any, Any]], Awaitable[Result[Any, Any]]]


class TransformPipe(Generic[S, T]):
    """Takes an S, gives a T. Immutable: every call gives a longer pipe, so a pipe can be shared and continued twice.

    Functions may be async, and give a value or a `Result`. From the first `Err` or exception on, functions are passed
    over, up to the next `catch`.
    """

    __slots__ = ("_moves",)

    def __init__(self) -> None:
        self._moves: tuple[Move, ...] = ()

    @overload
    def pipe(self, function: Callable[[T], Awaitable[Result[U, Any]]]) -> TransformPipe[S, U]: ...
    @overload
    def pipe(self, function: Callable[[T], Awaitable[U]]) -> TransformPipe[S, U]: ...
    @overload
    def pipe(self, function: Callable[[T], Result[U, Any]]) -> TransformPipe[S, U]: ...
    @overload
    def pipe(self, function: Callable[[T], U]) -> TransformPipe[S, U]: ...

    def pipe(self, function: Callable[..., Any]) -> TransformPipe[S, Any]:
        """Goes on with what the function gives."""
        _check("pipe", "the function", function)

        async def move(so_far: Result[Any, Any]) -> Result[Any, Any]:
            return await _result(function, so_far.value) if isinstance(so_far, Ok) else so_far

        return self._then(move)

    def pipe_if(self, condition: Callable[[T], Any], function: Callable[[T], Any]) -> TransformPipe[S, T]:
        """Goes on with what the function gives if the condition holds, else with what it has."""
        _check("pipe_if", "the condition", condition)
        _check("pipe_if", "the function", function)

        async def move(so_far: Result[Any, Any]) -> Result[Any, Any]:
            if isinstance(so_far, Err):
                return so_far
            match await _result(condition, so_far.value):
                case Ok(holds):
                    return await _result(function, so_far.value) if holds else so_far
                case failed:
                    return failed

        return self._then(move)

    def tap(self, function: Callable[[T], Any]) -> TransformPipe[S, T]:
        """Shows the value to the function and goes on with the same value. If the function fails, so does the pipe."""
        _check("tap", "the function", function)

        async def move(so_far: Result[Any, Any]) -> Result[Any, Any]:
            if isinstance(so_far, Err):
                return so_far
            seen = await _result(function, so_far.value)
            return so_far if isinstance(seen, Ok) else seen

        return self._then(move)

    def catch(self, handler: Callable[[Any], Any]) -> TransformPipe[S, T]:
        """Goes on with what the handler gives for the error, if something before it failed; its `Err` or exception stays one."""
        _check("catch", "the handler", handler)

        async def move(so_far: Result[Any, Any]) -> Result[Any, Any]:
            return so_far if isinstance(so_far, Ok) else await _result(handler, so_far.error)

        return self._then(move)

    async def execute(self, value: S) -> Result[T, Any]:
        """Sends a value through. An exception comes out as the `Err` that holds it."""
        so_far: Result[Any, Any] = Ok(value)
        for move in self._moves:
            so_far = await move(so_far)
        return so_far

    def _then(self, move: Move) -> TransformPipe[S, Any]:
        longer: TransformPipe[S, Any] = TransformPipe()
        longer._moves = (*self._moves, move)
        return longer


def _check(where: str, what: str, call: Any) -> None:
    check_call(where, what, call)
    if isinstance(call, types.FunctionType) and arity(call)[1] == 0:
        raise DefinitionError(f"{where}: {what} takes no argument, but is given the value that passes through")


async def _result(function: Callable[..., Any], value: Any) -> Result[Any, Any]:
    try:
        got = function(value)
        if hasattr(got, "__await__"):
            got = await got
    except Exception as fault:
        return Err(fault)
    return got if isinstance(got, (Ok, Err)) else Ok(got)
