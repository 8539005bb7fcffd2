"""History: what the journal holds of the current generation, put in order for replay.

Outcomes are handed to the model strictly in the order of the journal, one at a time, to whichever sequence waits for
them. Since a durable can only be made in answer to outcomes that came before its own, this order makes every race of the
live run come out the same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lexiconsole.durable.driven import Driven
from lexiconsole.durable.entry import ACTS, ENDINGS, OUTCOMES, Entry, EntryKind
from lexiconsole.types import Instant, Json, JsonObject

__all__ = ["History", "KeyRecord", "Signal", "edits_of"]

_OPENERS = frozenset({EntryKind.STARTED, EntryKind.ASKED, EntryKind.SLEEPING, EntryKind.CHILD_STARTED})
_ATTEMPTS = frozenset({EntryKind.STARTED, EntryKind.ATTEMPT_FAILED, EntryKind.DOUBTED, EntryKind.CHILD_STARTED})
_RESULT_FIELD = {EntryKind.DECIDED: "value", EntryKind.ANSWERED: "value", EntryKind.RECEIVED: "payload"}


@dataclass(slots=True)
class KeyRecord:
    """What is known of one key besides its outcome.

    `attempt` is the highest number ever used, voided ones included, `spent` counts the failed attempts that still stand,
    `unknown` tells that one of them may have taken effect. `acts` is what people did to a question since it was asked.
    """

    opened: Entry | None = None
    attempt: int = 0
    spent: int = 0
    unknown: bool = False
    retry_at: Instant | None = None
    doubt: Entry | None = None
    error: dict[str, Any] | None = None
    dropped: bool = False
    ended: bool = False
    tried_here: bool = False
    """Begun by this run itself, not by the one it was forked from."""
    acts: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal that came; `seq` is 0 for one that a renewal carried over."""

    name: str
    payload: Json
    seq: int = 0


