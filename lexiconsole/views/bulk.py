"""What a bulk operation has come to, from the entries of its run: counts, speed, causes of failures, and each item's state."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lexiconsole.bulk.metrics import Durations
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.types import Instant
from lexiconsole.views.bulk_figures import BulkItem, BulkView, Cause, OpenBatch
from lexiconsole.views.incidents import signature
from lexiconsole.views.words import StepState

__all__ = ["BulkFold"]

_BATCH = re.compile(r"(?:^|.*/)(batch|again)/(\d+)(?:#(\d+))?(/pause)?$")
_STEER = re.compile(r"(?:^|.*/)steer(?:#\d+)?(?:/(exclude|retry|ignored))?$")
_PAUSE = 30.0
"""Seconds between two ends of batches that are no work any more, unless batches take long."""

_RECENT = 20
"""Finished batches from which the present speed is reckoned."""


@dataclass(slots=True)
class _Batch:
    key: str
    first: int
    indices: Sequence[int]
    attempt: int = 1
    since: Instant | None = None
    until: Instant | None = None
    seconds: float | None = None
    failed: set[int] = field(default_factory=set)
    tried: int = 0


class BulkFold:
    """Grows by the entries of one run, in the order of their seq; those seen before are left out."""

    def __init__(self) -> None:
        self.seq = 0
        self._terms: dict[str, Any] = {}
        self._done = self._finished = 0
        self._peak = self._longest = 0.0
        self._failed: dict[int, BulkItem] = {}
        self._excluded: dict[int, BulkItem] = {}
        self._again: deque[int] = deque()
        self._retrying: set[int] = set()
        self._open: dict[str, _Batch] = {}
        self._began: Instant | None = None
        self._ends: list[tuple[Instant, int, int]] = []  # when a batch ended, how many items it had, how many failed
        self._failed_at: dict[int, Instant] = {}
        self._signs: dict[int, str] = {}
        self._durations = Durations()
        self._known: list[_Batch] = []  # finished ones by their first item, of the source
        self._ignored = ""

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.seq > self.seq:
                self.seq = entry.seq
                self._take(entry)

    def _take(self, entry: Entry) -> None:
        if entry.kind is EntryKind.RENEWED:
            self._take_state(entry.data.get("state"))
        elif entry.kind is EntryKind.DECIDED and isinstance(entry.data.get("value"), dict | list | str):
            self._decided(entry.key, entry.data["value"], entry.at)
        elif entry.kind is EntryKind.RECEIVED and _STEER.match(entry.key):
            self._steered(entry.data.get("payload"))
        elif entry.key and (found := _BATCH.match(entry.key)):
            self._batch(entry, found)

    def _take_state(self, state: Any) -> None:
        if isinstance(state, dict) and "batch_size" in state:
            keep = ("total", "batch_size", "concurrency", "rate")
            self._terms |= {name: state[name] for name in keep if name in state}
            self._open.clear()

    def _decided(self, key: str, value: Any, at: Instant) -> None:
        if isinstance(value, dict) and key.rpartition("/")[2] == "terms" and "batch_size" in value:
            self._terms = dict(value)
            self._began = at if self._began is None else self._began
            return
        found = _STEER.match(key)
        if found is None:
            return
        if found[1] == "ignored":
            self._ignored = str(value)
        elif found[1] == "exclude" and isinstance(value, list):
            self._excluded |= {n: self._failed.pop(n) for n in value if n in self._failed}
        elif found[1] == "retry" and isinstance(value, list):
            for index in value:
                self._failed.pop(index, None)
            self._again.extend(value)
            self._retrying.update(value)

    def _steered(self, said: Any) -> None:
        self._ignored = ""
        if isinstance(said, dict):
            self._terms |= {name: said[name] for name in ("concurrency", "rate") if said.get(name) is not None}

    # batches

    def _batch(self, entry: Entry, found: re.Match[str]) -> None:
        kind, number, attempt, pause = found[1], int(found[2]), int(found[3] or 1), found[4]
        name = f"{kind}/{number}"
        batch = self._open.get(name)
        if batch is None:
            batch = self._open[name] = _Batch(name, *self._place(kind, number))
        batch.attempt = max(batch.attempt, attempt, entry.attempt)
        match entry.kind:
            case EntryKind.STARTED:
                batch.since, batch.until = entry.at, None
            case EntryKind.ATTEMPT_FAILED:
                until = entry.data.get("retry_at")
                batch.until = until if isinstance(until, int | float) else None
                self._retrying.update(batch.indices)
            case EntryKind.SLEEPING if pause:
                until = entry.data.get("until")
                batch.until = until if isinstance(until, int | float) else None
                self._retrying.update(batch.failed)
                for index in batch.failed:
                    self._failed.pop(index, None)
            case EntryKind.DONE | EntryKind.SKIPPED:
                self._ended(entry, batch, attempt)
            case EntryKind.STEP_FAILED:
                error: Any = entry.data.get("error") or {}
                wrong = [
                    {"index": n, "type": error.get("type"), "message": error.get("message")} for n in batch.indices
                ]
                self._count(entry.at, batch, 0, wrong)
            case _:
                pass

    def _place(self, kind: str, number: int) -> tuple[int, Sequence[int]]:
        size = int(self._terms.get("batch_size") or 1)
        if kind == "again":
            indices = [self._again.popleft() for _ in range(min(size, len(self._again)))]
            return (indices[0] if indices else 0), indices
        total = self._terms.get("total")
        end = (number + 1) * size
        return number * size, range(number * size, end if total is None else max(number * size, min(end, total)))

    def _ended(self, entry: Entry, batch: _Batch, attempt: int) -> None:
        outcome: Any = entry.data.get("result")
        if not isinstance(outcome, dict) or "done" not in outcome:
            return
        failures = list(outcome.get("failures") or ())
        if isinstance(outcome.get("seconds"), int | float):
            batch.seconds = (batch.seconds or 0.0) + outcome["seconds"]
        if attempt == 1 and batch.key.startswith("batch/"):
            count = outcome["done"] + len(failures)  # the last batch of a source whose length nobody knew is shorter
            batch.indices = range(batch.first, batch.first + count)
        self._count(entry.at, batch, outcome["done"], failures)

    def _count(self, at: Instant, batch: _Batch, done: int, failures: Sequence[Any]) -> None:
        self._done += done
        self._finished += 1
        self._retrying.difference_update(batch.indices)
        for index in batch.failed:
            self._failed.pop(index, None)
        batch.failed = {int(failure["index"]) for failure in failures}
        for failure in failures:
            index = int(failure["index"])
            reason, message = str(failure.get("type") or ""), str(failure.get("message") or "")
            self._failed[index] = BulkItem(
                index, StepState.FAILED, reason, message, batch.key, batch.attempt, batch.seconds
            )
            self._failed_at[index] = at
            self._signs[index] = signature(self._failed[index].error)
        first_try = batch.tried == 0
        batch.tried += 1
        self._ends.append((at, done + (len(failures) if first_try else 0), len(failures)))
        if batch.seconds is not None:
            self._durations.add(batch.seconds)
            self._longest = max(self._longest, batch.seconds)
        self._peak = max(self._peak, self._rate())
        batch.since = batch.until = None
        if batch.key.startswith("batch/") and (not self._known or self._known[-1].first <= batch.first):
            self._known.append(batch)
        elif batch.key.startswith("batch/") and batch not in self._known:
            self._known.insert(bisect_left(self._known, batch.first, key=lambda one: one.first), batch)
        if not batch.failed:
            self._open.pop(batch.key, None)

    # how it stands

    def view(self, stretches: int = 28) -> BulkView:
        """`stretches` is into how many parts the run's time is cut."""
        terms = self._terms
        open_now = [batch for batch in self._open.values() if batch.since is not None or batch.until is not None]
        size, speed, faults = self._along(stretches)
        running = sum(len(batch.indices) for batch in open_now if batch.until is None)
        return BulkView(
            total=terms.get("total"),
            done=self._done,
            failed=len(self._failed),
            excluded=len(self._excluded),
            retrying=len(self._retrying),
            running=running,
            batches=self._finished,
            batch_size=int(terms.get("batch_size") or 0),
            concurrency=terms.get("concurrency"),
            limit=terms.get("rate") or None,
            hold=bool(terms.get("hold")),
            stop_loss=terms.get("stop_loss"),
            stop_loss_after=int(terms.get("stop_loss_after") or 0),
            speed=speed,
            faults=faults,
            stretch=size,
            rate=self._rate(),
            peak=self._peak,
            p50=self._durations.percentile(0.5),
            p95=self._durations.percentile(0.95),
            p99=self._durations.percentile(0.99),
            began_at=self._began,
            last_at=self._ends[-1][0] if self._ends else None,
            causes=self._causes(),
            open=tuple(
                OpenBatch(b.key, len(b.indices), b.first, b.attempt, b.since or b.until or 0.0, b.until)
                for b in open_now
            ),
            ignored=self._ignored,
        )

    def _along(self, stretches: int) -> tuple[float, tuple[int, ...], tuple[int, ...]]:
        if not self._ends or self._began is None:
            return 0.0, (), ()
        took = max(0.001, self._ends[-1][0] - self._began)
        stretches = max(1, min(stretches, int(took / 0.05)))
        size = took / stretches
        speed, faults = [0] * stretches, [0] * stretches
        for at, items, failed in self._ends:
            place = self._stretch(at, size, stretches)
            speed[place] += items
            faults[place] += failed
        return size, tuple(speed), tuple(faults)

    def _stretch(self, at: Instant, size: float, stretches: int) -> int:
        return max(0, min(stretches - 1, int((at - (self._began or 0.0)) / size)))

    def _rate(self) -> float:
        recent = self._ends[-_RECENT - 1 :]
        if len(self._ends) <= _RECENT and self._began is not None:
            recent = [(self._began, 0, 0), *self._ends]
        recent = self._since_it_goes_on(recent)
        if len(recent) < 2 or recent[-1][0] <= recent[0][0]:
            return 0.0
        return sum(items for _, items, _ in recent[1:]) / (recent[-1][0] - recent[0][0])

    def _since_it_goes_on(self, ends: list[tuple[Instant, int, int]]) -> list[tuple[Instant, int, int]]:
        """Without what came before it held, or before nobody drove it for a while: that time says nothing of its speed."""
        for place in range(len(ends) - 1, 0, -1):
            end, took = ends[place][0], self._longest
            if end - ends[place - 1][0] > max(_PAUSE, 3 * took):
                return [(end - took, 0, 0), *ends[place:]] if took else ends[place:]
        return ends

    def _causes(self, stretches: int = 4) -> tuple[Cause, ...]:
        found: dict[str, list[BulkItem]] = {}
        for item in self._failed.values():
            found.setdefault(self._signs[item.index], []).append(item)
        wide = max(0.001, self._ends[-1][0] - self._began) / stretches if self._ends and self._began else 1.0
        causes = []
        for sign, items in found.items():
            over = [0] * stretches
            for item in items:
                over[self._stretch(self._failed_at[item.index], wide, stretches)] += 1
            places = sorted(item.index for item in items)
            causes.append(Cause(sign, min(items, key=lambda item: item.index), tuple(places), tuple(over)))
        return tuple(sorted(causes, key=lambda cause: (-len(cause.items), cause.items[0])))

    # items

    def noteworthy(self) -> list[int]:
        """The items that did not simply succeed, in order."""
        return sorted({*self._failed, *self._excluded, *self._retrying})

    def every(self) -> range:
        """All items that are known to be there."""
        last = self._known[-1] if self._known else None
        seen = 0 if last is None else last.first + len(last.indices)
        return range(max(seen, self._terms.get("total") or 0))

    def item(self, index: int) -> BulkItem:
        if index in self._failed:
            return self._failed[index]
        if index in self._excluded:
            was = self._excluded[index]
            return BulkItem(index, StepState.SKIPPED, was.type, was.message, was.batch, was.tries, was.seconds)
        batch = self._batch_of(index)
        if index in self._retrying:
            return BulkItem(index, StepState.RETRYING, batch="" if batch is None else batch.key)
        if batch is not None:
            return BulkItem(index, StepState.DONE, batch=batch.key, tries=batch.attempt, seconds=batch.seconds)
        begun = next((one for one in self._open.values() if one.since is not None and index in one.indices), None)
        return BulkItem(
            index, StepState.PENDING if begun is None else StepState.RUNNING, batch=begun.key if begun else ""
        )

    def _batch_of(self, index: int) -> _Batch | None:
        place = bisect_left(self._known, index + 1, key=lambda one: one.first) - 1
        batch = self._known[place] if place >= 0 else None
        return batch if batch is not None and index in batch.indices else None
