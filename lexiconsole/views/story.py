"""What happened to one run, as faces show it: its steps with their attempts, its undoing, what people did, how it stands.

Made from entries alone by `telling.tell`; a prefix of the entries gives the story as it stood then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from lexiconsole.types import ENDED, Instant, Json, JsonObject, RunStatus
from lexiconsole.views.words import Look, StepState

__all__ = ["Attempt", "Lane", "Moment", "Parking", "Row", "RowKind", "Story"]


class RowKind(StrEnum):
    """What sort of durable work a key stands for."""

    STEP = "step"
    DECISION = "decision"
    QUESTION = "question"
    SIGNAL = "signal"
    TIMER = "timer"
    CHILD = "child"


class Lane(StrEnum):
    """Where a moment is drawn: going forward, coming back, what people did, what happened to the run as a whole."""

    FORWARD = "forward"
    BACK = "back"
    PEOPLE = "people"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a step. `started_at` is None for a try that was over before its start was worth recording (50 ms).

    `voided` marks what an operator's retry set aside; it stays visible.
    """

    number: int
    state: StepState
    started_at: Instant | None = None
    ended_at: Instant | None = None
    error: JsonObject | None = None
    retry_at: Instant | None = None
    voided: bool = False

    @property
    def took(self) -> float | None:
        if self.started_at is None or self.ended_at is None:
            return None
        return max(0.0, self.ended_at - self.started_at)


@dataclass(frozen=True, slots=True)
class Row:
    """All that happened at one key. `revision` is the seq of the last entry there, what an act on it is bound to.

    `undoes` is the key that this one compensates, "" for everything else. `result` is the outcome's value, `error` why it
    failed or is in doubt; `text` what is asked, awaited or was said about it; `until` when a timer or question is due.
    """

    key: str
    kind: RowKind
    state: StepState
    first_seq: int
    revision: int
    began_at: Instant
    undoes: str = ""
    attempts: tuple[Attempt, ...] = ()
    ended_at: Instant | None = None
    result: Json = None
    error: JsonObject | None = None
    log: str = ""
    text: str = ""
    until: Instant | None = None
    data: JsonObject = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether something is still to come at this key."""
        return self.state in _OPEN

    @property
    def attempt(self) -> int:
        """The number of the last try, 0 for what is not tried."""
        return self.attempts[-1].number if self.attempts else 0


_OPEN = frozenset(
    {
        StepState.PENDING,
        StepState.RUNNING,
        StepState.RETRYING,
        StepState.WAITING,
        StepState.SLEEPING,
        StepState.DOUBTFUL,
        StepState.UNDOING,
    }
)


@dataclass(frozen=True, slots=True)
class Parking:
    """Why a run left memory: the status it has meanwhile, the keys it waits on, when a timer brings it back.

    `signals` says for the keys that wait for a signal which ones mean something now; `why` how its definition differs from
    what it recorded, where it stopped for that.
    """

    status: RunStatus
    on: tuple[str, ...] = ()
    wake_at: Instant | None = None
    signals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline. `took` is in seconds, None when it was not measured; `attempt` 0 for what is not tried.

    `subject` is the key or what it is about, `text` the rest of the sentence; neither is made harmless yet. `voided` is
    known only looking back: an operator's act set aside what this line tells.
    """

    seq: int
    at: Instant
    look: Look
    subject: str
    lane: Lane = Lane.FORWARD
    text: str = ""
    took: float | None = None
    attempt: int = 0
    by: str = ""
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One run as its entries tell it. `rows` are in the order in which their keys first appeared.

    `turned_at` is the key whose failure made the run turn round, "" while it goes forward or when a person turned it;
    `turned` says that it did. `undone` are the keys that were compensated, in the order in which that happened; what the run's last
    entry says of it (`undone_at_end`) counts more, because it knows what was undone by hand.
    """

    run_id: str = ""
    name: str = ""
    version: int = 0
    status: RunStatus = RunStatus.PENDING
    by: str = ""
    input: Json = None
    result: Json = None
    error: JsonObject | None = None
    created_at: Instant = 0.0
    changed_at: Instant = 0.0
    ended_at: Instant | None = None
    seq: int = 0
    generation: int = 0
    rows: tuple[Row, ...] = ()
    parking: Parking | None = None
    turned: bool = False
    turned_at: str = ""
    cancel: str | None = None
    cancelled_by: str = ""
    reason: str = ""
    origin: JsonObject | None = None
    undone_at_end: tuple[str, ...] | None = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def undone(self) -> tuple[str, ...]:
        if self.undone_at_end is not None:
            return self.undone_at_end
        back = [row for row in self.rows if row.undoes and row.state in (StepState.UNDONE, StepState.BY_HAND)]
        return tuple(row.undoes for row in sorted(back, key=lambda row: row.revision))

    @property
    def in_turn(self) -> str:
        """How what was undone was taken, as words: what was tried once more came out of its turn."""
        places = {row.key: place for place, row in enumerate(self.rows)}
        came = [places.get(key, -1) for key in self.undone]
        return "newest first" if all(one > other for one, other in pairwise(came)) else "in this order"

    def row(self, key: str) -> Row | None:
        """The row at a key, None when the run has not come there."""
        return next((row for row in self.rows if row.key == key), None)

    def took(self, now: Instant) -> float:
        """Seconds from its creation to its end, or to `now`."""
        return max(0.0, (now if self.ended_at is None else self.ended_at) - self.created_at)
