"""Hook: a guard or a hook of a machine, made ready once so that calling it later costs no more than the call."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from lexiconsole.durable.attempts import is_async
from lexiconsole.durable.calling import arity
from lexiconsole.errors import DefinitionError, nearest
from lexiconsole.state.declaration import Call, Change

__all__ = ["Hook", "method_name"]


class Hook:
    """`name` is what journal and errors call it. A method is looked up on the machine that is asked."""

    __slots__ = ("attribute", "call", "is_async", "name", "takes_change")

    def __init__(self, name: str, call: Callable[..., Any] | None, attribute: str, *, takes_change: bool) -> None:
        self.name, self.call, self.attribute, self.takes_change = name, call, attribute, takes_change
        self.is_async = False

    @classmethod
    def of(cls, machine: type, name: str, call: Call) -> Hook:
        """`call` is a function, the name of a method, or a function that is a method, named where the class is written."""
        given = call if isinstance(call, str) else getattr(call, "__name__", "")
        found = inspect.getattr_static(machine, given, None) if given else None
        if isinstance(call, str) and not callable(getattr(machine, given, None)):
            close = nearest(given, [each for each in dir(machine) if not each.startswith("_")])
            hint = f"; did you mean {close!r}?" if close else ""
            raise DefinitionError(f"{machine.__name__} has no method {given!r} for {name}{hint}")
        if isinstance(call, str) or found is call:
            return cls.method(machine, name, given)
        hook = cls(name, call, "", takes_change=_takes_change(call, 0))
        hook.is_async = is_async(call)
        return hook

    @classmethod
    def method(cls, machine: type, name: str, attribute: str) -> Hook:
        found = inspect.getattr_static(machine, attribute)
        plain = isinstance(found, (staticmethod, classmethod))
        function = getattr(machine, attribute)
        hook = cls(name, None, attribute, takes_change=_takes_change(function, 0 if plain else 1))
        hook.is_async = is_async(function)
        return hook

    def bound(self, machine: Any, change: Change) -> Callable[[], Any]:
        """The call with nothing left to give."""
        call = getattr(machine, self.attribute) if self.call is None else self.call
        return partial(call, change) if self.takes_change else call

    def __repr__(self) -> str:
        return f"<hook {self.name}>"


def method_name(prefix: str, name: str) -> str:
    """`on_enter_in_review` for the state "in review"."""
    return prefix + re.sub(r"\W", "_", name)


def _takes_change(call: Callable[..., Any], given: int) -> bool:
    least, _ = arity(call)
    return least > given
