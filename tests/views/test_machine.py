"""All runs of a machine together: who stands where, for how long, and which transitions came."""

from __future__ import annotations

from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.views.machine import MachineFold, place_of

OUTLINE = Outline(
    (
        OutlineNode("draft", NodeKind.STATE),
        OutlineNode("review", NodeKind.STATE),
        OutlineNode("done", NodeKind.END),
    ),
    (
        OutlineEdge("draft", "review", EdgeKind.EVENT, "submit"),
        OutlineEdge("review", "draft", EdgeKind.EVENT, "reject"),
        OutlineEdge("review", "done", EdgeKind.EVENT, "publish"),
    ),
)


class Told:
    def __init__(self) -> None:
        self.fold, self.entries, self._seq = MachineFold(OUTLINE), list[Entry](), dict[str, int]()

    def add(self, run: str, at: float, kind: EntryKind, key: str, by: str = "", **data: Any) -> None:
        self._seq[run] = self._seq.get(run, 1) + 1
        entry = Entry(run, self._seq[run], at, kind, key, 0, data, by)
        self.entries.append(entry)
        self.fold.add([entry])

    def begin(self, run: str, at: float) -> None:
        self.add(run, at, EntryKind.DECIDED, "draft", value={"state": "draft", "version": 0})

    def event(self, run: str, at: float, name: str, key: str = "event", by: str = "") -> None:
        self.add(run, at, EntryKind.SIGNALLED, "", by, name=name, payload=None)
        self.add(run, at, EntryKind.RECEIVED, key, name=name, payload=None, signal=self._seq[run])

    def enter(self, run: str, at: float, state: str, event: str, source: str, version: int) -> None:
        self.add(run, at, EntryKind.DECIDED, state, value={"event": event, "from": source, "version": version})


def told() -> Told:
    made = Told()
    made.begin("a", 10.0)
    made.event("a", 20.0, "submit", by="ana")
    made.enter("a", 20.0, "review", "submit", "draft", 1)
    made.begin("b", 15.0)
    return made


def test_runs_are_counted_where_they_stand() -> None:
    made = told()
    assert made.fold.counts() == {"review": 1, "draft": 1}
    assert [one.run_id for one in made.fold.in_state("draft")] == ["b"]
    assert made.fold.instances["a"].path == [("draft", 10.0), ("review", 20.0)]


def test_a_transition_names_who_sent_the_event() -> None:
    (crossing,) = told().fold.latest
    assert (crossing.source, crossing.event, crossing.target, crossing.by) == ("draft", "submit", "review", "ana")


def test_an_event_that_changed_nothing_is_told_with_the_reason() -> None:
    made = told()
    made.event("a", 30.0, "publish", "event#2", by="bob")
    made.add("a", 30.0, EntryKind.DECIDED, "event#2/can_publish", value=False)
    made.add("a", 30.0, EntryKind.DECIDED, "event#2/ignored", value="can_publish says no")
    last = made.fold.latest[-1]
    assert (last.event, last.source, last.target, last.refused, last.by) == (
        "publish",
        "review",
        "",
        "can_publish says no",
        "bob",
    )
    assert made.fold.counts()["review"] == 1


def test_stays_are_measured_and_the_longest_wait_comes_first() -> None:
    stays = told().fold.stays()
    assert [(stay.state, stay.now, stay.ended, stay.p95) for stay in stays] == [
        ("draft", 1, 1, 10.0),
        ("review", 1, 0, None),
    ]
    assert stays[0].oldest is not None and stays[0].oldest.run_id == "b"
    assert not stays[0].slow(1000.0), "one stay says nothing about what is long"


def test_it_is_slow_when_the_oldest_stands_longer_than_nearly_all_did() -> None:
    made = Told()
    for n in range(6):
        made.begin(f"r{n}", 0.0)
        made.enter(f"r{n}", 10.0, "review", "submit", "draft", 1)
    made.begin("late", 0.0)
    (draft,) = [stay for stay in made.fold.stays() if stay.state == "draft"]
    assert draft.slow(11.0) and not draft.slow(9.0)


def test_transitions_nobody_ever_took_are_named() -> None:
    assert told().fold.never_used() == [("review", "reject", "draft"), ("review", "publish", "done")]


def test_state_and_version_of_one_run_come_from_its_own_entries() -> None:
    made = told()
    assert place_of([e for e in made.entries if e.run_id == "a"], OUTLINE) == ("review", 1)
    assert place_of([], OUTLINE) == ("", 0)