@dataclass(slots=True)
class History:
    """`events` are the outcomes and the cancel, in order; `records` what else is known by key."""

    events: list[Entry] = field(default_factory=list)
    records: dict[str, KeyRecord] = field(default_factory=dict)
    signals: list[Signal] = field(default_factory=list)
    taken: dict[str, Signal] = field(default_factory=dict)
    """By the key of the `receive` that took it."""
    voided: frozenset[int] = frozenset()
    input: Json = None
    state: Json = None
    generation: int = 0
    last_seq: int = 0
    copied: int = 0
    """The last seq taken over from the run that this one was forked from."""
    paused: bool = False
    patches: dict[str, JsonObject] = field(default_factory=dict)
    """What operators put into the state of a graph, by the key of the node behind which they did."""
    driven: Driven = field(default_factory=Driven)
    clean: bool = True
    """Nothing can have been in flight when it was last put down: it is new, it was parked, or it had ended."""

    @property
    def new(self) -> bool:
        """Nothing to replay, and nothing that an earlier process may have begun."""
        return self.clean and not self.events and not self.records

    @classmethod
    def of(cls, entries: Sequence[Entry], *, also_void: Iterable[int] = (), copied: int = 0) -> History:
        """Folds `run.created` and the entries since the last renewal.

        `also_void` tries out a retry. In a fork, `copied` is the last seq taken over from its origin: an effect that must
        not be repeated and that the origin had begun stays begun, other attempts that the
        origin had not finished there are the origin's own business, and votes were cast on what the origin showed.
        """
        self = cls(copied=copied)
        voided = set(also_void)
        for entry in entries:
            if "voids" in entry.data:
                voided.update(entry.data["voids"])  # type: ignore[arg-type]
        self.voided = frozenset(voided)
        edits: dict[int, Json] = {}
        for key, data in edits_of([entry for entry in entries if entry.seq not in voided], copied):
            self._edit(key, data, edits)
        for entry in entries:
            if entry.seq > copied and not also_void:
                self.driven.take(entry)
            if entry.seq <= copied and entry.kind in _ATTEMPTS:
                self._take_over(entry)
            elif entry.seq > copied or entry.kind not in ACTS:
                self._take(entry, edits)
        return self

    def _edit(self, key: str, data: JsonObject, edits: dict[int, Json]) -> None:
        patch = data.get("patch")
        if isinstance(patch, dict):
            self.patches[key] = {**self.patches.get(key, {}), **patch}
        else:
            edits[data["target"]] = data["value"]  # type: ignore[index]

    def record(self, key: str) -> KeyRecord:
        found = self.records.get(key)
        if found is None:
            found = self.records[key] = KeyRecord()
        return found

    def _take(self, entry: Entry, edits: dict[int, Json]) -> None:
        kind = entry.kind
        self.last_seq = entry.seq
        self.clean = kind is EntryKind.PARKED or kind in ENDINGS
        if entry.seq in self.voided:
            if entry.key:
                record = self.record(entry.key)
                record.attempt = max(record.attempt, entry.attempt)
        elif kind in OUTCOMES or (kind is EntryKind.RESOLVED and entry.data["how"] != "again"):
            self.events.append(_edited(entry, edits) if entry.seq in edits else entry)
            if entry.key in self.records:
                self.records[entry.key].ended = True
            if kind is EntryKind.RECEIVED:
                self._consume(entry)
        elif entry.key:
            self._take_keyed(entry)
        else:
            self._take_run(entry, edits)

    def _take_run(self, entry: Entry, edits: dict[int, Json]) -> None:
        """An entry about the whole run."""
        data = entry.data
        match entry.kind:
            case EntryKind.CREATED:
                self.input = edits.get(entry.seq, data.get("input"))
            case EntryKind.RENEWED:
                self.events.clear()
                self.records.clear()
                self.taken.clear()
                self.state, self.generation = data.get("state"), int(str(data["generation"]))
                self.signals = [Signal(name, payload) for name, payload in _carried(data.get("signals"))]
            case EntryKind.CANCEL:
                self.events.append(entry)
                self.paused = False
            case EntryKind.SIGNALLED:
                self.signals.append(Signal(str(data["name"]), data.get("payload"), entry.seq))
            case EntryKind.PAUSED | EntryKind.RESUMED:
                self.paused = entry.kind is EntryKind.PAUSED
            case _:
                pass

    def _take_over(self, entry: Entry) -> None:
        """An attempt of the run that this one was forked from: all that counts is what it may have done for good."""
        if entry.seq in self.voided:
            return
        if entry.kind is EntryKind.DOUBTED or entry.data.get("intent"):
            self._take_keyed(entry)
        elif entry.kind is EntryKind.ATTEMPT_FAILED and entry.key in self.records:
            self.records[entry.key].opened = None

    def add(self, entry: Entry) -> None:
        """Takes one more entry while the run is live."""
        self._take(entry, {})

    def _take_keyed(self, entry: Entry) -> None:
        record = self.record(entry.key)
        record.attempt = max(record.attempt, entry.attempt)
        match entry.kind:
            case kind if kind in _OPENERS:
                record.opened = entry
                record.retry_at = None
                record.tried_here = entry.seq > self.copied
                record.acts = ()
            case kind if kind in ACTS:
                record.acts = (*record.acts, entry)
            case EntryKind.ATTEMPT_FAILED:
                record.spent += 1
                record.opened = None
                record.error = entry.data["error"]  # type: ignore[assignment]
                record.unknown = record.unknown or bool(record.error and record.error.get("unknown"))
                record.retry_at = entry.data.get("retry_at")  # type: ignore[assignment]
            case EntryKind.DOUBTED:
                record.doubt, record.opened = entry, None
            case EntryKind.RESOLVED:  # again
                record.doubt, record.opened, record.retry_at, record.spent = None, None, None, 0
                record.unknown = False  # whoever says so has looked: it did not happen
            case EntryKind.RETRIED:
                record.retry_at = None
            case EntryKind.DROPPED:
                record.dropped = True
                self.give_back(entry.key)
            case _:
                pass

    def _consume(self, entry: Entry) -> None:
        wanted, name, payload = entry.data.get("signal", 0), entry.data.get("name"), entry.data.get("payload")
        for signal in self.signals:
            if signal.seq == wanted and (wanted or (name in (None, signal.name) and signal.payload == payload)):
                self.take_signal(entry.key, signal)
                return

    def take_signal(self, key: str, signal: Signal) -> None:
        self.signals.remove(signal)
        self.taken[key] = signal

    def give_back(self, key: str) -> None:
        """A `receive` that was dropped after it took its signal, but before the model saw it, leaves it to the next one."""
        signal = self.taken.pop(key, None)
        if signal is not None:
            later = (n for n, other in enumerate(self.signals) if other.seq > signal.seq)
            self.signals.insert(0 if not signal.seq else next(later, len(self.signals)), signal)


def _carried(signals: Json) -> Iterator[tuple[str, Json]]:
    """The signals that a renewal took along."""
    for signal in signals if isinstance(signals, list) else ():
        if isinstance(signal, dict):
            yield str(signal["name"]), signal["payload"]


def edits_of(entries: Sequence[Entry], copied: int) -> list[tuple[str, JsonObject]]:
    """Key and data of every edit, those that count more behind the others: what a fork was made with counts more than what
    its origin had edited, its own input too, and less than what it edits itself.
    """
    edits = [entry for entry in entries if entry.kind is EntryKind.EDITED]
    taken_over = [(e.key, e.data) for e in edits if e.seq <= copied and e.data["target"] != 1]
    made_with: Any = entries[0].data.get("edits", ()) if entries and copied else ()
    return [
        *taken_over,
        *((edit["key"], edit) for edit in made_with),
        *((e.key, e.data) for e in edits if e.seq > copied),
    ]


def _edited(entry: Entry, edits: dict[int, Json]) -> Entry:
    name = _RESULT_FIELD.get(entry.kind, "result")
    kind = EntryKind.DONE if entry.kind is EntryKind.STEP_FAILED else entry.kind
    kept = {k: v for k, v in entry.data.items() if k != "error"}
    return entry._replace(kind=kind, data={**kept, name: edits[entry.seq]})
