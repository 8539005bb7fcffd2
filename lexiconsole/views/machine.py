"""All runs of one state machine together: how many stand in which state and for how long, and each transition as it came."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import NodeKind, Outline
from lexiconsole.types import Instant

__all__ = ["Crossing", "Instance", "MachineFold", "Stay", "place_of"]

_VISIT = re.compile(r"#\d+$")
_EVENT = re.compile(r"event(?:#\d+)?(?:/(ignored))?$")
_LATEST = 200
"""Transitions that are remembered for the feed."""
_ENOUGH = 5
"""Stays that must have ended before one can be called long."""
_STAYS = 5_000
"""Stays in a state from which its percentiles are reckoned, the newest."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """An event that came to a run: it led from `source` to `target`, or `refused` says why it changed nothing."""

    run_id: str
    seq: int
    at: Instant
    event: str
    source: str
    target: str = ""
    by: str = ""
    refused: str = ""

    @property
    def id(self) -> str:
        return f"{self.run_id}/{self.seq}"


@dataclass(slots=True)
class Instance:
    """Where one run stands, since when, and the states it came through: (state, when it came there), oldest first."""

    run_id: str
    state: str = ""
    since: Instant = 0.0
    version: int = 0
    path: list[tuple[str, Instant]] = field(default_factory=list)
    signals: dict[int, str] = field(default_factory=dict)
    event: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """How long runs are in one state. `now` stand there; `middle` and `p95` are seconds of stays that ended, None before
    any did; `oldest` is the run that stands there longest.
    """

    state: str
    now: int
    ended: int
    middle: float | None
    p95: float | None
    oldest: Instance | None
    final: bool = False

    @property
    def id(self) -> str:
        return self.state

    def slow(self, at: Instant) -> bool:
        """Whether the oldest stands there longer than 19 of 20 did; a few stays say nothing about that."""
        known = self.oldest is not None and self.p95 is not None and not self.final and self.ended >= _ENOUGH
        return known and at - self.oldest.since > self.p95  # type: ignore[operator, union-attr]


class MachineFold:
    """Grows by the entries of all runs of a machine, in the order in which they were committed."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self._finals = {node.key for node in outline.nodes if node.kind is NodeKind.END}
        self._states = [node.key for node in outline.nodes]
        self.instances: dict[str, Instance] = {}
        self.latest: deque[Crossing] = deque(maxlen=_LATEST)
        self.used: Counter[tuple[str, str, str]] = Counter()
        self._stays: dict[str, deque[float]] = {state: deque(maxlen=_STAYS) for state in self._states}

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        one = self.instances.get(entry.run_id)
        if one is None:
            one = self.instances[entry.run_id] = Instance(entry.run_id)
        match entry.kind:
            case EntryKind.SIGNALLED:
                one.signals[entry.seq] = entry.by
            case EntryKind.RECEIVED if _EVENT.match(entry.key):
                one.event = str(entry.data.get("name", ""))
                one.by = one.signals.pop(int(str(entry.data.get("signal") or 0)), "")
            case EntryKind.DECIDED if (found := _EVENT.match(entry.key)) and found[1]:
                reason = str(entry.data.get("value", ""))
                self.latest.append(
                    Crossing(entry.run_id, entry.seq, entry.at, one.event, one.state, "", one.by, reason)
                )
            case EntryKind.DECIDED:
                self._entered(entry, one)
            case _:
                pass

    def _entered(self, entry: Entry, one: Instance) -> None:
        state, said = _VISIT.sub("", entry.key), entry.data.get("value")
        if state not in self._stays or not isinstance(said, dict) or "version" not in said:
            return
        one.version = int(str(said["version"]))
        if "event" not in said:  # the first state, or where a new generation goes on
            if one.state != state:
                one.state, one.since = state, entry.at
                one.path.append((state, entry.at))
            return
        event, source = str(said["event"]), str(said.get("from", ""))
        self.used[source, event, state] += 1
        if one.state:
            self._stays[one.state].append(max(0.0, entry.at - one.since))
        self.latest.append(Crossing(entry.run_id, entry.seq, entry.at, event, source, state, one.by))
        one.state, one.since = state, entry.at
        one.path.append((state, entry.at))

    # how it stands

    def counts(self) -> Mapping[str, int]:
        """Runs by state."""
        return Counter(one.state for one in self.instances.values() if one.state)

    def stays(self) -> list[Stay]:
        """Of each state with runs in it or behind it: those in which somebody waits longest first, final ones last."""
        oldest: dict[str, Instance] = {}
        counts = self.counts()
        for one in self.instances.values():
            if one.state and (one.state not in oldest or one.since < oldest[one.state].since):
                oldest[one.state] = one
        found = []
        for state in self._states:
            ended = sorted(self._stays[state])
            if counts.get(state) or ended:
                p95 = ended[min(len(ended) - 1, int(len(ended) * 0.95))] if ended else None
                middle = median(ended) if ended else None
                final = state in self._finals
                found.append(Stay(state, counts.get(state, 0), len(ended), middle, p95, oldest.get(state), final))
        return sorted(
            found, key=lambda stay: (stay.final, stay.oldest is None, stay.oldest.since if stay.oldest else 0.0)
        )

    def never_used(self) -> list[tuple[str, str, str]]:
        """Transitions as (from, event, to) that no run was ever seen to take."""
        known = ((edge.source, edge.label, edge.target) for edge in self.outline.edges)
        return [one for one in known if not self.used[one]]

    def in_state(self, state: str) -> list[Instance]:
        """Those that stand there, the one that does longest first."""
        return sorted((one for one in self.instances.values() if one.state == state), key=lambda one: one.since)


def place_of(entries: Iterable[Entry], outline: Outline) -> tuple[str, int]:
    """State and version of one run, from its own entries; ("", 0) before it entered any."""
    states = {node.key for node in outline.nodes}
    state, version = "", 0
    for entry in entries:
        said: Any = entry.data.get("value")
        name = _VISIT.sub("", entry.key)
        if entry.kind is EntryKind.DECIDED and name in states and isinstance(said, dict) and "version" in said:
            state, version = name, int(said["version"])
    return state, version
