"""What is different between two moments: of two runs, of a run and its fork, or of one run then and now.

Both sides are told by their entries alone. Steps are put beside each other by their keys, in the order in which the first
of the two came to them; where one was only quicker than the other, that counts when people would notice it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import RunRow
from lexiconsole.durable.vault import hidden
from lexiconsole.types import Json, RunStatus
from lexiconsole.views.story import Row, RowKind, Story
from lexiconsole.views.telling import tell
from lexiconsole.views.values import error_line
from lexiconsole.views.words import RUN_LOOKS, StepState

__all__ = ["Diff", "Fact", "FactKind", "Part", "PartKind", "Side", "Sign", "compared", "side_of"]


class Sign(StrEnum):
    """How something stands on the right compared with the left."""

    SAME = " "
    GONE = "-"
    NEW = "+"
    OTHER = "~"


class FactKind(StrEnum):
    """How a value is to be read: `TIME` are seconds, `STATE` a state's word."""

    VALUE = "value"
    STATE = "state"
    ERROR = "error"
    TIME = "time"


class PartKind(StrEnum):
    DEFINITION = "definition"
    INPUT = "input"
    STEP = "step"
    STATE = "state"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Side:
    """A run up to its entry `at` of `head`. `label` is what it is called in sentences.

    `state` is that of a graph as its definition makes it of the entries; None where there is none or it is not known.
    """

    label: str
    row: RunRow
    story: Story
    at: int
    head: int
    state: Json = None

    @property
    def past(self) -> bool:
        return self.at < self.head


@dataclass(frozen=True, slots=True)
class Fact:
    """One value on both sides; None on the side that has none, as the sign says. `name` is its path within its part."""

    name: str
    sign: Sign
    left: Json = None
    right: Json = None
    kind: FactKind = FactKind.VALUE


@dataclass(frozen=True, slots=True)
class Part:
    """The input, one step, the state, or how it came out. `key` is a step's, "" otherwise.

    `left` and `right` are a step's states, None on a side that did not come to it.
    """

    kind: PartKind
    key: str
    sign: Sign
    facts: tuple[Fact, ...]
    left: StepState | None = None
    right: StepState | None = None

    @property
    def id(self) -> str:
        return f"{self.kind.value}:{self.key}"

    @property
    def title(self) -> str:
        return self.key or self.kind.value

    @property
    def differing(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.facts if fact.sign is not Sign.SAME)

    @property
    def only_slower(self) -> bool:
        """Whether time is all that differs."""
        found = self.differing
        return self.sign is Sign.OTHER and bool(found) and all(fact.kind is FactKind.TIME for fact in found)


@dataclass(frozen=True, slots=True)
class Diff:
    """`first` is the part where the two part ways, None when they are alike; one that was only slower is the last resort."""

    left: Side
    right: Side
    parts: tuple[Part, ...]

    @property
    def differing(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.sign is not Sign.SAME)

    @property
    def alike(self) -> bool:
        return not self.differing

    @property
    def first(self) -> Part | None:
        found = self.differing
        return next((part for part in found if not part.only_slower), found[0] if found else None)


def side_of(label: str, row: RunRow, entries: Sequence[Entry], at: int | None = None, state: Json = None) -> Side:
    """The run as its first `at` entries tell it; as it stands now without."""
    head = entries[-1].seq if entries else 0
    if at is None or at >= head:
        return Side(label, row, replace(tell(entries), status=row.status), head, head, state)
    shown = max(1, at)
    return Side(label, row, tell(entry for entry in entries if entry.seq <= shown), shown, head, state)


def compared(left: Side, right: Side) -> Diff:
    """Everything that the two have, each with its sign."""
    one, other = left.story, right.story
    parts = [_part(PartKind.DEFINITION, "", _facts_of(_defined(left.row), _defined(right.row)))]
    parts.append(_part(PartKind.INPUT, "", tuple(_values("", one.input, other.input))))
    parts += _steps(one, other)
    if left.state is not None or right.state is not None:
        parts.append(_part(PartKind.STATE, "", tuple(_values("", left.state, right.state))))
    parts.append(_part(PartKind.OUTCOME, "", tuple(_outcome(one, other))))
    return Diff(left, right, tuple(part for part in parts if part.facts))


