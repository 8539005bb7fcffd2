"""How many arguments a user's callable takes: steps may be written with what they need and without what they do not."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable
from typing import Any

from lexiconsole.errors import DefinitionError

__all__ = ["arity", "check_call", "wants_argument"]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_VARARGS = inspect.CO_VARARGS


def wants_argument(call: Callable[..., Any]) -> bool:
    """Whether it can not be called without an argument.

    A parameter with a default does not count: `lambda id=id: …` is how people bind a value in a loop.
    """
    return arity(call)[0] > 0


def check_call(owner: str, what: str, call: Any, *, most: int = 1) -> None:
    """Raises DefinitionError for what can not be called with so many arguments or fewer: when it is written down."""
    if not callable(call):
        raise DefinitionError(f"{owner}: {what} must be something to call, not {call!r}")
    least = arity(call)[0]
    if least > most:
        given = "one argument" if most == 1 else f"{most} arguments"
        raise DefinitionError(f"{owner}: {what} needs {least} arguments, but is given {given} at most")


def arity(call: Callable[..., Any]) -> tuple[int, int]:
    """The least and the greatest number of positional arguments; (0, 0) for what does not say."""
    bound = 0
    function = call
    if isinstance(call, types.MethodType):
        function, bound = call.__func__, 1
    if type(function) is types.FunctionType and not hasattr(function, "__wrapped__"):
        code = function.__code__
        most = code.co_argcount - bound
        least = max(0, most - len(function.__defaults__ or ()))
        return least, sys.maxsize if code.co_flags & _VARARGS else most
    return _by_signature(call)


def _by_signature(call: Callable[..., Any]) -> tuple[int, int]:
    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        return 0, 0  # some builtins have no signature
    positional = [p for p in parameters if p.kind in _POSITIONAL]
    least = sum(p.default is inspect.Parameter.empty for p in positional)
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        return least, sys.maxsize
    return least, len(positional)
