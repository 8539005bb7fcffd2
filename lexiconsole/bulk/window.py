"""Window: the batches that are open now, each as one durable step; filled from the source, emptied as they finish."""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any, Generic, TypeVar

from lexiconsole.bulk.batch import Batch, BatchOutcome, BatchResult, ItemFailure
from lexiconsole.bulk.pace import Pace
from lexiconsole.bulk.processing import BatchCall
from lexiconsole.bulk.source import Source
from lexiconsole.bulk.span import LONGEST, Span
from lexiconsole.durable.attempts import is_async
from lexiconsole.durable.context import Context, Durable
from lexiconsole.durable.limit import noting
from lexiconsole.durable.policy import Backoff, StepPolicy
from lexiconsole.errors import StepError
from lexiconsole.result import Err, Ok, Result

__all__ = ["Terms", "Window"]

T = TypeVar("T")
R = TypeVar("R")

_BESIDE = -(2**62)
"""Under this number waits what is no batch."""

QUICK_BATCHES = 8
"""After so many batches that never waited for anything the next ones are expected not to either."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How batches are made and tried. `retry_items`: items that failed are tried again alone, `attempts` times in all."""

    call: BatchCall
    outcome_type: Any
    results_type: Any
    batch_size: int
    concurrency: int
    attempts: int
    backoff: Backoff
    retry_items: bool
    keep_results: bool
    idempotent: bool
    seconds: float | None


@dataclass(slots=True)
class Open(Generic[T, R]):
    """A batch in the window. `indices` are the items' places in the source, `left` the places in `items` that have not
    succeeded yet. A `number` below 0: items that are tried again because an operator said so.

    `tries` counts its steps, `repeats` how often one of these was tried again.
    """

    number: int
    indices: Sequence[int]
    items: Sequence[T]
    left: Sequence[int]
    tries: int = 1
    repeats: int = 0
    resting: bool = False
    seconds: float = 0.0
    results: Sequence[R] = ()
    failures: Sequence[ItemFailure] = ()

    def add(self, outcome: BatchOutcome[R]) -> None:
        """Puts what a try gave where it belongs among what earlier tries gave."""
        self.seconds += outcome.seconds
        self.repeats += outcome.tries - 1
        if self.tries == 1 and not outcome.failures:
            self.left, self.results = (), outcome.results or ()
            return
        self.failures = outcome.failures
        failed = {self.indices.index(failure.index) for failure in outcome.failures}
        succeeded = [place for place in self.left if place not in failed] if failed else self.left
        if outcome.results is not None:
            self.results = outcome.results if self.tries == 1 else self._merged(succeeded, outcome.results)
        self.left = [place for place in self.left if place in failed] if failed else ()

    def _merged(self, places: Sequence[int], results: Sequence[R]) -> list[R]:
        still = set(self.left)
        before = (place for place in range(len(self.items)) if place not in still)
        by_place = dict(zip(before, self.results, strict=True)) | dict(zip(places, results, strict=True))
        return [by_place[place] for place in sorted(by_place)]

    @property
    def key(self) -> str:
        name = f"batch/{self.number}" if self.number >= 0 else f"again/{-self.number}"
        return name if self.tries == 1 else f"{name}#{self.tries}"