def _defined(row: RunRow) -> dict[str, Json]:
    return {"name": row.name, "version": row.version}


def _part(kind: PartKind, key: str, facts: tuple[Fact, ...]) -> Part:
    differs = any(fact.sign is not Sign.SAME for fact in facts)
    return Part(kind, key, Sign.OTHER if differs else Sign.SAME, facts)


# steps


def _steps(one: Story, other: Story) -> Iterator[Part]:
    left = {row.key: row for row in one.rows if not _reads_a_clock(row)}
    right = {row.key: row for row in other.rows if not _reads_a_clock(row)}
    for key in _in_order(list(left), list(right)):
        yield _step(key, left.get(key), right.get(key))


def _reads_a_clock(row: Row) -> bool:
    """What questions with a due date leave behind: never alike, and no decision."""
    return row.kind is RowKind.DECISION and row.key.endswith("/asked")


def _in_order(left: list[str], right: list[str]) -> list[str]:
    """The left ones in their order, and each that only the right has behind the one that it follows there."""
    known, behind = set(left), dict[str, list[str]]()
    last = ""
    for key in right:
        if key in known:
            last = key
        else:
            behind.setdefault(last, []).append(key)
    ordered = list(behind.get("", ()))
    for key in left:
        ordered += [key, *behind.get(key, ())]
    return ordered


def _step(key: str, left: Row | None, right: Row | None) -> Part:
    if left is None or right is None:
        sign, row = (Sign.NEW, right) if left is None else (Sign.GONE, left)
        assert row is not None
        told = [fact for fact in _told(row) if fact[1] is not None and (fact[0], fact[1]) not in _USUAL]
        facts = tuple(
            Fact(name, sign, None if left is None else value, None if right is None else value, kind)
            for name, value, kind in told
        )
        return Part(PartKind.STEP, key, sign, facts, left.state if left else None, right.state if right else None)
    facts = tuple(_pair(left, right))
    return Part(PartKind.STEP, key, _part(PartKind.STEP, key, facts).sign, facts, left.state, right.state)


_USUAL = (("tries", 1), ("took", 0.0))
"""What is not worth a line where there is nothing to compare it with."""


def _pair(left: Row, right: Row) -> Iterator[Fact]:
    """All that is known of a step on both sides; results field by field."""
    theirs = {name: value for name, value, _ in _told(right)}
    for name, value, kind in _told(left):
        other = theirs.pop(name, None)
        if kind is FactKind.TIME:
            yield from _times(name, value, other)
        elif kind is FactKind.VALUE:
            yield from _values(name, value, other)
        elif value is not None or other is not None:
            yield _fact(name, value, other, kind)
    for name, value, kind in _told(right):
        if name in theirs and value is not None:
            yield Fact(name, Sign.NEW, None, value, kind)


_OUTCOME_OF = {
    RowKind.STEP: "result",
    RowKind.CHILD: "result",
    RowKind.DECISION: "decided",
    RowKind.QUESTION: "answer",
    RowKind.SIGNAL: "received",
}


def _told(row: Row) -> Iterator[tuple[str, Json, FactKind]]:
    yield "state", row.state.value, FactKind.STATE
    yield "error", error_line(row.error, 2_000) or None, FactKind.ERROR
    if row.kind in _OUTCOME_OF:
        yield _OUTCOME_OF[row.kind], hidden(row.result), FactKind.VALUE
    if row.kind is RowKind.QUESTION:
        yield "asks", row.data.get("prompt"), FactKind.VALUE
        yield "for", row.data.get("who"), FactKind.VALUE
    if row.kind is RowKind.CHILD:
        yield "child", row.data.get("definition"), FactKind.VALUE
    if row.attempt:
        yield "tries", row.attempt, FactKind.VALUE
    if row.kind in (RowKind.STEP, RowKind.CHILD):
        yield "took", _took(row), FactKind.TIME


def _took(row: Row) -> float | None:
    """Seconds from its first entry to its end, 0 when it was over before its start was worth one; None while it is open."""
    return None if row.ended_at is None else round(max(0.0, row.ended_at - row.began_at), 3)


