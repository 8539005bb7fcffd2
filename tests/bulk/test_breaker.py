"""The circuit breaker that comes along."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from lexiconsole import BulkOperation, BulkOperationConfig
from lexiconsole.bulk import PurgatoryBreaker
from lexiconsole.contracts.infra.resilience import CircuitBreakerProtocol
from lexiconsole.errors import ConfigurationError


async def test_it_stops_calling_what_keeps_failing_and_tries_again_after_a_while() -> None:
    calls: list[int] = []

    async def work(x: int) -> int:
        calls.append(x)
        if x < 3:
            raise ConnectionError("down")
        return x

    breaker = PurgatoryBreaker("service", threshold=2, ttl=3600.0)
    assert isinstance(breaker, CircuitBreakerProtocol)
    terms = BulkOperationConfig(batch_size=1, max_concurrency=1, retry_attempts=1)
    result = (await BulkOperation(work, terms, circuit_breaker=breaker).execute(range(6))).unwrap()
    assert calls == [0, 1] and result.failed == 6
    assert [failure.type for failure in result.failures] == ["ConnectionError"] * 2 + ["OpenedState"] * 4
    again = PurgatoryBreaker("service", threshold=2, ttl=0.0)
    assert (await BulkOperation(work, terms, circuit_breaker=again).execute(range(3, 6))).unwrap().failed == 0


def test_without_the_library_it_says_what_to_install(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "purgatory", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'lexiconsole\[breaker\]'"):
        PurgatoryBreaker()
