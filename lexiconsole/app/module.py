"""Module: what belongs together in an application, and the modules it builds on. Provider: what a module brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Any, ClassVar, TypeAlias, TypeVar

from lexiconsole.app.container import Container
from lexiconsole.errors import DefinitionError

__all__ = ["Module", "ModuleLike", "Priority", "Provider", "ProviderLike", "in_order", "module"]

M = TypeVar("M", bound="type[Module]")


class Priority(IntEnum):
    """When a provider has its turn: lower numbers first, and what stands in between may be chosen too."""

    INFRASTRUCTURE = 100
    DOMAIN = 200
    APPLICATION = 300


class Provider:
    """Offers things to the container. All providers register before the first one boots; they shut down in reverse order."""

    priority: ClassVar[int] = Priority.APPLICATION
    config_key: ClassVar[str] = ""
    """The section of the configuration that it reads, "" for none."""

    async def register(self, container: Container) -> None:
        """Registers what it offers. It may resolve what providers before it registered."""

    async def boot(self, container: Container) -> None:
        """Makes ready, now that everything is registered."""

    async def shutdown(self, container: Container) -> None:
        """Puts away what `boot` made ready; called only if `boot` was."""


class Module:
    """Derive a class and decorate it with `@module(imports=[…])`, or set the fields of an instance."""

    imports: Sequence[ModuleLike] = ()
    providers: Sequence[ProviderLike] = ()
    workflows: Sequence[Any] = ()
    """Definitions that runs can be started of by name: definitions, or what `@workflow` decorated."""


ModuleLike: TypeAlias = "Module | type[Module]"
ProviderLike: TypeAlias = "Provider | type[Provider]"


def module(
    *,
    imports: Iterable[ModuleLike] = (),
    providers: Iterable[ProviderLike] = (),
    workflows: Iterable[Any] = (),
) -> Callable[[M], M]:
    """Says what a module class builds on and brings; what its base class says is kept and comes first."""

    def mark(cls: M) -> M:
        if not _is_module_class(cls):
            raise DefinitionError(f"@module stands above a class derived from Module, not {cls!r}")
        cls.imports = (*cls.imports, *imports)
        cls.providers = (*cls.providers, *providers)
        cls.workflows = (*cls.workflows, *workflows)
        return cls

    return mark


def in_order(modules: Iterable[ModuleLike]) -> list[Module]:
    """Each module once, behind those it imports. Raises DefinitionError for a circle and for what is no module."""
    made: dict[int, Module] = {}
    return list(_behind_imports(modules, made, ()))


def _behind_imports(
    modules: Iterable[ModuleLike], made: dict[int, Module], chain: tuple[ModuleLike, ...]
) -> Iterator[Module]:
    for one in modules:
        if not isinstance(one, Module) and not _is_module_class(one):
            raise DefinitionError(
                f"{one!r} is no module; derive a class from Module, or give WorkflowModule.configure()"
            )
        if one in chain:
            names = [_name(each) for each in (*chain[chain.index(one) :], one)]
            raise DefinitionError(f"modules import each other: {' → '.join(names)}")
        if id(one) in made:
            continue
        yield from _behind_imports(one.imports, made, (*chain, one))
        made[id(one)] = one() if isinstance(one, type) else one
        yield made[id(one)]


def _is_module_class(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, Module)


def _name(one: ModuleLike) -> str:
    return one.__name__ if isinstance(one, type) else type(one).__name__