_NOTICED = 0.1
"""Seconds that one side must take longer, and twice as long as the other, to count."""


def _times(name: str, left: Json, right: Json) -> Iterator[Fact]:
    if isinstance(left, float) and isinstance(right, float):
        longer, shorter = max(left, right), min(left, right)
        noticed = longer - shorter >= _NOTICED and longer >= 2 * shorter
        yield Fact(name, Sign.OTHER if noticed else Sign.SAME, left, right, FactKind.TIME)


# how it came out


def _outcome(one: Story, other: Story) -> Iterator[Fact]:
    yield _fact("status", _word(one.status), _word(other.status), FactKind.STATE)
    errors = [error_line(story.error, 2_000) or None for story in (one, other)]
    if any(errors):
        yield _fact("error", errors[0], errors[1], FactKind.ERROR)
    yield from _values("result", one.result, other.result)
    yield from _values("undone", list(one.undone) or None, list(other.undone) or None)
    yield from _values("cancelled", one.cancel, other.cancel)
    took = [None if story.ended_at is None else round(story.ended_at - story.created_at, 3) for story in (one, other)]
    yield from _times("took", took[0], took[1])


def _word(status: RunStatus) -> str:
    return RUN_LOOKS[status].word


# values


def _facts_of(left: Mapping[str, Json], right: Mapping[str, Json]) -> tuple[Fact, ...]:
    return tuple(_fact(name, left[name], right[name]) for name in left)


def _fact(name: str, left: Json, right: Json, kind: FactKind = FactKind.VALUE) -> Fact:
    if left is None and right is not None:
        return Fact(name, Sign.NEW, left, right, kind)
    if right is None and left is not None:
        return Fact(name, Sign.GONE, left, right, kind)
    return Fact(name, Sign.SAME if _same(left, right) else Sign.OTHER, left, right, kind)


def _values(path: str, left: Json, right: Json) -> Iterator[Fact]:
    """Field by field as deep as both sides have fields; a field that one side lacks as a whole."""
    left, right = hidden(left), hidden(right)
    if left is None and right is None:
        return
    if isinstance(left, dict) and isinstance(right, dict) and (left or right):
        for name in dict.fromkeys((*left, *right)):
            yield from _field(f"{path}.{name}" if path else name, left, right, name)
    elif isinstance(left, list) and isinstance(right, list) and (left or right):
        for n in range(max(len(left), len(right))):
            yield from _item(f"{path}[{n}]", left[n : n + 1], right[n : n + 1])
    elif not path and (isinstance(left, dict) or isinstance(right, dict)):
        yield from (Fact(name, Sign.GONE, part, None) for name, part in _own(left).items())
        yield from (Fact(name, Sign.NEW, None, part) for name, part in _own(right).items())
    else:
        yield _fact(path or "value", left, right)


def _own(value: Json) -> Mapping[str, Json]:
    """Its fields; what has none counts as a field of its own."""
    return value if isinstance(value, dict) else {} if value is None else {"value": value}


def _field(path: str, left: Mapping[str, Json], right: Mapping[str, Json], name: str) -> Iterator[Fact]:
    if name in left and name in right:
        if left[name] is None and right[name] is None:
            yield Fact(path, Sign.SAME)
        elif left[name] is None or right[name] is None:
            yield Fact(path, Sign.OTHER, left[name], right[name])
        else:
            yield from _values(path, left[name], right[name])
    elif name in left:
        yield Fact(path, Sign.GONE, left[name], None)
    else:
        yield Fact(path, Sign.NEW, None, right[name])


def _item(path: str, left: list[Json], right: list[Json]) -> Iterator[Fact]:
    if left and right:
        yield from _field(path, {path: left[0]}, {path: right[0]}, path)
    else:
        yield Fact(path, Sign.GONE if left else Sign.NEW, left[0] if left else None, right[0] if right else None)


def _same(left: Json, right: Json) -> bool:
    """As JSON sees it: true is not 1."""
    return left == right and isinstance(left, bool) is isinstance(right, bool)
