"""The port of dependency containers as a provider sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, runtime_checkable

__all__ = ["ContainerRegistrarProtocol"]

T = TypeVar("T")


@runtime_checkable
class ContainerRegistrarProtocol(Protocol):
    """Takes what a provider offers. `factory` is a callable, or the instance itself."""

    def singleton(self, interface: type[Any], factory: Callable[..., Any] | Any) -> None: ...

    async def resolve(self, interface: type[T]) -> T: ...
