"""The circuit breaker that comes along."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from lexiconsole import BulkOperation, BulkOperationConfig
from lexiconsole.bulk import PurgatoryBreaker
from lexiconsole.contracts.infra.resilience import CircuitBreakerProtocol
from lexiconsole.errors import ConfigurationError, DefinitionError


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
    again = PurgatoryBreaker("service", threshold=2, ttl=1.0)
    assert (await BulkOperation(work, terms, circuit_breaker=again).execute(range(3, 6))).unwrap().failed == 0


@pytest.mark.parametrize("terms", [{"threshold": 0}, {"threshold": "x"}, {"ttl": -1}, {"ttl": "x"}])
def test_terms_without_sense_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match=f"bulk: {next(iter(terms))} is"):
        PurgatoryBreaker(**terms)


async def test_a_circuit_is_shared_tried_by_one_call_at_a_time_and_not_opened_by_a_cancel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[int] = []
    now = [1000.0]
    monkeypatch.setattr("purgatory.domain.model.time", SimpleNamespace(time=lambda: now[0]))
    up = asyncio.Event()

    async def work(x: int) -> int:
        calls.append(x)
        await asyncio.sleep(0)
        if not up.is_set():
            raise ConnectionError("down")
        return x

    breaker = PurgatoryBreaker("shared", threshold=2, ttl=60)

    async def failed() -> int:
        calls.clear()
        terms = BulkOperationConfig(batch_size=1, max_concurrency=5, retry_attempts=1)
        return (await BulkOperation(work, terms, circuit_breaker=breaker).execute(range(5))).unwrap().failed

    hung = asyncio.ensure_future(breaker.call(asyncio.Event().wait))
    for _ in range(3):
        await asyncio.sleep(0)
        hung.cancel()
        await asyncio.wait({hung})
        hung = asyncio.ensure_future(breaker.call(asyncio.Event().wait))
    hung.cancel()
    assert await failed() == 5 and calls == [0, 1, 2, 3, 4], "cancelled calls say nothing of the service"
    assert await failed() == 5 and calls == [], "another operation is spared too"
    now[0] += 61
    assert await failed() == 5 and len(calls) == 1, "of five at once one tries"
    now[0] += 61
    up.set()
    assert await failed() == 4 and len(calls) == 1
    assert await failed() == 0


def test_without_the_library_it_says_what_to_install(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "purgatory", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'lexiconsole\[breaker\]'"):
        PurgatoryBreaker()
