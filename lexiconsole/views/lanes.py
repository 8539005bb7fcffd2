"""A saga as two lanes: what was done, downwards, and what undoes it, upwards, newest first. A pure fold of its entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lexiconsole.durable.addresses import idempotency_key
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.migrated import former_keys, outline_of_now
from lexiconsole.durable.outline import NodeKind, Outline
from lexiconsole.runtime.origin import inherited_keys
from lexiconsole.types import Instant, Json, JsonObject, RunStatus
from lexiconsole.views.key_parts import repaired_key
from lexiconsole.views.story import Row, Story
from lexiconsole.views.telling import Telling
from lexiconsole.views.words import StepState

__all__ = ["Lanes", "LanesFold", "Need", "Passage", "Undoing", "lanes_of"]


class Need(StrEnum):
    """How it stands with undoing a step."""

    NONE = "nothing to undo"  # read-only, or without a compensation
    FINAL = "cannot be undone"  # the pivot, and what comes behind it
    NOT_YET = "in effect"  # it took effect, and the saga goes forward
    NOT_DONE = "not reached"  # it never took effect
    DUE = "to be undone"
    NOW = "being undone"
    DONE = "undone"
    GAVE_UP = "not undone"  # its compensation gave up; somebody must say how to go on
    LEFT = "left as it is"  # somebody decided so


@dataclass(frozen=True, slots=True)
class Undoing:
    """The compensation of one step. `order` is its place in the unwinding, 1 for the first, 0 when it has none.

    `tries` counts all, over visits; `task` is the key of the open question about it, `error` why it failed last.
    """

    need: Need
    key: str = ""
    order: int = 0
    row: Row | None = None
    tries: int = 0
    took: float | None = None
    until: Instant | None = None
    error: JsonObject | None = None
    task: str = ""
    by_hand: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One step of the saga with what undoes it. `group` names the parallel group it is in, `idempotency` its key of effect,
    `former` what it was called before the run was migrated.

    `took` is the time from its first sign to its outcome, None when it was not measured.
    """

    number: int
    key: str
    group: str
    state: StepState
    undo: Undoing
    row: Row | None = None
    tries: int = 0
    took: float | None = None
    until: Instant | None = None
    effect: Json = None
    error: JsonObject | None = None
    former: str = ""
    idempotency: str = ""
    undo_idempotency: str = ""
    pivot: bool = False
    read_only: bool = False
    turned_here: bool = False

    @property
    def in_effect(self) -> bool:
        """It took effect and has not been undone; also when only nobody knows that it did not."""
        return self.undo.need in (Need.NOT_YET, Need.DUE, Need.NOW, Need.GAVE_UP, Need.LEFT)


@dataclass(frozen=True, slots=True)
class Lanes:
    """`turned_at` is None while the saga goes forward; `path` is the way of its token: indices into the steps, each with
    whether it is there forward (False) or on the way back (True).
    """

    run_id: str
    name: str
    status: RunStatus
    steps: tuple[Passage, ...] = ()
    turned: bool = False
    turned_at: Instant | None = None
    story: Story = field(default_factory=Story)
    path: tuple[tuple[int, bool], ...] = ()

    @property
    def unwinding(self) -> tuple[Passage, ...]:
        """The steps that are to be undone or were, the first to be undone first."""
        return tuple(sorted((step for step in self.steps if step.undo.order), key=lambda step: step.undo.order))

    @property
    def undone(self) -> tuple[Passage, ...]:
        """What was undone, in the order in which that happened."""
        came = {key: place for place, key in enumerate(self.story.undone)}
        done = [step for step in self.unwinding if step.undo.need is Need.DONE]
        return tuple(sorted(done, key=lambda step: came.get(step.key, len(came))))

    @property
    def newest_first(self) -> bool:
        """Whether it was; what gave up and was tried once more, or was undone by hand, came out of its turn."""
        orders = [step.undo.order for step in self.undone]
        return orders == sorted(orders)

    @property
    def left(self) -> tuple[Passage, ...]:
        """What is still in effect although it is to be undone, in the order of the unwinding."""
        return tuple(step for step in self.unwinding if step.in_effect)

    @property
    def may_turn(self) -> bool:
        """Whether what took effect can still be undone: it goes on, and has not passed its pivot."""
        passed = any(step.pivot and step.state in (StepState.DONE, StepState.BY_HAND) for step in self.steps)
        return not self.status.ended and not passed

    @property
    def failure(self) -> Passage | None:
        """The step at which it turned, or that holds it up now."""
        at = [step for step in self.steps if step.turned_here]
        stuck = [step for step in self.steps if step.state in (StepState.FAILED, StepState.DOUBTFUL)]
        return next(iter((*at, *stuck)), None)


def lanes_of(entries: Sequence[Entry], outline: Outline) -> Lanes:
    """The lanes as the entries leave them; those of a prefix as they stood then."""
    fold = LanesFold(outline_of_now(outline, entries))
    for entry in entries:
        fold.add(entry)
    return fold.lanes


