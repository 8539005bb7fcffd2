"""A diff as lines: what both did alike is folded, what differs has a heading and a line for each fact that is another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from lexiconsole.durable.journal import RunRow
from lexiconsole.types import Json
from lexiconsole.views.diff import Diff, Fact, FactKind, Part, PartKind, Side, Sign
from lexiconsole.views.durations import span
from lexiconsole.views.inspecting import Fact as Shown
from lexiconsole.views.inspecting import Tone
from lexiconsole.views.safe import harmless
from lexiconsole.views.values import brief
from lexiconsole.views.words import RUN_LOOKS, STEP_LOOKS, Look

__all__ = ["Line", "LineKind", "difference", "first_line", "lines", "moments_of", "said", "values_at"]

_QUICK = "under 50 ms"
"""Of a step that was over before its start was worth an entry."""

_LONG = 2_000


class LineKind(StrEnum):
    HEAD = "head"
    FACT = "fact"
    FOLD = "fold"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `left` and `right` are harmless, "" where a side has nothing; `opens` is what enter folds or unfolds.

    `looks` are the states to paint the two sides with. Of a fold `left` names what is in it, and `many` how much it is.
    """

    id: str
    kind: LineKind
    sign: Sign
    name: str
    left: str = ""
    right: str = ""
    looks: tuple[Look | None, Look | None] = (None, None)
    opens: str = ""
    many: int = 0
    open: bool = False


def lines(diff: Diff, opened: Collection[str] = ()) -> list[Line]:
    """All that is seen while the folds in `opened` are open, in the order of the diff's parts."""
    told: list[Line] = []
    shown = [part for part in diff.parts if part.kind is not PartKind.DEFINITION or part.sign is not Sign.SAME]
    for alike, group in groupby(shown, key=lambda part: part.sign is Sign.SAME):
        parts = list(group)
        if not alike:
            told += [line for part in parts for line in _part(part, opened)]
            continue
        fold = f"alike {parts[0].id}"
        told.append(_fold(fold, "", [part.title for part in parts], opened))
        if fold in opened:
            told += [line for part in parts for line in (_head(part), *_facts(part, part.facts))]
    return told


def first_line(told: Sequence[Line], diff: Diff) -> int:
    """The number of the line at which the two part ways, 0 when they are alike."""
    part = diff.first
    return next((n for n, line in enumerate(told) if part is not None and line.id == part.id), 0)


def _part(part: Part, opened: Collection[str]) -> Iterator[Line]:
    yield _head(part)
    own_state = part.kind is PartKind.STEP  # it stands in the heading
    differing = [fact for fact in part.differing if not (own_state and fact.kind is FactKind.STATE)]
    yield from _facts(part, differing)
    same = [fact for fact in part.facts if fact.sign is Sign.SAME]
    if same:
        fold = f"same {part.id}"
        yield _fold(fold, "  ", [fact.name for fact in same], opened)
        if fold in opened:
            yield from _facts(part, same)


def _head(part: Part) -> Line:
    looks = tuple(STEP_LOOKS[state] if state is not None else None for state in (part.left, part.right))
    words = [look.word if look is not None else "" for look in looks]
    absent = "did not come here"
    if part.sign in (Sign.NEW, Sign.GONE):
        words = [word or absent for word in words]
    return Line(part.id, LineKind.HEAD, part.sign, harmless(part.title), words[0], words[1], (looks[0], looks[1]))


def _facts(part: Part, facts: Sequence[Fact]) -> Iterator[Line]:
    for fact in facts:
        left, right = (said(value, fact.kind) for value in (fact.left, fact.right))
        both = fact.sign in (Sign.SAME, Sign.OTHER)
        yield Line(
            f"{part.id} {fact.name}",
            LineKind.FACT,
            fact.sign,
            harmless(fact.name),
            left if both or fact.sign is Sign.GONE else "",
            right if both or fact.sign is Sign.NEW else "",
            _looks(fact),
        )


def _looks(fact: Fact) -> tuple[Look | None, Look | None]:
    if fact.kind is not FactKind.STATE:
        return None, None
    return _BY_WORD.get(str(fact.left)), _BY_WORD.get(str(fact.right))


