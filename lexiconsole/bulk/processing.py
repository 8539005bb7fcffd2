"""From a processor of one item or of one batch to one call for a batch, which is what becomes a durable step."""

from __future__ import annotations

import types
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any, get_args, get_origin

from lexiconsole.bulk.batch import Batch, BatchOutcome, ItemFailure
from lexiconsole.contracts.infra.resilience import CircuitBreakerProtocol
from lexiconsole.durable.attempts import is_async
from lexiconsole.durable.calling import arity
from lexiconsole.durable.codec import returns_of
from lexiconsole.durable.context import INFER
from lexiconsole.durable.step import in_step
from lexiconsole.result import Err, Ok

__all__ = ["BatchCall", "per_batch", "per_item", "result_type"]

BatchCall = Callable[[Sequence[Any], Sequence[int], Batch, bool], Any]
"""Of the items, their indices in the source, the batch, and whether to keep results; gives a BatchOutcome, or awaits one."""


def per_item(processor: Callable[[Any], Any], breaker: CircuitBreakerProtocol | None) -> BatchCall:
    """Every item by itself, one after the other. A function that is not async stays one, so that it can have a thread."""
    if breaker is not None:
        return partial(_each_async, partial(_guarded, breaker, processor))
    return partial(_each_async if is_async(processor) else _each, processor)


async def _each_async(
    process: Callable[[Any], Awaitable[Any]], items: Sequence[Any], indices: Sequence[int], batch: Batch, keep: bool
) -> BatchOutcome[Any]:
    started = perf_counter()
    values: list[Any] = []
    faults: dict[int, ItemFailure] = {}
    left = iter(items)
    while len(values) + len(faults) < len(items):  # around the inner loop, so that an item costs no more than its call
        try:
            for item in left:
                values.append(await process(item))  # noqa: PERF401 - what there is at a fault must be known
        except Exception as fault:
            place = len(values) + len(faults)
            faults[place] = ItemFailure.of(indices[place], fault)
    return _came_to(values, faults, indices, keep, started)


def _each(
    process: Callable[[Any], Any], items: Sequence[Any], indices: Sequence[int], batch: Batch, keep: bool
) -> BatchOutcome[Any] | Awaitable[BatchOutcome[Any]]:
    started = perf_counter()
    values: list[Any] = []
    faults: dict[int, ItemFailure] = {}
    left = iter(items)
    while len(values) + len(faults) < len(items):
        try:
            for item in left:
                values.append(process(item))  # noqa: PERF401 - what there is at a fault must be known
        except Exception as fault:
            place = len(values) + len(faults)
            faults[place] = ItemFailure.of(indices[place], fault)
    if types.CoroutineType in set(map(type, values)):  # a lambda around something async: only what it gives shows that
        return _awaited(values, faults, indices, keep, started)
    return _came_to(values, faults, indices, keep, started)


async def _awaited(
    values: list[Any], faults: dict[int, ItemFailure], indices: Sequence[int], keep: bool, started: float
) -> BatchOutcome[Any]:
    """Waits for one after the other; those that are not waited for when the batch is stopped are closed."""
    came: list[Any] = []
    left = iter(values)
    try:
        for place in range(len(indices)):
            if place in faults:
                continue
            value = next(left)
            try:
                came.append(await value if type(value) is types.CoroutineType else value)
            except Exception as fault:
                faults[place] = ItemFailure.of(indices[place], fault)
    finally:
        for value in left:
            if type(value) is types.CoroutineType:
                value.close()
    return _came_to(came, faults, indices, keep, started)


def _came_to(
    values: list[Any], faults: dict[int, ItemFailure], indices: Sequence[int], keep: bool, started: float
) -> BatchOutcome[Any]:
    """`values` are of the items that did not raise, in their order; `faults` the others, by their place in the batch."""
    seconds = perf_counter() - started
    if not faults and _RESULTS.isdisjoint(map(type, values)):
        return BatchOutcome(len(values), seconds, [], values if keep else None)
    given = iter(values)
    failures: list[ItemFailure] = []
    results: list[Any] = []
    for place, index in enumerate(indices):
        if place in faults:
            failures.append(faults[place])
        elif isinstance(entry := next(given), Err):
            failures.append(ItemFailure.of(index, entry.error))
        elif keep:
            results.append(entry.value if isinstance(entry, Ok) else entry)
    return BatchOutcome(len(indices) - len(failures), seconds, failures, results if keep else None)


def _sorted(entries: Iterable[Any], indices: Sequence[int], keep: bool, seconds: float) -> BatchOutcome[Any]:
    """The outcome from one entry per item: a value, an `Ok` or an `Err`."""
    failures: list[ItemFailure] = []
    results: list[Any] = []
    for index, entry in zip(indices, entries, strict=True):
        if isinstance(entry, Err):
            failures.append(ItemFailure.of(index, entry.error))
        elif keep:
            results.append(entry.value if isinstance(entry, Ok) else entry)
    return BatchOutcome(len(indices) - len(failures), seconds, failures, results if keep else None)