class LanesFold:
    """Lanes that grow by one entry at a time, in the order of their seq."""

    def __init__(self, outline: Outline) -> None:
        self._outline, self._telling = outline, Telling()
        self._entries: list[Entry] = []
        self._passed: set[str] = set()
        self._lanes: Lanes | None = Lanes("", "", RunStatus.PENDING)

    @property
    def seen(self) -> int:
        """How many entries it took in."""
        return len(self._entries)

    @property
    def seq(self) -> int:
        """That of the last entry taken in, 0 before there is any."""
        return self._telling.seq

    def add(self, entry: Entry) -> bool:
        """Takes the entry in; says whether it takes the token one stop further."""
        self._telling.take(entry)
        self._entries.append(entry)
        self._lanes = None
        row = self._telling.row(entry.key) if entry.key else None
        if row is None or not (row.undoes or (_is_forward(row) and row.state in _REACHED)):
            return False
        stop = f"undo/{row.undoes}" if row.undoes else row.key
        new = stop not in self._passed
        self._passed.add(stop)
        return new

    def branch(self) -> LanesFold:
        """One that has taken in the same entries and goes on by itself."""
        other = LanesFold(self._outline)
        other._telling, other._lanes = self._telling.branch(), self._lanes
        other._entries, other._passed = list(self._entries), set(self._passed)
        return other

    @property
    def lanes(self) -> Lanes:
        """As they stand; a value of its own, made when it is asked for."""
        if self._lanes is None:
            self._lanes = _Reader(self._telling.story, self._entries, self._outline).lanes()
        return self._lanes


def _is_forward(row: Row) -> bool:
    """Whether it is a step on the way forward, on its first visit."""
    return not row.undoes and not repaired_key(row.key) and row.kind == "step" and "#" not in row.key


