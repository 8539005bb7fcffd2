"""A circuit breaker ready to use, on the library `purgatory` (the extra `lexiconsole[breaker]`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lexiconsole.errors import ConfigurationError

__all__ = ["PurgatoryBreaker"]


class PurgatoryBreaker:
    """Opens after `threshold` failures in a row and lets one call through again after `ttl` seconds.

    Breakers with one `factory` share their circuits by name; a factory on Redis shares them between processes.
    While the circuit is open, calls fail with purgatory's OpenedState. Raises ConfigurationError without purgatory.
    """

    def __init__(self, circuit: str = "bulk", *, threshold: int = 5, ttl: float = 30.0, factory: Any = None) -> None:
        try:
            from purgatory import AsyncCircuitBreakerFactory
        except ImportError:
            raise ConfigurationError(
                "PurgatoryBreaker needs the library purgatory; install it with: pip install 'lexiconsole[breaker]'"
            ) from None
        self._circuit, self._threshold, self._ttl = circuit, threshold, ttl
        self._factory = factory or AsyncCircuitBreakerFactory()

    async def call(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Awaits the call and gives its value; an exception counts as a failure."""
        breaker = await self._factory.get_breaker(self._circuit, threshold=self._threshold, ttl=self._ttl)
        async with breaker:
            return await func(*args, **kwargs)