class Window(Generic[T, R]):
    """At most `concurrency` open batches over a source, of which `limit` are opened in all.

    `number` is the next batch to open and `item` the index of its first item; `done_ahead` are batches to pass over,
    `used` seconds of its time that earlier generations of the run took. `concurrency` and the rate of `pace` may be changed
    at any time: they hold from the next batch on. What was given to `reopen` is done first. `one_by_one`: somebody wants to
    know of each batch before the next one begins that has room only then. `stopped` is for others to set.
    """

    def __init__(
        self,
        ctx: Context,
        source: Source[T],
        terms: Terms,
        *,
        number: int = 0,
        done_ahead: Iterable[int] = (),
        limit: float = math.inf,
        used: float = 0.0,
        one_by_one: bool = True,
    ) -> None:
        self._ctx, self._source, self._terms, self._batch_size = ctx, source, terms, terms.batch_size
        self.one_by_one, self._turn_over = one_by_one or ctx.observed, 0.0
        self.stopped = False
        self.number, self.item, self._done_ahead = number, number * terms.batch_size, set(done_ahead)
        self.exhausted = False
        self.fault: Exception | None = None
        self.concurrency, self.pace = terms.concurrency, Pace()
        self._again: deque[tuple[Sequence[int], Sequence[T]]] = deque()
        self._reopened = 0
        self._limit = limit
        self._open: dict[int, Open[T, R]] = {}
        self._waiting: dict[int, Durable[Any]] = {}
        self._chance = random.Random()
        self._noting = noting if is_async(terms.call) else _noting
        self._quick = self._quick_at_first()
        self._deadline = math.inf if terms.seconds is None else ctx.elapsed + terms.seconds - used
        self._policy = StepPolicy(
            attempts=1 if terms.retry_items else terms.attempts, backoff=terms.backoff, idempotent=terms.idempotent
        )

    def _quick_at_first(self) -> float:
        """Batches in a row that never waited; never enough where it is not known or does not matter."""
        terms = self._terms
        if self._ctx.journaled or not (is_async(terms.call) or terms.seconds is None):
            return -math.inf  # what is not async has a thread of its own when there is a limit on its time
        return math.inf if terms.concurrency == 1 else 0

    @property
    def late(self) -> bool:
        return self._deadline < math.inf and self._ctx.elapsed >= self._deadline

    @property
    def spent(self) -> bool:
        """It has opened all it may, and all of them are finished."""
        return self._limit <= 0 and not self._waiting and not self._again and not self.exhausted

    @property
    def cursor(self) -> int:
        """Every batch below it is finished."""
        return min((number for number in self._open if number >= 0), default=self.number)

    @property
    def _room(self) -> int:
        """How many batches may be open. In memory, when none of many has ever waited for anything, they need no tasks to
        wait in: from then on they are done one by one, until one does wait.
        """
        return 1 if self._quick >= QUICK_BATCHES else self.concurrency

    def _waits(self) -> None:
        self._quick = -math.inf

    async def _read(self) -> Sequence[T]:
        """The items of the next batch, none at the end; what reading raises ends the source and is kept."""
        if self.exhausted or self._limit <= 0:
            return ()
        if self._source.at_hand is not None:
            return self._read_at_hand()
        items: Sequence[T] = ()
        try:
            items = await self._source.take(self._terms.batch_size)
        except Exception as fault:
            self.fault = fault
        self.exhausted = not items
        return items

    def _read_at_hand(self) -> Sequence[T]:
        items: Sequence[T] = ()
        try:
            items = self._source.at_hand(self._batch_size)  # type: ignore[misc]
        except Exception as fault:
            self.fault = fault
        self.exhausted = not items
        return items

    async def _fill(self) -> None:
        """Opens batches as long as there is room and the source has items."""
        while len(self._waiting) < self._room and self._again:
            indices, again = self._again.popleft()
            self._reopened += 1
            self._begin(Open(-self._reopened, indices, again, range(len(again))))
        while len(self._waiting) < self._room:
            items = await self._read()
            if not items:
                return
            if self.number in self._done_ahead:
                self._done_ahead.remove(self.number)
                self._passed(items)
            else:
                self._begin(self._opened(items))
                self._limit -= 1

    def _opened(self, items: Sequence[T]) -> Open[T, R]:
        """The batch of these items, which were read just now."""
        opened: Open[T, R] = Open(self.number, range(self.item, self.item + len(items)), items, range(len(items)))
        self._passed(items)
        return opened

    def _passed(self, items: Sequence[T]) -> None:
        self.number += 1
        self.item += len(items)

    def _begin(self, opened: Open[T, R]) -> None:
        self._open[opened.number] = opened
        self._waiting[opened.number] = self._start(opened)

    def reopen(self, indices: Sequence[int], items: Sequence[T]) -> None:
        """Has these items done once more, in batches of their own."""
        size = self._terms.batch_size
        for start in range(0, len(indices), size):
            self._again.append((indices[start : start + size], items[start : start + size]))

    async def next(self, beside: Durable[Any] | None = None, *, more: bool = True) -> Sequence[BatchResult[R]] | None:
        """The batches that are finished first, of those open and, with `more`, of those there is room for: mostly one, none
        at the end. None (no sequence) when `beside` was done first.
        """
        if more:
            if self._quick >= QUICK_BATCHES and not self._open and not self._done_ahead:
                return await self._in_a_row()
            await self._fill()
        while self._waiting:
            alone = len(self._waiting) == 1 and beside is None
            waiting = self._waiting if beside is None else {**self._waiting, _BESIDE: beside}
            number = next(iter(self._waiting)) if alone else await self._ctx.first(waiting)
            if number == _BESIDE:
                return None
            outcome = await self._waiting[number]
            del self._waiting[number]  # not before: a cancel may find it waiting
            finished = self._took(self._open[number], outcome)
            if finished is not None:
                del self._open[number]
                return (finished,)
        return ()

    async def _in_a_row(self) -> Sequence[BatchResult[R]]:
        """The next batches from the source to their end, one after the other in one step, as long as none waits and each
        succeeds; one that does not gets a place in the window. Just one if somebody looks at each.
        """
        await self._take_turns()
        if not (items := await self._read()):
            return ()
        terms = self._terms
        more = _nothing_more if self.one_by_one or self._source.at_hand is None else self._read_on
        span: Span[T, R] = Span(terms.call, self.number, self.item, items, more, terms.keep_results)
        call = span.go if self._quick == math.inf else partial(noting, self._waits, span.go)
        outcome = await self._ctx.step(span.key, call, policy=self._policy_now(), returns=terms.outcome_type)
        self.number, self.item = span.number, span.first
        if not span.items:
            return span.finished
        opened = self._opened(span.items)
        self._open[opened.number] = opened
        finished = self._took(opened, outcome)
        if finished is not None:
            del self._open[opened.number]
            span.finished.append(finished)
        return span.finished or await self.next(more=False) or ()

    def _read_on(self) -> Sequence[T]:
        """The items of a further batch of a span, none where it is to end."""
        if self.stopped or self._quick < QUICK_BATCHES or (self._deadline != math.inf and self.late):
            return ()
        return self._read_at_hand()

    async def _take_turns(self) -> None:
        """Gives others the event loop now and then: batches that never wait would hold it to the end."""
        now = monotonic()
        if now >= self._turn_over:
            self._turn_over = now + LONGEST
            await asyncio.sleep(0)

    async def drain(self) -> AsyncIterator[BatchResult[R]]:
        """After a cancel: what runs is waited for, what rests before another try is finished as it is."""
        for number, opened in list(self._open.items()):
            if opened.resting:
                self._ctx.drop(self._waiting.pop(number), "the operation was cancelled")
                yield self._finished(self._open.pop(number))
        while self._waiting:
            number, durable = self._waiting.popitem()
            yield self._finished(self._noted(self._open.pop(number), await durable))

    def _start(self, opened: Open[T, R]) -> Durable[Any]:
        terms = self._terms
        whole = len(opened.left) == len(opened.items)
        items = opened.items if whole else [opened.items[place] for place in opened.left]
        indices = opened.indices if whole else [opened.indices[place] for place in opened.left]
        call = self._call(items, indices, Batch(opened.number, opened.indices[0], opened.tries))
        call = self.pace.kept(call, len(items), in_loop=is_async(terms.call))
        return self._ctx.step(opened.key, call, policy=self._policy_now(), returns=terms.outcome_type)

    def _call(self, items: Sequence[T], indices: Sequence[int], batch: Batch) -> Callable[[], Any]:
        terms = self._terms
        if not 0 <= self._quick < math.inf:
            return partial(terms.call, items, indices, batch, terms.keep_results)
        self._quick += 1
        return partial(self._noting, self._waits, terms.call, items, indices, batch, terms.keep_results)

    def _policy_now(self) -> StepPolicy:
        """With no more time than is left."""
        if self._deadline == math.inf:
            return self._policy
        return replace(self._policy, timeout=max(0.001, self._deadline - self._ctx.elapsed))

    def _took(self, opened: Open[T, R], outcome: Any) -> BatchResult[R] | None:
        """Notes what a try or a rest came to; None when the batch goes on, with another try or a rest before it."""
        if opened.resting:
            opened.resting = False
            self._waiting[opened.number] = self._start(opened)
            return None
        self._noted(opened, outcome)
        if opened.left and self._terms.retry_items and opened.tries < self._terms.attempts and not self.late:
            opened.tries += 1
            self._waiting[opened.number] = self._rest(opened)
            return None
        return self._finished(opened)

    @staticmethod
    def _noted(opened: Open[T, R], outcome: Result[BatchOutcome[R], StepError]) -> Open[T, R]:
        match outcome:
            case Ok(came_to):
                opened.add(came_to)
            case Err(error):
                opened.repeats += error.attempts - 1
                opened.failures = [ItemFailure(opened.indices[p], error.type, error.message) for p in opened.left]
        return opened

    @staticmethod
    def _finished(opened: Open[T, R]) -> BatchResult[R]:
        succeeded = len(opened.items) - len(opened.failures)
        return BatchResult(
            opened.number,
            opened.indices[0],
            succeeded,
            opened.results,
            opened.failures,
            opened.seconds,
            opened.tries + opened.repeats,
        )

    def _rest(self, opened: Open[T, R]) -> Durable[Any]:
        pause = self._terms.backoff.delay(opened.tries - 1, self._chance)
        if pause <= 0:
            return self._start(opened)
        opened.resting = True
        return self._ctx.sleep(f"{opened.key}/pause", timedelta(seconds=pause))


def _nothing_more() -> tuple[()]:
    return ()


def _noting(waits: Callable[[], None], call: Callable[..., Any], *arguments: Any) -> Any:
    """For a call that is not async, but may turn out to give something to wait for."""
    given = call(*arguments)
    if hasattr(given, "__await__"):
        waits()
    return given
