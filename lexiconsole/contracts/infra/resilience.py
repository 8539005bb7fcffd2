"""The port of circuit breakers, which stop calling what keeps failing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

__all__ = ["CircuitBreakerProtocol"]


@runtime_checkable
class CircuitBreakerProtocol(Protocol):
    async def call(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Awaits `func(*args, **kwargs)` and gives its value; raises without calling it while the circuit is open."""
        ...