class _Reader:
    """Reads one saga: its story, its outline, and what ties a step to its compensation."""

    def __init__(self, story: Story, entries: Sequence[Entry], outline: Outline) -> None:
        self.story = story
        self._inherited, self._former = inherited_keys(entries[0], entries), former_keys(entries)
        self._rows = {row.key: row for row in story.rows}
        self._visits: dict[str, list[Row]] = defaultdict(list)
        self._undos: dict[str, list[Row]] = defaultdict(list)
        self._questions: dict[str, list[Row]] = defaultdict(list)
        for row in story.rows:
            self._visits[row.key.partition("#")[0]].append(row)
            if row.undoes:
                self._undos[row.undoes].append(row)
            if repaired := repaired_key(row.key):
                self._questions[repaired].append(row)
        nodes = [node for node in outline.nodes if node.kind is not NodeKind.PARALLEL and node.lane != "undo"]
        self._groups = {node.key: node.parent for node in nodes}
        self._labels = {node.key: node.label for node in nodes}
        self._undoable = {node.key for node in outline.nodes if node.lane == "undo"}
        known = [node.key for node in nodes]
        seen = [row.key for row in self.story.rows if _is_forward(row) and row.key not in self._groups]
        migrated = any(entry.kind is EntryKind.MIGRATED for entry in entries)
        self._keys = [*known, *seen] if migrated or not known else known  # a new version may have steps of its own
        pivots = [place for place, key in enumerate(self._keys) if self._marked(key, "pivot")]
        self._pivot = pivots[0] if pivots else len(self._keys)
        self._back = self.story.turned or self._turning()

    def lanes(self) -> Lanes:
        orders = self._orders()
        steps = tuple(self._passage(place, key, orders.get(key, 0)) for place, key in enumerate(self._keys))
        return Lanes(
            self.story.run_id,
            self.story.name,
            self.story.status,
            steps,
            self._back,
            self._turned_at(),
            self.story,
            _path(steps, self._back),
        )

    def _marked(self, key: str, word: str) -> bool:
        return self._labels.get(key, "").endswith(f"({word})")

    def _turning(self) -> bool:
        """It failed and has something to undo, even when no compensation has begun yet."""
        return self.story.status is RunStatus.COMPENSATING or any(row.undoes for row in self.story.rows)

    def _turned_at(self) -> Instant | None:
        if not self._back:
            return None
        starts = [row.began_at for row in self.story.rows if row.undoes]
        failed = self._rows.get(self.story.turned_at)
        if failed is not None and failed.ended_at is not None:
            return failed.ended_at
        return min(starts, default=None)

    def _took_effect(self, key: str) -> bool:
        row = self._forward(key)
        if row is None:
            return False
        if row.state in (StepState.DONE, StepState.BY_HAND, StepState.SKIPPED):
            return True
        return row.state is StepState.FAILED and bool((row.error or {}).get("unknown"))

    def _forward(self, key: str) -> Row | None:
        """The row of a step; beyond the pivot the last visit counts."""
        return max(self._visits[key], key=lambda row: row.revision, default=None)

    def _orders(self) -> dict[str, int]:
        """The unwinding: newest first, those that have something to undo; nothing while it goes forward."""
        if not self._back:
            return {}
        back = [key for key in reversed(self._keys) if self._took_effect(key) and self._needs_undo(key)]
        return {key: place for place, key in enumerate(back, 1)}

    def _needs_undo(self, key: str) -> bool:
        unknown = self._rows[key].state is StepState.FAILED if key in self._rows else False
        return f"undo/{key}" in self._undoable or bool(self._undos[key]) or unknown

    def _passage(self, place: int, key: str, order: int) -> Passage:
        row = self._forward(key)
        state = StepState.NOT_REACHED if row is None and (self._back or self.story.ended) else StepState.PENDING
        tries = sum(1 for attempt in row.attempts if not attempt.voided) if row is not None else 0
        return Passage(
            number=place + 1,
            key=key,
            group=self._groups.get(key, ""),
            state=state if row is None else row.state,
            undo=self._undoing(place, key, order),
            row=row,
            tries=tries,
            took=_took(row),
            until=row.until if row is not None else None,
            effect=row.result if row is not None else None,
            error=row.error if row is not None else None,
            former=former if (former := self._former.get(key, "")) and "~" not in former else "",
            idempotency=self._idempotency(key),
            undo_idempotency=self._idempotency(f"undo/{key}"),
            pivot=place == self._pivot,
            read_only=self._marked(key, "read-only"),
            turned_here=self._back and key == self.story.turned_at,
        )

    def _idempotency(self, key: str) -> str:
        sent = self._former.get(key, key)
        return self._inherited.get(key) or idempotency_key(self.story.run_id, self.story.generation, sent)

    def _undoing(self, place: int, key: str, order: int) -> Undoing:
        rows = self._undos[key]
        last = max(rows, key=lambda row: row.revision, default=None)
        question = self._question(key)
        need = self._need(place, key, last, question)
        said: Any = question.result if question is not None else None
        return Undoing(
            need,
            key=f"undo/{key}" if f"undo/{key}" in self._undoable or rows else "",
            order=order,
            row=last,
            tries=sum(len(row.attempts) for row in rows),
            took=_took(last),
            until=last.until if last is not None else None,
            error=last.error if last is not None else None,
            task=question.key if question is not None and question.state is StepState.WAITING else "",
            by_hand=isinstance(said, dict) and said.get("how") == "done",
            said=str(said.get("reason", "")) if isinstance(said, dict) else "",
        )

    def _question(self, key: str) -> Row | None:
        return max(self._questions[key], key=lambda row: row.first_seq, default=None)

    def _need(self, place: int, key: str, last: Row | None, question: Row | None) -> Need:
        if not self._took_effect(key):
            return Need.NOT_DONE
        if place >= self._pivot and self._pivot_done():
            return Need.FINAL
        if not self._needs_undo(key):
            return Need.NONE
        if not self._back:
            return Need.NOT_YET
        if question is not None and self._settled(question) in ("done", "skip"):
            return Need.DONE if self._settled(question) == "done" else Need.LEFT
        if last is not None and last.state in (StepState.UNDONE, StepState.BY_HAND):
            return Need.DONE
        if question is not None and question.state is StepState.WAITING:
            return Need.GAVE_UP
        if last is None:
            return Need.LEFT if self.story.ended and key not in self.story.undone else _after_end(self.story, key)
        return Need.GAVE_UP if last.state is StepState.UNDO_FAILED else Need.NOW

    def _pivot_done(self) -> bool:
        return self._pivot < len(self._keys) and self._took_effect(self._keys[self._pivot])

    def _settled(self, question: Row) -> str:
        said: Any = question.result
        return str(said.get("how", "")) if question.state is not StepState.WAITING and isinstance(said, dict) else ""


def _after_end(story: Story, key: str) -> Need:
    return Need.DONE if key in story.undone else Need.DUE


def _took(row: Row | None) -> float | None:
    """From the first sign of it to its outcome; what is over before it was worth recording has no measure."""
    if row is None or row.ended_at is None or not row.attempts:
        return None
    started = row.attempts[0].started_at
    if started is None and len(row.attempts) == 1:
        return None
    return max(0.0, row.ended_at - (row.began_at if started is None else started))


_REACHED = frozenset(StepState) - {StepState.PENDING, StepState.NOT_REACHED}
_BEGUN = frozenset({Need.NOW, Need.DONE, Need.GAVE_UP, Need.LEFT})


def _path(steps: Sequence[Passage], back: bool) -> tuple[tuple[int, bool], ...]:
    """The way of the token so far: down the steps that were reached, then up those that are undone."""
    down = [(place, False) for place, step in enumerate(steps) if step.state in _REACHED]
    if not back:
        return tuple(down)
    unwound = sorted((step.undo.order, place) for place, step in enumerate(steps) if step.undo.order)
    reached = max((number for number, (_, place) in enumerate(unwound) if steps[place].undo.need in _BEGUN), default=-1)
    up = [(place, True) for _, place in unwound[: reached + 1]]
    return (*down, *up)
