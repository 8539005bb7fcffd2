"""A diff as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.paint import Paint
from lexiconsole.errors import LexiconsoleError, UsageError
from lexiconsole.types import Json, ModelKind
from lexiconsole.views.cells import cell_width, padded
from lexiconsole.views.diff import Diff, Side, Sign, compared, side_of
from lexiconsole.views.diff_lines import Line, LineKind, difference, lines, moments_of
from lexiconsole.views.durations import span, stamp
from lexiconsole.views.safe import harmless
from lexiconsole.views.shapes import diff_shape
from lexiconsole.views.words import AMBER, FAINT, GREEN, RED, RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.face import Face
    from lexiconsole.durable.entry import Entry
    from lexiconsole.durable.journal import RunRow

__all__ = ["show_diff"]

_COLOURS = {Sign.NEW: GREEN, Sign.GONE: RED, Sign.OTHER: AMBER}


def show_diff(face: Face, a: str, b: str, *, everything: bool) -> ExitCode:
    with face.workspace() as workspace:
        diff = _read(workspace, a, b)
    if face.json:
        face.out.object(diff_shape(diff))
        return ExitCode.COMPLETED
    paint = face.out.paint
    face.out.lines(_heads(diff, paint))
    face.out.line()
    opened = {line.opens for line in lines(diff) if line.opens} if everything else set[str]()
    face.out.lines(_body(lines(diff, opened), paint))
    face.out.lines(["", difference(diff)])
    return ExitCode.COMPLETED


def _read(workspace: Workspace, a: str, b: str) -> Diff:
    left, left_at = _moment(workspace, a)
    if b:
        right, right_at = _moment(workspace, b)
    elif left_at is not None:
        right, right_at = left, None
    elif left.origin:
        right, right_at, left, left_at = left, None, workspace.run(left.origin), None  # what it came from first
    else:
        raise UsageError(f"{left.id} was not forked from another run; name the one to compare it with")
    labels = moments_of(left, left_at, right, right_at)
    sides = [(label, *one) for label, one in zip(labels, ((left, left_at), (right, right_at)), strict=True)]
    return compared(*(_side(workspace, *one) for one in sides))


def _moment(workspace: Workspace, text: str) -> tuple[RunRow, int | None]:
    """`RUN` or `RUN@SEQ`."""
    name, at, seq = text.rpartition("@")
    if not at or not seq.isdecimal():
        return workspace.run(text), None
    row = workspace.run(name)
    if not 1 <= int(seq) <= row.seq:
        raise UsageError(f"run {row.id} has entries 1 to {row.seq}, not {seq}")
    return row, int(seq)


def _side(workspace: Workspace, label: str, row: RunRow, at: int | None) -> Side:
    entries = workspace.entries(row)
    shown = entries if at is None else [entry for entry in entries if entry.seq <= at]
    return side_of(label, row, entries, at, _state(workspace, row, shown))


def _state(workspace: Workspace, row: RunRow, entries: Sequence[Entry]) -> Json:
    """None where there is none, or where its definition is no longer there to tell."""
    if row.kind != ModelKind.GRAPH:
        return None
    from lexiconsole.app.graph_state import state_of

    with suppress(LexiconsoleError):
        return state_of(workspace, row, entries).fields
    return None


def _heads(diff: Diff, paint: Paint) -> list[str]:
    """Both runs, lined up."""
    sides = ((Sign.GONE, diff.left), (Sign.NEW, diff.right))
    titles = [f"{side.label}  {harmless(side.row.id)}  {harmless(side.row.name)}" for _, side in sides]
    width = max(cell_width(title) for title in titles)
    return [
        f"{paint.text(sign, _COLOURS[sign])} {padded(title, width)}  {_stands(side, paint)}"
        for (sign, side), title in zip(sides, titles, strict=True)
    ]


def _stands(side: Side, paint: Paint) -> str:
    story = side.story
    took = f"  {span(story.took(story.changed_at))}" if story.seq else ""
    when = f"  began {stamp(story.created_at)}" + (f" by {harmless(story.by)}" if story.by else "")
    then = f"  at entry {side.at} of {side.head}" if side.past else ""
    return f"{paint.look(RUN_LOOKS[story.status], word=True)}{took}{when}{then}"


def _body(told: Sequence[Line], paint: Paint) -> list[str]:
    width = min(32, max((cell_width(line.name) for line in told if line.kind is LineKind.FACT), default=0))
    return [text for line in told for text in _line(line, width, paint)]


def _line(line: Line, width: int, paint: Paint) -> list[str]:
    match line.kind:
        case LineKind.FOLD:
            return [f"  {line.name}{paint.text(f'{line.many} alike: {line.left}', FAINT)}"]
        case LineKind.HEAD:
            sign = paint.text(line.sign, _COLOURS[line.sign]) if line.sign in _COLOURS else " "
            marks = [f"{paint.look(look)} {look.word}" for look in line.looks if look is not None]
            stands = marks[:1] if len(set(marks)) == 1 else marks
            return [f"{sign} {paint.bold(line.name)}{'  ' if marks else ''}{' → '.join(stands)}"]
        case LineKind.FACT:
            return _fact(line, width, paint)


def _fact(line: Line, width: int, paint: Paint) -> list[str]:
    """What both have on two lines, as a patch shows it; what is alike or on one side only on one."""
    name = padded(line.name, width)
    if line.sign is Sign.OTHER:
        pairs = ((Sign.GONE, line.left), (Sign.NEW, line.right))
        return [paint.text(f"{sign}     {name}  {value}", _COLOURS[sign]) for sign, value in pairs]
    text = f"{line.sign}     {name}  {line.left or line.right}"
    return [paint.text(text, _COLOURS[line.sign]) if line.sign in _COLOURS else text]
