"""A circuit breaker ready to use, on the library `purgatory` (the extra `lexiconsole[breaker]`)."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from lexiconsole.errors import ConfigurationError, DefinitionError

__all__ = ["PurgatoryBreaker"]

_trials: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""The circuits of each factory in which one call is trying whether the service is there again."""


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
        if type(threshold) is not int or threshold < 1:
            raise DefinitionError(f"{circuit}: threshold is how many failures open it, at least 1, not {threshold!r}")
        seconds: Any = ttl
        if not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
            raise DefinitionError(f"{circuit}: ttl is seconds, more than 0, not {ttl!r}")
        self._circuit, self._threshold, self._ttl = circuit, threshold, ttl
        self._factory = factory or AsyncCircuitBreakerFactory()

    async def call(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Awaits the call and gives its value; an exception counts as a failure, a call that was cancelled as nothing."""
        from purgatory.domain.model import HalfOpenedState, OpenedState

        breaker = await self._factory.get_breaker(self._circuit, threshold=self._threshold, ttl=self._ttl)
        trials = _trials.setdefault(self._factory, set())
        if self._circuit in trials:
            raise OpenedState(self._circuit)
        await breaker.__aenter__()
        trying = breaker.context.state == HalfOpenedState.name
        if trying:
            trials.add(self._circuit)
        try:
            value = await func(*args, **kwargs)
        except asyncio.CancelledError:
            raise
        except BaseException as fault:
            await breaker.__aexit__(type(fault), fault, fault.__traceback__)
            raise
        else:
            await breaker.__aexit__(None, None, None)
            return value
        finally:
            if trying:
                trials.discard(self._circuit)
