"""Tally: what a bulk operation has come to so far, small enough to be carried from one generation to the next."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any, Generic, TypeVar

from lexiconsole.bulk.batch import BatchResult, BulkResult, ItemFailure
from lexiconsole.bulk.metrics import BulkOperationMetrics, Durations
from lexiconsole.durable.codec import Codec
from lexiconsole.types import Json, JsonObject

__all__ = ["Tally"]

R = TypeVar("R")


class Tally(Generic[R]):
    """Counts, the first failures, durations; and results where they are kept, under the first of batches in a row.

    With `keep_places` it knows of the failures beyond the first ones at least which items they were.
    """

    def __init__(
        self,
        max_failures: int,
        *,
        keep_results: bool,
        keep_places: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` tells for how many seconds the operation was at work."""
        self._max_failures, self._keep, self._keep_places = max_failures, keep_results, keep_places
        self.succeeded = self.failed = self.excluded = self.batches = self.retries = 0
        self.failures: list[ItemFailure] = []
        self._beyond = array("q")  # the places of failed items for which there was no room in `failures`
        self.results: dict[int, list[R]] = {}
        self._row: list[R] = []
        self._next_in_row: int | None = None
        self._durations = Durations()
        self._seconds = 0.0
        self._clock, self._since = clock, clock()

    @property
    def items(self) -> int:
        return self.succeeded + self.failed + self.excluded

    @property
    def failed_share(self) -> float:
        return self.failed / self.items if self.items else 0.0

    def add(self, batches: Sequence[BatchResult[R]]) -> None:
        self.batches += len(batches)
        keeps, lasted = self._keep, self._durations.add
        for number, _, succeeded, results, failures, seconds, tries in batches:
            self.succeeded += succeeded
            self.retries += tries - 1
            lasted(seconds)
            if failures:
                self._fail(failures)
            if keeps and results:
                self._keep_of(number, results)

    def _fail(self, failures: Sequence[ItemFailure]) -> None:
        self.failed += len(failures)
        room = max(0, self._max_failures - len(self.failures))
        self.failures += failures[:room]
        if self._keep_places:
            self._beyond.extend(failure.index for failure in failures[room:])

    def _keep_of(self, number: int, results: Sequence[R]) -> None:
        """Those of batches that come one after the other are one list at once: at the end there is little left to join."""
        if number == self._next_in_row:
            self._row += results
        else:
            self._row = self.results[number] = [*results]
        self._next_in_row = number + 1 if number >= 0 else None

    def known(self, indices: Collection[int] | None) -> list[int]:
        """Which of these items (None: all) failed, in order."""
        wanted = None if indices is None else set(indices)
        failed = chain((failure.index for failure in self.failures), self._beyond)
        return sorted(index for index in failed if wanted is None or index in wanted)

    def take_back(self, indices: Collection[int], *, excluded: bool = False) -> None:
        """These items, which `known` gave, do not count as failed any more: they are tried again, or excluded."""
        gone = set(indices)
        self.failures = [failure for failure in self.failures if failure.index not in gone]
        self._beyond = array("q", (index for index in self._beyond if index not in gone))
        self.failed -= len(gone)
        if excluded:
            self.excluded += len(gone)

    @property
    def seconds(self) -> float:
        return self._seconds + self._clock() - self._since

    def metrics(self) -> BulkOperationMetrics:
        seconds = self.seconds
        return BulkOperationMetrics(
            items=self.items,
            succeeded=self.succeeded,
            failed=self.failed,
            batches=self.batches,
            retries=self.retries,
            seconds=seconds,
            success_rate=1 - self.failed_share,
            throughput=self.items / seconds if seconds > 0 else 0.0,
            p50=self._durations.percentile(0.5),
            p90=self._durations.percentile(0.9),
            p95=self._durations.percentile(0.95),
            p99=self._durations.percentile(0.99),
        )

    def result(self, operation_id: str) -> BulkResult[R]:
        in_order = sorted(self.results, key=lambda number: (number < 0, abs(number)))
        rows = [self.results[number] for number in in_order]
        results = rows[0] if len(rows) == 1 else [*chain.from_iterable(rows)]
        failures = sorted(self.failures, key=lambda failure: failure.index)
        metrics = self.metrics()
        return BulkResult(
            operation_id, self.items, self.succeeded, self.failed, failures, results, metrics, self.excluded
        )

    # from one generation to the next

    def to_state(self, results_as: Any = None) -> JsonObject:
        """JSON; with the results, if their type is given."""
        state: JsonObject = {
            "succeeded": self.succeeded,
            "failed": self.failed,
            "excluded": self.excluded,
            "batches": self.batches,
            "retries": self.retries,
            "seconds": self.seconds,
            "durations": {str(bucket): count for bucket, count in self._durations.counts.items()},
            "failures": [asdict(failure) for failure in self.failures],
            "beyond": _in_rows(sorted(self._beyond)),
        }
        if results_as is not None and self.results:
            state["results"] = {str(n): _CODEC.encode(list(r), results_as, "results") for n, r in self.results.items()}
        return state

    def restore(self, state: Mapping[str, Any], results_as: Any) -> None:
        """Takes up what `to_state` gave."""
        self.succeeded, self.failed = state["succeeded"], state["failed"]
        self.excluded = state.get("excluded", 0)
        self.batches, self.retries, self._seconds = state["batches"], state["retries"], state["seconds"]
        self._durations = Durations({int(bucket): count for bucket, count in state["durations"].items()})
        self.failures = [ItemFailure(**failure) for failure in state["failures"]]
        rows = state.get("beyond", ())
        self._beyond = array("q", chain.from_iterable(range(first, first + many) for first, many in rows))
        kept = state.get("results", {})
        self.results = {int(number): _CODEC.decode(results, results_as, "results") for number, results in kept.items()}


def _in_rows(places: Iterable[int]) -> list[Json]:
    """Places in order as their rows, each by its first and how many they are: where much fails, neighbours do."""
    rows: list[list[Json]] = []
    first = many = 0
    for place in places:
        if many and place == first + many:
            many += 1
        else:
            first, many = place, 1
            rows.append([first, many])
        rows[-1][1] = many
    return [*rows]


_CODEC = Codec()