_BY_WORD = {look.word: look for look in (*STEP_LOOKS.values(), *RUN_LOOKS.values())}


def _fold(id: str, indent: str, names: Sequence[str], opened: Collection[str]) -> Line:
    listed = harmless(", ".join(names))
    return Line(id, LineKind.FOLD, Sign.SAME, indent, listed, opens=id, many=len(names), open=id in opened)


def said(value: Json, kind: FactKind = FactKind.VALUE) -> str:
    """A value for people; text without quotes, seconds as people say them."""
    if kind is FactKind.TIME and isinstance(value, (int, float)):
        return _QUICK if value == 0 else span(value)
    if value is None:
        return "nothing"
    return '""' if value == "" else brief(value, _LONG)


def values_at(diff: Diff, line: Line) -> list[Shown]:
    """All of the two values behind a line, for a pane of their own."""
    if line.kind is LineKind.FOLD:
        return [Shown("alike", line.left)]
    part = next((part for part in diff.parts if part.id == line.id), None)
    if part is not None:
        return [Shown(f"{fact.sign} {harmless(fact.name)}", _both(fact), _TONES[fact.sign]) for fact in _told(part)]
    if line.sign is Sign.SAME:
        return [Shown("both", line.left)]
    left = Shown(diff.left.label, line.left or "has none", Tone.GONE if line.left else Tone.FAINT)
    right = Shown(diff.right.label, line.right or "has none", Tone.NEW if line.right else Tone.FAINT)
    return [left, right]


_TONES = {Sign.SAME: Tone.PLAIN, Sign.NEW: Tone.NEW, Sign.GONE: Tone.GONE, Sign.OTHER: Tone.OTHER}


def _told(part: Part) -> tuple[Fact, ...]:
    return part.differing or part.facts


def _both(fact: Fact) -> str:
    left, right = said(fact.left, fact.kind), said(fact.right, fact.kind)
    return {Sign.NEW: right, Sign.OTHER: f"{left} → {right}"}.get(fact.sign, left)


# the sentences


def moments_of(left: RunRow, left_at: int | None, right: RunRow, right_at: int | None) -> tuple[str, str]:
    """What the two are called in sentences: `A` and `B`; of one run `then` and `now`, or by their entries."""
    if left.id != right.id:
        return "A", "B"
    if right_at is None and left_at is not None:
        return "then", "now"
    return f"entry {left_at or left.seq}", f"entry {right_at or right.seq}"


def difference(diff: Diff) -> str:
    """Where the two part ways, in words."""
    part, left, right = diff.first, diff.left, diff.right
    if part is None:
        return f"{_sides(left, right)} are alike"
    name = harmless(part.title)
    if part.sign in (Sign.NEW, Sign.GONE):
        side = right if part.sign is Sign.NEW else left
        return f"first difference: only {side.label} came to {name}"
    fact = _telling(part)
    if fact.kind is FactKind.STATE and part.kind is PartKind.STEP:
        error = next((one for one in part.differing if one.kind is FactKind.ERROR), None)
        why = said(error.left if error.left is not None else error.right) if error is not None else ""
        words = f"{name} is {fact.left} in {left.label}, {fact.right} in {right.label}"
        return f"first difference: {words}{': ' + why if why else ''}"
    where = name if part.kind is not PartKind.STEP else f"{name}: {harmless(fact.name)}"
    if part.kind in (PartKind.INPUT, PartKind.STATE) and fact.name != "value":
        where = f"{harmless(fact.name)} in the {name}"
    sides = [f"{said(value, fact.kind)} in {side.label}" for value, side in ((fact.left, left), (fact.right, right))]
    return f"first difference: {where} is {sides[0]}, {sides[1]}"


def _telling(part: Part) -> Fact:
    order = {FactKind.STATE: 0, FactKind.VALUE: 1, FactKind.ERROR: 2, FactKind.TIME: 3}
    return min(part.differing, key=lambda fact: order[fact.kind])


def _sides(left: Side, right: Side) -> str:
    return f"{left.label} and {right.label}"
