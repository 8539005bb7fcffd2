"""What is known of one node of a run, as lines: how it stands, why the run came here, its tries, what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from lexiconsole.durable.context import Progress
from lexiconsole.types import Instant, Json, JsonObject
from lexiconsole.views.durations import ahead, clock, span
from lexiconsole.views.picture import NodeView, Picture
from lexiconsole.views.safe import harmless, harmless_lines
from lexiconsole.views.story import Attempt, Row, RowKind
from lexiconsole.views.values import brief, error_line
from lexiconsole.views.words import STEP_LOOKS, StepState

__all__ = ["Fact", "Tone", "inspected", "so_far", "state_facts"]


class Tone(StrEnum):
    """How a line is to be read."""

    PLAIN = "plain"
    HEAD = "head"
    FAINT = "faint"
    BAD = "bad"
    NEW = "new"
    GONE = "gone"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: a label on the left ("" for none) and harmless text, of a state's colour where there is one."""

    label: str
    text: str
    tone: Tone = Tone.PLAIN
    state: StepState | None = None


def inspected(picture: Picture, key: str, now: Instant, state: Sequence[Fact] = ()) -> list[Fact]:
    """Of the node, or of the run as a whole when there is none of that key. `state` is what `state_facts` says of the graph."""
    view = picture.nodes.get(key)
    if view is None:
        return [*_run(picture), *state]
    row = picture.story.row(view.row) if view.row else None
    lines = list(_standing(view, row, now))
    lines += _why_here(picture, view)
    lines += state
    lines += _tries(view)
    if row is not None:
        lines += _came_of_it(picture, view, row)
    return lines


def so_far(note: Progress) -> Fact:
    """What a step says of itself while it goes on."""
    of = f" of {note.total:,}" if note.total is not None else ""
    failed = f", {note.failed:,} failed" if note.failed else ""
    text = f"   {harmless(note.text)}" if note.text else ""
    return Fact("so far", f"{note.done:,}{of}{failed}{text}")


def state_facts(at: int, before: JsonObject, after: JsonObject, by: str) -> list[Fact]:
    """The state of a graph at entry `at`; what is other than before the outcome of `by` comes first."""
    changed = f", by {harmless(by)}" if by else ""
    fields = sorted(_changes(before, after), key=lambda fact: fact.tone is Tone.PLAIN)
    return [Fact("", ""), Fact("graph state", f"seq {at}{changed}", Tone.HEAD), *fields]


def _run(picture: Picture) -> Iterator[Fact]:
    story = picture.story
    yield Fact("run", harmless(f"{story.name} {story.run_id}".strip()), Tone.HEAD)
    yield from _value("input", story.input)


def _standing(view: NodeView, row: Row | None, now: Instant) -> Iterator[Fact]:
    look = STEP_LOOKS[view.state]
    yield Fact("node", harmless(view.node.title), Tone.HEAD)
    visit = f", visit {view.visits}" if view.visits > 1 else ""
    yield Fact("state", f"{look.glyph} {look.word}{visit}", state=view.state)
    if error := _last_error(view):
        yield Fact("error", error_line(error, 300), Tone.BAD)
    yield Fact("kind", view.node.kind.value, Tone.FAINT)
    if view.arrived or view.expected:
        yield Fact("join", f"{view.arrived} of {view.expected} branches are here")
    if row is None:
        return
    if row.kind is RowKind.QUESTION:
        yield from _question(row, now)
    if view.took is not None:
        yield Fact("took", span(view.took))
    elif view.began_at is not None and view.ended_at is None:
        yield Fact("since", f"{clock(view.began_at)}, {span(now - view.began_at)}")
    elif view.ended_at is not None:
        yield Fact("at", clock(view.ended_at))
    if view.state in (StepState.RETRYING, StepState.SLEEPING) and view.until is not None:
        yield Fact("next", ahead(view.until, now))


def _question(row: Row, now: Instant) -> Iterator[Fact]:
    who = row.data.get("who")
    if isinstance(who, list) and who:
        yield Fact("for", brief(", ".join(str(name) for name in who)))
    if row.until is not None and row.state is StepState.WAITING:
        yield Fact("due", ahead(row.until, now))
    if row.text:
        yield Fact("asks", harmless(row.text))


