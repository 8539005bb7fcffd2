"""Container: what an application is made of, by type. A facade on svcs, which makes and keeps the instances."""

from __future__ import annotations

import asyncio
import inspect
import types
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

import svcs

from lexiconsole.errors import DefinitionError, NotFoundError

__all__ = ["Container"]

T = TypeVar("T")

_making: ContextVar[tuple[tuple[int, Any], ...]] = ContextVar("lexiconsole_container_making", default=())
"""What this task is making now, outermost first: container and type."""

_FACTORIES = (type, types.FunctionType, types.MethodType, types.BuiltinFunctionType, partial)


class Container:
    """One instance per type, made when it is first asked for.

    A factory takes nothing, or the container; it may be async, or a generator that yields the instance once and tidies up
    behind the yield when the application stops.
    """

    def __init__(self) -> None:
        self._registry = svcs.Registry()
        self._made = svcs.Container(self._registry)
        self._open = AsyncExitStack()
        self._locks: dict[Any, asyncio.Lock] = {}
        self._in_use: set[Any] = set()
        self._async: set[Any] = set()

    def singleton(self, interface: type[Any], factory: Callable[..., Any] | Any) -> None:
        """Registers what stands for `interface`: a class, a function or a partial is a factory, anything else the instance.

        A later registration replaces an earlier one. Raises DefinitionError once somebody has been given the earlier one.
        """
        if not isinstance(factory, _FACTORIES):
            self.instance(interface, factory)
            return
        self._may_replace(interface)
        given = (self,) if _wants_container(factory) else ()
        if inspect.isasyncgenfunction(factory) or inspect.iscoroutinefunction(factory):
            self._async.add(interface)
        self._registry.register_factory(interface, partial(self._make, factory, given), enter=False)

    def instance(self, interface: type[Any], value: Any) -> None:
        """Registers an object as it is, also one that could be called."""
        self._may_replace(interface)
        self._registry.register_value(interface, value)

    async def resolve(self, interface: type[T]) -> T:
        """The instance. Raises NotFoundError with the nearest registered name, DefinitionError for a circle."""
        self._must_know(interface)
        with self._making(interface):
            async with self._locks.setdefault(interface, asyncio.Lock()):
                found = await self._made.aget(interface)
        self._in_use.add(interface)
        return found

    def get(self, interface: type[T]) -> T:
        """The same without await. Raises DefinitionError for what an async factory has yet to make."""
        self._must_know(interface)
        if interface in self._async and interface not in self._in_use:
            raise DefinitionError(f"{_name(interface)} is made by an async factory; use: await container.resolve(…)")
        with self._making(interface):
            found = self._made.get(interface)
        self._in_use.add(interface)
        return found

    def __contains__(self, interface: Any) -> bool:
        return interface in self._registry

    def _make(self, factory: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        """The instance, or an awaitable of it. What a generator needs is made before it is, so it is put away after it."""
        if inspect.isgeneratorfunction(factory):
            return self._open.enter_context(contextmanager(factory)(*given))
        if inspect.isasyncgenfunction(factory):
            return self._open.enter_async_context(asynccontextmanager(factory)(*given))
        return factory(*given)

    async def close(self) -> None:
        """Tidies up behind generators, the last one made first."""
        try:
            await self._open.aclose()
        finally:
            await self._made.aclose()
            await self._registry.aclose()

    def _must_know(self, interface: type[Any]) -> None:
        if interface not in self._registry:
            known = [service.name.rpartition(".")[2] for service in self._registry]
            hint = "register it with container.singleton(), or add the module that brings it"
            raise NotFoundError("registration", _name(interface), known, hint=hint)

    def _may_replace(self, interface: type[Any]) -> None:
        self._async.discard(interface)
        if interface in self._in_use:
            raise DefinitionError(
                f"{_name(interface)} is in use already and can not be replaced; register it before anybody resolves it"
            )

    @contextmanager
    def _making(self, interface: type[Any]) -> Iterator[None]:
        """Around the making of something; raises DefinitionError when it is needed for its own making."""
        chain = [made for container, made in _making.get() if container == id(self)]
        if interface in chain and interface not in self._in_use:  # what began beside the making may outlive it
            circle = " → ".join(_name(made) for made in (*chain[chain.index(interface) :], interface))
            raise DefinitionError(f"these need each other to be made: {circle}")
        token = _making.set((*_making.get(), (id(self), interface)))
        try:
            yield
        finally:
            _making.reset(token)


def _wants_container(factory: Callable[..., Any]) -> bool:
    """Whether it has a parameter that must be given; a class that has defaults for all is made with them."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return False
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(each.default is inspect.Parameter.empty and each.kind in plain for each in parameters)


def _name(interface: Any) -> str:
    return getattr(interface, "__name__", None) or repr(interface)
