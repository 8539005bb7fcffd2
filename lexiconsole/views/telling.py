"""The fold: entries in, a story out. `Telling` takes them one by one for live faces, `tell` takes them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lexiconsole.durable.entry import INTERVENTIONS, Entry, EntryKind
from lexiconsole.durable.migrated import renames
from lexiconsole.types import JsonObject, RunStatus
from lexiconsole.views.key_parts import undone_key
from lexiconsole.views.moments import moments
from lexiconsole.views.rows import edited, settled, voided
from lexiconsole.views.story import Moment, Parking, Row, RowKind, Story
from lexiconsole.views.words import StepState

__all__ = ["Telling", "tell", "timeline"]

_ENDINGS = {
    EntryKind.COMPLETED: RunStatus.COMPLETED,
    EntryKind.FAILED: RunStatus.FAILED,
    EntryKind.COMPENSATED: RunStatus.COMPENSATED,
    EntryKind.CANCELLED: RunStatus.CANCELLED,
}
_ROW_KINDS = frozenset(
    {
        EntryKind.STARTED,
        EntryKind.ATTEMPT_FAILED,
        EntryKind.DONE,
        EntryKind.STEP_FAILED,
        EntryKind.DOUBTED,
        EntryKind.DECIDED,
        EntryKind.ASKED,
        EntryKind.ANSWERED,
        EntryKind.VOTED,
        EntryKind.DELEGATED,
        EntryKind.ESCALATED,
        EntryKind.RECEIVED,
        EntryKind.SLEEPING,
        EntryKind.WOKE,
        EntryKind.CHILD_STARTED,
        EntryKind.CHILD_ENDED,
        EntryKind.DROPPED,
        EntryKind.SKIPPED,
        EntryKind.RESOLVED,
    }
)

_TOLD_OF_COPIES = frozenset({EntryKind.EDITED, EntryKind.RENEWED})


class Telling:
    """A story that grows by one entry at a time. Entries come in the order of their seq; one seen before is ignored."""

    def __init__(self) -> None:
        self._story = Story()
        self._seq, self._at = 0, 0.0
        self._rows: dict[str, Row] = {}
        self._keys: dict[int, str] = {}
        self._copied = 0
        self._made_with: dict[int, Any] = {}
        self._asked_to_go_on = False

    def add(self, entry: Entry) -> tuple[Moment, ...]:
        """Takes the entry in; gives the timeline's lines that it makes, often one, sometimes none."""
        if entry.seq <= self._seq:
            return ()
        before, asked = self._story, self._asked_to_go_on
        self.take(entry)
        if entry.kind is EntryKind.OWNED and asked:
            return ()  # somebody just asked for that
        return moments(entry, before, self._story, self._rows.get(entry.key))

    def take(self, entry: Entry) -> None:
        """Takes the entry in without making lines of it."""
        if entry.seq <= self._seq:
            return
        self._seq, self._at = entry.seq, entry.at
        if "voids" in entry.data:
            self._void(_seqs(entry.data["voids"]), but=entry.key if entry.kind in _ROW_KINDS else "")
        self._asked_to_go_on = entry.kind in INTERVENTIONS
        self._tell_run(entry)
        if entry.kind in _ROW_KINDS:
            self._tell_row(entry)

    @property
    def story(self) -> Story:
        """The story so far; a value of its own that later entries do not change."""
        return replace(self._story, seq=self._seq, changed_at=self._at, rows=tuple(self._rows.values()))

    def branch(self) -> Telling:
        """One that has taken in the same entries and goes on by itself."""
        other = Telling()
        other._story, other._seq, other._at = self._story, self._seq, self._at
        other._rows, other._keys, other._made_with = dict(self._rows), dict(self._keys), dict(self._made_with)
        other._copied, other._asked_to_go_on = self._copied, self._asked_to_go_on
        return other

    def row(self, key: str) -> Row | None:
        """The row at a key as it stands now; cheaper than the whole story."""
        return self._rows.get(key)

    @property
    def seq(self) -> int:
        """That of the last entry taken in."""
        return self._seq

    @property
    def turned(self) -> bool:
        """Whether the run has turned round."""
        return self._story.turned

    def _tell_run(self, entry: Entry) -> None:
        data: dict[str, Any] = entry.data
        if entry.seq <= self._copied and entry.kind not in _TOLD_OF_COPIES:
            return  # how the origin stood there says nothing about its fork
        match entry.kind:
            case EntryKind.CREATED:
                self._change(
                    run_id=entry.run_id,
                    name=data.get("definition", ""),
                    version=data.get("version", 1),
                    by=entry.by or data.get("by", ""),
                    input=data.get("input"),
                    created_at=entry.at,
                    origin=data.get("origin"),
                )
                origin = _object(data.get("origin")) or {}
                self._copied = int(str(origin.get("seq", 0)))
                self._made_with = {edit["target"]: edit["value"] for edit in data.get("edits", ()) if "value" in edit}
            case EntryKind.OWNED | EntryKind.RESUMED:
                self._change(status=self._moving(), parking=None)
            case EntryKind.PARKED:
                status = RunStatus(data.get("status", RunStatus.WAITING))
                on, signals = tuple(data.get("on", ())), _signals(data.get("signals", {}))
                self._change(
                    status=status, parking=Parking(status, on, data.get("wake_at"), signals, data.get("why", ""))
                )
            case EntryKind.PAUSED:
                self._change(reason=data.get("reason", ""))
            case EntryKind.CANCEL:
                self._change(cancel=data.get("reason", ""), cancelled_by=entry.by, reason=data.get("reason", ""))
            case EntryKind.RENEWED:
                self._rows.clear()
                self._change(generation=data.get("generation", self._story.generation + 1), turned=False, turned_at="")
            case EntryKind.RETRIED:
                self._hurry(entry.key)
                self._change(
                    status=self._moving(),
                    parking=None,
                    ended_at=None,
                    error=None,
                    result=None,
                    cancel=None,
                    undone_at_end=None,
                )
            case EntryKind.EDITED:
                self._edit(entry)
            case EntryKind.MIGRATED:
                self._migrate(entry)
            case EntryKind.COMPLETED | EntryKind.FAILED | EntryKind.COMPENSATED | EntryKind.CANCELLED:
                self._end(entry, _ENDINGS[entry.kind])
            case _ if self._story.status is RunStatus.PENDING:
                self._change(status=self._moving())

    def _tell_row(self, entry: Entry) -> None:
        self._keys[entry.seq] = entry.key
        row = settled(self._rows.get(entry.key), entry)
        if entry.seq <= self._copied and entry.seq in self._made_with:
            row = edited(row, entry._replace(data={"value": self._made_with[entry.seq]}))
        if row.undoes and not self._story.turned and row.kind is not RowKind.QUESTION:
            self._change(turned=True, turned_at=self._failed_forward(), status=RunStatus.COMPENSATING)
        elif self._story.parking is not None and entry.kind is not EntryKind.DOUBTED and entry.seq > self._copied:
            self._change(status=self._moving(), parking=None)
        self._rows[entry.key] = row

    def _end(self, entry: Entry, status: RunStatus) -> None:
        self._change(
            status=status,
            ended_at=entry.at,
            parking=None,
            result=entry.data.get("result"),
            error=_object(entry.data.get("error")),
            reason=str(entry.data.get("reason", self._story.reason)),
            undone_at_end=_names(entry.data.get("undone")),
        )

    def _edit(self, entry: Entry) -> None:
        if "patch" in entry.data:
            return  # the state behind it is another one, its result is not
        target: Any = entry.data.get("target")
        if entry.seq <= self._copied and (target == 1 or target in self._made_with):
            return  # the origin's; the fork was made with its own
        row = self._rows.get(entry.key or self._keys.get(target, ""))
        if row is None:
            self._change(input=entry.data.get("value"))
        else:
            self._rows[row.key] = edited(row, entry)

    def _migrate(self, entry: Entry) -> None:
        """What was there goes on under its new names, with the results that were put in."""
        names, data = renames(entry), entry.data
        self._keys = {seq: names.get(key, key) for seq, key in self._keys.items()}
        self._rows = {row.key: row for row in (_renamed(row, names) for row in self._rows.values())}
        self._change(turned_at=names.get(self._story.turned_at, self._story.turned_at), version=data.get("to"))
        if "input" in data:
            self._change(input=data["input"])
        added: Any = data.get("added", ())
        for one in added:
            self._tell_row(entry._replace(kind=EntryKind(one["kind"]), key=one["key"], data=one["data"]))

    def _hurry(self, key: str) -> None:
        """A retry that voids nothing: the next try of a step comes at once."""
        row = self._rows.get(key)
        if row is not None and row.state is StepState.RETRYING:
            self._rows[key] = replace(row, until=None, revision=self._seq)

    def _void(self, seqs: Any, but: str) -> None:
        for key in dict.fromkeys(self._keys[seq] for seq in seqs if seq in self._keys):
            if key != but and key in self._rows:
                self._rows[key] = voided(self._rows[key])

    def _failed_forward(self) -> str:
        failed = [row for row in self._rows.values() if row.state is StepState.FAILED and not row.undoes]
        return max(failed, key=lambda row: row.revision).key if failed else ""

    def _moving(self) -> RunStatus:
        return RunStatus.COMPENSATING if self._story.turned else RunStatus.RUNNING

    def _change(self, **fields: Any) -> None:
        self._story = replace(self._story, **fields)