_RESULTS = frozenset({Ok, Err})


async def _guarded(breaker: CircuitBreakerProtocol, processor: Callable[[Any], Any], item: Any) -> Any:
    """Through the circuit breaker, which counts an `Err` like an exception."""
    try:
        return await breaker.call(_raising, processor, item)
    except _ItemErrError as failed:
        return Err(failed.reason)


class _ItemErrError(Exception):
    def __init__(self, reason: Any) -> None:
        super().__init__(str(reason))
        self.reason = reason


async def _raising(processor: Callable[[Any], Any], item: Any) -> Any:
    value = processor(item)
    if hasattr(value, "__await__"):
        value = await value
    if isinstance(value, Err):
        raise _ItemErrError(value.error)
    return value


def per_batch(processor: Callable[..., Any], breaker: CircuitBreakerProtocol | None) -> BatchCall:
    """All items of a batch at once. What it gives is one entry per item, or nothing; an `Err` of the whole fails the batch."""
    takes_batch = arity(processor)[1] > 1
    if breaker is not None:
        return partial(_batch_guarded, breaker, processor, takes_batch)
    return partial(_batch_async if is_async(processor) else _batch, processor, takes_batch)


def _batch(
    processor: Callable[..., Any],
    takes_batch: bool,
    items: Sequence[Any],
    indices: Sequence[int],
    batch: Batch,
    keep: bool,
) -> Any:
    started = perf_counter()
    given = processor(*_given(items, batch, takes_batch))
    if hasattr(given, "__await__"):
        return _read_later(given, indices, keep, started)
    return _read(given, indices, keep, started)


async def _batch_async(
    processor: Callable[..., Any],
    takes_batch: bool,
    items: Sequence[Any],
    indices: Sequence[int],
    batch: Batch,
    keep: bool,
) -> Any:
    given = processor(*_given(items, batch, takes_batch))
    return await _read_later(given, indices, keep, perf_counter())


async def _batch_guarded(
    breaker: CircuitBreakerProtocol,
    processor: Callable[..., Any],
    takes_batch: bool,
    items: Sequence[Any],
    indices: Sequence[int],
    batch: Batch,
    keep: bool,
) -> Any:
    arguments = _given(items, batch, takes_batch)
    started = perf_counter()
    try:
        return _read(await breaker.call(_raising, partial(_spread, processor), arguments), indices, keep, started)
    except _ItemErrError as failed:
        return Err(failed.reason)


def _tries() -> int:
    """How often the step of this batch was tried so far, this time included."""
    step = in_step.get()
    return 1 if step is None else step.attempt


def _given(items: Sequence[Any], batch: Batch, takes_batch: bool) -> tuple[Any, ...]:
    """What a batch processor is given: a list, whatever the items were cut from."""
    listed = items if type(items) is list else list(items)
    return (listed, _this_try(batch)) if takes_batch else (listed,)


def _this_try(batch: Batch) -> Batch:
    """The batch, with further tries of its step counted as its own."""
    return batch._replace(attempt=batch.attempt + tries - 1) if (tries := _tries()) > 1 else batch


def _spread(processor: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    return processor(*arguments)


async def _read_later(given: Awaitable[Any], indices: Sequence[int], keep: bool, started: float) -> Any:
    return _read(await given, indices, keep, started)


def _read(given: Any, indices: Sequence[int], keep: bool, started: float) -> BatchOutcome[Any] | Err[Any]:
    """The outcome from what a batch processor gave; raises TypeError when it is not one entry per item."""
    seconds = perf_counter() - started
    if isinstance(given, Err):
        return given
    if isinstance(given, Ok):
        given = given.value
    if given is None:
        return BatchOutcome(len(indices), seconds, [], [None] * len(indices) if keep else None, _tries())
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise TypeError(f"a batch processor gives None or one entry per item, not {type(given).__name__}")
    entries = list(given)
    if len(entries) != len(indices):
        raise TypeError(f"a batch processor gives one entry per item: {len(indices)} items, {len(entries)} entries")
    each = (Err(entry) if isinstance(entry, BaseException) else entry for entry in entries)
    return replace(_sorted(each, indices, keep, seconds), tries=_tries())


def result_type(processor: Callable[..., Any], *, of_batch: bool) -> Any:
    """The type of one item's result, from the processor's annotation; Any when it does not say."""
    found = returns_of(processor)
    if of_batch and found is not INFER:
        inside = get_args(found)
        found = _success(inside[0]) if len(inside) == 1 else Any
    return Any if found is INFER or found is None else found


def _success(hint: Any) -> Any:
    """The value's type in `Result[value, error]`, any other type as it is."""
    wins = [part for part in get_args(hint) if get_origin(part) is Ok]
    return get_args(wins[0])[0] if wins else hint