def _why_here(picture: Picture, view: NodeView) -> Iterator[Fact]:
    """Along which edge it was come to the last time, and what was decided there."""
    last = [hop for hop in picture.hops if picture.outline.edges[hop.edge].target == view.key]
    if not last:
        return
    came = [hop for hop in last if hop.seq == last[-1].seq]
    for hop in came[:3]:
        edge = picture.outline.edges[hop.edge]
        source = picture.nodes[edge.source]
        said = f" {source.text}" if source.text.startswith("→") else f" ({edge.label})" if edge.label else ""
        yield Fact("came by" if hop is came[0] else "", harmless(f"{source.node.title}{said}"))


def _tries(view: NodeView) -> Iterator[Fact]:
    """Each try by itself, the newest last; one that simply worked needs no line."""
    tries = view.attempts
    if len(tries) < 2 and not any(attempt.error for attempt in tries):
        return
    yield Fact("", "")
    yield Fact("tries", f"{len(tries)}", Tone.HEAD)
    for attempt in tries[-6:]:
        yield Fact(f"  {attempt.number}", _try(attempt), state=attempt.state)
        if attempt.error and attempt.error is not _last_error(view):
            yield Fact("", error_line(attempt.error, 300), Tone.BAD)
    trace = next((str(a.error["traceback"]) for a in reversed(tries) if a.error and a.error.get("traceback")), "")
    if trace:
        yield Fact("", "")
        yield Fact("traceback", "", Tone.HEAD)
        yield from (Fact("", line, Tone.FAINT) for line in harmless_lines(trace.rstrip())[-12:])


def _last_error(view: NodeView) -> JsonObject | None:
    """What its last try ended with, unless that is over."""
    wrong = view.state in (StepState.FAILED, StepState.RETRYING, StepState.DOUBTFUL, StepState.UNDO_FAILED)
    return view.attempts[-1].error if wrong and view.attempts else None


def _try(attempt: Attempt) -> str:
    look = STEP_LOOKS[attempt.state]
    took = f" after {span(attempt.took)}" if attempt.took is not None else ""
    when = f" {clock(attempt.ended_at)}" if attempt.ended_at is not None else ""
    aside = ", set aside" if attempt.voided else ""
    return f"{look.glyph} {look.word}{took}{when}{aside}"


def _came_of_it(picture: Picture, view: NodeView, row: Row) -> Iterator[Fact]:
    if row.error and not view.attempts:
        yield Fact("error", error_line(row.error, 300), Tone.BAD)
    before = _visit_before(picture, view)
    if row.result is not None:
        yield Fact("", "")
        if before is not None and before.result is not None:
            yield Fact("result", "+ - ~ against the visit before", Tone.HEAD)
            yield from _changes(before.result, row.result)
        else:
            yield from _value("result", row.result)
    if row.log:
        yield Fact("", "")
        yield Fact("printed", "", Tone.HEAD)
        yield from (Fact("", line, Tone.FAINT) for line in harmless_lines(row.log.rstrip())[-20:])


def _visit_before(picture: Picture, view: NodeView) -> Row | None:
    name, _, number = view.row.rpartition("#")
    if not name or not number.isdigit():
        return None
    return picture.story.row(name if number == "2" else f"{name}#{int(number) - 1}")


def _changes(before: Json, after: Json) -> Iterator[Fact]:
    """Field by field; a value that is no object as a whole."""
    old = before if isinstance(before, dict) else {"": before}
    new = after if isinstance(after, dict) else {"": after}
    for name in dict.fromkeys((*old, *new)):
        label = f"  {harmless(name)}"
        if name not in old:
            yield Fact(f"+ {harmless(name)}", brief(new[name], 200), Tone.NEW)
        elif name not in new:
            yield Fact(f"- {harmless(name)}", brief(old[name], 200), Tone.GONE)
        elif old[name] != new[name]:
            yield Fact(f"~ {harmless(name)}", f"{brief(new[name], 120)}  was {brief(old[name], 80)}", Tone.OTHER)
        else:
            yield Fact(label, brief(new[name], 200))


def _value(title: str, value: Json) -> Iterator[Fact]:
    match value:
        case dict():
            yield Fact(title, "" if value else "nothing", Tone.HEAD)
            for name, part in value.items():
                yield Fact(f"  {harmless(name)}", _part(part))
        case list():
            yield Fact(title, f"{len(value)} of them" if value else "none", Tone.HEAD)
            yield from (Fact("", _part(part)) for part in value[:20])
        case str():
            yield Fact(title, harmless(value[:400]))
        case None | bool() | int() | float():
            yield Fact(title, json.dumps(value))
        case _ as never:
            assert_never(never)


def _part(value: Json) -> str:
    return brief(value, 300)