def tell(entries: Iterable[Entry]) -> Story:
    """The story that the entries tell; a prefix tells how it stood then."""
    telling = Telling()
    for entry in entries:
        telling.take(entry)
    return telling.story


def timeline(entries: Iterable[Entry]) -> list[Moment]:
    """The run's lines in the order in which things happened; attempts, coming back and interventions apart."""
    telling, entries = Telling(), list(entries)
    voided = {seq for entry in entries for seq in _seqs(entry.data.get("voids"))}
    lines = [moment for entry in entries for moment in telling.add(entry)]
    return [replace(moment, voided=True) if moment.seq in voided else moment for moment in lines]


def _renamed(row: Row, names: dict[str, str]) -> Row:
    key = names.get(row.key, row.key)
    return row if key == row.key else replace(row, key=key, undoes=undone_key(key) if row.undoes else "")


def _seqs(value: Any) -> list[int]:
    return value if isinstance(value, list) else []


def _names(value: Any) -> tuple[str, ...] | None:
    """Keys that were undone; an entry may name them by their compensation's key."""
    return tuple(undone_key(str(name)) or str(name) for name in value) if isinstance(value, list) else None


def _signals(waiting: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key: (names,) if isinstance(names, str) else tuple(names) for key, names in waiting.items()}


def _object(value: Any) -> JsonObject | None:
    return value if isinstance(value, dict) else None
